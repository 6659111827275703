// `updsts prune`: flags to use case to text.
import { pruneSessions } from "../remove_sessions.ts";
import type { Context } from "./context.ts";
import type { PruneFlags } from "./commands.ts";
import { answerRemoved } from "./removed.ts";

export default async function prune(
  this: Context,
  flags: PruneFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = flags.verbose ?? 0;
  const ports = await this.connect(flags.credentialFile, output);
  answerRemoved(output, flags, await pruneSessions(ports, flags));
}
