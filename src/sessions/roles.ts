// Resolves a name to the profile with the long-term key, its session, and the roles that use it.
import { flawIn } from "../credentials/keys.ts";
import { findProfile, type Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { cannotRefresh } from "./plan.ts";
import { type Profiles, sourceOf } from "./session_files.ts";

/** The profile, session and roles that a name leads to. */
export interface Chain {
  /** The profile with the long-term key, if it exists. */
  readonly profile: string;
  readonly sessionProfile: string;
  /** From the named role to the one whose source is `profile` or `sessionProfile`. */
  readonly roles: readonly {
    readonly name: string;
    readonly sourceProfile: string;
  }[];
}

/**
 * Follows `name` over roles to a profile with a long-term key or to a session.
 * An unknown name leads to itself.
 *
 * @throws {UpdstsError} `PROFILE_NOT_FOUND`, `KEYS_MISSING`, `SETTING_INVALID`
 */
export function chainOf(name: string, profiles: Profiles): Chain {
  const roles: { name: string; sourceProfile: string }[] = [];
  for (let current = name;;) {
    const managed = sourceOf(profiles, current);
    if (managed !== undefined) {
      return { profile: managed, sessionProfile: current, roles };
    }
    const beside = findProfile(profiles.keys, current);
    const own = { profile: current, sessionProfile: `${current}_sts`, roles };
    if (beside?.hasKey) return own;
    const owner = [beside, profiles.config.get(current)]
      .find((profile) => profile?.credentialsKey() !== undefined);
    const { value } = settingOf(current, "source_profile", profiles);
    if (owner?.credentialsKey() === "role_arn" && value !== undefined) {
      roles.push({ name: current, sourceProfile: value });
      if (roles.some(({ name }) => name === value)) {
        const names = [...roles.map(({ name }) => name), value].map(quoted);
        throw cannotRefresh(
          "SETTING_INVALID",
          name,
          `its source_profile leads in a circle (${names.join(", ")})`,
          "let one of them name a profile with a long-term key",
        );
      }
      current = value;
      continue;
    }
    if (owner !== undefined) throw otherCredentials(name, current, owner);
    // The session may not exist yet.
    const [, source = ""] = /^(.+)_sts$/.exec(current) ?? [];
    if (roles.length > 0 && findProfile(profiles.keys, source)?.hasKey) {
      return { profile: source, sessionProfile: current, roles };
    }
    const parent = roles.at(-1);
    if (parent === undefined || beside !== undefined) return own;
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

/** Refuses `name`, whose chain ends at `owner`, a profile with other credentials than a key. */
function otherCredentials(
  name: string,
  current: string,
  owner: Profile,
): UpdstsError {
  const key = owner.credentialsKey() ?? "";
  const refuse = (state: string, hint: string) =>
    cannotRefresh("KEYS_MISSING", name, state, hint);
  if (key.startsWith("aws_")) {
    const whose = name === current
      ? "its key"
      : `the key of ${quoted(current)}`;
    const lines = ["aws_access_key_id", "aws_secret_access_key"]
      .flatMap((key) => owner.linesOf(key));
    return refuse(
      `${whose} is in the config file, and updsts takes keys from the credentials file only`,
      // Not as a command: other users of the machine can read its arguments.
      `move ${linesInWords(lines)} of the config file to ` +
        `[${current}] in the credentials file, in an editor`,
    );
  }
  const who = name === current
    ? "it"
    : `it takes its role with ${quoted(current)}, which`;
  const kind = otherKind(key);
  const source = owner.shown("credential_source");
  const isByToken = owner.linesOf("web_identity_token_file").length > 0;
  if (kind === "role" && !isByToken && source === undefined) {
    return refuse(
      `${who} takes a role (role_arn), and names no source_profile`,
      "add source_profile = NAME, the profile with the long-term key",
    );
  }
  const way = kind !== "role"
    ? `${WAYS[kind]} (${key})`
    : isByToken
    ? "takes a role with a web identity (web_identity_token_file)"
    : `takes a role with the credentials of ${source} (credential_source)`;
  return refuse(
    `${who} ${way}`,
    "use it as it is: it needs no session of updsts",
  );
}

/** How to make the named role, and those that use the session's former name, use `session`; a sentence each. */
export function roleAdvice(
  { profile, roles }: Chain,
  session: string,
  profiles: Profiles,
): string[] {
  const former = profiles.sessions.blockOf(profile, session)?.sessionProfile;
  const isRenamed = former !== undefined && former !== session;
  const last = roles.at(-1);
  const misled = Array.from(profiles.config.keys()).filter((name) =>
    isRenamed && name !== last?.name &&
    settingOf(name, "source_profile", profiles).value === former
  );
  if (last && last.sourceProfile !== session) misled.unshift(last.name);
  return [
    ...isRenamed
      ? [
        `The session is renamed from ${former} to ${session}: programs no longer find ${former}`,
      ]
      : [],
    ...misled.map((name) => {
      const { inConfig, where } = settingOf(name, "source_profile", profiles);
      const [source, role] = [session, name].map((it) => shellQuoted(it));
      return `So that ${name} uses ${session}, ${
        inConfig
          ? `run: aws configure set source_profile ${source} --profile ${role}`
          : `write source_profile = ${session} on ${where}`
      }`;
    }),
    ...roles.flatMap(({ name }) => {
      const { value, where } = settingOf(name, "mfa_serial", profiles);
      return value === undefined ? [] : [
        `Delete ${where} (mfa_serial of ${name}): the session needs no other code`,
      ];
    }),
  ];
}

/** A setting; as in the AWS CLI, the credentials file overrides the config file. */
function settingOf(
  name: string,
  key: "mfa_serial" | "source_profile",
  { keys, config }: Profiles,
) {
  const beside = findProfile(keys, name);
  const inConfig = beside?.value(key) === undefined;
  const profile = inConfig ? config.get(name) : beside;
  const lines = linesInWords(profile?.linesOf(key) ?? []);
  const file = inConfig ? "config" : "credentials";
  const where = `${lines} of the ${file} file`;
  return { value: profile?.value(key), inConfig, where };
}

function linesInWords(lines: readonly number[]): string {
  return `${lines.length === 1 ? "line" : "lines"} ${lines.join(" and ")}`;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

/** Credentials other than keys, in a word for a table. */
export type OtherKind = "role" | "sso" | "login" | "process" | "none";

/** The kind of credentials that `key` gives a profile. */
export function otherKind(key: string | undefined): OtherKind {
  if (key?.startsWith("sso_")) return "sso";
  if (key === "role_arn" || key === "web_identity_token_file") return "role";
  if (key === "login_session") return "login";
  return key === "credential_process" ? "process" : "none";
}

/** How such a profile gets credentials, in words. */
export const WAYS: Readonly<Record<OtherKind, string>> = {
  role: "takes a role",
  sso: "signs in with aws sso login",
  login: "signs in with aws login",
  process: "asks a program for its keys",
  none: "no keys of its own",
};
