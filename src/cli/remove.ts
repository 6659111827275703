// `updsts remove`: flags to use case to text.
import { removeSession } from "../sessions/remove_sessions.ts";
import type { Context } from "./context.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";
import { answerRemoved } from "./removed.ts";

export default async function remove(
  { connect, output }: Context,
  given: Given,
): Promise<void> {
  const ports = await connect(filesOf(given), output);
  const removed = await removeSession(ports, {
    profile: given.text("profile") ?? "",
    dryRun: given.has("dryRun"),
  });
  await answerRemoved(output, given, removed);
}
