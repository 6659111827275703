// `updsts prune`: flags to use case to text.
import { pruneSessions } from "../sessions/remove_sessions.ts";
import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { answerRemoved } from "./removed.ts";

/** What `updsts prune` takes. */
export interface PruneFlags extends CommonFlags {
  readonly dryRun?: boolean;
}

export default async function prune(
  this: Context,
  flags: PruneFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = flags.verbose ?? 0;
  const ports = await this.connect(flags.credentialFile, output);
  answerRemoved(output, flags, await pruneSessions(ports, flags));
}
