// Use case: what stands in the credentials file, without its secrets.
import type { UpdstsError } from "../errors.ts";
import { parseFile } from "../credentials/parse.ts";
import {
  isDevice,
  listProfiles as readProfiles,
  looksLikeName,
  type Profile,
} from "../credentials/profiles.ts";
import { assertProfileName } from "../credentials/refusals.ts";
import type { KeySource, Ports, ProfileSettings } from "../ports.ts";
import { MASK, type Secret } from "../secret.ts";
import { type OtherKind, otherKind } from "./other_credentials.ts";
import { parseTimestamp } from "../timestamps.ts";

/** What the reads need of the world. */
export type ListPorts = Pick<Ports, "file" | "keys" | "config" | "log">;

/** A profile as it may be shown. */
export interface ProfileView {
  readonly name: string;
  /** Whether it has a key that AWS's tools know. */
  readonly recognised: boolean;
  /** The name for whom the file may be hidden: a mask if it looks like none. */
  readonly shownName: string;
  /** What kind of credentials it has: `none` has none of its own. */
  readonly kind: "long-term" | "session" | OtherKind;
  readonly accessKeyId: string | undefined;
  /** The MFA device that a refresh would ask. */
  readonly device: string | undefined;
  /** The profile whose managed block this one stands in. */
  readonly managedBy: string | undefined;
  readonly expiration: Date | undefined;
  /** The file that it stands in, where there are two. */
  readonly file: string | undefined;
  /** Every key with a value; a {@linkcode Secret} shows itself as a mask. */
  readonly fields: ReadonlyMap<string, string | Secret>;
}

/** One profile with a key of AWS, or the error that names those there are. */
export async function getProfile(
  ports: ListPorts,
  name: string,
): Promise<ProfileView | UpdstsError> {
  assertProfileName(name, "the profile name");
  const views = await listProfiles(ports);
  const found = views.filter((view) => view.name === name && view.recognised);
  // Of two of that name, the one that is kept current is in the file for sessions.
  const current = found.findLast(({ managedBy }) => managedBy !== undefined) ??
    found[0];
  if (current !== undefined) return current;
  const { unknownProfile } = await import("./unknown_profile.ts");
  const names = new Set(
    views.flatMap(({ recognised, name, shownName }) =>
      recognised && name === shownName ? [name] : []
    ),
  );
  return await unknownProfile(
    name,
    [...names],
    { fromStdin: (ports.keys ?? ports.file).path === undefined },
  );
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
    parsed.blocks.map(({ section, profile }) => [section, profile]),
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
      shownName: looksLikeName(profile.name) ? profile.name : MASK,
      kind: kindOf(profile, settings),
      accessKeyId: profile.shown("aws_access_key_id"),
      device: own ?? shownDevice(settings?.mfaSerial),
      managedBy: section && managers.get(section),
      expiration: parseTimestamp(profile.value("expiration_datetime")),
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
