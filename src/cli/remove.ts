// `updsts remove`: flags to use case to text.
import { removeSession } from "../remove_sessions.ts";
import type { Context } from "./context.ts";
import type { RemoveFlags } from "./commands.ts";
import { answerRemoved } from "./removed.ts";

export default async function remove(
  this: Context,
  flags: RemoveFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = flags.verbose ?? 0;
  const ports = await this.connect(flags.credentialFile, output);
  answerRemoved(output, flags, await removeSession(ports, flags));
}
