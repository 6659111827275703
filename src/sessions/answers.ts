// Results for programs: one set of field names for agents and for --json.
import { toLocalIso } from "../timestamps.ts";
import type { ProfileView } from "./profiles.ts";
import type { RefreshResult } from "./refresh_session.ts";
import type { RemovedSession } from "./remove_sessions.ts";

/** Whole seconds from `now` to `time`, at least 0. */
function secondsUntil(time: Date | undefined, now: Date): number | undefined {
  return time &&
    Math.max(0, Math.floor((time.getTime() - now.getTime()) / 1000));
}

/** Removes undefined fields, which a schema does not allow. */
function definedFields(fields: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(fields);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The only keys of a profile that are shown. */
const SHOWN_KEYS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "totp_secret_name",
  "expiration_datetime",
] as const;

/** A profile, with secrets masked. */
export function toProfileAnswer(
  { name, fields, device, managedBy, session, expiration, file }: ProfileView,
  now: Date,
) {
  return definedFields({
    profile_name: name,
    ...Object.fromEntries(
      SHOWN_KEYS.map((key) => [key, fields.get(key)?.toString()]),
    ),
    mfa_device_arn: device,
    managed_by: managedBy,
    role_of: session,
    expires_in_seconds: secondsUntil(expiration, now),
    cred_file: file,
  });
}

/** A refresh that was done, was not needed, or would be done. */
export function toRefreshAnswer(
  { status, profile, sessionProfile, role, notes = [], ...result }:
    RefreshResult,
  credentialFile: string,
  now: Date,
) {
  const { accessKeyId, expiration, diff } = result;
  return definedFields({
    status,
    profile_name: profile,
    updated_profile_name: sessionProfile,
    role_profile_name: role,
    aws_access_key_id: accessKeyId,
    aws_token_expiration: expiration && toLocalIso(expiration),
    expires_in_seconds: secondsUntil(expiration, now),
    diff,
    note: notes.join("; ") || undefined,
    cred_file: credentialFile,
  });
}

/** A session that was, or would be, removed. */
export function toRemovedAnswer(
  { profile, sessionProfile }: RemovedSession,
  dryRun: boolean,
) {
  return definedFields({
    status: dryRun ? "would_remove" : "removed",
    profile_name: profile,
    removed_profile_name: sessionProfile,
  });
}
