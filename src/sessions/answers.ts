// Results for programs: one set of field names for agents and for --json.
import type { ProfileView } from "./list_profiles.ts";
import type { RemovedSession } from "./remove_sessions.ts";
import type { RefreshResult } from "./refresh_session.ts";
import { toLocalIso } from "../timestamps.ts";

/** Whole seconds from `now` to `time`; 0 if it has passed. */
function secondsUntil(time: Date, now: Date): number {
  return Math.max(0, Math.floor((time.getTime() - now.getTime()) / 1000));
}

/** `fields` without those that are undefined. */
function given<T extends object>(fields: T) {
  const entries = Object.entries(fields).filter(([, value]) =>
    value !== undefined
  );
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** The keys of a profile that are shown, and no others. */
const SHOWN_KEYS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "totp_secret_name",
  "expiration_datetime",
] as const;

/** A profile: secrets as masks, missing keys left out. */
export function toProfileAnswer(
  { name, fields, device, managedBy, session, expiration, file }: ProfileView,
  now: Date,
) {
  const shown = SHOWN_KEYS.flatMap((key) => {
    const value = fields.get(key);
    return value === undefined ? [] : [[key, String(value)] as const];
  });
  return {
    profile_name: name,
    ...Object.fromEntries(shown),
    ...given({
      mfa_device_arn: device,
      managed_by: managedBy,
      role_of: session,
      expires_in_seconds: expiration && secondsUntil(expiration, now),
      cred_file: file,
    }),
  };
}

/** A refresh that was done, was not needed, or would be done. */
export function toRefreshAnswer(
  { status, profile, sessionProfile, role, notes, ...result }: RefreshResult,
  credentialFile: string,
  now: Date,
) {
  const { accessKeyId, expiration, diff } = result;
  return {
    status,
    profile_name: profile,
    updated_profile_name: sessionProfile,
    ...given({
      role_profile_name: role,
      aws_access_key_id: accessKeyId,
      aws_token_expiration: expiration && toLocalIso(expiration),
      expires_in_seconds: expiration && secondsUntil(expiration, now),
      diff,
      note: notes?.join("; "),
    }),
    cred_file: credentialFile,
  };
}

/** A session that was, or would be, removed. */
export function toRemovedAnswer(
  { profile, sessionProfile }: RemovedSession,
  dryRun: boolean,
) {
  return {
    status: dryRun ? "would_remove" : "removed",
    profile_name: profile,
    ...given({ removed_profile_name: sessionProfile }),
  };
}
