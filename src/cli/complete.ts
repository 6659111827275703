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
  const file = words.at(
    words.findIndex((word) => FILE_FLAGS.includes(word)) + 1,
  );
  const named = FILE_FLAGS.some((flag) => words.includes(flag));
  const proposals = await proposeCompletions(app, words, {
    ...context,
    connect: (_, log) => context.connect(named ? file : undefined, log),
  }).catch(() => []);
  const lines = proposals.filter(({ completion }) => isPlain(completion))
    .map(({ completion, brief }) => `${completion}\t${brief}`);
  return [...lines, NO_FILES].join("\n");
}

/**
 * Whether a shell takes `word` as it is. The name of a profile may hold what
 * bash would run when it expands the proposals: `$(…)`.
 */
function isPlain(word: string): boolean {
  return /^[\p{L}\p{N}_@+.,/-]+$/u.test(word);
}
