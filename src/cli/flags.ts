// Flags that more than one command takes.
import type { Verbosity } from "./output.ts";

/** What every command takes. */
export interface CommonFlags {
  readonly credentialFile?: string;
  readonly verbose: "0" | "1" | "2";
  readonly json: boolean;
}

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
    brief:
      "Credentials file (default: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials)",
  },
  verbose: {
    kind: "enum",
    values: ["0", "1", "2"],
    default: "0",
    brief: "How much to tell on stderr",
  },
  json: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Answer with one JSON object, failures too",
  },
} as const;

/** The short forms of {@linkcode CommonFlags}. */
export const commonAliases = { c: "credentialFile", v: "verbose" } as const;

const VERBOSITIES = { "0": 0, "1": 1, "2": 2 } as const;

/** The verbosity that the flag stands for. */
export function verbosityOf(flags: CommonFlags): Verbosity {
  return VERBOSITIES[flags.verbose];
}
