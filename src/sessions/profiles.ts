// Use cases: list the profiles without their secrets, find one, or choose the one that is meant.
import { isDevice } from "../credentials/keys.ts";
import type { ParsedFile } from "../credentials/parse.ts";
import { listProfiles } from "../credentials/profiles.ts";
import { assertProfileName } from "../credentials/refusals.ts";
import { UpdstsError } from "../errors.ts";
import { byCloseness } from "../near_names.ts";
import type { KeySource, Ports, ShellSettings } from "../ports.ts";
import { MASK, type Secret } from "../secret.ts";
import { chainOf, type OtherKind, otherKind } from "./roles.ts";
import { findSession, type Profiles, readProfiles } from "./session_files.ts";

type ListPorts = Pick<Ports, "file" | "keys" | "config" | "log">;

/** A profile for display. */
export interface ProfileView {
  readonly name: string;
  /** Whether it has a key that AWS's tools know. */
  readonly recognised: boolean;
  readonly kind: "long-term" | "session" | OtherKind;
  readonly accessKeyId?: string | undefined;
  /** MFA device of a refresh. */
  readonly device?: string | undefined;
  /** For a session in a managed block: the profile with the long-term key. */
  readonly managedBy?: string | undefined;
  /** For a role: the session that it uses. */
  readonly session?: string | undefined;
  /** End of that session, or of its own. */
  readonly expiration?: Date | undefined;
  /** Whether another program has replaced the key that the expiry is of. */
  readonly hasStaleExpiry?: boolean;
  /** Whether it has the MFA device of a long-term key, and the token of a session. */
  readonly isOverwritten?: boolean;
  /** Path of its file if there are two files; undefined for stdin. */
  readonly file?: string | undefined;
  /** Values by key, secrets wrapped. */
  readonly fields: ReadonlyMap<string, string | Secret>;
}

/** Lists the profiles in file order, the file with the keys first, then roles of the config file; warns of broken blocks. */
export async function viewProfiles(ports: ListPorts): Promise<ProfileView[]> {
  const { file, keys } = ports;
  const profiles = await readProfiles(ports);
  const views = [
    ...keys ? await viewsOf(ports, profiles.keys, keys, keys.path) : [],
    ...await viewsOf(ports, profiles.sessions, file, keys && file.path),
  ];
  const names = new Set(views.map(({ name }) => name));
  const roles = [...profiles.config.keys()].flatMap((name): ProfileView[] => {
    const used = names.has(name) ? undefined : sessionOf(name, profiles);
    if (used === undefined) return [];
    const fields = new Map<string, string>();
    return [{ name, recognised: true, kind: "role", fields, ...used }];
  });
  return [
    ...views.map((view) =>
      view.kind === "role"
        ? { ...view, ...sessionOf(view.name, profiles) }
        : view
    ),
    ...roles,
  ];
}

/** The session that the role `name` uses, if any. */
function sessionOf(name: string, profiles: Profiles) {
  try {
    const { profile, sessionProfile: session, roles } = chainOf(name, profiles);
    if (roles.at(-1)?.sourceProfile !== session) return undefined;
    const found = findSession(profiles.sessions, profile, session);
    return { session, expiration: found?.expiration };
  } catch (error) {
    if (error instanceof UpdstsError) return undefined;
    throw error;
  }
}

async function viewsOf(
  { config, log }: ListPorts,
  parsed: ParsedFile,
  { path = "stdin" }: Pick<KeySource, "path">,
  file?: string,
): Promise<ProfileView[]> {
  for (const { message } of parsed.damage) log.warn(`${path}: ${message}`);
  const managers = new Map(
    parsed.blocks.filter(({ profile, sessionProfile, opened }) =>
      opened || profile !== sessionProfile
    ).map(({ section, profile }) => [section, profile]),
  );
  const views: ProfileView[] = [];
  for (const profile of listProfiles(parsed)) {
    const section = profile.sections.find((section) => managers.has(section));
    const own = profile.shown("mfa_device_arn") ?? profile.shown("mfa_serial");
    const isSession = profile.token !== undefined;
    const hasKeys = isSession ||
      profile.value("aws_access_key_id") !== undefined;
    // Read only if the credentials file does not tell.
    const settings = own !== undefined && hasKeys
      ? undefined
      : await config.settingsOf(profile.name);
    const serial = settings?.mfaSerial;
    const kind = hasKeys
      ? "long-term"
      : otherKind(profile.credentialsKey() ?? settings?.credentialsKey);
    views.push({
      name: profile.name,
      recognised: profile.recognised,
      kind: isSession ? "session" : kind,
      accessKeyId: profile.shown("aws_access_key_id"),
      device: own ?? (serial && !isDevice(serial) ? MASK : serial),
      managedBy: section && managers.get(section),
      expiration: profile.expiration,
      hasStaleExpiry: profile.hasStaleExpiry,
      isOverwritten: profile.isOverwritten,
      file,
      // Computed on demand: a table of names does not need it.
      get fields() {
        return profile.fields();
      },
    });
  }
  return views;
}

/** The profiles of `views` with a long-term key in the file where keys are read. */
export function withLongTermKey(
  views: readonly ProfileView[],
  { file, keys }: Pick<ListPorts, "file" | "keys">,
): ProfileView[] {
  return views.filter(({ kind, file: where }) =>
    kind === "long-term" && (keys === undefined || where !== file.path)
  );
}

/**
 * The only profile with a long-term key and an MFA device; without any, the
 * only one with a long-term key.
 *
 * @throws {UpdstsError} `USAGE` if there are several, `PROFILE_NOT_FOUND` if there is none
 */
export async function chooseProfile(ports: ListPorts): Promise<string> {
  const { path } = ports.keys ?? ports.file;
  const keys = withLongTermKey(await viewProfiles(ports), ports);
  const fit = keys.filter(({ device }) => device !== undefined);
  const [only, ...others] = fit.length === 0 ? keys : fit;
  if (only !== undefined && others.length === 0) return only.name;
  if (only === undefined) {
    const where = path === undefined ? "stdin" : "the file";
    throw new UpdstsError(
      "PROFILE_NOT_FOUND",
      `Cannot choose a profile: none in ${where} has a long-term key`,
      { hint: "add one with aws configure, or name the file with -c" },
    );
  }
  const names = [only, ...others].map(({ name }) => name);
  const whatElse = fit.length === 0 ? "" : " and an MFA device";
  // Stdin may hold anything, so nothing of it is quoted.
  const which = path === undefined ? "" : `: ${quoted(names, 10)}`;
  throw new UpdstsError(
    "USAGE",
    `Cannot choose a profile: ${names.length} have a long-term key${whatElse}`,
    { hint: `name one of them, as in updsts get NAME${which}` },
  );
}

/** Quotes the first `most` names and counts the others. */
function quoted(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  return [...shown, ...more > 0 ? [`and ${more} more`] : []].join(", ");
}

/** The profile called `name`, or the error that lists the existing ones. */
export async function getProfile(
  ports: ListPorts,
  name: string,
): Promise<ProfileView | UpdstsError> {
  assertProfileName(name, "the profile name");
  const views = await viewProfiles(ports);
  const found = views.filter((view) => view.name === name && view.recognised);
  // With two files, updsts refreshes the one in the file for sessions.
  const current = found.findLast(({ managedBy }) => managedBy !== undefined) ??
    found[0];
  const { path } = ports.keys ?? ports.file;
  return current ?? unknownProfile(name, views, path);
}

/** Lists the existing profiles, the nearest names first; those of stdin are not quoted, since it may hold anything. */
export function unknownProfile(
  name: string,
  profiles: readonly Pick<ProfileView, "name" | "recognised">[],
  path: string | undefined,
): UpdstsError {
  const recognised = profiles.filter((profile) => profile.recognised);
  const existing = [...new Set(recognised.map(({ name }) => name))];
  const inFile = existing.length === 0
    ? "the file has no profiles yet; add one with `aws configure`"
    : `the profiles are: ${quoted(byCloseness(name, existing), 5)}`;
  const [state, hint] = path === undefined
    ? [
      "stdin does not have that section",
      "pipe in the text of a credentials file, with the long-term key in it",
    ]
    : existing.includes(`profile ${name}`)
    ? [
      `the credentials file has [profile ${name}], which only the config file takes for it`,
      `write [${name}] in its place`,
    ]
    : ["the file does not have that section", inFile];
  const message = `Cannot find profile ${JSON.stringify(name)}: ${state}`;
  return new UpdstsError("PROFILE_NOT_FOUND", message, { hint });
}

/** Warns of variables that make other programs use something else than `sessionProfiles`. */
export function shellWarnings(
  shell: ShellSettings,
  sessionProfiles: readonly string[],
): string[] {
  const { defaultProfile, hasAccessKeyId } = shell;
  const warnings = shell.missingFiles().map(({ variable, path }) =>
    `${variable} names ${JSON.stringify(path)}, which does not exist: ${
      path.includes("${")
        ? "the program that set it did not expand ${…}; write the path out"
        : "programs do not find what is in the usual file; unset it"
    }`
  );
  if (hasAccessKeyId) {
    warnings.push(
      "AWS_ACCESS_KEY_ID is set: programs use it instead of the session; unset it",
    );
  }
  if (defaultProfile && !sessionProfiles.includes(defaultProfile)) {
    const name = JSON.stringify(defaultProfile);
    warnings.push(
      `AWS_DEFAULT_PROFILE names ${name}: some programs use it instead of AWS_PROFILE; unset it`,
    );
  }
  return warnings;
}
