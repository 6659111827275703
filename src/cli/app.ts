// Runs a command line: reads it, does it, and words what goes wrong. What a
// command does is in the file of its name, loaded when it runs.
import { UpdstsError } from "../errors.ts";
import type { CommandName } from "./commands.ts";
import { readCommandLine, wantsJson } from "./command_line.ts";
import type { Context } from "./context.ts";
import { exitCodeOf, FAILURE } from "./exit_codes.ts";
import type { Given } from "./options.ts";
import { type LineSink, Output, type Screen } from "./output.ts";
import { learnWidths } from "./wrapping.ts";

/** What the command line needs of the process it runs in. */
export interface Shell extends Omit<Context, "output"> {
  readonly version: string;
  /** What it runs on, for bug reports. */
  readonly system: string;
  readonly stdout: LineSink;
  readonly stderr: LineSink;
  readonly screen: Screen;
}

/** Runs a command line; the exit code. Never throws for what a user can cause. */
export async function runCli(
  args: readonly string[],
  { version, system, stdout, stderr, screen, ...doors }: Shell,
): Promise<number> {
  const output = new Output(stdout, stderr, screen);
  const context: Context = { ...doors, output };
  const [command, separator, ...words] = args;
  const completes = command === "complete" && separator === "--";
  const json = !completes && wantsJson(args);
  try {
    if (completes) {
      const { complete } = await import("./complete.ts");
      stdout.write(`${await complete(words, context)}\n`);
      return 0;
    }
    const line = await readCommandLine(args);
    if (line.kind === "run") {
      output.verbosity = line.given.verbosity;
      output.debug(`updsts ${version}, ${system}`);
      return await runCommand(line.command, context, line.given);
    }
    if (line.kind === "version") {
      if (json) output.answerJson({ result: { version } });
      else output.answer(version);
      return 0;
    }
    const { helpLines } = await import("./help.ts");
    const lines = await helpLines(
      line.command,
      json ? undefined : screen.columns,
    );
    if (json) output.answerJson({ result: { help: output.plain(lines) } });
    else output.answerLines(lines);
    return 0;
  } catch (error) {
    return await fail(error, output, json);
  }
}

/** Says what went wrong; with `--json`, that is an answer, too. */
async function fail(
  error: unknown,
  output: Output,
  json: boolean,
): Promise<number> {
  try {
    await output.fail(error, json);
  } catch (unwritable) {
    // The answer could not be written: stderr is left.
    await output.fail(unwritable, false);
  }
  return error instanceof UpdstsError ? await exitCodeOf(error.code) : FAILURE;
}

/** Does what a command is for; the exit code if that is not 0. */
type Action = (context: Context, given: Given) => Promise<number | void>;

const ACTIONS: Readonly<
  Record<CommandName, () => Promise<{ readonly default: Action }>>
> = {
  get: () => import("./get.ts"),
  list: () => import("./list.ts"),
  remove: () => import("./remove.ts"),
  prune: () => import("./prune.ts"),
  doctor: () => import("./doctor.ts"),
  completion: () => import("./completion.ts"),
  mcp: () => import("./mcp.ts"),
};

/** Runs a command; the exit code. */
async function runCommand(
  command: CommandName,
  context: Context,
  given: Given,
): Promise<number> {
  const { default: action } = await ACTIONS[command]();
  const { output } = context;
  // Notes are written at once, and may name what is wide.
  if (output.screen.noteColumns !== undefined) await learnWidths(["\u3042"]);
  return await action(context, given) ?? 0;
}
