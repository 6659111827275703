// Parses a command line into a command and its options, or an error.
import { readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import { closestNames } from "../near_names.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  OPTION_NAMES,
  type OptionName,
  OPTIONS,
  optionsOf,
  type OptionValues,
  PLACEHOLDERS,
  SHELLS,
} from "./grammar.ts";

/** A command with its options; it may be missing with `help` and `version` only. */
interface CommandLine {
  readonly command: CommandName | undefined;
  readonly options: OptionValues;
}

/** The words of a line. */
interface ParsedWords {
  readonly values: Map<OptionName, string>;
  /** Words that are neither options nor their values. */
  readonly plain: string[];
  /** In the order of the line; worded once the command is known. */
  readonly problems: ((command: CommandName | undefined) => UpdstsError)[];
}

/**
 * Reads the words after the program's name.
 *
 * @throws {UpdstsError} `USAGE`, with what to type instead
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, plain, problems } = parseWords(args);
  const [first] = plain;
  if (first === "help" || first === "version") {
    plain.shift();
    values.set(first, "");
  }
  const [word, ...words] = plain;
  const command = COMMAND_NAMES.find((name) => name === word);
  const isIdle = args.every((word) => matchWord(word)?.name === "json");
  if (isIdle || words.at(-1) === "help") values.set("help", "");
  if (values.has("help")) {
    if (word !== undefined && command === undefined) {
      throw unknownCommand(word, false);
    }
    return { command, options: values };
  }
  if (values.has("version")) return { command, options: values };
  const [problem] = problems;
  if (problem !== undefined) throw problem(command);
  if (word === undefined) {
    throw usageError(undefined, "the command is missing", "type updsts get");
  }
  if (command === undefined) throw unknownCommand(word, args.length === 1);
  const stray = Array.from(values.keys()).find((name) => !takes(command, name));
  if (stray !== undefined) throw unknownOption(OPTIONS[stray].long, command);
  return { command, options: withArgument(command, words, values) };
}

/** Whether `--json` is on, even if the line has errors. */
export function wantsJson(args: readonly string[]): boolean {
  return parseWords(args).values.has("json");
}

/** Separates options with their values from all other words. */
export function parseWords(args: readonly string[]): ParsedWords {
  const values = new Map<OptionName, string>();
  const plain: string[] = [];
  const problems: ParsedWords["problems"] = [];
  const end = args.indexOf("--");
  const open = args.slice(0, end === -1 ? args.length : end);
  for (let word = open.shift(); word !== undefined; word = open.shift()) {
    const match = matchWord(word);
    if (match === undefined) {
      plain.push(word);
      continue;
    }
    const { name, typed } = match;
    if (name === undefined) {
      problems.push((command) => unknownOption(typed, command));
      continue;
    }
    const isSwitch = OPTIONS[name].value === undefined;
    const value = match.value ??
      (isSwitch ? "true" : followingValue(name, open));
    if (isSwitch && /^(?:false|no|off|0)$/i.test(value ?? "")) continue;
    const problem = valueProblem(name, value, values.get(name));
    if (problem === undefined) {
      values.set(name, value ?? "");
    } else {
      const state = `${shortest(name)} ${problem}`;
      problems.push((command) =>
        usageError(command, state, `type ${typedAs(name)}`)
      );
    }
  }
  if (end !== -1) plain.push(...args.slice(end + 1));
  return { values, plain, problems };
}

/** Why `name` cannot have `value`, after `before`, as far as that can be seen here. */
function valueProblem(
  name: OptionName,
  value: string | undefined,
  before: string | undefined,
): string | undefined {
  const kind = OPTIONS[name].value;
  if (kind === undefined) {
    return /^(?:true|yes|on|1)$/i.test(value ?? "")
      ? undefined
      : "takes no value";
  }
  if (kind === "level" && !/^[012]$/.test(value?.normalize("NFKC") ?? "")) {
    return "must be 0, 1 or 2";
  }
  if (value === undefined) return "needs a value";
  if (value === "") return "has an empty value (is a shell variable unset?)";
  return before === undefined || before === value
    ? undefined
    : "has two different values";
}

/** A word that is an option, or looks like one. */
interface OptionWord {
  readonly name: OptionName | undefined;
  /** The word without the value, which may be a secret. */
  readonly typed: string;
  /** What follows in the same word after `=`, a blank, or the letter. */
  readonly value: string | undefined;
}

/** Most words; they need no Unicode classes, which are slow to compile. */
const PLAIN = /^[ -~]*$/;

/** The common form of `--min-remaining`, `--min_remaining` and `--minRemaining`. */
function squashed(word: string): string {
  const plain = PLAIN.test(word)
    ? word
    : word.normalize("NFKC").replace(/[\p{Pd}\u2212]/gu, "-");
  return plain.toLowerCase().replaceAll(/[-_]/g, "");
}

/** Short forms without their hyphen, in their case, and squashed long ones. */
const NAMES: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.flatMap((name) => {
    const { long, short, also = long } = OPTIONS[name];
    const words = [long, also].map((word) => word.replaceAll("-", ""));
    if (short !== undefined) words.push(short.slice(1));
    return words.map((word) => [word, name] as const);
  }),
);

/** Reads a word that begins like an option; undefined for all others. */
export function matchWord(word: string): OptionWord | undefined {
  // Hyphens, and the dashes that web pages and word processors make of them.
  const hyphens = PLAIN.test(word) ? /^-+/ : /^[\p{Pd}\u2212]+/u;
  const [dashes = ""] = hyphens.exec(word) ?? [];
  const body = word.slice(dashes.length);
  // A dash alone is stdin.
  if (dashes === "" || body === "") return undefined;
  const [, head = "", value] = /^([^=＝\s]*)(?:[=＝\s]\s*(.*))?$/s.exec(body) ??
    [];
  const typed = dashes + head;
  const long = squashed(head);
  const name = NAMES.get(head) ??
    (long.length > 2 ? NAMES.get(long) : undefined);
  if (name !== undefined || dashes.length > 1) return { name, typed, value };
  // A letter with its value: `-ndefault`, `-v1`.
  const attached = OPTION_NAMES.find((name) => {
    const { short, value } = OPTIONS[name];
    return value !== undefined && short !== undefined &&
      head.startsWith(short.slice(1));
  });
  return attached === undefined ? { name, typed, value } : {
    name: attached,
    typed,
    value: body.slice(shortest(attached).length - 1),
  };
}

/** Takes the value of `name` from the words that follow; undefined if there is none. */
function followingValue(name: OptionName, open: string[]): string | undefined {
  const [value, next = ""] = open;
  if (value === undefined) return undefined;
  // A name may begin with one dash if no option does so.
  const match = matchWord(value);
  if (match?.name !== undefined || match?.typed.startsWith("--")) {
    return undefined;
  }
  open.shift();
  const kind = OPTIONS[name].value;
  // `12 h`, `123 456`.
  const goesOn = kind === "duration"
    ? /^\d+$/.test(value) && /^[dhms]/i.test(next)
    : kind === "code" && readCode(value) === undefined &&
      readCode(value + next) !== undefined;
  if (!goesOn) return value;
  open.shift();
  return `${value} ${next}`;
}

/** Adds the argument of the command to `values`. */
function withArgument(
  command: CommandName,
  words: readonly string[],
  values: Map<OptionName, string>,
): OptionValues {
  const { argument } = COMMANDS[command];
  const [word, second] = words;
  const unexpected = words.find((word) => readCode(word) !== undefined) ??
    (argument === undefined ? word : second);
  if (unexpected !== undefined) {
    throw usageError(
      command,
      `unexpected argument ${shown(unexpected)}`,
      readCode(unexpected) !== undefined
        ? PASS_CODE
        : typeof argument !== "object"
        ? undefined
        : "quote a name with blanks, and pass other values with their options",
    );
  }
  if (argument === "shell") {
    const named = word === "pwsh" ? "powershell" : word;
    const shell = SHELLS.find((name) => name === named);
    if (shell !== undefined) return new Map([...values, ["shell", shell]]);
    throw usageError(
      command,
      word === undefined
        ? "the name of a shell is missing"
        : `there is no script for ${shown(word)}`,
      `type updsts completion ${anyOf(SHELLS)}`,
    );
  }
  const profile = values.get("profile") ?? word;
  if (word !== undefined && profile !== word) {
    throw usageError(command, "two profiles are named", "name one of them");
  }
  if (profile !== undefined) return values.set("profile", profile);
  if (!argument?.required) return values;
  throw usageError(
    command,
    "the name of a profile is missing",
    `type updsts ${command} NAME; updsts list shows the names`,
  );
}

/** An error with its state, a remedy, and the command that shows more. */
function usageError(
  command: CommandName | undefined,
  state: string,
  remedy?: string,
): UpdstsError {
  const help = command === undefined
    ? "updsts --help shows the commands"
    : `updsts ${command} --help shows its options`;
  const end = remedy?.endsWith("?") ? " " : "; ";
  return new UpdstsError("USAGE", `Cannot read the command line: ${state}`, {
    hint: remedy === undefined ? help : remedy + end + help,
  });
}

/** Quotes a word, unless it could be a code. */
function shown(word: string): string {
  return readCode(word) === undefined ? JSON.stringify(word) : "of six digits";
}

const PASS_CODE =
  "pass a code with -t, as in updsts get -t CODE; pass a profile of that name with -n";

/** `a, b or c`. */
function anyOf(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " or $1");
}

function shortest(name: OptionName): string {
  return OPTIONS[name].short ?? OPTIONS[name].long;
}

/** `-n NAME`. */
function typedAs(name: OptionName, word = shortest(name)): string {
  const { value } = OPTIONS[name];
  return value === undefined ? word : `${word} ${PLACEHOLDERS[value]}`;
}

/** With more words, it is a command of another tool, and not a profile. */
function unknownCommand(word: string, isAlone: boolean): UpdstsError {
  const near = closestNames(word, COMMAND_NAMES);
  return usageError(
    undefined,
    `there is no command ${shown(word)}`,
    readCode(word) !== undefined
      ? PASS_CODE
      : near.length > 0
      ? `did you mean updsts ${anyOf(near)}?`
      : isAlone && /^[\w@.+-]+$/.test(word)
      ? `to get a session of a profile of that name, type updsts get ${word}`
      : undefined,
  );
}

/** Whether `command` takes the option; without a command, any may follow. */
function takes(command: CommandName | undefined, name: OptionName): boolean {
  return command === undefined || Object.hasOwn(optionsOf(command), name);
}

function unknownOption(
  typed: string,
  command: CommandName | undefined,
): UpdstsError {
  const owner = command === undefined ? "there is" : `updsts ${command} has`;
  // Digits may be a code.
  const state = `${owner} no option ${typed.replace(/\d{4,}.*/s, "…")}`;
  const { name } = matchWord(typed) ?? {};
  if (name !== undefined) {
    const takers = COMMAND_NAMES.filter((other) => takes(other, name));
    const remedy = `${typed} is an option of updsts ${anyOf(takers)}`;
    return usageError(command, state, remedy);
  }
  const forms = new Map<string, string>();
  for (const name of OPTION_NAMES.filter((name) => takes(command, name))) {
    const { short, long } = OPTIONS[name];
    for (const form of [short ?? [], long].flat()) {
      forms.set(squashed(form), typedAs(name, form));
    }
  }
  const near = closestNames(squashed(typed), [...forms.keys()])
    .flatMap((form) => forms.get(form) ?? []);
  return usageError(
    command,
    state,
    near.length === 0 ? undefined : `did you mean ${anyOf(near)}?`,
  );
}
