// `updsts completion`: prints a script for a shell.
import type { Context } from "./context.ts";
import type { Given } from "./options.ts";
import { SHELLS } from "./shells.ts";

export default async function completion(
  { output }: Context,
  given: Given,
): Promise<void> {
  const shell = SHELLS.find((shell) => shell === given.argument) ?? "bash";
  const { completionScript } = await import("./completion_scripts.ts");
  const script = completionScript(shell);
  if (given.has("json")) output.answerJson({ result: { shell, script } });
  else output.answerScript(script);
}
