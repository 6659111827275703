// Reads a command line: which command, with what; or what is wrong with it.
import { readCode } from "../codes.ts";
import * as wrongArgument from "./argument_errors.ts";
import {
  type CommandName,
  COMMANDS,
  isCommand,
  optionsOf,
} from "./commands.ts";
import { matchWord, squashed } from "./option_words.ts";
import { Given, type OptionName, optionOf, type Verbosity } from "./options.ts";
import * as wrong from "./usage_errors.ts";

/** What a command line asks for. */
export type CommandLine =
  | { readonly kind: "help"; readonly command: CommandName | undefined }
  | { readonly kind: "version" }
  | {
    readonly kind: "run";
    readonly command: CommandName;
    readonly given: Given;
  };

/** The words of a line, told apart. */
interface Words {
  readonly values: Map<OptionName, string>;
  /** What is no option and no value of one. */
  readonly plain: string[];
  /** What is wrong, in the order of the line. */
  readonly problems: wrong.Problem[];
}

/**
 * Reads the words behind the program's name.
 *
 * @throws {UpdstsError} `USAGE`, with what to type instead
 */
export async function readCommandLine(
  args: readonly string[],
): Promise<CommandLine> {
  const { values, plain, problems } = tellApart(args);
  const [first, ...rest] = plain;
  if (first !== undefined && /^(?:help|version)$/i.test(first)) {
    plain.shift();
    values.set(squashed(first) === "help" ? "help" : "version", "");
  }
  const [word, ...names] = plain;
  const command = word === undefined ? undefined : commandOf(word);
  if (values.has("help") || (args.length > 0 && isIdle(values, plain))) {
    if (word !== undefined && command === undefined) {
      throw await wrong.unknownCommand(word, values);
    }
    return { kind: "help", command };
  }
  if (values.has("version")) return { kind: "version" };
  if (args.length === 0) return { kind: "help", command: undefined };
  const [problem] = problems;
  if (problem !== undefined) throw await problem(command);
  if (word === undefined) throw wrong.noCommand(values);
  if (command === undefined) throw await wrong.unknownCommand(word, values);
  if (rest.length > 0 && squashed(names.at(-1) ?? "") === "help") {
    return { kind: "help", command };
  }
  const stray = Array.from(values.keys())
    .find((name) => !Object.hasOwn(optionsOf(command), name));
  if (stray !== undefined) throw wrong.strayOption(command, stray);
  const argument = takeArgument(command, names, values);
  const verbosity = verbosityOf(values.get("verbose"));
  return {
    kind: "run",
    command,
    given: new Given(values, verbosity, argument),
  };
}

/** Whether `--json` is on, however the line goes on. */
export function wantsJson(args: readonly string[]): boolean {
  return tellApart(args).values.has("json");
}

/** Whether nothing is asked for but how to answer: `updsts --json`. */
function isIdle(
  values: ReadonlyMap<OptionName, string>,
  plain: readonly string[],
): boolean {
  return plain.length === 0 && values.size === 1 && values.has("json");
}

function tellApart(args: readonly string[]): Words {
  const values = new Map<OptionName, string>();
  const plain: string[] = [];
  const problems: wrong.Problem[] = [];
  let literal = false;
  const open = [...args];
  for (let word = open.shift(); word !== undefined; word = open.shift()) {
    if (word === "--" && !literal) {
      literal = true;
      continue;
    }
    const match = literal ? undefined : matchWord(word);
    if (match === undefined) {
      plain.push(word);
    } else if (match.name === undefined) {
      const { typed } = match;
      problems.push((command) => wrong.unknownOption(typed, command));
    } else {
      const { name } = match;
      const value = optionOf(name).value === undefined
        ? switched(match.value)
        : match.value ?? followingValue(name, open);
      const before = values.get(name);
      if (value === undefined) {
        problems.push((command) => wrong.badValue(name, match.value, command));
      } else if (value === OFF) {
        // As if it had not been typed.
      } else if (before !== undefined && before !== value) {
        problems.push(() => wrong.givenTwice(name));
      } else {
        values.set(name, value);
        const problem = wrong.valueProblem(name, value);
        if (problem !== undefined) problems.push(() => problem);
      }
    }
  }
  return { values, plain, problems };
}

const OFF = Symbol("off");

/** What a switch with `value` behind an equals sign says; undefined if that is none. */
function switched(value = "true"): string | typeof OFF | undefined {
  if (/^(?:true|1|yes|on)$/i.test(value)) return "true";
  return /^(?:false|0|no|off)$/i.test(value) ? OFF : undefined;
}

/** Takes the value of `name` from the words that follow; undefined if there is none. */
function followingValue(name: OptionName, open: string[]): string | undefined {
  const [next] = open;
  // A single dash is stdin; a name may begin with one if no option does so.
  const match = next === undefined ? undefined : matchWord(next);
  if (match !== undefined && (match.name !== undefined || match.sure)) {
    return undefined;
  }
  const value = open.shift();
  return value === undefined ? undefined : joined(name, value, open);
}

/** `value` with the words that belong to it: `12 h`, `123 456`. */
function joined(name: OptionName, value: string, open: string[]): string {
  const { kind } = optionOf(name).value ?? {};
  const [next = ""] = open;
  const goesOn = kind === "duration"
    ? /^\d+$/.test(value) &&
      /^(?:d|h|m|s|days?|h(?:ou)?rs?|min(?:ute)?s?|sec(?:ond)?s?)$/i.test(next)
    : kind === "code" && readCode(value) === undefined &&
      readCode(value + next) !== undefined;
  if (!goesOn) return value;
  open.shift();
  return `${value} ${next}`;
}

/** What stands behind the command; a profile counts as if it stood behind `-n`. */
function takeArgument(
  command: CommandName,
  words: readonly string[],
  values: Map<OptionName, string>,
): string | undefined {
  const { argument } = COMMANDS[command];
  const [word, second] = words;
  switch (argument.kind) {
    case "none":
      if (word !== undefined) throw wrongArgument.noArgument(command, word);
      return undefined;
    case "choice": {
      if (word === undefined) throw wrongArgument.missingArgument(command);
      if (second !== undefined) throw wrongArgument.oneTooMany(command, second);
      const choice = choiceOf(argument.choices, word);
      if (choice === undefined) throw wrongArgument.noChoice(command, word);
      return choice;
    }
    case "profile": {
      const code = words.find((word) => readCode(word) !== undefined);
      if (code !== undefined) throw wrongArgument.bareCode(command);
      if (second !== undefined) throw wrongArgument.oneTooMany(command, second);
      const named = values.get("profile");
      if (word !== undefined && named !== undefined && word !== named) {
        throw wrongArgument.namedTwice(command, word, named);
      }
      if (word !== undefined) values.set("profile", word);
      if (argument.required && !values.has("profile")) {
        throw wrongArgument.missingArgument(command);
      }
      return undefined;
    }
  }
}

/** The command that `word` names, in whatever case. */
function commandOf(word: string): CommandName | undefined {
  const name = squashed(word);
  return isCommand(name) ? name : undefined;
}

/** The one of `choices` that `word` names, in whatever case. */
function choiceOf(
  choices: readonly string[],
  word: string,
): string | undefined {
  return choices.find((choice) => choice === squashed(word)) ??
    (squashed(word) === "pwsh"
      ? choices.find((choice) => choice === "powershell")
      : undefined);
}

function verbosityOf(level = "0"): Verbosity {
  // Hardly anybody types full-width digits, and to normalize takes a while at first.
  switch (/^[012]$/.test(level) ? level : level.normalize("NFKC")) {
    case "1":
      return 1;
    case "2":
      return 2;
    default:
      return 0;
  }
}
