// `updsts doctor`: flags to use case to a line for each finding.
import { diagnose } from "../doctor/diagnose.ts";
import type { Finding } from "../doctor/finding.ts";
import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { exitCodeOf } from "./exit_codes.ts";
import type { Tone } from "./output.ts";
import { sayWhenWaiting } from "./waiting.ts";
import { type LabelledText, layOutTexts } from "./table.ts";

const TONES: Readonly<Record<Finding["status"], Tone>> = {
  ok: "good",
  warning: "soon",
  problem: "bad",
};

/** What `updsts doctor` takes. */
export interface DoctorFlags extends CommonFlags {
  readonly profile?: string;
}

export default async function doctor(
  this: Context,
  flags: DoctorFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = flags.verbose ?? 0;
  const ports = await this.connect(flags.credentialFile, output);
  const findings = await sayWhenWaiting(
    output,
    "Waiting for STS ...",
    () => diagnose(ports, flags.profile),
  );
  if (flags.json) {
    output.answerJson({ result: findings });
  } else {
    output.answerLines(
      await layOutTexts(findings.map(line), output.screen.columns),
    );
    output.answer(summary(findings));
  }
  const problem = findings.find(({ status }) => status === "problem");
  if (problem !== undefined) {
    this.process.exitCode = exitCodeOf(problem.code ?? "INTERNAL");
  }
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
