// The grammar of `updsts doctor`; what it does is in doctor.ts, loaded when it runs.
import { buildCommand } from "@stricli/core";
import type { Context } from "./context.ts";
import {
  commonAliases,
  type CommonFlags,
  commonFlags,
  profileFlag,
} from "./flags.ts";

/** What `updsts doctor` takes. */
export interface DoctorFlags extends CommonFlags {
  readonly profile?: string;
}

export const doctorCommand = buildCommand<DoctorFlags, [], Context>({
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
      "Looks at the credentials file, its profiles and the way to STS, and says",
      "what is in order and what is not. Changes nothing, spends no code.",
      "Exits with 0 only if there is no problem.",
      "",
      "Examples:",
      "  updsts doctor",
      "  updsts doctor -n default --json",
    ].join("\n"),
  },
});
