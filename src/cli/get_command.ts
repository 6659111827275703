// The grammar of `updsts get`; what it does is in get.ts, loaded when it runs.
import { buildCommand } from "@stricli/core";
import type { Context } from "./context.ts";
import {
  commonAliases,
  type CommonFlags,
  commonFlags,
  dryRunFlag,
  profileFlag,
} from "./flags.ts";

/** What `updsts get` takes. */
export interface GetFlags extends CommonFlags {
  readonly profile: string;
  readonly totpToken?: string;
  readonly stsProfileName?: string;
  readonly duration?: string;
  readonly minRemaining?: string;
  readonly dryRun?: boolean;
}

export const getCommand = buildCommand<GetFlags, [], Context>({
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
