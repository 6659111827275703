// Times in the form of the credentials file, and relative to now.
export { parseTimestamp } from "./credentials/keys.ts";

/**
 * `date` in ISO 8601, in local time with its offset, in whole seconds:
 * `2025-10-05T15:30:00+09:00`.
 *
 * @param offsetMinutes how far local time is ahead of UTC at `date`
 */
export function toLocalIso(
  date: Date,
  offsetMinutes: number = -date.getTimezoneOffset(),
): string {
  const local = new Date(date.getTime() + offsetMinutes * 60_000);
  const sign = offsetMinutes < 0 ? "-" : "+";
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${local.toISOString().slice(0, 19)}${sign}${two(minutes / 60)}:${
    two(minutes % 60)
  }`;
}

/** `of` units of the row before make one; it is used from two of them. */
const UNITS = [
  { of: 60, name: "min" },
  { of: 60, name: "h" },
  { of: 24, name: "d" },
] as const;

/**
 * `in 42 min`, `expired 2 h ago`; in the largest unit that fits twice, rounded,
 * so that an hour is still 60 min a moment later.
 */
export function relativeTime(time: Date, now: Date): string {
  let amount = Math.round(Math.abs(time.getTime() - now.getTime()) / 1000);
  let name = "s";
  for (const unit of UNITS) {
    if (amount < 2 * unit.of) break;
    amount = Math.round(amount / unit.of);
    name = unit.name;
  }
  return time > now ? `in ${amount} ${name}` : `expired ${amount} ${name} ago`;
}
