// Parses a command line into a command and its options, or an error.
import { readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import { nearOnes } from "../near_names.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  commandOf,
  type Given,
  OPTION_NAMES,
  type OptionName,
  optionOf,
  optionsOf,
  SHELLS,
  type ValueKind,
} from "./grammar.ts";

/** What a command line asks for. */
export type CommandLine =
  | { readonly kind: "help"; readonly command: CommandName | undefined }
  | { readonly kind: "version" }
  | {
    readonly kind: "run";
    readonly command: CommandName;
    readonly given: Given;
  };

/** Says what is wrong, once the command is known. */
type Check = (command: CommandName | undefined) => UpdstsError | undefined;

/** The words of a line, told apart. */
interface Words {
  readonly values: Map<OptionName, string>;
  /** Words that are neither options nor their values. */
  readonly plain: string[];
  /** In the order of the line. */
  readonly checks: Check[];
}

/**
 * Reads the words after the program's name.
 *
 * @throws {UpdstsError} `USAGE`, with what to type instead
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, plain, checks } = tellApart(args);
  const [first] = plain;
  if (first === "help" || first === "version") {
    plain.shift();
    values.set(first, "");
  }
  const [word, ...words] = plain;
  const command = COMMAND_NAMES.find((name) => name === word);
  const isIdle = args.every((word) => matchWord(word)?.name === "json");
  if (values.has("help") || isIdle) {
    if (word !== undefined && command === undefined) {
      throw unknownCommand(word, values);
    }
    return { kind: "help", command };
  }
  if (values.has("version")) return { kind: "version" };
  for (const check of checks) {
    const problem = check(command);
    if (problem !== undefined) throw problem;
  }
  if (word === undefined) {
    throw usageError(
      "the command is missing",
      `type one, as in updsts get; ${helpOf(undefined)}`,
    );
  }
  if (command === undefined) throw unknownCommand(word, values);
  if (words.at(-1) === "help") return { kind: "help", command };
  const stray = Array.from(values.keys())
    .find((name) => !Object.hasOwn(optionsOf(command), name));
  if (stray !== undefined) throw strayOption(command, stray);
  const given = withArgument(command, words, values);
  return { kind: "run", command, given };
}

/** Whether `--json` is on, however the line goes on. */
export function wantsJson(args: readonly string[]): boolean {
  return tellApart(args).values.has("json");
}

/** Tells options with their values from all other words. */
export function tellApart(args: readonly string[]): Words {
  const values = new Map<OptionName, string>();
  const plain: string[] = [];
  const checks: Check[] = [];
  const end = args.indexOf("--");
  const open = args.slice(0, end === -1 ? args.length : end);
  for (let word = open.shift(); word !== undefined; word = open.shift()) {
    const match = matchWord(word);
    if (match === undefined) {
      plain.push(word);
      continue;
    }
    if (match.name === undefined) {
      checks.push((command) => unknownOption(match.typed, command));
      continue;
    }
    const { name } = match;
    const { long, value: taken } = optionOf(name);
    const isSwitch = taken === undefined;
    const value = match.value ??
      (isSwitch ? "true" : followingValue(name, open));
    if (isSwitch && /^(?:false|no|off|0)$/i.test(value ?? "")) continue;
    const before = values.get(name);
    if (isSwitch && !/^(?:true|yes|on|1)$/i.test(value ?? "")) {
      checks.push(() =>
        usageError(
          `${long} takes no value`,
          `type ${long} alone, or leave it out`,
        )
      );
    } else if (!isSwitch && before !== undefined && before !== value) {
      checks.push(() =>
        usageError(
          `${shortest(name)} has two different values`,
          `type ${typedAs(name)} once`,
        )
      );
    } else {
      values.set(name, value ?? "");
      checks.push((command) => valueProblem(name, value, command));
    }
  }
  if (end !== -1) plain.push(...args.slice(end + 1));
  return { values, plain, checks };
}

/** A word that is an option, or looks like one. */
type OptionWord =
  /** With what follows in the same word after `=`, a blank, or the letter. */
  | { readonly name: OptionName; readonly value: string | undefined }
  /** The word up to its value, which may be a secret. */
  | { readonly name: undefined; readonly typed: string };

/** Most words: they need no classes of Unicode, which take a while to make ready. */
const PLAIN = /^[ -~]*$/;

/** A name without what people spell differently: `--min_remaining`, `--minRemaining`. */
function squashed(word: string): string {
  const plain = PLAIN.test(word)
    ? word
    : word.normalize("NFKC").replace(/[\p{Pd}\u2212]/gu, "-");
  return plain.toLowerCase().replaceAll(/[-_]/g, "");
}

/** Short forms without their hyphen, in their case, and squashed long ones. */
const NAMES: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.flatMap((name) => {
    const { long, short, spellings = [] } = optionOf(name);
    const words = [long, ...spellings].map((word) => word.replaceAll("-", ""));
    if (short !== undefined) words.push(short.slice(1));
    return words.map((word) => [word, name] as const);
  }),
);

/** What `word` is, if it begins like an option; undefined for all others. */
export function matchWord(word: string): OptionWord | undefined {
  // Hyphens, and the dashes that web pages and word processors make of them.
  const hyphens = PLAIN.test(word) ? /^-+/ : /^[\p{Pd}\u2212]+/u;
  const [dashes = ""] = hyphens.exec(word) ?? [];
  const body = word.slice(dashes.length);
  // A dash alone is stdin.
  if (dashes === "" || body === "") return undefined;
  const [, head = "", value] = /^([^=＝\s]*)(?:[=＝\s]\s*(.*))?$/s.exec(body) ??
    [];
  const long = squashed(head);
  const name = NAMES.get(head) ??
    (long.length > 2 ? NAMES.get(long) : undefined);
  if (name !== undefined) return { name, value };
  // A letter with its value: `-ndefault`, `-v1`; but `-prof` is a long form.
  const isCut = long.length > 2 &&
    NAMES.keys().some((name) => name.startsWith(long));
  const attached = dashes.length > 1 || isCut ? undefined : OPTION_NAMES
    .filter((name) => optionOf(name).value !== undefined)
    .map((name) => ({ name, letters: optionOf(name).short?.slice(1) ?? "-" }))
    .sort((a, b) => b.letters.length - a.letters.length)
    .find(({ letters }) => head.startsWith(letters));
  return attached === undefined
    ? { name: undefined, typed: dashes + head }
    : { name: attached.name, value: body.slice(attached.letters.length) };
}

/** Takes the value of `name` from the words that follow; undefined if there is none. */
function followingValue(name: OptionName, open: string[]): string | undefined {
  const [value, next = ""] = open;
  // A name may begin with one dash if no option does so.
  const match = value === undefined ? undefined : matchWord(value);
  const isOption = match !== undefined &&
    (match.name !== undefined || match.typed.startsWith("--"));
  if (value === undefined || isOption) return undefined;
  open.shift();
  const { kind } = optionOf(name).value ?? {};
  // `12 h`, `123 456`.
  const goesOn = kind === "duration"
    ? /^\d+$/.test(value) && /^[dhms]/i.test(next)
    : kind === "code" && readCode(value) === undefined &&
      readCode(value + next) !== undefined;
  if (!goesOn) return value;
  open.shift();
  return `${value} ${next}`;
}

/** `values`, with what the command takes without an option. */
function withArgument(
  command: CommandName,
  words: readonly string[],
  values: Map<OptionName, string>,
): Given {
  const { argument } = commandOf(command);
  const [word, second] = words;
  if (argument === "none") {
    if (word === undefined) return values;
    throw usageError(
      `unexpected argument ${
        shown(word)
      }: updsts ${command} takes options only`,
      helpOf(command),
    );
  }
  const wanted = argument === "shell" ? "shell" : "profile";
  const code = words.find((word) => readCode(word) !== undefined);
  if (code !== undefined && wanted === "profile") {
    throw usageError(
      `unexpected six digits: updsts ${command} takes the name of a profile`,
      command === "get"
        ? "pass a code with -t: updsts get NAME -t CODE; pass a profile of that name with -n"
        : "pass a profile of that name with -n",
    );
  }
  if (second !== undefined) {
    throw usageError(
      `unexpected argument ${
        shown(second)
      }: updsts ${command} takes one ${wanted}`,
      wanted === "shell"
        ? anyShell
        : /^\d+\w*[dhms]\w*$/i.test(second)
        ? `pass a duration with -d: -d ${second}`
        : `put a name with blanks in quotes; ${helpOf(command)}`,
    );
  }
  if (argument === "shell") {
    const shell = SHELLS.find((name) => name === word) ??
      (word === "pwsh" ? "powershell" : undefined);
    if (shell !== undefined) return new Map([...values, ["shell", shell]]);
    throw usageError(
      word === undefined
        ? "the name of a shell is missing"
        : `updsts completion does not know ${shown(word)}`,
      anyShell,
    );
  }
  const named = values.get("profile");
  if (word !== undefined && named !== undefined && word !== named) {
    throw usageError(
      `two profiles are named, ${shown(word)} and ${shown(named)}`,
      `name one of them: updsts ${command} NAME`,
    );
  }
  if (word !== undefined) values.set("profile", word);
  if (!argument.required || values.has("profile")) return values;
  throw usageError(
    "the name of a profile is missing",
    `type updsts ${command} NAME; updsts list shows the names`,
  );
}

function usageError(state: string, hint: string): UpdstsError {
  return new UpdstsError("USAGE", `Cannot read the command line: ${state}`, {
    hint,
  });
}

/** A word as it may be shown: not if it could be a code. */
function shown(word: string): string {
  return readCode(word) === undefined ? JSON.stringify(word) : "six digits";
}

/** `a, b or c`. */
function anyOf(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " or $1");
}

const anyShell = `type updsts completion ${anyOf(SHELLS)}`;

function helpOf(command: CommandName | undefined): string {
  return command === undefined
    ? "updsts --help shows the commands"
    : `updsts ${command} --help shows its options`;
}

function shortest(name: OptionName): string {
  return optionOf(name).short ?? optionOf(name).long;
}

/** `-n NAME`: the shortest way to type it. */
function typedAs(name: OptionName, word = shortest(name)): string {
  const { value } = optionOf(name);
  return value === undefined ? word : `${word} ${value.placeholder}`;
}

/** Commands of other tools that run a program with a session. */
const ELSEWHERE = /^(?:exec|env|login|shell|run|export|assume)$/;

function unknownCommand(
  word: string,
  values: ReadonlyMap<OptionName, string>,
): UpdstsError {
  if (readCode(word) !== undefined) {
    return usageError(
      "unexpected six digits: the command is missing",
      "pass a code with -t: updsts get -t CODE",
    );
  }
  const near = nearOnes(word, COMMAND_NAMES);
  const hint = ELSEWHERE.test(word)
    ? "set AWS_PROFILE=default_sts after updsts get, and start the program as usual; "
    : near.length > 0
    ? `did you mean updsts ${anyOf(near)}? `
    : /^[\w@.+-]+$/.test(word) && !values.has("profile")
    ? `to get a session of a profile of that name, type updsts get ${word}; `
    : "";
  return usageError(
    `there is no command ${shown(word)}`,
    hint + helpOf(undefined),
  );
}

/** Where the AWS CLI has an option, and updsts a setting. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  ["region", "set AWS_REGION, or region in the profile; "],
  ["endpointurl", "set AWS_ENDPOINT_URL_STS; "],
  ["cabundle", "set AWS_CA_BUNDLE; "],
]);

function unknownOption(
  typed: string,
  command: CommandName | undefined,
): UpdstsError {
  const word = squashed(typed);
  const names = OPTION_NAMES.filter((name) =>
    command === undefined || Object.hasOwn(optionsOf(command), name)
  );
  // Of a letter, only the case can be wrong.
  const forms = new Map(names.map((name) => {
    const { short = "", long } = optionOf(name);
    const form = word.length > 2 ? long : short;
    return [squashed(form), typedAs(name, form)];
  }));
  const near = (word.length > 2 ? nearOnes(word, [...forms.keys()]) : [word])
    .flatMap((form) => forms.get(form) ?? []);
  const hint = SETTINGS.get(word) ??
    (near.length === 0 ? "" : `did you mean ${anyOf(near)}? `);
  // Without what could be a code.
  const shown = typed.replace(/\d{4,}.*/s, "…");
  return usageError(
    command === undefined
      ? `there is no option ${shown}`
      : `updsts ${command} has no option ${shown}`,
    hint + helpOf(command),
  );
}

/** What to type as a value. */
const EXAMPLES: Readonly<Partial<Record<ValueKind, string>>> = {
  profile: ", such as default",
  duration: ", such as 12h",
  code:
    " with the six digits that the MFA device shows, or leave it out to be asked",
  level: ", which is 0, 1 or 2; updsts --version shows the version",
};

/** Why an option cannot have `value`, as far as that can be seen here. */
function valueProblem(
  name: OptionName,
  value: string | undefined,
  command: CommandName | undefined,
): UpdstsError | undefined {
  const kind = optionOf(name).value?.kind;
  if (kind === undefined) return undefined;
  if (value === undefined) {
    return usageError(
      `${shortest(name)} needs a value`,
      `type ${typedAs(name)}${EXAMPLES[kind] ?? ""}; ${helpOf(command)}`,
    );
  }
  if (value === "") {
    return usageError(
      `${shortest(name)} has an empty value`,
      `check that the shell variable is set; type ${
        typedAs(name)
      }, or leave it out`,
    );
  }
  if (kind !== "level" || /^[012]$/.test(value.normalize("NFKC"))) return;
  return usageError(
    `-v must be 0, 1 or 2, not ${shown(value)}`,
    "type -v 1 to see what is done, -v 2 for all details; updsts --version shows the version",
  );
}

function strayOption(command: CommandName, name: OptionName): UpdstsError {
  const { long } = optionOf(name);
  const takers = COMMAND_NAMES.filter((other) =>
    Object.hasOwn(optionsOf(other), name)
  );
  const hint = takers.length === 0
    ? ""
    : `${long} is an option of updsts ${anyOf(takers)}; `;
  return usageError(
    `updsts ${command} has no option ${long}`,
    hint + helpOf(command),
  );
}
