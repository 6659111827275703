// How far away a point in time is, as people say it.

const UNITS = [
  { seconds: 86_400, name: "d" },
  { seconds: 3_600, name: "h" },
  { seconds: 60, name: "min" },
] as const;

/** `in 42 min`, `expired 2 h ago`; in the largest unit that fits twice, rounded down. */
export function relativeTime(time: Date, now: Date): string {
  const seconds = Math.floor(Math.abs(time.getTime() - now.getTime()) / 1000);
  const unit = UNITS.find((unit) => seconds >= 2 * unit.seconds);
  const amount = unit === undefined
    ? `${seconds} s`
    : `${Math.floor(seconds / unit.seconds)} ${unit.name}`;
  return time > now ? `in ${amount}` : `expired ${amount} ago`;
}
