// The grammar of `updsts completion`; what it does is in completion.ts, loaded when it runs.
import { buildChoiceParser, buildCommand } from "@stricli/core";
import type { Context } from "./context.ts";
import { commonAliases, type CommonFlags, commonFlags } from "./flags.ts";

/** The shells that can be taught to complete. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type ShellName = typeof SHELLS[number];

export const completionCommand = buildCommand<
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
