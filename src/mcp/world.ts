// What the tools share: the way to the ports, and what is still at work.
import type { ProfileView } from "../list_profiles.ts";
import type { Log, Ports } from "../ports.ts";

/** What the tools of one server are built from. */
export interface ToolWorld {
  /** The ports for a credentials file; undefined is the server's default. */
  readonly connect: (credentialFile: string | undefined) => Promise<Ports>;
  readonly log: Log;
  /** Keeps `work` in mind, so that the server does not end in the middle of it. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
}

/** `null` and the empty string stand for a parameter that is left out. */
export function given(value: string | null | undefined): string | undefined {
  return value || undefined;
}

/** Whole seconds from `now` to `time`; 0 if it has passed. */
export function secondsUntil(time: Date, now: Date): number {
  return Math.max(0, Math.floor((time.getTime() - now.getTime()) / 1000));
}

/** The keys of a profile that agents get to see, and no others. */
const SHOWN_KEYS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "mfa_device_arn",
  "totp_secret_name",
  "expiration_datetime",
] as const;

/** A profile for an agent: secrets as masks, missing keys left out. */
export function toInfo(
  { name, fields, managedBy, expiration }: ProfileView,
  now: Date,
) {
  const shown = SHOWN_KEYS.flatMap((key) => {
    const value = fields.get(key);
    return value === undefined ? [] : [[key, String(value)] as const];
  });
  return {
    profile_name: name,
    ...Object.fromEntries(shown),
    ...(managedBy === undefined ? {} : { managed_by: managedBy }),
    ...(expiration === undefined
      ? {}
      : { expires_in_seconds: secondsUntil(expiration, now) }),
  };
}
