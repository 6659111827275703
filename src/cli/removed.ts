// The words for sessions that were, or would be, removed.
import { toRemovedAnswer } from "../sessions/answers.ts";
import type { RemovedSession } from "../sessions/remove_sessions.ts";
import type { Given } from "./options.ts";
import type { Output } from "./output.ts";

/** Answers with what `removed` holds. */
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
