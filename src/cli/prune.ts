// `updsts prune`: flags to use case to text.
import { pruneSessions } from "../sessions/remove_sessions.ts";
import type { Context } from "./context.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";
import { answerRemoved } from "./remove.ts";

export default async function prune(
  { connect, output, heedSignals }: Context,
  given: Given,
): Promise<void> {
  using _ends = heedSignals();
  const ports = await connect(filesOf(given), output);
  const dryRun = given.has("dryRun");
  await answerRemoved(output, given, await pruneSessions(ports, { dryRun }));
}
