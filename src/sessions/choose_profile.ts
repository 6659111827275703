// Use case: which profile is meant, where none was named.
import { UpdstsError } from "../errors.ts";
import { listKeyProfiles, type ListPorts } from "./list_profiles.ts";

/** More candidates than these are only counted. */
const MAX_NAMES = 10;

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
    throw new UpdstsError(
      "PROFILE_NOT_FOUND",
      `Cannot choose a profile: none in ${
        path === undefined ? "stdin" : "the file"
      } has a long-term key`,
      { hint: "add one with aws configure, or name the file with -c" },
    );
  }
  const names = [only, ...others].map(({ name }) => JSON.stringify(name));
  const shown = names.slice(0, MAX_NAMES);
  if (names.length > shown.length) {
    shown.push(`and ${names.length - shown.length} more`);
  }
  throw new UpdstsError(
    "USAGE",
    `Cannot choose a profile: ${names.length} have a long-term key${
      fit.length === 0 ? "" : " and an MFA device"
    }`,
    {
      hint: "name one of them, as in updsts get NAME" +
        // Of stdin, which may hold anything, nothing is quoted.
        (path === undefined ? "" : `: ${shown.join(", ")}`),
    },
  );
}
