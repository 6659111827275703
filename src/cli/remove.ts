// `updsts remove`: flags to use case to text.
import { toRemovedAnswer } from "../sessions/answers.ts";
import {
  type RemovedSession,
  removeSession,
} from "../sessions/remove_sessions.ts";
import type { Context } from "./context.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";
import type { Output } from "./output.ts";

export default async function remove(
  { connect, output, heedSignals }: Context,
  given: Given,
): Promise<void> {
  using _ends = heedSignals();
  const ports = await connect(filesOf(given), output);
  const removed = await removeSession(ports, {
    profile: given.text("profile") ?? "",
    dryRun: given.has("dryRun"),
  });
  await answerRemoved(output, given, removed);
}

/** Says which sessions were, or would be, removed. */
export async function answerRemoved(
  output: Output,
  given: Given,
  removed: readonly RemovedSession[],
): Promise<void> {
  const dryRun = given.has("dryRun");
  if (given.has("json")) {
    return output.answerJson({
      result: removed.map((session) => toRemovedAnswer(session, dryRun)),
    });
  }
  if (removed.length === 0) return output.answer("Nothing has expired");
  const done = dryRun ? "Would remove" : "Removed";
  for (const { profile, sessionProfile } of removed) {
    await output.answerText(
      `${done} ${
        sessionProfile ?? "an empty block"
      }, the session of ${profile}`,
    );
  }
}
