// What STS gave, as it is written into a file.
import { UpdstsError } from "../errors.ts";
import type { Secret } from "../secret.ts";

/** What STS gave, as it is written. */
export interface SessionValues {
  /** The session's own access key id. */
  readonly accessKeyId: string;
  /** Its secret access key. */
  readonly secretAccessKey: Secret;
  /** Its session token. */
  readonly sessionToken: Secret;
  /** ISO 8601, local time with its offset, whole seconds. */
  readonly expiration: string;
}

/** The four keys that updsts owns, in the order in which they are written. */
export const OWNED_KEYS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "expiration_datetime",
] as const;

/** Keys under which other tools read the expiry. */
const EXPIRY_KEYS: readonly string[] = [
  "expiration",
  "x_security_token_expires",
];

/** What boto wrote, and botocore still prefers to `aws_session_token`. */
export const OLD_TOKEN_KEY = "aws_security_token";

/** Keys that say the same to other tools: kept current where they are, never added. */
export const SAME_KEYS: readonly string[] = [...EXPIRY_KEYS, OLD_TOKEN_KEY];

/**
 * The values of the four keys.
 *
 * @throws {UpdstsError} `STS_ANSWER_INVALID` if one could not stand on a line
 * of its own
 */
export function ownedValues(session: SessionValues): Map<string, string> {
  const owned: Readonly<Record<typeof OWNED_KEYS[number], string>> = {
    aws_access_key_id: session.accessKeyId,
    aws_secret_access_key: session.secretAccessKey.reveal(),
    aws_session_token: session.sessionToken.reveal(),
    expiration_datetime: session.expiration,
  };
  const values = new Map<string, string>(
    OWNED_KEYS.map((key) => [key, owned[key]]),
  );
  for (const [key, value] of values) {
    // What AWS issues is letters, digits and these few signs. Anything else
    // could end the line, open a section, or be taken for a comment.
    if (!/^[A-Za-z0-9+/=_.:~-]+$/.test(value)) {
      throw new UpdstsError(
        "STS_ANSWER_INVALID",
        `Cannot write the session: STS gave a value for ${key} that no credentials file can hold`,
        { hint: "check which endpoint answered (-v 1); nothing was changed" },
      );
    }
  }
  return values;
}

/** What one of {@linkcode SAME_KEYS} that says `current` has to say beside the `owned` values. */
export function sameValue(
  key: string,
  current: string,
  owned: ReadonlyMap<string, string>,
): string {
  return key === OLD_TOKEN_KEY
    ? owned.get("aws_session_token") ?? ""
    : expiryLike(current, owned.get("expiration_datetime") ?? "");
}

/**
 * `expiration` (ISO 8601) in the form that stands there now: aws-mfa writes UTC
 * without saying so, `2025-10-05 06:30:00`; saml2aws and prompts read RFC 3339,
 * of which UTC stays UTC.
 */
function expiryLike(current: string, expiration: string): string {
  const utc = toUtc(expiration);
  if (utc === undefined) return expiration;
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?$/.test(current)) {
    return utc.replace("T", " ");
  }
  return current.endsWith("Z") ? `${utc}Z` : expiration;
}

/** The same moment in UTC, without the zone; undefined if `iso` is no time. */
function toUtc(iso: string): string | undefined {
  const [, date = "", hours, minutes, seconds, sign, offsetHours, offset] =
    /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|([+-])(\d\d):(\d\d))$/
      .exec(iso) ?? [];
  if (date === "") return undefined;
  const ahead = Number(offsetHours ?? 0) * 60 + Number(offset ?? 0);
  const minute = Number(hours) * 60 + Number(minutes) -
    (sign === "-" ? -ahead : ahead);
  const day = shifted(date, Math.floor(minute / DAY));
  const [hour, rest] = [Math.floor((minute + DAY) % DAY / 60), minute + DAY];
  return `${day}T${padded(hour)}:${padded(rest % 60)}:${seconds}`;
}

/** Minutes of a day. */
const DAY = 1440;

/** The day before, after, or `date` itself. */
function shifted(date: string, days: number): string {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const moved = day + days;
  if (moved < 1) {
    const before = month === 1 ? [year - 1, 12] : [year, month - 1];
    const [y = 0, m = 0] = before;
    return written(y, m, daysIn(y, m));
  }
  if (moved <= daysIn(year, month)) return written(year, month, moved);
  return month === 12 ? written(year + 1, 1, 1) : written(year, month + 1, 1);
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return leap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function written(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, "0")}-${padded(month)}-${padded(day)}`;
}

function padded(number: number): string {
  return String(number).padStart(2, "0");
}
