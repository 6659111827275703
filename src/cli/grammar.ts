// The grammar, as data: every option and every command. The parser, the help,
// the completion and the reference are derived from it.

/** The kinds of values, each as the help shows it. */
export const PLACEHOLDERS = {
  profile: "NAME",
  name: "NAME",
  code: "CODE",
  duration: "DURATION",
  device: "DEVICE",
  path: "FILE",
  level: "LEVEL",
} as const;

/** The values that an option takes. */
export type ValueKind = keyof typeof PLACEHOLDERS;

/** An option, whatever the command. */
export interface Option {
  /** `--profile`. */
  readonly long: string;
  /** `-n`; some have two letters. */
  readonly short?: string;
  /** An option without a value is a switch. */
  readonly value?: ValueKind;
  /** Another long form, besides those with underscores and capitals. */
  readonly also?: string;
}

/** Gives the values of a table a type, and keeps its keys. */
const tableOf =
  <Value>() => <Key extends string>(table: Readonly<Record<Key, Value>>) =>
    table;

/** All options, in the order of the help. */
export const OPTIONS = tableOf<Option>()({
  profile: {
    short: "-n",
    long: "--profile",
    value: "profile",
    also: "--profile-name",
  },
  totpToken: { short: "-t", long: "--totp-token", value: "code" },
  stsProfileName: { short: "-sn", long: "--sts-profile-name", value: "name" },
  duration: { short: "-d", long: "--duration", value: "duration" },
  device: { long: "--device", value: "device" },
  minRemaining: { long: "--min-remaining", value: "duration" },
  dryRun: { long: "--dry-run" },
  mcpServer: { long: "--mcp-server" },
  credentialFile: { short: "-c", long: "--credential-file", value: "path" },
  sessionFile: { short: "-o", long: "--session-file", value: "path" },
  verbose: { short: "-v", long: "--verbose", value: "level" },
  json: { long: "--json" },
  help: { short: "-h", long: "--help" },
  version: { short: "-V", long: "--version" },
});

export type OptionName = keyof typeof OPTIONS;

/** The keys of `object` with their type. */
function keysOf<K extends string>(object: Readonly<Record<K, unknown>>): K[] {
  const isKey = (key: string): key is K => Object.hasOwn(object, key);
  return Object.keys(object).filter(isKey);
}

/** The names of all options, in the order of the help. */
export const OPTION_NAMES: readonly OptionName[] = keysOf(OPTIONS);

/** Options with their values as typed; a switch that is on has any value. */
export type OptionValues = ReadonlyMap<OptionName | "shell", string>;

/** The shells that have a completion script. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** A command, except for what it does. */
export interface Command {
  readonly brief: string;
  /** The rest of its line in the usage. */
  readonly usage: string;
  readonly about: string;
  readonly examples: readonly string[];
  /** The name of a shell, or of a profile as with `-n`; completion proposes those that fit. */
  readonly argument?: "shell" | {
    readonly required: boolean;
    readonly fits: "long-term" | "managed" | "any";
  };
  /** The options that are not common to all commands, with their help texts. */
  readonly options: Readonly<Partial<Record<OptionName, string>>>;
}

/** The options of every command. */
export const COMMON_OPTIONS: Command["options"] = {
  credentialFile: "Credentials file (default: ~/.aws/credentials)",
  verbose: "Messages on stderr: 0, 1 or 2 (default: 0)",
  json: "Print one JSON object, also for errors",
  help: "Show this help",
};

/** All commands, in the order of the help. */
export const COMMANDS = tableOf<Command>()({
  get: {
    brief: "Get temporary credentials for a TOTP code, and save them",
    usage: "[PROFILE] [-t CODE] [options]",
    about:
      "Requests temporary credentials from AWS STS and writes them into the managed block of the profile in the credentials file. Without PROFILE, uses the profile that AWS_PROFILE names, or else the only one that has a long-term key and an MFA device.",
    examples: [
      "updsts get",
      "updsts get work -t 123456 -sn work-today -d 12h",
      "op item get aws --otp | updsts get work -t - --min-remaining 30m",
    ],
    argument: { required: false, fits: "long-term" },
    options: {
      profile: "Profile with the long-term key; the same as PROFILE",
      totpToken: "Six-digit code; - reads it from stdin (default: asks)",
      stsProfileName: "Profile to write (default: PROFILE_sts)",
      duration:
        "Lifetime of the session: 15m to 36h (default: the profile's duration_seconds, else 1h)",
      device: "MFA device: ARN or serial number (default: the profile's)",
      minRemaining: "Do nothing if the session stays valid this long",
      sessionFile:
        "File for the session, created if missing (default: the credentials file)",
      dryRun: "Check everything and show what would change; ask for no code",
    },
  },
  list: {
    brief: "List the profiles of the credentials file, without their secrets",
    usage: "[options]",
    about:
      "Lists each profile with its kind, access key ID, MFA device and expiry. With -v 1, shows all keys of each profile, with secrets masked.",
    examples: ["updsts list", "updsts list -v 1 -c ./credentials"],
    options: { sessionFile: "File for sessions, to be listed as well" },
  },
  remove: {
    brief: "Remove the session of a profile from the credentials file",
    usage: "PROFILE [options]",
    about:
      "Removes the managed block of the profile from the file. Every other byte stays as it was.",
    examples: ["updsts remove default_sts --dry-run", "updsts remove default"],
    argument: { required: true, fits: "managed" },
    options: {
      profile: "Profile with the session, or its source; the same as PROFILE",
      sessionFile: "File that holds the session",
      dryRun: "Show what would be removed, and change nothing",
    },
  },
  prune: {
    brief: "Remove all expired sessions from the credentials file",
    usage: "[options]",
    about:
      "Removes the managed blocks whose session has expired. Every other byte stays as it was.",
    examples: ["updsts prune --dry-run", "updsts prune"],
    options: {
      sessionFile: "File that holds the sessions",
      dryRun: "Show what would be removed, and change nothing",
    },
  },
  doctor: {
    brief: "Check everything that a refresh needs",
    usage: "[PROFILE] [options]",
    about:
      "Checks the credentials file, its profiles, the config file and the connection to STS, and reports problems. Changes nothing and uses no code. Exits with 0 unless it reports a problem.",
    examples: ["updsts doctor", "updsts doctor default --json"],
    argument: { required: false, fits: "any" },
    options: {
      profile: "Profile to check (default: all); the same as PROFILE",
      sessionFile: "File for sessions, to be checked as well",
    },
  },
  completion: {
    brief: "Print a completion script for bash, zsh, fish or PowerShell",
    usage: "SHELL",
    about:
      "Prints a script for bash, zsh, fish or powershell. With it, the shell completes commands, options and the profiles of the credentials file.",
    examples: [
      `echo 'eval "$(updsts completion bash)"' >> ~/.bashrc`,
      `echo 'eval "$(updsts completion zsh)"' >> ~/.zshrc`,
      "updsts completion fish > ~/.config/fish/completions/updsts.fish",
      "updsts completion powershell | Out-String | Invoke-Expression",
    ],
    argument: "shell",
    options: {},
  },
  mcp: {
    brief: "Run the MCP server; without --mcp-server, show its tools",
    usage: "[--mcp-server] [options]",
    about:
      "With --mcp-server, speaks the Model Context Protocol on stdin and stdout; an MCP client starts it. Without it, shows the tools that agents get.",
    examples: ["updsts mcp", "updsts mcp --mcp-server -v 1"],
    options: {
      mcpServer: "Serve MCP on stdin and stdout",
      sessionFile:
        "File for the sessions of all tools; agents cannot choose it",
    },
  },
});

export type CommandName = keyof typeof COMMANDS;

/** The names of all commands, in the order of the help. */
export const COMMAND_NAMES: readonly CommandName[] = keysOf(COMMANDS);

/** The options without a command. */
const BARE_OPTIONS: Command["options"] = {
  help: "Show the help; after a command, its options",
  version: "Show the version",
};

/** The options of a command with their help texts, its own first. */
export function optionsOf(
  command: CommandName | undefined,
): Command["options"] {
  return command === undefined
    ? BARE_OPTIONS
    : { ...COMMANDS[command].options, ...COMMON_OPTIONS };
}

/** The names of `options` with their meanings, in the order of the help. */
export function inOrder(
  options: Command["options"],
): (readonly [OptionName, string])[] {
  return OPTION_NAMES.flatMap((name) => {
    const meaning = options[name];
    return meaning === undefined ? [] : [[name, meaning] as const];
  });
}
