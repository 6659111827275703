// Every option that there is, as data: what is read, shown, completed and documented.

/** What the value of an option is. */
export type ValueKind =
  | "profile"
  | "name"
  | "code"
  | "duration"
  | "device"
  | "path"
  | "level";

/** An option, whatever the command. */
export interface Option {
  /** `--profile`. */
  readonly long: string;
  /** `-n`; some have two letters. */
  readonly short?: string;
  /** What stands for its value in the help; an option without one is a switch. */
  readonly value?: { readonly placeholder: string; readonly kind: ValueKind };
  /** Other long forms that mean the same, besides underscores and capitals. */
  readonly spellings?: readonly string[];
  /** Words that people try for it; they are told the right one. */
  readonly mistakenFor?: readonly string[];
}

/** All of them, by the name that the code has for them, in the order of the help. */
export const OPTIONS = {
  profile: {
    short: "-n",
    long: "--profile",
    value: { placeholder: "NAME", kind: "profile" },
    spellings: ["--profile-name"],
    mistakenFor: ["--name", "--source", "--source-profile", "-p"],
  },
  totpToken: {
    short: "-t",
    long: "--totp-token",
    value: { placeholder: "CODE", kind: "code" },
    mistakenFor: [
      "--code",
      "--mfa",
      "--mfa-code",
      "--mfa-token",
      "--otp",
      "--token",
      "--token-code",
      "--totp",
    ],
  },
  stsProfileName: {
    short: "-sn",
    long: "--sts-profile-name",
    value: { placeholder: "NAME", kind: "name" },
    mistakenFor: [
      "--sts-name",
      "--sts-profile",
      "--session-name",
      "--session-profile",
      "--target",
      "--to",
      "-s",
    ],
  },
  duration: {
    short: "-d",
    long: "--duration",
    value: { placeholder: "DURATION", kind: "duration" },
    mistakenFor: ["--duration-seconds", "--hours", "--time", "--expires-in"],
  },
  device: {
    long: "--device",
    value: { placeholder: "DEVICE", kind: "device" },
    mistakenFor: [
      "--mfa-device",
      "--mfa-device-arn",
      "--mfa-serial",
      "--serial",
      "--serial-number",
    ],
  },
  minRemaining: {
    long: "--min-remaining",
    value: { placeholder: "DURATION", kind: "duration" },
    mistakenFor: ["--remaining", "--min", "--if-expired"],
  },
  dryRun: {
    long: "--dry-run",
    mistakenFor: ["--dry", "--check", "--what-if", "--noop", "--diff"],
  },
  mcpServer: {
    long: "--mcp-server",
    mistakenFor: ["--mcp", "--server", "--serve", "--stdio"],
  },
  credentialFile: {
    short: "-c",
    long: "--credential-file",
    value: { placeholder: "FILE", kind: "path" },
    mistakenFor: [
      "--credentials",
      "--credentials-file",
      "--cred-file",
      "--file",
      "--config",
      "--path",
      "-f",
    ],
  },
  sessionFile: {
    short: "-o",
    long: "--session-file",
    value: { placeholder: "FILE", kind: "path" },
    mistakenFor: ["--sessions", "--session-output", "--out", "--out-file"],
  },
  verbose: {
    short: "-v",
    long: "--verbose",
    value: { placeholder: "LEVEL", kind: "level" },
    mistakenFor: ["--debug", "--log-level"],
  },
  json: { long: "--json", mistakenFor: ["--output", "--format"] },
  help: { short: "-h", long: "--help", mistakenFor: ["-?", "--usage"] },
  version: { short: "-V", long: "--version" },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

/** Whether there is an option that the code calls so. */
function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** The names of all options, in the order of the help. */
export const OPTION_NAMES: readonly OptionName[] = Object.keys(OPTIONS)
  .filter(isOption);

/** An option, with all that any option may have. */
export function optionOf(name: OptionName): Option {
  return OPTIONS[name];
}

/** `-n NAME`: the shortest way to type it. */
export function typedAs(name: OptionName): string {
  const { short, long, value } = optionOf(name);
  const word = short ?? long;
  return value === undefined ? word : `${word} ${value.placeholder}`;
}

/** How much to tell: 0 errors and warnings, 1 what is done, 2 details. */
export type Verbosity = 0 | 1 | 2;

/** What was given on the command line. */
export class Given {
  readonly #values: ReadonlyMap<OptionName, string>;
  /** How much to tell. */
  readonly verbosity: Verbosity;
  /** What stood behind the command without an option. */
  readonly argument: string | undefined;

  /** A switch that is on has any value. */
  constructor(
    values: ReadonlyMap<OptionName, string>,
    verbosity: Verbosity = 0,
    argument?: string,
  ) {
    this.#values = values;
    this.verbosity = verbosity;
    this.argument = argument;
  }

  /** The value of an option; undefined if it was not given. */
  text(name: OptionName): string | undefined {
    return this.#values.get(name);
  }

  /** Whether an option was given. */
  has(name: OptionName): boolean {
    return this.#values.has(name);
  }
}
