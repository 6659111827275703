// `updsts remove` and `updsts prune`.
import type { DoctorPorts } from "../ports.ts";
import { toRemovedAnswer } from "../sessions/answers.ts";
import {
  pruneSessions,
  type RemovedSession,
  removeSession,
} from "../sessions/remove_sessions.ts";
import { type Action, filesOf } from "./context.ts";

export const remove: Action = reporting((ports, dryRun, profile = "") =>
  removeSession(ports, { profile, dryRun })
);

export const prune: Action = reporting((ports, dryRun) =>
  pruneSessions(ports, { dryRun })
);

/** A command that removes sessions and lists them. */
function reporting(
  work: (
    ports: DoctorPorts,
    dryRun: boolean,
    profile: string | undefined,
  ) => Promise<RemovedSession[]>,
): Action {
  return async ({ connect, output, handleSignals }, options) => {
    using _signals = handleSignals();
    const ports = await connect(filesOf(options), output);
    const dryRun = options.has("dryRun");
    const removed = await work(ports, dryRun, options.get("profile"));
    if (options.has("json")) {
      const result = removed.map((session) => toRemovedAnswer(session, dryRun));
      return output.answerJson({ result });
    }
    if (removed.length === 0) return output.answer("Nothing has expired");
    const done = dryRun ? "Would remove" : "Removed";
    for (const { profile, sessionProfile = "an empty block" } of removed) {
      output.answerText(`${done} ${sessionProfile}, the session of ${profile}`);
    }
  };
}
