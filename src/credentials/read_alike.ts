// Checks that programs read everything that an edit does not change as before.
import type { ParsedFile, Section } from "./parse.ts";
import { readAsAwsCli, type Reading } from "./readers/aws_cli.ts";
import { readAsGo } from "./readers/go.ts";
import { readAsJavaScript } from "./readers/javascript.ts";
import { applyEdits, decodeText, type Edit, trim } from "./text.ts";

/** The intended change: the removed profile, if any, and the added one, one character a byte. */
export interface IntendedChange {
  readonly former?: string | undefined;
  readonly session?: {
    readonly name: string;
    readonly values: ReadonlyMap<string, string>;
    /** False if only the AWS CLI accepts its line ends. */
    readonly seenByAll: boolean;
  };
}

/** The text that edits make of `[start, end)`, and the reason to refuse them. */
export interface Outcome {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly problem: string | undefined;
}

interface Program {
  readonly name: string;
  readonly read: (text: string) => { reading: Reading; refusal?: unknown };
}

const AWS_CLI: Program = {
  name: "the AWS CLI",
  // A byte order mark makes it refuse the file; the rest is compared anyway.
  read: (text) => readAsAwsCli(text.replace(/^\ufeff/, "")),
};

const PROGRAMS: readonly Program[] = [
  AWS_CLI,
  { name: "the AWS SDK for JavaScript", read: readAsJavaScript },
  {
    name: "the AWS SDK for Go",
    read: (text) => ({ reading: readAsGo(text) }),
  },
];

/** The section that `line` begins for each program, or the empty string. */
export function sectionsBegunBy(line: string): string[] {
  return PROGRAMS.map((program) => headerOf(program, line));
}

function headerOf({ read }: Program, line: string): string {
  return [...read(`${line}\nkey = value`).reading.keys()].at(-1) ?? "";
}

/** Checks whether after `edits` a program would refuse the file, misread another profile, or miss the session. */
export function readAfter(
  file: ParsedFile,
  edits: readonly Edit[],
  change: IntendedChange,
): Outcome {
  const { start, end } = surroundings(file, edits);
  const before = file.text.slice(start, end);
  const edited = applyEdits(
    before,
    edits.map((edit) => ({ ...edit, offset: edit.offset - start })),
  );
  const [old, now] = [decodeText(before), decodeText(edited)];
  let problem: string | undefined;
  for (const program of PROGRAMS) {
    problem ??= problemFor(program, old, now, change);
  }
  return { text: edited, start, end, problem };
}

function problemFor(
  program: Program,
  textBefore: string,
  textNow: string,
  { former, session }: IntendedChange,
): string | undefined {
  const { name, read } = program;
  const [before, now] = [read(textBefore), read(textNow)];
  if (now.refusal && !before.refusal) {
    return `${name} would no longer read the file`;
  }
  const [old, target] = [former, session?.name].map((bytes) =>
    bytes === undefined ? undefined : nameFor(program, decodeText(bytes))
  );
  for (
    const profile of new Set([...before.reading.keys(), ...now.reading.keys()])
  ) {
    if (profile === old || profile === target) continue;
    if (!alike(before.reading.get(profile), now.reading.get(profile))) {
      return `${name} would read another profile differently`;
    }
  }
  if (session === undefined || target === undefined) return undefined;
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

/** The name by which `program` sees a profile; undefined if it does not. */
function nameFor(program: Program, name: string): string | undefined {
  const found = headerOf(program, `[${name}]`);
  // Some programs trim names or collapse spaces in them.
  const plain = (text: string) => trim(text).replace(/ +/g, " ");
  return plain(found) === plain(name) ? found : undefined;
}

type Keys = ReadonlyMap<string, string>;

/** Whether both have the same keys and values, except for the keys of `owned`. */
function alike(
  before: Keys | undefined,
  after: Keys | undefined,
  owned?: Keys,
): boolean {
  if (before === undefined || after === undefined) return false;
  const others = (keys: Keys) =>
    [...keys].filter(([key]) => !owned?.has(key.toLowerCase()));
  const old = others(before);
  return old.length === others(after).length &&
    old.every(([key, value]) => after.get(key) === value);
}

/** The range between the nearest headers around `edits` that every program reads as headers. */
function surroundings(
  file: ParsedFile,
  edits: readonly Edit[],
): { start: number; end: number } {
  const { text, lines, sections } = file;
  // Not Math.min(...): a function does not take this many arguments.
  let first = Infinity;
  let last = 0;
  for (const { offset, length } of edits) {
    first = Math.min(first, offset);
    last = Math.max(last, offset + length);
  }
  const above = sections.findLast((section) =>
    section.nameOffset < first && lines.at(section.line).next <= first &&
    isUnmistakable(file, section)
  );
  const below = sections.find((section) =>
    section.nameOffset > last && lines.at(section.line).start >= last &&
    isUnmistakable(file, section)
  );
  return {
    start: above === undefined ? 0 : lines.at(above.line).start,
    end: below === undefined ? text.length : lines.at(below.line).next,
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
