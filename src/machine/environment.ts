// The environment variables that updsts reads, and the places they stand for.
import { UpdstsError } from "../errors.ts";
import { absolute, below, withOneSeparator } from "./paths.ts";
import type { Variable } from "./variables.ts";

/** Access to the process environment. */
export interface Environment {
  /** The value of a variable; undefined if it is unset or empty. */
  get(name: Variable): string | undefined;
  /**
   * `path` with a leading `~/` replaced by the home directory, and one
   * separator; absolute if it is known where relative ones count from.
   */
  expandHome(path: string): string;
}

/**
 * The environment as `get` shows it, by default that of this process; relative
 * paths count from `directory`.
 */
export function createEnvironment(
  get: (name: string) => string | undefined = (name) => Deno.env.get(name),
  os: typeof Deno.build.os = Deno.build.os,
  directory?: string,
): Environment {
  const value = (name: Variable) => get(name) || undefined;
  const home = () => {
    const found = os === "windows"
      ? value("USERPROFILE") ?? value("HOME")
      : value("HOME") ?? value("USERPROFILE");
    if (found !== undefined) return found;
    const variable = os === "windows" ? "USERPROFILE" : "HOME";
    throw new UpdstsError(
      "FILE_NOT_FOUND",
      `Cannot find the home directory: ${variable} is not set`,
      { hint: `set ${variable}` },
    );
  };
  return {
    get: value,
    expandHome: (path) =>
      withOneSeparator(
        /^~[/\\]/.test(path)
          ? below(home(), [path.slice(2)], os)
          : directory === undefined
          ? path
          : absolute(path, directory, os),
        os,
      ),
  };
}
