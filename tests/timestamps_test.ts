// Timestamps as the credentials file spells them.
import assert from "node:assert/strict";
import { parseTimestamp, toLocalIso } from "../src/timestamps.ts";

Deno.test("toLocalIso() gives local time with its offset, in whole seconds", () => {
  const date = new Date("2025-10-05T06:30:00.999Z");
  assert.equal(toLocalIso(date, 540), "2025-10-05T15:30:00+09:00");
  assert.equal(toLocalIso(date, 0), "2025-10-05T06:30:00+00:00");
  assert.equal(toLocalIso(date, -210), "2025-10-05T03:00:00-03:30");
});

Deno.test("parseTimestamp() reads back what toLocalIso() wrote", () => {
  const date = new Date("2025-10-05T06:30:00Z");
  assert.deepEqual(parseTimestamp(toLocalIso(date, 345)), date);
  assert.deepEqual(parseTimestamp(toLocalIso(date)), date);
});

Deno.test("parseTimestamp() gives undefined for what is no time", () => {
  assert.equal(parseTimestamp("soon"), undefined);
  assert.equal(parseTimestamp(undefined), undefined);
});
