// Shows the lines that a change would remove and add, without secrets.
import { mayBeShown, OWNED } from "../credentials/keys.ts";
import { type ParsedFile, parseFile, readValue } from "../credentials/parse.ts";
import { applyEdits, decodeText, type Edit } from "../credentials/text.ts";
import { MASK } from "../secret.ts";

/**
 * Lists the lines that `edits` remove (`-`), add (`+`) or rewrite unchanged in
 * the file at `path`; secrets and the values that STS will give are masked.
 */
export function changedLines(
  path: string,
  text: string,
  edits: readonly Edit[],
): string {
  const removed = lineReader(parseFile(text), shownValue);
  const added = lineReader(parseFile(applyEdits(text, edits)), newValue);
  let moved = 0;
  const changes = edits.toSorted((a, b) => a.offset - b.offset)
    .flatMap(({ offset, length, text }) => {
      const before = removed(offset, length);
      // A line end at the start of an edit belongs to the line before.
      const end = /^\r?\n/.exec(text)?.[0].length ?? 0;
      const after = added(offset + moved + end, text.length - end);
      moved += text.length - length;
      return before.join("\n") === after.join("\n")
        ? before.map((line) => ` ${line}`)
        : [
          ...before.map((line) => `-${line}`),
          ...after.map((line) => `+${line}`),
        ];
    });
  return [`Changes to ${path}:`, ...changes].join("\n");
}

/** Reads the masked lines at increasing offsets, each line once. */
function lineReader(file: ParsedFile, show: ShowValue) {
  const shown = shownLines(file, show);
  let next = 0;
  return (offset: number, length: number): string[] => {
    if (length === 0) return [];
    const first = file.lines.indexAt(offset, Math.max(0, next - 1));
    const start = Math.max(first, next);
    next = file.lines.indexAt(offset + length - 1, first) + 1;
    return shown.slice(start, next);
  };
}

type ShowValue = (key: string, value: string) => string;

const shownValue: ShowValue = (key, value) =>
  value === "" || mayBeShown(key, value) ? value : MASK;

const newValue: ShowValue = (key, value) =>
  OWNED.has(key) ? "(from STS)" : shownValue(key, value);

/** Masks all lines except for tags, and for the names and public values of headers and keys. */
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
    // A secret may follow the bracket.
    const [bare = "", ...rest] = decodeText(name).split("]");
    shown[line] = `[${bare}]${rest.length === 0 ? "" : ` ${MASK}`}`;
    for (const property of properties) {
      const value = show(property.key, decodeText(readValue(file, property)));
      shown[property.line] = `${decodeText(property.key)} = ${value}`;
    }
  }
  for (const { begin, end, opened, closed } of blocks) {
    if (opened) shown[begin] = contentOf(begin);
    if (closed) shown[end] = contentOf(end);
  }
  return shown;
}
