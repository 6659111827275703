// Use cases: find a profile, or list the possible ones.
import { assertProfileName } from "../credentials/refusals.ts";
import { UpdstsError } from "../errors.ts";
import { byCloseness } from "../near_names.ts";
import type { ShellSettings } from "../ports.ts";
import {
  listKeyProfiles,
  type ListPorts,
  listProfiles,
  type ProfileView,
} from "./list_profiles.ts";

/**
 * The only profile that a session can be asked for: it has a long-term key and
 * an MFA device; or the only one with a key, to be told what it lacks.
 *
 * @throws {UpdstsError} `USAGE` if there are several, `PROFILE_NOT_FOUND` if none
 */
export async function chooseProfile(ports: ListPorts): Promise<string> {
  const { path } = ports.keys ?? ports.file;
  const keys = (await listKeyProfiles(ports)).filter(({ kind }) =>
    kind === "long-term"
  );
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
  // Of stdin, which may hold anything, nothing is quoted.
  const which = path === undefined ? "" : `: ${quoted(names, 10)}`;
  throw new UpdstsError(
    "USAGE",
    `Cannot choose a profile: ${names.length} have a long-term key${whatElse}`,
    { hint: `name one of them, as in updsts get NAME${which}` },
  );
}

/** The first `most` of `names`; a file may have thousands, so the others are counted. */
function quoted(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  return [...shown, ...more > 0 ? [`and ${more} more`] : []].join(", ");
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
  const fromStdin = (ports.keys ?? ports.file).path === undefined;
  return unknownProfile(name, views, { fromStdin });
}

/**
 * The error that names the profiles that exist, the likeliest first; but none
 * of stdin, which may hold anything.
 */
export function unknownProfile(
  name: string,
  profiles: readonly Pick<ProfileView, "name" | "recognised">[],
  { fromStdin = false }: { readonly fromStdin?: boolean } = {},
): UpdstsError {
  const recognised = profiles.filter((profile) => profile.recognised);
  const existing = [...new Set(recognised.map(({ name }) => name))];
  const inFile = existing.length === 0
    ? "the file has no profiles yet; add one with `aws configure`"
    : `the profiles are: ${quoted(byCloseness(name, existing), 5)}`;
  const [state, hint] = fromStdin
    ? [
      "stdin has no such section",
      "pipe in the text of a credentials file, with the long-term key in it",
    ]
    : existing.includes(`profile ${name}`)
    ? [
      `the credentials file has [profile ${name}], which only the config file takes for it`,
      `write [${name}] in its place`,
    ]
    : ["the file has no such section", inFile];
  const message = `Cannot find profile ${JSON.stringify(name)}: ${state}`;
  return new UpdstsError("PROFILE_NOT_FOUND", message, { hint });
}

/**
 * What programs of this shell would use in place of one of `sessionProfiles`,
 * and how to stop it.
 */
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
  const name = defaultProfile ?? "";
  if (name !== "" && !sessionProfiles.includes(name)) {
    const names = `AWS_DEFAULT_PROFILE names ${JSON.stringify(name)}`;
    warnings.push(
      `${names}: some programs use it instead of AWS_PROFILE; unset it`,
    );
  }
  return warnings;
}
