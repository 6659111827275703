// Results for programs: one set of field names for agents and for --json.
import type { ProfileView } from "./list_profiles.ts";
import type { RemovedSession } from "./remove_sessions.ts";
import type { RefreshResult } from "./refresh_session.ts";
import { toLocalIso } from "../timestamps.ts";

/** Whole seconds from `now` to `time`; 0 if it has passed. */
function secondsUntil(time: Date, now: Date): number {
  return Math.max(0, Math.floor((time.getTime() - now.getTime()) / 1000));
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
    ...(device === undefined ? {} : { mfa_device_arn: device }),
    ...(managedBy === undefined ? {} : { managed_by: managedBy }),
    ...(session === undefined ? {} : { role_of: session }),
    ...(expiration === undefined
      ? {}
      : { expires_in_seconds: secondsUntil(expiration, now) }),
    ...(file === undefined ? {} : { cred_file: file }),
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
    ...(role === undefined ? {} : { role_profile_name: role }),
    ...(accessKeyId === undefined ? {} : { aws_access_key_id: accessKeyId }),
    ...(expiration === undefined ? {} : {
      aws_token_expiration: toLocalIso(expiration),
      expires_in_seconds: secondsUntil(expiration, now),
    }),
    ...(diff === undefined ? {} : { diff }),
    ...(notes === undefined ? {} : { note: notes.join("; ") }),
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
    ...(sessionProfile === undefined
      ? {}
      : { removed_profile_name: sessionProfile }),
  };
}
