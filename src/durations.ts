// Durations as people type them.
import { UpdstsError } from "./errors.ts";

/**
 * The seconds that `text` stands for: `3600`, `90m`, `12h`, `1h30m`.
 * `what` names the parameter for the message.
 *
 * @throws {UpdstsError} `DURATION_INVALID`
 */
export function parseDuration(text: string, what: string): number {
  const parts = /^(?:(\d{1,9})|(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?)$/i
    .exec(text.trim());
  if (parts !== null && parts[0] !== "") {
    const [, plain = 0, hours = 0, minutes = 0, seconds = 0] = parts.map(Number)
      .map((value) => Number.isNaN(value) ? 0 : value);
    return plain + hours * 3600 + minutes * 60 + seconds;
  }
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot use ${what}: ${JSON.stringify(text)} is no duration`,
    { hint: "give seconds, or hours and minutes: 3600, 90m, 12h, 1h30m" },
  );
}
