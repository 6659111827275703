// Use case: what stands in the credentials file, without its secrets.
import { parseFile } from "../credentials/parse.ts";
import {
  isDevice,
  listProfiles as readProfiles,
  type Profile,
} from "../credentials/profiles.ts";
import type { KeySource, Ports, ProfileSettings } from "../ports.ts";
import { MASK, type Secret } from "../secret.ts";

/** What the reads need of the world. */
export type ListPorts = Pick<Ports, "file" | "keys" | "config" | "log">;

/** A profile as it may be shown. */
export interface ProfileView {
  readonly name: string;
  /** Whether it has a key that AWS's tools know. */
  readonly recognised: boolean;
  /** What kind of credentials it has: `none` has none of its own. */
  readonly kind: "long-term" | "session" | OtherKind;
  readonly accessKeyId: string | undefined;
  /** The MFA device that a refresh would ask. */
  readonly device: string | undefined;
  /** The profile whose managed block this one stands in. */
  readonly managedBy: string | undefined;
  readonly expiration: Date | undefined;
  /** Whether another program has written a key since the expiry was. */
  readonly hasStaleExpiry: boolean;
  /** Whether it has the MFA device of a long-term key, and the token of a session. */
  readonly isOverwritten: boolean;
  /** The file that it stands in, where there are two. */
  readonly file: string | undefined;
  /** Every key with a value; a {@linkcode Secret} shows itself as a mask. */
  readonly fields: ReadonlyMap<string, string | Secret>;
}

/**
 * All profiles, in file order, those beside the keys first. Broken blocks are
 * warned about.
 */
export async function listProfiles(ports: ListPorts): Promise<ProfileView[]> {
  const { file, keys } = ports;
  if (keys === undefined) return await viewsOf(ports, file);
  return [
    ...await viewsOf(ports, keys, keys.path),
    ...await viewsOf(ports, file, file.path),
  ];
}

/** Those of the file with the long-term keys alone. */
export async function listKeyProfiles(
  ports: ListPorts,
): Promise<ProfileView[]> {
  return await viewsOf(ports, ports.keys ?? ports.file);
}

async function viewsOf(
  { config, log }: ListPorts,
  source: KeySource,
  where?: string,
): Promise<ProfileView[]> {
  const parsed = parseFile(await source.read());
  for (const problem of parsed.brokenTags) {
    log.warn(`${source.path ?? "stdin"}: ${problem}`);
  }
  const managers = new Map(
    parsed.blocks.filter(({ profile, sessionProfile, opened }) =>
      opened || profile !== sessionProfile
    ).map(({ section, profile }) => [section, profile]),
  );
  const views: ProfileView[] = [];
  for (const profile of readProfiles(parsed)) {
    const section = profile.sections.find((section) => managers.has(section));
    const own = profile.shown("mfa_device_arn") ?? profile.shown("mfa_serial");
    // Asked for only where the file leaves something open.
    const settings = own !== undefined && hasKeys(profile)
      ? undefined
      : await config.settingsOf(profile.name);
    views.push({
      name: profile.name,
      recognised: profile.recognised,
      kind: kindOf(profile, settings),
      accessKeyId: profile.shown("aws_access_key_id"),
      device: own ?? shownDevice(settings?.mfaSerial),
      managedBy: section && managers.get(section),
      expiration: profile.expiration,
      hasStaleExpiry: profile.hasStaleExpiry,
      isOverwritten: profile.isOverwritten,
      file: where,
      // Made when somebody looks: a table of names has no need of them.
      get fields() {
        return profile.fields();
      },
    });
  }
  return views;
}

/** A device of the config file, masked if it can be none. */
function shownDevice(device: string | undefined): string | undefined {
  return device === undefined || isDevice(device) ? device : MASK;
}

function hasKeys(profile: Profile): boolean {
  return profile.value("aws_access_key_id") !== undefined ||
    profile.token !== undefined;
}

function kindOf(
  profile: Profile,
  settings: ProfileSettings | undefined,
): ProfileView["kind"] {
  if (profile.token !== undefined) return "session";
  return hasKeys(profile)
    ? "long-term"
    : otherKind(profile.credentialsKey() ?? settings?.credentialsKey);
}

/** In a word, for a table. */
export type OtherKind = "role" | "sso" | "login" | "process" | "none";

/** The kind of credentials that `key`, of the profile or of the config file, stands for. */
export function otherKind(key: string | undefined): OtherKind {
  if (key === undefined) return "none";
  if (key.startsWith("sso_")) return "sso";
  switch (key) {
    case "role_arn":
    case "web_identity_token_file":
      return "role";
    case "login_session":
      return "login";
    case "credential_process":
      return "process";
    default:
      return "none";
  }
}

/** What such a profile does, for a person to read. */
export const WAYS: Readonly<Record<OtherKind, string>> = {
  role: "takes a role",
  sso: "signs in with aws sso login",
  login: "signs in with aws login",
  process: "asks a program for its keys",
  none: "no keys of its own",
};
