// The grammar of every command. What a command does is in the file of its name,
// loaded when it runs.
import { buildChoiceParser, buildCommand } from "@stricli/core";
import type { Context } from "./context.ts";
import type { DoctorFlags } from "./doctor.ts";
import {
  commonAliases,
  type CommonFlags,
  commonFlags,
  dryRunFlag,
  profileFlag,
} from "./flags.ts";
import type { GetFlags } from "./get.ts";
import type { McpFlags } from "./mcp.ts";
import type { PruneFlags } from "./prune.ts";
import type { RemoveFlags } from "./remove.ts";
import { type ShellName, SHELLS } from "./shells.ts";

const getCommand = buildCommand<GetFlags, [], Context>({
  loader: () => import("./get.ts"),
  parameters: {
    flags: {
      profile: profileFlag(
        "Profile that holds the long-term key",
        ({ kind }) => kind === "long-term",
      ),
      totpToken: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "CODE",
        brief: "The six digits; - reads stdin (default: asks)",
      },
      stsProfileName: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "NAME",
        brief: "Profile to write, short: -sn (default: PROFILE_sts)",
      },
      duration: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "DURATION",
        brief: "How long the session lasts: 15m to 36h (default: 1h)",
      },
      minRemaining: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "DURATION",
        brief: "Do nothing if the session stays valid this long",
      },
      dryRun: dryRunFlag("Check all, ask nobody, show what would change"),
      ...commonFlags,
    },
    aliases: { n: "profile", t: "totpToken", d: "duration", ...commonAliases },
  },
  docs: {
    brief: "Trade a TOTP code for temporary credentials, and write them down",
    customUsage: ["-n PROFILE [-t CODE] [options]"],
    fullDescription: [
      "Asks AWS STS for temporary credentials and writes them into the block of",
      "the credentials file that updsts keeps for the profile.",
      "",
      "Examples:",
      "  updsts get -n default",
      "  updsts get -n work -t 123456 -sn work-today -d 12h",
      "  op item get aws --otp | updsts get -n default -t - --min-remaining 30m",
    ].join("\n"),
  },
});

const listCommand = buildCommand<CommonFlags, [], Context>({
  loader: () => import("./list.ts"),
  parameters: { flags: commonFlags, aliases: commonAliases },
  docs: {
    brief: "Show the profiles of the credentials file, without their secrets",
    customUsage: ["[options]"],
    fullDescription: [
      "Shows each profile with its kind, key, MFA device and expiry. With -v 1,",
      "shows every key of it, secrets as a mask.",
      "",
      "Examples:",
      "  updsts list",
      "  updsts list -v 1 -c ./credentials",
    ].join("\n"),
  },
});

const dryRun = dryRunFlag("Say what would go, and change nothing");

const removeCommand = buildCommand<RemoveFlags, [], Context>({
  loader: () => import("./remove.ts"),
  parameters: {
    flags: {
      profile: profileFlag(
        "Profile whose session goes, or the session's profile",
        ({ managedBy }) => managedBy !== undefined,
      ),
      dryRun,
      ...commonFlags,
    },
    aliases: { n: "profile", ...commonAliases },
  },
  docs: {
    brief: "Take the session of a profile out of the credentials file",
    customUsage: ["-n PROFILE [options]"],
    fullDescription: [
      "Takes the block that updsts keeps for the profile out of the file, and",
      "leaves every other byte as it was.",
      "",
      "Examples:",
      "  updsts remove -n default",
      "  updsts remove -n default_sts --dry-run",
    ].join("\n"),
  },
});

const pruneCommand = buildCommand<PruneFlags, [], Context>({
  loader: () => import("./prune.ts"),
  parameters: { flags: { dryRun, ...commonFlags }, aliases: commonAliases },
  docs: {
    brief: "Take all expired sessions out of the credentials file",
    customUsage: ["[options]"],
    fullDescription: [
      "Takes those blocks of updsts out of the file whose session has expired,",
      "and leaves every other byte as it was.",
      "",
      "Examples:",
      "  updsts prune",
      "  updsts prune --dry-run",
    ].join("\n"),
  },
});

const doctorCommand = buildCommand<DoctorFlags, [], Context>({
  loader: () => import("./doctor.ts"),
  parameters: {
    flags: {
      profile: {
        ...profileFlag("Profile to look at (default: all)"),
        optional: true,
      },
      ...commonFlags,
    },
    aliases: { n: "profile", ...commonAliases },
  },
  docs: {
    brief: "Look for what could keep a refresh from working",
    customUsage: ["[-n PROFILE] [options]"],
    fullDescription: [
      "Looks at the credentials file, its profiles, the config file and the way",
      "to STS, and says what is in order and what is not. Changes nothing, spends",
      "no code.",
      "Exits with 0 only if there is no problem.",
      "",
      "Examples:",
      "  updsts doctor",
      "  updsts doctor -n default --json",
    ].join("\n"),
  },
});

const completionCommand = buildCommand<
  CommonFlags,
  [ShellName],
  Context
>({
  loader: () => import("./completion.ts"),
  parameters: {
    flags: commonFlags,
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [{
        parse: buildChoiceParser(SHELLS),
        proposeCompletions: () => SHELLS,
        placeholder: "SHELL",
        brief: "bash, zsh, fish or powershell",
      }],
    },
  },
  docs: {
    brief: "Print what teaches a shell to complete commands and profiles",
    customUsage: ["SHELL"],
    fullDescription: [
      "Prints a script for bash, zsh, fish or powershell. The shell then asks",
      "updsts for commands, options and the profiles of the credentials file.",
      "",
      "Examples:",
      "  updsts completion fish > ~/.config/fish/completions/updsts.fish",
      "  updsts completion powershell | Out-String | Invoke-Expression",
    ].join("\n"),
  },
});

const mcpCommand = buildCommand<McpFlags, [], Context>({
  loader: () => import("./mcp.ts"),
  parameters: {
    flags: {
      mcpServer: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "Serve MCP on stdin and stdout",
      },
      ...commonFlags,
    },
    aliases: commonAliases,
  },
  docs: {
    brief: "Serve agents by MCP; without --mcp-server, show the tools",
    customUsage: ["[--mcp-server] [options]"],
    fullDescription: [
      "With --mcp-server, speaks the Model Context Protocol on stdin and stdout,",
      "for a client to start. Without it, shows the tools that agents get.",
      "",
      "Examples:",
      "  updsts mcp",
      "  updsts mcp --mcp-server -v 1",
    ].join("\n"),
  },
});

/** All of them, by name, in the order of the help. */
export const commands = {
  get: getCommand,
  list: listCommand,
  remove: removeCommand,
  prune: pruneCommand,
  doctor: doctorCommand,
  completion: completionCommand,
  mcp: mcpCommand,
};
