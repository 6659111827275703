// Answers the scripts of `updsts completion`: what may stand where the cursor is.
//
// They run `updsts complete -- WORD…`, the last word being the one begun, and
// take a line `word TAB description` for each proposal, and last a directive.
import { type Application, proposeCompletions } from "@stricli/core";
import type { Context } from "./context.ts";

/** Let the shell propose files. */
const FILES = ":0";
/** Propose nothing else. */
const NO_FILES = ":4";

/** Long and short form of the flag whose value is a path. */
const FILE_FLAGS = ["--credential-file", "-c"];

/**
 * The answer for `words`, the program's own name left out. What goes wrong is
 * not said: the line that a person is typing is no place for it.
 */
export async function complete(
  app: Application<Context>,
  words: readonly string[],
  context: Context,
): Promise<string> {
  if (FILE_FLAGS.includes(words.at(-2) ?? "")) return FILES;
  const file = namedFile(words);
  const proposals = await proposeCompletions(app, words, {
    ...context,
    connect: (_, log) => context.connect(file, log),
  }).catch(() => []);
  const lines = proposals
    .filter(({ kind, completion }) =>
      kind === "argument:flag" ? isOneFlag(completion) : isPlain(completion)
    ).map(({ completion, brief }) => `${completion}\t${brief}`);
  return [...lines, NO_FILES].join("\n");
}

/** The credentials file that the line names. */
function namedFile(words: readonly string[]): string | undefined {
  const index = words.findIndex((word) => FILE_FLAGS.includes(word));
  if (index !== -1) return words[index + 1];
  const [flag = ""] = FILE_FLAGS;
  return words.find((word) => word.startsWith(`${flag}=`))
    ?.slice(flag.length + 1);
}

/** Whether this is a flag, and not several short ones in a bundle. */
function isOneFlag(word: string): boolean {
  return /^(?:-\w|--[\w-]+)$/.test(word);
}

/**
 * Whether every shell takes `word` as it is, as one word. The name of a profile
 * may hold what a shell would run when it expands the proposals: `$(…)`.
 */
function isPlain(word: string): boolean {
  return /^[\p{L}\p{N}_+.,/][\p{L}\p{N}_+.,/-]*$/u.test(word);
}
