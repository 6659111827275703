// `updsts prune`: flags to use case to text.
import { pruneSessions } from "../remove_sessions.ts";
import type { Context } from "./context.ts";
import { verbosityOf } from "./flags.ts";
import type { PruneFlags } from "./remove_command.ts";
import { answerRemoved } from "./removed.ts";

export default async function prune(
  this: Context,
  flags: PruneFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = verbosityOf(flags);
  const ports = await this.connect(flags.credentialFile, output);
  answerRemoved(output, flags, await pruneSessions(ports, flags));
}
