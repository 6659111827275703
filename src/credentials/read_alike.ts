// Checks that programs read everything that an edit does not change as before.
import type { ParsedFile, Section } from "./parse.ts";
import { awsCliHeader, readAsAwsCli } from "./readers/aws_cli.ts";
import { goHeader, readAsGo } from "./readers/go.ts";
import { javaScriptHeader, readAsJavaScript } from "./readers/javascript.ts";
import type { Reading } from "./readers/reading.ts";
import { applyEdits, decodeText, type Edit, trim } from "./text.ts";

/** What edits mean to change, one character a byte. */
export interface IntendedChange {
  /** The profile that goes or changes; undefined if there is none yet. */
  readonly former?: string | undefined;
  /** The profile that must be there afterwards, with its keys. */
  readonly session?: {
    readonly name: string;
    readonly values: ReadonlyMap<string, string>;
    /** Whether its lines end as they must for all programs. */
    readonly seenByAll: boolean;
  };
}

/** What became of the part of the text that edits can change the meaning of. */
export interface Outcome {
  /** What the edits make of the part. */
  readonly made: string;
  /** Where the part stands in the text that was given: `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** What keeps the edits from being made, if anything does. */
  readonly problem: string | undefined;
}

interface Program {
  readonly name: string;
  /** What it reads in a decoded text, and whether it refuses that. */
  readonly read: (
    text: string,
  ) => { readonly reading: Reading; readonly refusal?: unknown };
  /** The name of the section that it sees begin on a line; empty if it ignores that. */
  readonly headerOf: (line: string) => string | undefined;
}

const AWS_CLI: Program = {
  name: "the AWS CLI",
  // A byte order mark, for which it refuses a file, hides nothing else.
  read: (text) => readAsAwsCli(text.replace(/^\ufeff/, "")),
  headerOf: awsCliHeader,
};

/** The programs whose reading counts. */
export const PROGRAMS: readonly Program[] = [
  AWS_CLI,
  {
    name: "the AWS SDK for JavaScript",
    read: readAsJavaScript,
    headerOf: javaScriptHeader,
  },
  {
    name: "the AWS SDK for Go",
    read: (text) => ({ reading: readAsGo(text) }),
    headerOf: goHeader,
  },
];

/**
 * Finds whether a program would not read the file any more after `edits`,
 * would read something else differently, or would not find the session.
 */
export function readAfter(
  file: ParsedFile,
  edits: readonly Edit[],
  change: IntendedChange,
): Outcome {
  const { start, end } = surroundings(file, edits);
  const before = file.text.slice(start, end);
  const made = applyEdits(
    before,
    edits.map((edit) => ({ ...edit, offset: edit.offset - start })),
  );
  const [given, after] = [decodeText(before), decodeText(made)];
  let problem: string | undefined;
  for (const program of PROGRAMS) {
    problem ??= problemFor(program, given, after, change);
  }
  return { made, start, end, problem };
}

function problemFor(
  program: Program,
  given: string,
  after: string,
  { former, session }: IntendedChange,
): string | undefined {
  const { name, read } = program;
  const [before, now] = [read(given), read(after)];
  if (now.refusal && !before.refusal) {
    return `${name} would no longer read the file`;
  }
  const nameFor = (bytes: string | undefined) =>
    bytes === undefined ? undefined : nameIn(program, decodeText(bytes));
  const [old, target] = [nameFor(former), nameFor(session?.name)];
  for (
    const profile of new Set([...before.reading.keys(), ...now.reading.keys()])
  ) {
    if (profile === old || profile === target) continue;
    if (!alike(before.reading.get(profile), now.reading.get(profile))) {
      return `${name} would read another profile differently`;
    }
  }
  if (session === undefined || target === undefined) return undefined;
  // What updsts does not own in the session's section.
  const keys = now.reading.get(target);
  const kept = old === undefined || (old !== target && now.reading.has(old))
    ? undefined
    : before.reading.get(old);
  if (kept !== undefined && !alike(kept, keys, session.values)) {
    return `${name} would read other keys of the session differently`;
  }
  if (program !== AWS_CLI && !session.seenByAll) return undefined;
  for (const [key, value] of session.values) {
    if (keys?.get(key) !== value) {
      return `${name} would not read the session as it is written`;
    }
  }
  return undefined;
}

/** The name under which `program` sees a profile; undefined if it does not. */
function nameIn({ headerOf }: Program, name: string): string | undefined {
  const found = headerOf(`[${name}]`) ?? "";
  // Some trim it, and some take all blanks between two words for one.
  const plain = (text: string) => trim(text).replace(/ +/g, " ");
  return plain(found) === plain(name) ? found : undefined;
}

type Keys = ReadonlyMap<string, string>;

/** Whether both have the same keys and values, those of `owned` aside. */
function alike(
  before: Keys | undefined,
  after: Keys | undefined,
  owned?: Keys,
): boolean {
  if (before === undefined || after === undefined) return false;
  const others = (keys: Keys) =>
    owned === undefined
      ? [...keys]
      : [...keys].filter(([key]) => !owned.has(key.toLowerCase()));
  const old = others(before);
  return old.length === others(after).length &&
    old.every(([key, value]) => after.get(key) === value);
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
