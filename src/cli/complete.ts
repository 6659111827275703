// Answers the scripts of `updsts completion`: what may stand where the cursor is.
//
// They run `updsts complete -- WORD…`, the last word being the one begun, and
// take a line `word TAB description` for each proposal, and last a directive.
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  isCommand,
  optionsOf,
} from "./commands.ts";
import type { Context } from "./context.ts";
import { matchWord } from "./option_words.ts";
import { OPTION_NAMES, type OptionName, optionOf } from "./options.ts";

/** Let the shell propose files. */
const FILES = ":0";
/** Propose nothing else. */
const NO_FILES = ":4";

/** Durations that people ask for. */
const DURATIONS = ["15m", "30m", "1h", "4h", "8h", "12h", "36h"];

interface Proposal {
  readonly word: string;
  readonly description?: string | undefined;
}

/** What the words before the one begun say. */
interface Begun {
  readonly command: CommandName | undefined;
  /** The option whose value comes next. */
  readonly awaited: OptionName | undefined;
  readonly file: string | undefined;
  /** Whether what the command takes without an option is there. */
  readonly argued: boolean;
}

/**
 * The answer for `words`, the program's own name left out. What goes wrong is
 * not said: the line that a person is typing is no place for it.
 */
export async function complete(
  words: readonly string[],
  context: Context,
): Promise<string> {
  const partial = words.at(-1) ?? "";
  const begun = read(words.slice(0, -1));
  const { awaited } = begun;
  if (awaited !== undefined && optionOf(awaited).value?.kind === "path") {
    return FILES;
  }
  const proposals = await propose(begun, partial, context).catch(() => []);
  const lines = proposals.filter(({ word }) => word.startsWith(partial))
    .map(({ word, description = "" }) => `${word}\t${description}`);
  return [...lines, NO_FILES].join("\n");
}

function read(words: readonly string[]): Begun {
  let command: CommandName | undefined;
  let awaited: OptionName | undefined;
  let file: string | undefined;
  let argued = false;
  for (const word of words) {
    if (awaited !== undefined) {
      if (awaited === "credentialFile") file = word;
      awaited = undefined;
      continue;
    }
    const match = matchWord(word);
    if (match?.name !== undefined) {
      const { name, value } = match;
      if (name === "credentialFile") file = value;
      if (value === undefined && optionOf(name).value !== undefined) {
        awaited = name;
      }
      if (name === "profile") argued = true;
    } else if (match === undefined) {
      if (command !== undefined) argued = true;
      else if (isCommand(word)) command = word;
    }
  }
  return { command, awaited, file, argued };
}

async function propose(
  begun: Begun,
  partial: string,
  context: Context,
): Promise<readonly Proposal[]> {
  const { command, awaited } = begun;
  if (awaited !== undefined) return await valuesOf(awaited, begun, context);
  const [, flag, name] = /^((--[\w-]+)=)/.exec(partial) ?? [];
  if (flag !== undefined && name !== undefined) {
    const match = matchWord(name);
    if (match?.name === undefined) return [];
    const values = await valuesOf(match.name, begun, context);
    return values.map(({ word }) => ({ word: flag + word }));
  }
  if (partial.startsWith("-")) return optionWords(command, partial);
  if (command === undefined) {
    return COMMAND_NAMES.map((word) => ({
      word,
      description: COMMANDS[word].brief,
    }));
  }
  const { argument } = COMMANDS[command];
  if (begun.argued || argument.kind === "none") return [];
  return argument.kind === "choice"
    ? argument.choices.map((word) => ({ word }))
    : await profilesFor(begun, context);
}

/** The options that may follow; their short forms only where one dash was typed. */
function optionWords(
  command: CommandName | undefined,
  partial: string,
): Proposal[] {
  const options = command === undefined
    ? { help: "Show the commands", version: "Show the version" }
    : optionsOf(command);
  return OPTION_NAMES.flatMap((name) => {
    const description = Object.entries(options)
      .find(([key]) => key === name)?.[1];
    if (description === undefined) return [];
    const { short, long } = optionOf(name);
    const words = short === undefined || partial.startsWith("--")
      ? [long]
      : [short, long];
    return words.map((word) => ({ word, description }));
  });
}

async function valuesOf(
  name: OptionName,
  begun: Begun,
  context: Context,
): Promise<readonly Proposal[]> {
  switch (optionOf(name).value?.kind) {
    case "profile":
      return await profilesFor(begun, context);
    case "level":
      return ["0", "1", "2"].map((word) => ({ word }));
    case "duration":
      return DURATIONS.map((word) => ({ word }));
    default:
      return [];
  }
}

/** The profiles of the file that fit the command. */
async function profilesFor(
  { command, file }: Begun,
  { connect, output }: Context,
): Promise<readonly Proposal[]> {
  const { listProfiles } = await import("../sessions/list_profiles.ts");
  const argument = command === undefined
    ? undefined
    : COMMANDS[command].argument;
  const fits = argument?.kind === "profile" ? argument.fits : "any";
  const views = await listProfiles(
    await connect({ credentials: file }, output),
  );
  return views.filter(({ kind, managedBy }) =>
    fits === "any" ||
    (fits === "long-term" ? kind === "long-term" : managedBy !== undefined)
  ).map(({ name }) => ({ word: name })).filter(({ word }) => isQuotable(word));
}

/**
 * Whether the scripts can put `word` before every shell as one word. The name
 * of a profile may hold what a shell would run when it expands the proposals.
 */
function isQuotable(word: string): boolean {
  return /^[\p{L}\p{N}_+.,/@=:](?:[\p{L}\p{N}_+.,/@=: -]*[\p{L}\p{N}_+.,/@=:-])?$/u
    .test(word);
}
