// The files for long-term keys and for sessions: one file, or one for each.
import { unquoted } from "../credentials/keys.ts";
import { type ParsedFile, parseFile } from "../credentials/parse.ts";
import { findProfile } from "../credentials/profiles.ts";
import { whyAwsCliRefusesFile } from "../credentials/readers/aws_cli.ts";
import type { SessionValues } from "../credentials/session_edits.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { Secret } from "../secret.ts";
import { toLocalIso } from "../timestamps.ts";

/** Both files, as they were read; the same one twice, if there is only one. */
export interface SessionFiles {
  readonly keys: ParsedFile;
  readonly sessions: ParsedFile;
}

/**
 * Reads what there is.
 *
 * @throws {UpdstsError} `FILE_UNUSABLE` if no profile can be read in the file
 * with the keys, and not by the AWS CLI either
 */
export async function readSessionFiles(
  { file, keys }: {
    readonly file: Pick<Ports["file"], "path" | "read">;
    readonly keys?: Ports["keys"];
  },
): Promise<SessionFiles> {
  const sessions = parseFile(await file.read());
  const found = keys === undefined ? sessions : parseFile(await keys.read());
  assertReadable(found, (keys ?? file).path ?? "stdin");
  return { keys: found, sessions };
}

function assertReadable({ text, sections }: ParsedFile, path: string): void {
  const isWide = /^(?:\xff\xfe|\xfe\xff)/.test(text);
  if (sections.length > 0 && !isWide) return;
  const reason = isWide ? "it is in UTF-16" : whyAwsCliRefusesFile(text);
  if (reason === undefined) return;
  const hint = isWide
    ? "save it as UTF-8, without a byte order mark"
    : "begin each profile with its name in brackets, as in [default]";
  const message = `Cannot read a profile in ${path}: ${reason}`;
  throw new UpdstsError("FILE_UNUSABLE", message, { hint });
}

/**
 * The profile that the session called `name` belongs to, if it is one of ours.
 * A profile beside the keys comes before a session of the same name elsewhere.
 */
export function sourceOf(
  { keys, sessions }: SessionFiles,
  name: string,
): string | undefined {
  const file = findProfile(keys, name) === undefined ? sessions : keys;
  const block = file.blockAround(findProfile(file, name)?.sections ?? []);
  // Without an opening tag, a block of its own name tells nobody's.
  const isUnknown = block?.opened === false && block.profile === name;
  return isUnknown ? undefined : block?.profile;
}

/** A session in the file. */
export interface FoundSession {
  readonly accessKeyId: string;
  readonly expiration: Date;
  /** The session as it is to be written, where other programs read it with quotes. */
  readonly rewritten?: SessionValues;
}

/** The whole session that is there for `profile` under that name, if any. */
export function findSession(
  { sessions }: Pick<SessionFiles, "sessions">,
  profile: string,
  sessionProfile: string,
): FoundSession | undefined {
  const block = sessions.blockOf(profile, sessionProfile);
  const session = findProfile(sessions, sessionProfile);
  if (!session?.sections.some((section) => section === block?.section)) {
    return undefined;
  }
  const written = [
    session.value("aws_access_key_id"),
    session.secret("aws_secret_access_key")?.reveal(),
    session.secret("aws_session_token")?.reveal(),
  ].filter((value) => value !== undefined);
  const [accessKeyId, secretAccessKey, sessionToken] = written.map(unquoted);
  const { expiration } = session;
  if (
    accessKeyId === undefined || secretAccessKey === undefined ||
    sessionToken === undefined || expiration === undefined
  ) return undefined;
  if (written.every((value) => unquoted(value) === value)) {
    return { accessKeyId, expiration };
  }
  const rewritten = {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    expiration: toLocalIso(expiration),
  };
  return { accessKeyId, expiration, rewritten };
}
