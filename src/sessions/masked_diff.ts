// What a change would do to the credentials file, without its secrets.
import { type ParsedFile, parseFile, readValue } from "../credentials/parse.ts";
import { mayBeShown } from "../credentials/profiles.ts";
import { OWNED_KEYS, SAME_KEYS } from "../credentials/session_edits.ts";
import { applyEdits, decodeText, type Edit } from "../credentials/text.ts";
import { MASK } from "../secret.ts";

/** Lines that go, and lines that come in their place. */
interface Hunk {
  readonly before: Span;
  readonly after: Span;
}

/** So many lines from this one on, counted from 0. */
interface Span {
  readonly first: number;
  readonly count: number;
}

/**
 * The lines that `edits` name, in the form of a unified diff. A line that none
 * of them names is the user's, and not shown; nor is what may be a secret, or
 * the values that STS has still to give.
 */
export function maskedDiff(
  path: string,
  text: string,
  edits: readonly Edit[],
): string {
  const before = parseFile(text);
  const after = parseFile(applyEdits(text, edits));
  const old = shownLines(before, shownValue);
  const made = shownLines(after, valueToCome);
  const hunks = hunksOf(before, after, edits).map((hunk) => {
    const gone = old.slice(hunk.before.first, endOf(hunk.before));
    const come = made.slice(hunk.after.first, endOf(hunk.after));
    const head = `@@ -${spanOf(hunk.before)} +${spanOf(hunk.after)} @@`;
    return [head, ...compared(gone, come)].join("\n");
  });
  return [`--- ${path}`, `+++ ${path}`, ...hunks].join("\n");
}

/** The lines of both sides, those at the start that stay as context. */
function compared(gone: readonly string[], come: readonly string[]): string[] {
  let same = 0;
  while (same < gone.length && gone[same] === come[same]) same++;
  return [
    ...gone.slice(0, same).map((line) => ` ${line}`),
    ...gone.slice(same).map((line) => `-${line}`),
    ...come.slice(same).map((line) => `+${line}`),
  ];
}

function spanOf({ first, count }: Span): string {
  // An empty one stands behind the line before it.
  const line = count === 0 ? first : first + 1;
  return count === 1 ? String(line) : `${line},${count}`;
}

/** A hunk for each edit, and one for those whose lines touch. */
function hunksOf(
  before: ParsedFile,
  after: ParsedFile,
  edits: readonly Edit[],
): Hunk[] {
  const hunks: Hunk[] = [];
  let moved = 0;
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset)) {
    const last = hunks.at(-1);
    const hunk = hunkOf(before, after, edit, moved, last);
    moved += edit.text.length - edit.length;
    if (
      last !== undefined && hunk.before.first <= endOf(last.before) &&
      hunk.after.first <= endOf(last.after)
    ) {
      hunks[hunks.length - 1] = {
        before: joined(last.before, hunk.before),
        after: joined(last.after, hunk.after),
      };
    } else hunks.push(hunk);
  }
  return hunks;
}

function endOf({ first, count }: Span): number {
  return first + count;
}

function joined(a: Span, b: Span): Span {
  const end = Math.max(endOf(a), endOf(b));
  return { first: a.first, count: end - a.first };
}

function hunkOf(
  before: ParsedFile,
  after: ParsedFile,
  { offset, length, text }: Edit,
  moved: number,
  last: Hunk | undefined,
): Hunk {
  // What it begins with may only end the line before, which stays as it is.
  const end = /^\r?\n/.exec(text)?.[0].length ?? 0;
  return {
    before: span(before, offset, length, last?.before),
    after: span(
      after,
      offset + moved + end,
      text.length - end,
      last?.after,
    ),
  };
}

/** The lines that `length` characters from `offset` on stand on, which is behind `last`. */
function span(
  { lines }: ParsedFile,
  offset: number,
  length: number,
  last: Span | undefined,
): Span {
  const from = last === undefined ? 0 : Math.max(0, endOf(last) - 1);
  const first = lines.indexAt(offset, from);
  const count = length === 0
    ? 0
    : lines.indexAt(offset + length - 1, first) + 1 - first;
  return { first, count };
}

type ShowValue = (key: string, value: string) => string;

const shownValue: ShowValue = (key, value) =>
  value === "" || mayBeShown(key, value) ? value : MASK;

const OWNED: ReadonlySet<string> = new Set([...OWNED_KEYS, ...SAME_KEYS]);

const valueToCome: ShowValue = (key, value) =>
  OWNED.has(key) ? "(from STS)" : shownValue(key, value);

/** All lines as they may be shown: of a header and a key, nothing behind it. */
function shownLines(file: ParsedFile, show: ShowValue): string[] {
  const { text, lines, blocks, sections } = file;
  const contentOf = (index: number) => {
    const { start, end } = lines.at(index);
    return decodeText(text.slice(start, end)).trim();
  };
  const shown: string[] = Array.from(
    { length: lines.length },
    (_, index) => contentOf(index) === "" ? "" : MASK,
  );
  for (const { line, name, properties } of sections) {
    // Behind a bracket in it stands what somebody noted there.
    const [bare = "", ...behind] = decodeText(name).split("]");
    shown[line] = `[${bare}]${behind.length === 0 ? "" : ` ${MASK}`}`;
    for (const property of properties) {
      const value = show(property.key, decodeText(readValue(file, property)));
      shown[property.line] = `${decodeText(property.key)} = ${value}`;
    }
  }
  for (const { begin, end } of blocks) {
    shown[begin] = contentOf(begin);
    shown[end] = contentOf(end);
  }
  return shown;
}
