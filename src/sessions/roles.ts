// Resolves a name to the profile with the long-term key, its session, and the roles that use it.
import { flawIn } from "../credentials/keys.ts";
import { findProfile, type Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { cannotRefresh } from "./plan.ts";
import { type SessionFiles, sourceOf } from "./session_files.ts";

/** A profile that takes a role with the credentials of another one. */
interface Role {
  readonly name: string;
  readonly sourceProfile: string;
}

/** What the refresh of a name is about. */
export interface Chain {
  /** The profile with the long-term key, if there is one. */
  readonly profile: string;
  /** Its session, by the name that leads here. */
  readonly sessionProfile: string;
  /** From the named one to the one that stands on that profile or session. */
  readonly roles: readonly Role[];
}

/** All profiles, as they were read; those of the config file by name. */
export interface Profiles {
  readonly files: SessionFiles;
  readonly config: ReadonlyMap<string, Profile>;
}

/**
 * The profile that `name` means, its session, or that of the role's source,
 * over several hops. A name that nobody knows leads to itself.
 *
 * @throws {UpdstsError} `PROFILE_NOT_FOUND` or `KEYS_MISSING` if a session is
 * not what it takes; `SETTING_INVALID` for a loop
 */
export function chainOf(name: string, profiles: Profiles): Chain {
  const { files, config } = profiles;
  const roles: Role[] = [];
  for (let current = name;;) {
    const managed = sourceOf(files, current);
    if (managed !== undefined) {
      return { profile: managed, sessionProfile: current, roles };
    }
    const beside = findProfile(files.keys, current);
    const sessionProfile = `${current}_sts`;
    if (beside?.hasKey) return { profile: current, sessionProfile, roles };
    const { value: sourceProfile } = settingOf(
      current,
      "source_profile",
      profiles,
    );
    const configured = config.get(current);
    const key = beside?.credentialsKey() ?? configured?.credentialsKey();
    if (key === "role_arn" && sourceProfile !== undefined) {
      if (
        sourceProfile === current ||
        roles.some(({ name }) => name === sourceProfile)
      ) {
        const names = [...roles.map(({ name }) => name), current];
        throw cannotRefresh(
          "SETTING_INVALID",
          name,
          "its source_profile leads " +
            `in a circle (${[...names, sourceProfile].map(quoted).join(", ")})`,
          "let one of them name a profile with a long-term key",
        );
      }
      roles.push({ name: current, sourceProfile });
      current = sourceProfile;
      continue;
    }
    if (key !== undefined) {
      const owner = beside?.credentialsKey() === key ? beside : configured;
      throw otherCredentials(name, current, key, owner);
    }
    // The session may still have to be made.
    const [, source = ""] = /^(.+)_sts$/.exec(current) ?? [];
    if (roles.length > 0 && findProfile(files.keys, source)?.hasKey) {
      return { profile: source, sessionProfile: current, roles };
    }
    const parent = roles.at(-1);
    if (parent === undefined || beside !== undefined) {
      return { profile: current, sessionProfile, roles };
    }
    const flaw = flawIn(current);
    if (flaw !== undefined) {
      throw cannotRefresh(
        "SETTING_INVALID",
        name,
        `the source_profile of ${quoted(parent.name)} ${flaw.state}`,
        flaw.hint,
      );
    }
    const message = `Cannot find profile ${quoted(current)}, which ${
      quoted(parent.name)
    } names as its source_profile`;
    const add = `aws configure --profile ${shellQuoted(current)}`;
    const hint = `correct source_profile, or add a long-term key with: ${add}`;
    throw new UpdstsError("PROFILE_NOT_FOUND", message, { hint });
  }
}

/** Says what `current`, to which `name` led, takes in place of a session. */
function otherCredentials(
  name: string,
  current: string,
  key: string,
  owner: Profile | undefined,
): UpdstsError {
  const linesOf = (key: string) => owner?.linesOf(key) ?? [];
  const refuse = (state: string, hint: string) =>
    cannotRefresh("KEYS_MISSING", name, state, hint);
  if (key.startsWith("aws_")) {
    const keys = ["aws_access_key_id", "aws_secret_access_key"];
    const whose = name === current
      ? "its key"
      : `the key of ${quoted(current)}`;
    const lines = linesInWords(keys.flatMap(linesOf));
    return refuse(
      `${whose} is in the config file, and updsts takes keys from the credentials file only`,
      // As arguments of a command, other users of the machine could read them.
      `move ${lines} of the config file to [${current}] in the credentials file, in an editor`,
    );
  }
  const who = name === current
    ? "it"
    : `it takes its role with ${quoted(current)}, which`;
  const kind = otherKind(key);
  const source = owner?.shown("credential_source");
  const asItIs = "use it as it is: it needs no session of updsts";
  if (kind !== "role") return refuse(`${who} ${WAYS[kind]} (${key})`, asItIs);
  if (linesOf("web_identity_token_file").length > 0) {
    const state = "takes a role with a web identity (web_identity_token_file)";
    return refuse(`${who} ${state}`, asItIs);
  }
  return source === undefined
    ? refuse(
      `${who} takes a role (role_arn), and names no source_profile`,
      "add source_profile = NAME, the profile with the long-term key",
    )
    : refuse(
      `${who} takes a role with the credentials of ${source} (credential_source)`,
      asItIs,
    );
}

/**
 * What a person does so that the named role uses `session`, and that those do
 * that stand on `former`, which it is called no more; a sentence each.
 */
export function roleAdvice(
  { roles }: Chain,
  session: string,
  former: string | undefined,
  profiles: Profiles,
): string[] {
  const asking = roles.flatMap(({ name }) => {
    const { lines, file } = settingOf(name, "mfa_serial", profiles);
    if (lines.length === 0) return [];
    const where = `${linesInWords(lines)} of ${file} (mfa_serial of ${name})`;
    return `Delete ${where}: the session needs no other code`;
  });
  const last = roles.at(-1);
  const others = Array.from(profiles.config.keys()).filter((name) =>
    former !== undefined && name !== last?.name &&
    settingOf(name, "source_profile", profiles).value === former
  );
  const misled = last && last.sourceProfile !== session
    ? [last.name, ...others]
    : others;
  const leading = misled.map((name) => {
    const { file, lines } = settingOf(name, "source_profile", profiles);
    const aim = `So that ${name} uses ${session},`;
    const [source, role] = [session, name].map((it) => shellQuoted(it));
    const set = `aws configure set source_profile ${source} --profile ${role}`;
    const where = `${linesInWords(lines)} of ${file}`;
    return file === CONFIG
      ? `${aim} run: ${set}`
      : `${aim} write source_profile = ${session} on ${where}`;
  });
  return [...leading, ...asking];
}

const CONFIG = "the config file";

/** A setting as the AWS CLI reads it: the credentials file comes first. */
function settingOf(
  name: string,
  key: "mfa_serial" | "source_profile",
  { files, config }: Profiles,
) {
  const beside = findProfile(files.keys, name);
  const isBeside = beside?.value(key) !== undefined;
  const profile = isBeside ? beside : config.get(name);
  return {
    value: profile?.value(key),
    lines: profile?.linesOf(key) ?? [],
    file: isBeside ? "the credentials file" : CONFIG,
  };
}

function linesInWords(lines: readonly number[]): string {
  return `${lines.length === 1 ? "line" : "lines"} ${lines.join(" and ")}`;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

/** In a word, for a table. */
export type OtherKind = "role" | "sso" | "login" | "process" | "none";

/** The kind of credentials that `key`, of the profile or of the config file, stands for. */
export function otherKind(key: string | undefined): OtherKind {
  if (key?.startsWith("sso_")) return "sso";
  if (key === "role_arn" || key === "web_identity_token_file") return "role";
  if (key === "login_session") return "login";
  return key === "credential_process" ? "process" : "none";
}

/** What such a profile does, for a person to read. */
export const WAYS: Readonly<Record<OtherKind, string>> = {
  role: "takes a role",
  sso: "signs in with aws sso login",
  login: "signs in with aws login",
  process: "asks a program for its keys",
  none: "no keys of its own",
};
