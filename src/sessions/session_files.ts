// Reads the files for long-term keys and sessions, one file or two, and the profiles of the config file.
import { unquoted } from "../credentials/keys.ts";
import { type ParsedFile, parseFile } from "../credentials/parse.ts";
import { findProfile, type Profile } from "../credentials/profiles.ts";
import { whyAwsCliRefusesFile } from "../credentials/readers/aws_cli.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports, Session } from "../ports.ts";
import { Secret } from "../secret.ts";

/** The parsed files. */
export interface Profiles {
  readonly keys: ParsedFile;
  /** The file with the sessions; the same one if there is only one. */
  readonly sessions: ParsedFile;
  readonly config: ReadonlyMap<string, Profile>;
}

/** @throws {UpdstsError} `FILE_UNUSABLE` if the file with the keys does not have a readable profile */
export async function readProfiles(
  { file, keys, config }: Pick<Ports, "keys" | "config"> & {
    readonly file: Pick<Ports["file"], "path" | "read">;
  },
): Promise<Profiles> {
  const sessions = parseFile(await file.read());
  const found = keys === undefined ? sessions : parseFile(await keys.read());
  assertHasProfiles(found, (keys ?? file).path ?? "stdin");
  return { keys: found, sessions, config: await config.profiles() };
}

function assertHasProfiles({ text, sections }: ParsedFile, path: string): void {
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

/** The profile of the managed session `name`; the file with the keys comes before the file for sessions. */
export function sourceOf(
  { keys, sessions }: Profiles,
  name: string,
): string | undefined {
  const file = findProfile(keys, name) === undefined ? sessions : keys;
  const block = file.blockAround(findProfile(file, name)?.sections ?? []);
  // Without an opening tag, the profile is unknown.
  const isUnknown = block?.opened === false && block.profile === name;
  return isUnknown ? undefined : block?.profile;
}

/** A session in the file, with quotes removed. */
export interface FoundSession extends Session {
  readonly isQuoted: boolean;
}

/** The complete session of `profile` called `sessionProfile`. */
export function findSession(
  sessions: ParsedFile,
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
  ];
  const values = written.map((value) => value && unquoted(value));
  const [accessKeyId, secretAccessKey, sessionToken] = values;
  const { expiration } = session;
  if (!accessKeyId || !secretAccessKey || !sessionToken || !expiration) {
    return undefined;
  }
  return {
    ...{ accessKeyId, expiration },
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    isQuoted: values.some((value, index) => value !== written[index]),
  };
}
