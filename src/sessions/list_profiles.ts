// Use case: list the profiles of the credentials file, without their secrets.
import type { ParsedFile } from "../credentials/parse.ts";
import {
  isDevice,
  listProfiles as readProfiles,
  type Profile,
} from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import type { KeySource, Ports, ProfileSettings } from "../ports.ts";
import { MASK, type Secret } from "../secret.ts";
import { chainOf, type OtherKind, otherKind, type Profiles } from "./roles.ts";
import { findSession, readSessionFiles } from "./session_files.ts";

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
  /** Of a role: the session that it stands on, if it does. */
  readonly session?: string | undefined;
  /** When that, or its own session, ends. */
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
 * All profiles, in file order, those beside the keys first, and the roles of
 * the config file that stand on a session. Broken blocks are warned about.
 */
export async function listProfiles(ports: ListPorts): Promise<ProfileView[]> {
  const { file, keys, config } = ports;
  const files = await readSessionFiles(ports);
  const profiles = { files, config: await config.profiles() };
  const views = keys === undefined
    ? await viewsOf(ports, files.sessions, file)
    : [
      ...await viewsOf(ports, files.keys, keys, keys.path),
      ...await viewsOf(ports, files.sessions, file, file.path),
    ];
  const names = new Set(views.map(({ name }) => name));
  const roles = [...profiles.config.keys()].filter((name) => !names.has(name))
    .map((name) => ({ ...ROLE, name }));
  return [...views, ...roles].flatMap((view) => {
    const found = view.kind === "role" && onSession(view.name, profiles);
    return found ? [{ ...view, ...found }] : names.has(view.name) ? [view] : [];
  });
}

/** A role of the config file, as far as all are alike. */
const ROLE = {
  recognised: true,
  kind: "role",
  accessKeyId: undefined,
  device: undefined,
  managedBy: undefined,
  expiration: undefined,
  hasStaleExpiry: false,
  isOverwritten: false,
  file: undefined,
  fields: new Map<string, string>(),
} as const;

/** The session that the role profile `name` stands on, if it does. */
function onSession(name: string, profiles: Profiles) {
  try {
    const { profile, sessionProfile: session, roles } = chainOf(name, profiles);
    if (roles.at(-1)?.sourceProfile !== session) return undefined;
    const found = findSession(profiles.files, profile, session);
    return { session, expiration: found?.expiration };
  } catch (error) {
    if (error instanceof UpdstsError) return undefined;
    throw error;
  }
}

/** Those of the file with the long-term keys alone. */
export async function listKeyProfiles(
  ports: ListPorts,
): Promise<ProfileView[]> {
  const { keys } = await readSessionFiles(ports);
  return await viewsOf(ports, keys, ports.keys ?? ports.file);
}

async function viewsOf(
  { config, log }: ListPorts,
  parsed: ParsedFile,
  source: Pick<KeySource, "path">,
  where?: string,
): Promise<ProfileView[]> {
  for (const { message } of parsed.damage) {
    log.warn(`${source.path ?? "stdin"}: ${message}`);
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
    const serial = settings?.mfaSerial;
    views.push({
      name: profile.name,
      recognised: profile.recognised,
      kind: kindOf(profile, settings),
      accessKeyId: profile.shown("aws_access_key_id"),
      device: own ?? (serial && !isDevice(serial) ? MASK : serial),
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
