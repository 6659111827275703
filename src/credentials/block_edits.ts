// The edits to one managed block: it is appended, filled, or its values are replaced.
import { UpdstsError } from "../errors.ts";
import {
  assertHeaderSeen,
  assertKeysPlain,
  assertNextHeaderSeen,
  assertTailHarmless,
  brokenBlock,
  tailOf,
} from "./block_refusals.ts";
import type { Edit } from "./edit.ts";
import {
  cutLines,
  lineEnding,
  saysSomething,
  terminatorOf,
  trimBlanks,
} from "./lines.ts";
import { type ManagedBlock, MARKER } from "./managed_block.ts";
import type { ParsedFile } from "./parsed_file.ts";
import type { Property, Section } from "./sections.ts";

/** A new block at the end of the file. */
export function appendedBlock(
  file: ParsedFile,
  key: string,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit {
  const { text } = file;
  const eol = lineEnding(text, file.lines);
  if (eol === "\r") {
    throw new UpdstsError(
      "FILE_UNUSABLE",
      "Cannot append the managed block: all lines of the file end with a lone " +
        "CR, and none but the AWS CLI would see the session",
      {
        hint: "save the file with LF line ends (tr '\\r' '\\n' makes them); " +
          "nothing was changed",
      },
    );
  }
  // A lone CR ends no line for most programs, if other lines end otherwise.
  const unfinished = text !== "" && !text.endsWith("\n");
  const block = [
    `# \${{{ key=${key} ${MARKER}`,
    ...sectionLines(name, values),
    `# $}}} ${MARKER}`,
  ];
  return {
    offset: file.text.length,
    length: 0,
    text: (unfinished ? eol : "") + block.map((line) => line + eol).join(""),
  };
}

/** A section in an empty block. */
export function filledBlock(
  file: ParsedFile,
  block: ManagedBlock,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit {
  const stray = tailOf(file, block).find((line) => saysSomething(file, line));
  if (stray !== undefined) {
    throw brokenBlock(
      `line ${stray + 1}, behind the empty block of line ${block.begin + 1}, ` +
        "would fall into its new section",
      "move the block to the end of the file; nothing was changed",
    );
  }
  assertNextHeaderSeen(file, block);
  const { start } = file.lines.at(block.end);
  const eol = terminatorOf(file, block.begin);
  const text = sectionLines(name, values).map((line) => line + eol).join("");
  return { offset: start, length: 0, text };
}

/** Another name and other values for the section in a block, and its header behind the tag. */
export function refreshedBlock(
  file: ParsedFile,
  block: ManagedBlock,
  section: Section,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit[] {
  if (!section.plain) {
    throw brokenBlock(
      `line ${section.line + 1} goes on behind the bracket, so that some ` +
        "programs take it for no header",
    );
  }
  const moves = section.line < block.begin;
  if (!moves) assertHeaderSeen(file, section);
  const next = file.sections.find(({ line }) => line > block.end);
  if (next !== undefined) assertHeaderSeen(file, next);
  assertTailHarmless(file, block, section, values);
  assertKeysPlain(file, block, section, values);

  const edits: Edit[] = moves
    ? [cutLines(file, section.line), header(file, block, name)]
    : [{
      offset: section.nameOffset,
      length: section.name.length,
      text: name,
    }];
  const missing = new Map(values);
  for (const property of section.properties) {
    if (property.line > block.end) break;
    const value = values.get(property.key);
    if (value === undefined) continue;
    missing.delete(property.key);
    edits.push(valueEdit(file, property, value));
    for (const index of property.continuations) {
      edits.push(cutLines(file, index));
    }
  }
  if (missing.size > 0) {
    assertNextHeaderSeen(file, block);
    const eol = terminatorOf(file, block.begin);
    // Behind all that says something, so that no line that stands there is
    // read as the continuation of one that came in before it.
    let lastLine = block.end - 1;
    while (lastLine > block.begin && !saysSomething(file, lastLine)) lastLine--;
    edits.push({
      offset: file.lines.at(lastLine + 1).start,
      length: 0,
      text: propertyLines(missing).map((line) => line + eol).join(""),
    });
  }
  return joined(edits);
}

/** The header `[name]`, directly behind the opening tag. */
function header(file: ParsedFile, block: ManagedBlock, name: string): Edit {
  return {
    offset: file.lines.at(block.begin + 1).start,
    length: 0,
    text: `[${name}]${terminatorOf(file, block.begin)}`,
  };
}

/**
 * Writes `value` in place. An inline comment behind it goes, which the AWS CLI
 * would read as a part of it; the key is spelt as all programs read it.
 */
function valueEdit(file: ParsedFile, property: Property, value: string): Edit {
  const { text, lines } = file;
  const { start, end } = lines.at(property.line);
  const valueEnd = property.offset + property.length;
  const commented = trimBlanks(text, valueEnd, end) !== "";
  const key = text.slice(start, property.offset);
  const plainKey = key.toLowerCase().replace(":", "=");
  const offset = key === plainKey ? property.offset : start;
  return {
    offset,
    length: (commented ? end : valueEnd) - offset,
    text: (key === plainKey ? "" : plainKey) +
      (property.length === 0 ? ` ${value}` : value),
  };
}

/** `edits` with those at one place made one, what comes in first. */
function joined(edits: readonly Edit[]): Edit[] {
  const result: Edit[] = [];
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset)) {
    const before = result.at(-1);
    if (before?.offset === edit.offset && before.length === 0) {
      result[result.length - 1] = { ...edit, text: before.text + edit.text };
    } else result.push(edit);
  }
  return result;
}

function sectionLines(
  name: string,
  values: ReadonlyMap<string, string>,
): string[] {
  return [`[${name}]`, ...propertyLines(values)];
}

function propertyLines(values: ReadonlyMap<string, string>): string[] {
  return Array.from(values, ([key, value]) => `${key} = ${value}`);
}
