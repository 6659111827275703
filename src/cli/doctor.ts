// `updsts doctor`: a line for each problem and warning, and one line for the rest.
import { diagnose } from "../doctor/diagnose.ts";
import type { Finding } from "../doctor/report.ts";
import { UpdstsError } from "../errors.ts";
import {
  type Context,
  exitCodeOf,
  filesOf,
  sayWhenWaiting,
} from "./context.ts";
import type { OptionValues } from "./grammar.ts";
import { hang, type Tone, visible } from "./layout.ts";

const TONES: Readonly<Record<Finding["status"], Tone>> = {
  ok: "good",
  warning: "soon",
  problem: "bad",
};

export async function doctor(
  { connect, output }: Context,
  options: OptionValues,
): Promise<number> {
  const ports = await connect(filesOf(options), output);
  const waiting = sayWhenWaiting(output, "Waiting for STS ...");
  const findings = await diagnose(ports, options.get("profile"))
    .finally(() => waiting[Symbol.dispose]());
  const of = (wanted: Finding["status"]) =>
    findings.filter(({ status }) => status === wanted);
  if (options.has("json")) {
    output.answerJson({ result: findings });
  } else {
    const good = of("ok");
    const urgent = [...of("problem"), ...of("warning")];
    const shown = output.verbosity >= 1 ? [...urgent, ...good] : urgent;
    const room = output.screen.columns ?? Infinity;
    // A large file has more findings than a call may have arguments.
    const lengths = new Set(shown.map(({ status }) => status.length));
    const width = Math.max(...lengths) + 2;
    const lines = shown.map(({ status, check, message, hint }) => {
      const text = [`${check}: ${message}`, hint ?? []].flat().join("; ")
        .replaceAll("\n", " ");
      const wrapped = hang(status.padEnd(width), visible(text), room);
      return [
        { text: status, tone: TONES[status] },
        { text: wrapped.slice(status.length) },
      ];
    });
    output.answerLines(lines);
    const more = output.verbosity >= 1 ? "" : " (-v 1 shows them)";
    output.answerText(
      `Problems: ${of("problem").length}, warnings: ${
        of("warning").length
      }, in order: ${good.length}${more}`,
    );
  }
  const [problem] = of("problem");
  return problem === undefined
    ? 0
    : exitCodeOf(new UpdstsError(problem.code ?? "INTERNAL", problem.message));
}
