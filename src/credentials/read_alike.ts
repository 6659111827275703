// Whether programs read all that an edit does not mean to change as they did before.
import { brokenBlock } from "./block_refusals.ts";
import { applyEdits, type Edit } from "./edit.ts";
import { readAsAwsCli } from "./aws_cli_reading.ts";
import { readAsGo } from "./go_reading.ts";
import { javaScriptHeader, readAsJavaScript } from "./javascript_reading.ts";
import { trimBlanks } from "./lines.ts";
import type { ParsedFile } from "./parsed_file.ts";
import { decodeText } from "./profile_name.ts";
import type { Reading } from "./reading.ts";
import type { Section } from "./sections.ts";
import { trimWhiteSpace } from "./white_space.ts";

/** What edits mean to change, one character a byte. */
export interface IntendedChange {
  /** The profiles that come, go, or change. */
  readonly names: readonly string[];
  /** The profile that must be there afterwards, with its keys. */
  readonly session?: {
    readonly name: string;
    readonly values: ReadonlyMap<string, string>;
    /** Whether its lines end as they must for all programs. */
    readonly seenByAll: boolean;
  };
}

interface Program {
  readonly name: string;
  /** What it reads in a decoded text; undefined if it refuses it. */
  readonly read: (text: string) => Reading | undefined;
  /** Whether it can see a profile of that name at all. */
  readonly sees: (session: { name: string; seenByAll: boolean }) => boolean;
}

const PROGRAMS: readonly Program[] = [
  {
    name: "the AWS CLI",
    read: (text) => {
      const reading = readAsAwsCli(text);
      return reading instanceof Map ? reading : undefined;
    },
    sees: () => true,
  },
  {
    name: "the AWS SDK for JavaScript",
    read: readAsJavaScript,
    sees: ({ name, seenByAll }) =>
      seenByAll && javaScriptHeader(`[${name}]`) === name,
  },
  {
    name: "the AWS SDK for Go",
    read: readAsGo,
    sees: ({ seenByAll }) => seenByAll,
  },
];

/**
 * Refuses edits after which a program would not read the file any more, would
 * read another profile differently, or would not find the session.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers
 */
export function assertReadAlike(
  file: ParsedFile,
  edits: readonly Edit[],
  { names, session }: IntendedChange,
): void {
  const { start, end } = surroundings(file, edits);
  const before = file.text.slice(start, end);
  const after = applyEdits(
    before,
    edits.map((edit) => ({ ...edit, offset: edit.offset - start })),
  );
  const [given, made] = [decodeText(before), decodeText(after)];
  const touched = new Set(names.flatMap((bytes) => {
    const name = decodeText(bytes);
    return [name, trimWhiteSpace(name)];
  }));
  const refuse = (problem: string) => {
    const odd = oddLine(file, start, end);
    return brokenBlock(
      odd === undefined
        ? `${problem} (lines ${lineAt(file, start)} to ${lineAt(file, end)})`
        : `line ${odd}, on which ${WHAT_IS_ODD}: ${problem}`,
      "make the lines around the block plain, each a header, a key or a " +
        "comment that begins at its start; nothing was changed",
    );
  };
  for (const { name, read, sees } of PROGRAMS) {
    const reading = read(given);
    const now = read(made);
    if (now === undefined) {
      if (reading === undefined) continue;
      throw refuse(`${name} would no longer read the file`);
    }
    if (reading !== undefined && !alike(reading, now, touched)) {
      throw refuse(`${name} would read another profile differently`);
    }
    if (session === undefined) continue;
    const target = decodeText(session.name);
    if (!sees({ name: target, seenByAll: session.seenByAll })) continue;
    const keys = now.get(target);
    for (const [key, value] of session.values) {
      if (keys?.get(key) === value) continue;
      throw refuse(`${name} would not read the session as it is written`);
    }
  }
}

function alike(
  before: Reading,
  after: Reading,
  touched: ReadonlySet<string>,
): boolean {
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (touched.has(name)) continue;
    const [keys, now] = [before.get(name), after.get(name)];
    if (keys === undefined || now === undefined) return false;
    if (keys.size !== now.size) return false;
    for (const [key, value] of keys) if (now.get(key) !== value) return false;
  }
  return true;
}

/**
 * The part of the text that edits can change the meaning of: from the last
 * header above them that no program can take for anything else, to the first
 * such one below.
 */
function surroundings(
  file: ParsedFile,
  edits: readonly Edit[],
): { start: number; end: number } {
  // There may be more edits than a function takes arguments.
  let first = Infinity;
  let last = 0;
  for (const { offset, length } of edits) {
    first = Math.min(first, offset);
    last = Math.max(last, offset + length);
  }
  const above = file.sections.findLast((section) =>
    section.nameOffset < first && file.lines.at(section.line).next <= first &&
    isUnmistakable(file, section)
  );
  const below = file.sections.find((section) =>
    section.nameOffset > last && file.lines.at(section.line).start >= last &&
    isUnmistakable(file, section)
  );
  return {
    start: above === undefined ? 0 : file.lines.at(above.line).start,
    end: below === undefined
      ? file.text.length
      : file.lines.at(below.line).next,
  };
}

function isUnmistakable(
  { text, lines }: ParsedFile,
  { name, line }: Section,
): boolean {
  const { start, next } = lines.at(line);
  return (start === 0 || text[start - 1] === "\n") &&
    /^[A-Za-z0-9_.@+/-]+$/.test(name) && name !== "__proto__" &&
    /^(?:\r?\n)?$/.test(text.slice(start + name.length + 2, next)) &&
    text.startsWith(`[${name}]`, start);
}

const WHAT_IS_ODD = "not all programs take the same for white space";

/** The first line in `[start, end)` that programs may trim differently, from 1. */
function oddLine(
  { text, lines }: ParsedFile,
  start: number,
  end: number,
): number | undefined {
  for (let index = lines.indexAt(start); index < lines.length; index++) {
    const line = lines.at(index);
    if (line.start >= end) return undefined;
    const content = decodeText(text.slice(line.start, line.end));
    if (trimBlanks(content) !== trimWhiteSpace(content)) return index + 1;
  }
  return undefined;
}

/** The line, from 1, that the character before `offset` stands on. */
function lineAt({ lines }: ParsedFile, offset: number): number {
  return Math.min(lines.indexAt(offset), lines.length - 1) + 1;
}
