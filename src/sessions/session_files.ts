// What keys and sessions are read from: one file, or one for each.
import { type ParsedFile, parseFile } from "../credentials/parse.ts";
import { findProfile } from "../credentials/profiles.ts";
import type { Ports } from "../ports.ts";
import { parseTimestamp } from "../timestamps.ts";

/** Both files, as they were read; the same one twice, if there is only one. */
export interface SessionFiles {
  readonly keys: ParsedFile;
  readonly sessions: ParsedFile;
}

/** Reads what there is. */
export async function readSessionFiles(
  { file, keys }: {
    readonly file: Pick<Ports["file"], "read">;
    readonly keys?: Ports["keys"];
  },
): Promise<SessionFiles> {
  const sessions = parseFile(await file.read());
  return {
    keys: keys === undefined ? sessions : parseFile(await keys.read()),
    sessions,
  };
}

/**
 * The profile that the session called `name` belongs to, if it is one of ours.
 * A profile beside the keys comes before a session of the same name elsewhere.
 */
export function sourceOf(
  { keys, sessions }: SessionFiles,
  name: string,
): string | undefined {
  const beside = findProfile(keys, name);
  return beside === undefined
    ? sessions.blockAround(findProfile(sessions, name)?.sections ?? [])?.profile
    : keys.blockAround(beside.sections)?.profile;
}

/** The whole session that is there for `profile` under that name, if any. */
export function findSession(
  { sessions }: SessionFiles,
  profile: string,
  sessionProfile: string,
): { accessKeyId: string; expiration: Date } | undefined {
  const block = sessions.blockOf(profile);
  const session = findProfile(sessions, sessionProfile);
  if (!session?.sections.some((section) => section === block?.section)) {
    return undefined;
  }
  const accessKeyId = session.value("aws_access_key_id");
  const expiration = parseTimestamp(session.value("expiration_datetime"));
  const whole = session.secret("aws_secret_access_key") !== undefined &&
    session.secret("aws_session_token") !== undefined;
  return accessKeyId === undefined || expiration === undefined || !whole
    ? undefined
    : { accessKeyId, expiration };
}
