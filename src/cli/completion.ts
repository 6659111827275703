// `updsts completion`: prints a script for a shell.
import type { ShellName } from "./shells.ts";
import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";

export default async function completion(
  this: Context,
  flags: CommonFlags,
  shell: ShellName,
): Promise<void> {
  const script = await this.completionScript(shell);
  if (flags.json) this.output.answerJson({ result: { shell, script } });
  else this.output.answerScript(script);
}
