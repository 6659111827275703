// `updsts remove` and `updsts prune`.
import { toRemovedAnswer } from "../sessions/answers.ts";
import {
  pruneSessions,
  type RemovedSession,
  removeSession,
} from "../sessions/remove_sessions.ts";
import type { DoctorPorts } from "../ports.ts";
import { type Context, filesOf } from "./context.ts";
import type { OptionValues } from "./grammar.ts";

export function remove(context: Context, options: OptionValues): Promise<void> {
  const profile = options.get("profile") ?? "";
  const dryRun = options.has("dryRun");
  return removeAndReport(
    context,
    options,
    (ports) => removeSession(ports, { profile, dryRun }),
  );
}

export function prune(context: Context, options: OptionValues): Promise<void> {
  const dryRun = options.has("dryRun");
  return removeAndReport(
    context,
    options,
    (ports) => pruneSessions(ports, { dryRun }),
  );
}

/** Removes sessions, and says which. */
async function removeAndReport(
  { connect, output, handleSignals }: Context,
  options: OptionValues,
  work: (ports: DoctorPorts) => Promise<RemovedSession[]>,
): Promise<void> {
  using _signals = handleSignals();
  const removed = await work(await connect(filesOf(options), output));
  const dryRun = options.has("dryRun");
  if (options.has("json")) {
    const result = removed.map((session) => toRemovedAnswer(session, dryRun));
    return output.answerJson({ result });
  }
  if (removed.length === 0) return output.answer("Nothing has expired");
  const done = dryRun ? "Would remove" : "Removed";
  for (const { profile, sessionProfile = "an empty block" } of removed) {
    output.answerText(`${done} ${sessionProfile}, the session of ${profile}`);
  }
}
