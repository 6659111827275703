// Parses a command line, runs its command, and reports errors. The module of a
// command is loaded when it runs.
import { readCommandLine, wantsJson } from "./command_line.ts";
import { type Action, type Context, exitCodeOf } from "./context.ts";
import type { CommandName } from "./grammar.ts";
import { type LineSink, Output, type Screen } from "./output.ts";

/** The parts of the process that the command line needs. */
export interface Shell extends Omit<Context, "output"> {
  readonly version: string;
  /** Runtime, operating system and architecture, for bug reports. */
  readonly system: string;
  readonly stdout: LineSink;
  readonly stderr: LineSink;
  readonly screen: Screen;
}

const ACTIONS: Readonly<Record<CommandName, () => Promise<Action>>> = {
  get: async () => (await import("./get.ts")).get,
  list: async () => (await import("./list.ts")).list,
  remove: async () => (await import("./remove.ts")).remove,
  prune: async () => (await import("./remove.ts")).prune,
  doctor: async () => (await import("./doctor.ts")).doctor,
  completion: async () => (await import("./completion.ts")).completion,
  mcp: async () => (await import("./help.ts")).mcp,
};

/** Runs a command line; returns the exit code. Never throws for what a user can cause. */
export async function runCli(
  args: readonly string[],
  { version, system, stdout, stderr, screen, ...ports }: Shell,
): Promise<number> {
  const output = new Output(stdout, stderr, screen);
  const context: Context = { ...ports, output };
  const [first, separator, ...words] = args;
  const completes = first === "complete" && separator === "--";
  const json = !completes && wantsJson(args);
  try {
    if (completes) {
      const { complete } = await import("./completion.ts");
      stdout.write(`${await complete(words, context)}\n`);
      return 0;
    }
    const { command, options } = readCommandLine(args);
    if (options.has("help")) {
      const { helpText } = await import("./help.ts");
      if (json) output.answerJson({ result: { help: helpText(command) } });
      else output.answer(helpText(command, screen.columns));
    } else if (options.has("version") || command === undefined) {
      if (json) output.answerJson({ result: { version } });
      else output.answer(version);
    } else {
      output.verbosity = Number(options.get("verbose")?.normalize("NFKC") ?? 0);
      output.debug(`updsts ${version}, ${system}`);
      const action = await ACTIONS[command]();
      return await action(context, options) ?? 0;
    }
    return 0;
  } catch (error) {
    try {
      output.fail(error, json);
    } catch (unwritable) {
      // The answer could not be written: stderr is left.
      output.fail(unwritable, false);
    }
    return exitCodeOf(error);
  }
}
