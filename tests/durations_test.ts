// parseDuration() and formatDuration().
import assert from "node:assert/strict";
import { formatDuration, parseDuration } from "../src/durations.ts";
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
    "12 h": 43_200,
    "1h 30m": 5400,
    "90 min": 5400,
    "2 hours": 7200,
    "1d": 86_400,
    "９００": 900,
  };
  for (const [text, seconds] of Object.entries(durations)) {
    assert.equal(parseDuration(text, "the duration"), seconds);
  }
});

Deno.test("parseDuration() refuses everything else", async () => {
  const numbers = ["1.5h", "-1", "1e3", "30m1h", "12 x"];
  for (const text of [...numbers, "", " ", "soon", "h", "h12"]) {
    const { message } = await failsWith(
      "DURATION_INVALID",
      () => parseDuration(text, "-d"),
    );
    assert.match(message, /^Cannot use -d: .* is not a duration$/);
  }
});

Deno.test("formatDuration() spells what parseDuration() reads, and the seconds", () => {
  for (const text of ["15m", "36h", "1h30m", "1h5s"]) {
    const seconds = parseDuration(text, "-d");
    assert.equal(formatDuration(seconds), `${text} (${seconds} s)`);
  }
  for (const seconds of [0, 45, 0.5, -60, Infinity]) {
    assert.equal(formatDuration(seconds), `${seconds} s`);
  }
});
