// `updsts doctor`.
import { diagnose } from "../doctor/diagnose.ts";
import type { Finding } from "../doctor/finding.ts";
import { UpdstsError } from "../errors.ts";
import {
  type Context,
  exitCodeOf,
  filesOf,
  sayWhenWaiting,
} from "./context.ts";
import type { Given } from "./grammar.ts";
import { layOutTexts, type Tone } from "./layout.ts";

const TONES: Readonly<Record<Finding["status"], Tone>> = {
  ok: "good",
  warning: "soon",
  problem: "bad",
};

export async function doctor(
  { connect, output }: Context,
  given: Given,
): Promise<number> {
  const ports = await connect(filesOf(given), output);
  const waiting = sayWhenWaiting(output, "Waiting for STS ...");
  const findings = await diagnose(ports, given.get("profile"))
    .finally(() => waiting[Symbol.dispose]());
  const of = (wanted: Finding["status"]) =>
    findings.filter(({ status }) => status === wanted);
  if (given.has("json")) {
    output.answerJson({ result: findings });
  } else {
    const texts = findings.map(({ status, check, message, hint }) => ({
      label: { text: status, tone: TONES[status] },
      text: `${check}: ${message}${hint === undefined ? "" : `; ${hint}`}`,
    }));
    output.answerLines(layOutTexts(texts, output.screen.columns));
    output.answer(
      `Problems: ${of("problem").length}, warnings: ${of("warning").length}`,
    );
  }
  const [problem] = of("problem");
  return problem === undefined
    ? 0
    : exitCodeOf(new UpdstsError(problem.code ?? "INTERNAL", problem.message));
}
