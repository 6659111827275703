// Reads and formats durations.
import { UpdstsError } from "./errors.ts";

const AMOUNT = String.raw`(\d{1,9})\s*`;
const DURATION = new RegExp(
  `^(?:${AMOUNT}|(?:${AMOUNT}d(?:ays?)?\\s*)?(?:${AMOUNT}h(?:(?:ou)?rs?)?\\s*)?` +
    `(?:${AMOUNT}m(?:in(?:ute)?s?)?\\s*)?(?:${AMOUNT}s(?:ec(?:ond)?s?)?)?)$`,
  "i",
);

/**
 * The seconds of a duration: `3600`, `90m`, `12h`, `1h30m`, `90 min`.
 * `what` names the parameter for the message.
 *
 * @throws {UpdstsError} `DURATION_INVALID`
 */
export function parseDuration(text: string, what: string): number {
  const parts = DURATION.exec(text.normalize("NFKC").trim());
  if (parts !== null && parts[0] !== "") {
    const [, plain = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
      .map((part) => Number(part ?? 0));
    return plain + days * 86_400 + hours * 3600 + minutes * 60 + seconds;
  }
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot use ${what}: ${JSON.stringify(text)} is not a duration`,
    { hint: "give seconds, or hours and minutes: 3600, 90m, 12h, 1h30m" },
  );
}

/** `1h30m (5400 s)`: the forms for people and for programs. */
export function formatDuration(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds < 60) return `${seconds} s`;
  const parts = {
    h: Math.floor(seconds / 3600),
    m: Math.floor(seconds / 60) % 60,
    s: seconds % 60,
  };
  const units = Object.entries(parts)
    .map(([unit, amount]) => amount === 0 ? "" : `${amount}${unit}`).join("");
  return `${units} (${seconds} s)`;
}
