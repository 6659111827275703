// The grammar of `updsts list`; what it does is in list.ts, loaded when it runs.
import { buildCommand } from "@stricli/core";
import type { Context } from "./context.ts";
import { commonAliases, type CommonFlags, commonFlags } from "./flags.ts";

export const listCommand = buildCommand<CommonFlags, [], Context>({
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
