// The grammar of `updsts remove` and `updsts prune`; what they do is in remove.ts and prune.ts.
import { buildCommand } from "@stricli/core";
import type { Context } from "./context.ts";
import {
  commonAliases,
  type CommonFlags,
  commonFlags,
  dryRunFlag,
  profileFlag,
} from "./flags.ts";

/** What `updsts prune` takes. */
export interface PruneFlags extends CommonFlags {
  readonly dryRun?: boolean;
}

/** What `updsts remove` takes. */
export interface RemoveFlags extends PruneFlags {
  readonly profile: string;
}

const dryRun = dryRunFlag("Say what would go, and change nothing");

export const removeCommand = buildCommand<RemoveFlags, [], Context>({
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

export const pruneCommand = buildCommand<PruneFlags, [], Context>({
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
