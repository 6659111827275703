// relativeTime(): the words for how far away a time is.
import assert from "node:assert/strict";
import { relativeTime } from "../../src/cli/relative_time.ts";

Deno.test("relativeTime() takes the largest unit that fits twice", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  const at = (seconds: number) =>
    relativeTime(new Date(now.getTime() + seconds * 1000), now);
  assert.equal(at(42 * 60), "in 42 min");
  assert.equal(at(-2 * 3600 - 1), "expired 2 h ago");
  assert.equal(at(3 * 86_400), "in 3 d");
  assert.equal(at(90), "in 90 s");
  assert.equal(at(0), "expired 0 s ago");
});
