// Why a session cannot have a name: for some program, another section has it.
import { UpdstsError } from "../errors.ts";
import { awsCliHeader } from "./aws_cli_reading.ts";
import { goHeader } from "./go_reading.ts";
import { javaScriptHeader } from "./javascript_reading.ts";
import { contentStart } from "./lines.ts";
import type { ParsedFile } from "./parsed_file.ts";
import { decodeText } from "./profile_name.ts";
import type { Section } from "./sections.ts";
import { trimWhiteSpace } from "./white_space.ts";

/**
 * Refuses a name (one character a byte) that a section has for any program,
 * those that are `ours` aside, or that stands for all.
 */
export function assertNameFree(
  file: ParsedFile,
  ours: readonly Section[],
  name: string,
): void {
  if (name === "DEFAULT") {
    throw new UpdstsError(
      "NAME_TAKEN",
      "Cannot use the profile name DEFAULT for the session: the AWS CLI gives " +
        "the keys of a section of that name to every profile",
      { hint: "choose another name with -sn; nothing was changed" },
    );
  }
  const own = new Set(ours.map(({ line }) => line));
  const taken = linesWith(file, name).find((line) =>
    !own.has(line) && isNamed(file, line, name)
  );
  if (taken === undefined) return;
  throw new UpdstsError(
    "NAME_TAKEN",
    `Cannot use the profile name ${
      JSON.stringify(decodeText(name))
    } for the session: line ${taken + 1} already has a section of that name`,
    { hint: "choose another name with -sn; nothing was changed" },
  );
}

/** Indices of the lines with `[` and `word` in them. */
function linesWith({ text, lines }: ParsedFile, word: string): number[] {
  const found: number[] = [];
  let line = 0;
  let position = text.indexOf(word);
  while (position !== -1) {
    line = lines.indexAt(position, line);
    const { start, next } = lines.at(line);
    if (text.slice(start, position).includes("[")) found.push(line);
    position = text.indexOf(word, next);
  }
  return found;
}

/**
 * Whether any program takes line `index` for the header of a section `name`.
 * Some trim the name, some do not: one that is equal for either counts.
 */
function isNamed(
  { text, lines }: ParsedFile,
  index: number,
  name: string,
): boolean {
  const { start, end } = lines.at(index);
  const line = decodeText(
    text.slice(index === 0 ? contentStart(text) : start, end),
  );
  return [awsCliHeader, javaScriptHeader, goHeader].some((headerOf) =>
    trimWhiteSpace(headerOf(line) ?? "") === decodeText(name)
  );
}
