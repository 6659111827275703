// What is wrong with the command or the options of a line, and what to type instead.
import { readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  COMMON_OPTIONS,
  optionsOf,
} from "./commands.ts";
import { mistakenFor, squashed } from "./option_words.ts";
import { OPTION_NAMES, type OptionName, optionOf, typedAs } from "./options.ts";

/** Makes the error, once it is known which command it stands in. */
export type Problem = (
  command: CommandName | undefined,
) => UpdstsError | Promise<UpdstsError>;

/** What `-v` takes. */
export const LEVELS: readonly string[] = ["0", "1", "2"];

/** An error of the command line: what is wrong, and what to type. */
export function usageError(state: string, hint: string): UpdstsError {
  return new UpdstsError("USAGE", `Cannot read the command line: ${state}`, {
    hint,
  });
}

/** A word as it may be shown: what could be a code is not. */
export function shown(word: string): string {
  return readCode(word) === undefined ? JSON.stringify(word) : "six digits";
}

/** Where to read more. */
export function helpOf(command: CommandName | undefined): string {
  return command === undefined
    ? "updsts --help shows the commands"
    : `updsts ${command} --help shows its options`;
}

/** `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2
    ? last
    : `${words.slice(0, -1).join(", ")} or ${last}`;
}

export async function unknownCommand(
  word: string,
  values: ReadonlyMap<OptionName, string>,
): Promise<UpdstsError> {
  if (readCode(word) !== undefined) {
    return usageError(
      "six digits stand in place of a command",
      "a code goes behind -t: updsts get -t CODE",
    );
  }
  const state = `there is no command ${shown(word)}`;
  const meant = COMMAND_NAMES.find((name) =>
    COMMANDS[name].mistakenFor.includes(squashed(word))
  );
  const near = meant === undefined
    ? await nearOnes(squashed(word), COMMAND_NAMES)
    : [meant];
  if (near.length > 0) {
    return usageError(
      state,
      `did you mean updsts ${anyOf(near)}? updsts --help shows the commands`,
    );
  }
  const isName = /^[\w@.+-]+$/.test(word) && !values.has("profile");
  return usageError(
    state,
    isName
      ? `for a session of a profile of that name, type updsts get ${word}; updsts --help shows the commands`
      : "updsts --help shows the commands",
  );
}

export function noCommand(
  values: ReadonlyMap<OptionName, string>,
): UpdstsError {
  const [first] = Array.from(values.keys())
    .filter((name) => !Object.hasOwn(COMMON_OPTIONS, name));
  const likely = COMMAND_NAMES.find((name) =>
    first !== undefined && Object.hasOwn(optionsOf(name), first)
  );
  return usageError(
    "no command is given",
    likely === undefined || first === undefined
      ? "type one, as in updsts list; updsts --help shows the commands"
      : `type one, as in updsts ${likely} ${
        typedAs(first)
      }; updsts --help shows the commands`,
  );
}

/** What other programs have as an option, and what stands for it here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  region:
    "the region comes from AWS_REGION, or from a line region in the profile",
  endpointurl: "the endpoint comes from AWS_ENDPOINT_URL_STS",
  cabundle: "further authorities come from AWS_CA_BUNDLE",
  force: "a session is asked for each time, unless --min-remaining says not to",
};

export async function unknownOption(
  typed: string,
  command: CommandName | undefined,
): Promise<UpdstsError> {
  const names = OPTION_NAMES.filter((name) =>
    command === undefined || Object.hasOwn(optionsOf(command), name)
  );
  const meant = mistakenFor(typed);
  const words = new Map(
    names.map((name) => [squashed(optionOf(name).long), name]),
  );
  const near = meant !== undefined && names.includes(meant)
    ? [meant]
    : (await nearOnes(squashed(typed), [...words.keys()]))
      .flatMap((word) => words.get(word) ?? []);
  const other = names.find((name) =>
    optionOf(name).short?.toLowerCase() === typed.toLowerCase()
  );
  const found = near.length > 0 ? near : other === undefined ? [] : [other];
  const state = command === undefined
    ? `there is no option ${shownOption(typed)}`
    : `updsts ${command} has no option ${shownOption(typed)}`;
  if (found.length === 0) {
    const elsewhere = ELSEWHERE[squashed(typed)];
    return usageError(
      state,
      elsewhere === undefined
        ? helpOf(command)
        : `${elsewhere}; ${helpOf(command)}`,
    );
  }
  const suggestions = found.map((name) =>
    squashed(typed).length < 2 ? typedAs(name) : longForm(name)
  );
  return usageError(
    state,
    `did you mean ${anyOf(suggestions)}? ${helpOf(command)}`,
  );
}

/** The option without what could be a code. */
function shownOption(typed: string): string {
  return typed.replace(/\d{4,}.*/s, "…");
}

function longForm(name: OptionName): string {
  const { long, value } = optionOf(name);
  return value === undefined ? long : `${long} ${value.placeholder}`;
}

/** An option without its value, or a switch with one. */
export function badValue(
  name: OptionName,
  value: string | undefined,
  command: CommandName | undefined,
): UpdstsError {
  const { short, long } = optionOf(name);
  if (value !== undefined) {
    return usageError(
      `${long} takes no value`,
      `type ${long} alone, or leave it out`,
    );
  }
  const said = usageError(
    `${short ?? long} needs a value`,
    `type ${typedAs(name)}${exampleOf(name)}; ${helpOf(command)}`,
  );
  return name !== "verbose" || command !== undefined ? said : usageError(
    "-v needs a level",
    "type -v 1 or -v 2 behind a command to be told more; updsts --version shows the version",
  );
}

function exampleOf(name: OptionName): string {
  switch (optionOf(name).value?.kind) {
    case "profile":
      return ", as in -n default";
    case "code":
      return " with the six digits that the MFA device shows, or leave it out to be asked";
    case "duration":
      return `, as in ${optionOf(name).short ?? optionOf(name).long} 12h`;
    case "level":
      return ", which is 0, 1 or 2";
    default:
      return "";
  }
}

export function givenTwice(name: OptionName): UpdstsError {
  const { short, long } = optionOf(name);
  return usageError(
    `${short ?? long} is given twice, with different values`,
    `type ${typedAs(name)} once`,
  );
}

/** Why an option cannot have that value, if it can be seen without looking at anything else. */
export function valueProblem(
  name: OptionName,
  value: string,
): UpdstsError | undefined {
  const { short, long, value: taken } = optionOf(name);
  if (taken === undefined) return undefined;
  const word = short ?? long;
  if (value === "") {
    return usageError(
      `${word} has an empty value`,
      `a variable of the shell may not be set; type ${
        typedAs(name)
      }, or leave it out`,
    );
  }
  if (taken.kind !== "level" || LEVELS.includes(value.normalize("NFKC"))) {
    return undefined;
  }
  return usageError(
    `-v is 0, 1 or 2, and ${shown(value)} is none of them`,
    "type -v 1 to be told what is done, -v 2 for all details; updsts --version shows the version",
  );
}

export function strayOption(
  command: CommandName,
  name: OptionName,
): UpdstsError {
  const { long } = optionOf(name);
  const takers = COMMAND_NAMES.filter((other) =>
    Object.hasOwn(optionsOf(other), name)
  );
  const hint = takers.length === 0
    ? helpOf(command)
    : `${long} is for updsts ${anyOf(takers)}; ${helpOf(command)}`;
  return usageError(`updsts ${command} has no option ${long}`, hint);
}

async function nearOnes(
  typed: string,
  names: readonly string[],
): Promise<string[]> {
  const { nearOnes } = await import("../sessions/profiles.ts");
  return await nearOnes(typed, names);
}
