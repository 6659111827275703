// The grammar of every command, as data. What a command does is in the file of
// its name, loaded when it runs.
import type { OptionName } from "./options.ts";

/** The shells that can be taught to complete. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type ShellName = typeof SHELLS[number];

/** What may stand behind a command without an option. */
export type Argument =
  /** The name of a profile, the same as with `-n`; which ones fit is for the completion. */
  | {
    readonly kind: "profile";
    readonly required: boolean;
    readonly fits: "long-term" | "managed" | "any";
  }
  /** One of a few words. */
  | {
    readonly kind: "choice";
    readonly placeholder: string;
    readonly choices: readonly string[];
  }
  | { readonly kind: "none"; readonly instead: string };

/** A command, but for what it does. */
export interface Command {
  readonly brief: string;
  /** What stands behind its name, in the usage. */
  readonly usage: string;
  readonly about: string;
  readonly examples: readonly string[];
  readonly argument: Argument;
  /** The options that it takes besides the common ones, with what they mean here. */
  readonly options: Readonly<Partial<Record<OptionName, string>>>;
  /** What people type instead of its name. */
  readonly mistakenFor: readonly string[];
}

/** What every command takes. */
export const COMMON_OPTIONS: Command["options"] = {
  credentialFile: "Credentials file (default: ~/.aws/credentials)",
  verbose: "How much to tell on stderr: 0, 1, 2 (default: 0)",
  json: "Answer with one JSON object, failures too",
  help: "Show this",
};

const get: Command = {
  brief: "Trade a TOTP code for temporary credentials, and write them down",
  usage: "[PROFILE] [-t CODE] [options]",
  about:
    "Asks AWS STS for temporary credentials and writes them into the block of the credentials file that updsts keeps for the profile. Without PROFILE, takes the only one that has a long-term key and an MFA device.",
  examples: [
    "updsts get",
    "updsts get work -t 123456 -sn work-today -d 12h",
    "op item get aws --otp | updsts get work -t - --min-remaining 30m",
  ],
  argument: { kind: "profile", required: false, fits: "long-term" },
  options: {
    profile: "Profile that holds the long-term key; the same as PROFILE",
    totpToken: "The six digits; - reads stdin (default: asks)",
    stsProfileName: "Profile to write (default: PROFILE_sts)",
    duration:
      "How long the session lasts: 15m to 36h (default: the profile's duration_seconds, else 1h)",
    device: "MFA device: ARN or serial number (default: the profile's)",
    minRemaining: "Do nothing if the session stays valid this long",
    sessionFile:
      "File for the session, made if it is missing (default: the credentials file)",
    dryRun: "Check all, ask nobody, show what would change",
  },
  mistakenFor: [
    "update",
    "refresh",
    "renew",
    "login",
    "assume",
    "auth",
    "sts",
    "mfa",
    "session",
    "new",
    "run",
    "set",
  ],
};

const list: Command = {
  brief: "Show the profiles of the credentials file, without their secrets",
  usage: "[options]",
  about:
    "Shows each profile with its kind, key, MFA device and expiry. With -v 1, shows every key of it, secrets as a mask.",
  examples: ["updsts list", "updsts list -v 1 -c ./credentials"],
  argument: { kind: "none", instead: "updsts list shows all profiles" },
  options: { sessionFile: "File for sessions, to be shown as well" },
  mistakenFor: ["ls", "show", "status", "info", "profiles", "dir", "view"],
};

const remove: Command = {
  brief: "Take the session of a profile out of the credentials file",
  usage: "PROFILE [options]",
  about:
    "Takes the block that updsts keeps for the profile out of the file, and leaves every other byte as it was.",
  examples: ["updsts remove default_sts --dry-run", "updsts remove default"],
  argument: { kind: "profile", required: true, fits: "managed" },
  options: {
    profile:
      "Profile whose session goes, or the session's; the same as PROFILE",
    dryRun: "Say what would go, and change nothing",
  },
  mistakenFor: ["rm", "delete", "del", "logout", "clear", "unset", "drop"],
};

const prune: Command = {
  brief: "Take all expired sessions out of the credentials file",
  usage: "[options]",
  about:
    "Takes those blocks of updsts out of the file whose session has expired, and leaves every other byte as it was.",
  examples: ["updsts prune --dry-run", "updsts prune"],
  argument: {
    kind: "none",
    instead: "updsts remove NAME takes one session out",
  },
  options: { dryRun: "Say what would go, and change nothing" },
  mistakenFor: ["clean", "cleanup", "purge", "gc", "expire"],
};

const doctor: Command = {
  brief: "Look for what could keep a refresh from working",
  usage: "[PROFILE] [options]",
  about:
    "Looks at the credentials file, its profiles, the config file and the way to STS, and says what is in order and what is not. Changes nothing, spends no code. Exits with 0 only if there is no problem.",
  examples: ["updsts doctor", "updsts doctor default --json"],
  argument: { kind: "profile", required: false, fits: "any" },
  options: {
    profile: "Profile to look at (default: all); the same as PROFILE",
    sessionFile: "File for sessions, to be looked at as well",
  },
  mistakenFor: ["check", "diagnose", "diag", "test", "verify", "validate"],
};

const completion: Command = {
  brief: "Print what teaches a shell to complete commands and profiles",
  usage: "SHELL",
  about:
    "Prints a script for bash, zsh, fish or powershell. The shell then asks updsts for commands, options and the profiles of the credentials file.",
  examples: [
    `echo 'eval "$(updsts completion bash)"' >> ~/.bashrc`,
    `echo 'eval "$(updsts completion zsh)"' >> ~/.zshrc`,
    "updsts completion fish > ~/.config/fish/completions/updsts.fish",
    "updsts completion powershell | Out-String | Invoke-Expression",
  ],
  argument: { kind: "choice", placeholder: "SHELL", choices: SHELLS },
  options: {},
  mistakenFor: ["completions", "autocomplete", "shell", "init"],
};

const mcp: Command = {
  brief: "Serve agents by MCP; without --mcp-server, show the tools",
  usage: "[--mcp-server] [options]",
  about:
    "With --mcp-server, speaks the Model Context Protocol on stdin and stdout, for a client to start. Without it, shows the tools that agents get.",
  examples: ["updsts mcp", "updsts mcp --mcp-server -v 1"],
  argument: {
    kind: "none",
    instead: "updsts mcp --mcp-server is what a client starts",
  },
  options: {
    mcpServer: "Serve MCP on stdin and stdout",
    sessionFile: "File for the sessions of all tools; agents cannot choose it",
  },
  mistakenFor: ["serve", "server", "mcpserver", "agent", "tools"],
};

/** All of them, by name, in the order of the help. */
export const COMMANDS = {
  get,
  list,
  remove,
  prune,
  doctor,
  completion,
  mcp,
};

export type CommandName = keyof typeof COMMANDS;

/** Whether there is a command of this name. */
export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** The names of all commands, in the order of the help. */
export const COMMAND_NAMES: readonly CommandName[] = Object.keys(COMMANDS)
  .filter(isCommand);

/** The options of a command with what they mean there, its own first. */
export function optionsOf(command: CommandName): Command["options"] {
  return { ...COMMANDS[command].options, ...COMMON_OPTIONS };
}
