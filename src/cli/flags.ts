// Flags that more than one command takes.
import type { ProfileView } from "../sessions/list_profiles.ts";
import type { Context } from "./context.ts";
import type { Verbosity } from "./output.ts";

/** What every command takes. */
export interface CommonFlags {
  readonly credentialFile?: string;
  readonly verbose?: Verbosity;
  readonly json?: boolean;
}

const VERBOSITIES: readonly Verbosity[] = [0, 1, 2];

/** The grammar of {@linkcode CommonFlags}. */
export const commonFlags = {
  credentialFile: {
    kind: "parsed",
    parse: (path: string) => {
      // Most likely a shell variable that is not set: not the default, then.
      if (path === "") throw new SyntaxError("the path is empty");
      return path;
    },
    optional: true,
    placeholder: "FILE",
    brief: "Credentials file (default: ~/.aws/credentials)",
  },
  verbose: {
    kind: "parsed",
    parse: (level: string) => {
      const found = VERBOSITIES.find((verbosity) =>
        String(verbosity) === level
      );
      if (found === undefined) throw new SyntaxError("give 0, 1 or 2");
      return found;
    },
    proposeCompletions: () => VERBOSITIES.map(String),
    optional: true,
    placeholder: "LEVEL",
    brief: "How much to tell on stderr: 0, 1, 2 (default: 0)",
  },
  json: {
    kind: "boolean",
    optional: true,
    withNegated: false,
    brief: "Answer with one JSON object, failures too",
  },
} as const;

/** The short forms of {@linkcode CommonFlags}. */
export const commonAliases = { c: "credentialFile", v: "verbose" } as const;

/** The grammar of a flag for commands that can also do nothing. */
export function dryRunFlag(brief: string) {
  return {
    kind: "boolean",
    optional: true,
    withNegated: false,
    brief,
  } as const;
}

/** The grammar of a flag whose value is the name of a profile. */
export function profileFlag(
  brief: string,
  fits: (profile: ProfileView) => boolean = () => true,
) {
  return {
    kind: "parsed",
    parse: String,
    placeholder: "PROFILE",
    brief,
    async proposeCompletions(this: Context, partial: string) {
      const { listProfiles } = await import("../sessions/list_profiles.ts");
      const ports = await this.connect(undefined, this.output);
      return (await listProfiles(ports)).filter(fits).map(({ name }) => name)
        .filter((name) => name.startsWith(partial));
    },
  } as const;
}
