// `updsts remove`: flags to use case to text.
import { removeSession } from "../sessions/remove_sessions.ts";
import type { Context } from "./context.ts";
import type { PruneFlags } from "./prune.ts";
import { answerRemoved } from "./removed.ts";

/** What `updsts remove` takes. */
export interface RemoveFlags extends PruneFlags {
  readonly profile: string;
}

export default async function remove(
  this: Context,
  flags: RemoveFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = flags.verbose ?? 0;
  const ports = await this.connect(flags.credentialFile, output);
  answerRemoved(output, flags, await removeSession(ports, flags));
}
