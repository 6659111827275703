// Times in the form of the credentials file, and relative to now.
import assert from "node:assert/strict";
import { parseTimestamp, relativeTime, toLocalIso } from "../src/timestamps.ts";

Deno.test("toLocalIso() gives local time with its offset, in whole seconds, as parseTimestamp() reads it", () => {
  const date = new Date("2025-10-05T06:30:00Z");
  const expected: [number | undefined, RegExp][] = [
    [540, /^2025-10-05T15:30:00\+09:00$/],
    [0, /^2025-10-05T06:30:00\+00:00$/],
    [-210, /^2025-10-05T03:00:00-03:30$/],
    [undefined, /^2025-10-0[456]T\d\d:\d\d:00[+-]/],
  ];
  for (const [offset, pattern] of expected) {
    const text = toLocalIso(new Date(date.getTime() + 999), offset);
    assert.match(text, pattern);
    assert.deepEqual(parseTimestamp(text), date);
  }
});

Deno.test("parseTimestamp() takes a time without a zone for UTC, and reads a leap second", () => {
  const date = new Date("2017-01-01T00:00:00Z");
  for (
    const text of [
      ...["2017-01-01T00:00:00", "2017-01-01 00:00", "2017-01-01T00:00:00.5Z"],
      ...["2016-12-31T23:59:60Z", "2017-01-01T08:59:60+09:00"],
    ]
  ) {
    assert.deepEqual(parseTimestamp(text), date, text);
  }
  assert.equal(parseTimestamp("soon"), undefined);
  assert.equal(parseTimestamp(undefined), undefined);
});

Deno.test("relativeTime() takes the largest unit that fits twice, rounded", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  const expected: [number, string][] = [
    [-2 * 3600 - 1, "expired 2 h ago"],
    [0, "expired 0 s ago"],
    [90, "in 90 s"],
    [119, "in 119 s"],
    [42 * 60, "in 42 min"],
    [3540, "in 59 min"],
    // A moment after a session of an hour was issued.
    [3599, "in 60 min"],
    [7198, "in 2 h"],
    [129_590, "in 36 h"],
    [3 * 86_400, "in 3 d"],
  ];
  for (const [seconds, text] of expected) {
    const time = new Date(now.getTime() + seconds * 1000);
    assert.equal(relativeTime(time, now), text);
  }
});
