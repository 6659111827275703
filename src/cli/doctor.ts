// `updsts doctor`: flags to use case to a line for each finding.
import { diagnose } from "../doctor/diagnose.ts";
import type { Finding } from "../doctor/finding.ts";
import type { Context } from "./context.ts";
import { exitCodeOf } from "./exit_codes.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";
import type { Tone } from "./output.ts";
import { sayWhenWaiting } from "./waiting.ts";
import { type LabelledText, layOutTexts } from "./table.ts";

const TONES: Readonly<Record<Finding["status"], Tone>> = {
  ok: "good",
  warning: "soon",
  problem: "bad",
};

export default async function doctor(
  { connect, output }: Context,
  given: Given,
): Promise<number> {
  const ports = await connect(filesOf(given), output);
  const waiting = sayWhenWaiting(output, "Waiting for STS ...");
  const findings = await diagnose(ports, given.text("profile"))
    .finally(() => waiting[Symbol.dispose]());
  if (given.has("json")) {
    output.answerJson({ result: findings });
  } else {
    output.answerLines(
      await layOutTexts(findings.map(line), output.screen.columns),
    );
    output.answer(summary(findings));
  }
  const problem = findings.find(({ status }) => status === "problem");
  return problem === undefined ? 0 : exitCodeOf(problem.code ?? "INTERNAL");
}

function line({ status, check, message, hint }: Finding): LabelledText {
  const todo = hint === undefined ? "" : `; ${hint}`;
  return {
    label: { text: status, tone: TONES[status] },
    text: `${check}: ${message}${todo}`,
  };
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: Finding["status"]) =>
    findings.filter(({ status }) => status === wanted).length;
  return `Problems: ${count("problem")}, warnings: ${count("warning")}`;
}
