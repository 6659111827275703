// Points in time as the credentials file spells them.

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

/** The time that `text` stands for, or undefined if it is none. */
export function parseTimestamp(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
