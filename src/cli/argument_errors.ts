// What is wrong with what stands behind a command, and what to type instead.
import { type CommandName, COMMANDS } from "./commands.ts";
import { anyOf, helpOf, shown, usageError } from "./usage_errors.ts";
import type { UpdstsError } from "../errors.ts";

export function noArgument(command: CommandName, word: string): UpdstsError {
  const { argument } = COMMANDS[command];
  const instead = argument.kind === "none" ? `${argument.instead}; ` : "";
  return usageError(
    `updsts ${command} takes no ${shown(word)}`,
    instead + helpOf(command),
  );
}

export function missingArgument(command: CommandName): UpdstsError {
  const { argument } = COMMANDS[command];
  return argument.kind === "choice"
    ? usageError(
      `updsts ${command} needs the name of a ${argument.placeholder.toLowerCase()}`,
      `type updsts ${command} ${anyOf(argument.choices)}`,
    )
    : usageError(
      `updsts ${command} needs the name of a profile`,
      `type updsts ${command} NAME; updsts list shows the names`,
    );
}

export function noChoice(command: CommandName, word: string): UpdstsError {
  const { argument } = COMMANDS[command];
  const choices = argument.kind === "choice" ? argument.choices : [];
  return usageError(
    `updsts ${command} does not know ${shown(word)}`,
    `type updsts ${command} ${anyOf(choices)}`,
  );
}

export function oneTooMany(command: CommandName, word: string): UpdstsError {
  const { argument } = COMMANDS[command];
  if (argument.kind === "choice") {
    return usageError(
      `updsts ${command} takes one ${argument.placeholder.toLowerCase()}, and ${
        shown(word)
      } is one more`,
      `type updsts ${command} ${anyOf(argument.choices)}`,
    );
  }
  if (/^\d+\w*[dhms]\w*$/i.test(word)) {
    return usageError(
      `updsts ${command} takes one name, and ${shown(word)} is one more`,
      `a duration goes behind -d: -d ${word}`,
    );
  }
  return usageError(
    `updsts ${command} takes one name, and ${shown(word)} is one more`,
    `put a name with blanks in quotes; ${helpOf(command)}`,
  );
}

export function bareCode(command: CommandName): UpdstsError {
  return usageError(
    "six digits stand in place of a name",
    command === "get"
      ? "a code goes behind -t: updsts get NAME -t CODE; a profile of such a name goes behind -n"
      : "a profile of such a name goes behind -n",
  );
}

export function namedTwice(
  command: CommandName,
  word: string,
  named: string,
): UpdstsError {
  return usageError(
    `two profiles are named, ${shown(word)} and ${shown(named)}`,
    `name one of them: updsts ${command} NAME`,
  );
}
