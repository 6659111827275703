// Durations as people type them.
import assert from "node:assert/strict";
import { parseDuration } from "../src/durations.ts";
import { failsWith } from "./support/errors.ts";

Deno.test("parseDuration() takes seconds, hours and minutes", () => {
  const durations = {
    "3600": 3600,
    "90m": 5400,
    "12h": 43_200,
    "1h30m": 5400,
    "1H30M5S": 5405,
    " 45s ": 45,
    "0": 0,
  };
  for (const [text, seconds] of Object.entries(durations)) {
    assert.equal(parseDuration(text, "the duration"), seconds);
  }
});

Deno.test("parseDuration() refuses everything else", async () => {
  for (
    const text of [
      "",
      " ",
      "soon",
      "1.5h",
      "-1",
      "1e3",
      "30m1h",
      "h",
      "1h 30m",
      "９００",
      "1d",
    ]
  ) {
    const { message } = await failsWith(
      "DURATION_INVALID",
      () => parseDuration(text, "-d"),
    );
    assert.match(message, /^Cannot use -d: .* is no duration$/);
  }
});
