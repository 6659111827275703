// Compares a file with an earlier text of it, to see what other programs changed.
import { type ManagedBlock, type ParsedFile, parseFile } from "./parse.ts";
import { cutBlock } from "./session_edits.ts";
import { trimEnd } from "./text.ts";

/**
 * Compares two texts of one file, one character a byte, by what is outside of
 * all managed blocks: `"same"`; `"added"` if all lines of the first one are in
 * the second, in their order; `"missing"` if a section, a key, a note or the
 * end of the last line is gone, as in a file that is half written; else
 * `"changed"`.
 */
export function compareOutsideBlocks(
  before: string,
  now: string,
): "same" | "added" | "missing" | "changed" {
  if (before === now) return "same";
  const [first, last] = [parseFile(before), parseFile(now)];
  // A block that has just lost its end, or is half written, hides nothing.
  const isHalf = last.loneTags > first.loneTags ||
    (last.loneTags < first.loneTags &&
      last.damage.length < first.damage.length);
  const [old, current] = isHalf
    ? [first, last]
    : [outsideBlocks(first, last), outsideBlocks(last)];
  const emptied = withoutEnds(now) === "" && withoutEnds(before) !== "";
  if (emptied || isCut(old, current)) return "missing";
  const content = withoutEnds(old.text);
  if (content === withoutEnds(current.text)) return "same";
  if (content.startsWith(current.text)) return "missing";
  const present = countPieces(current);
  for (const [piece, times] of countPieces(old)) {
    if (times > (present.get(piece) ?? 0)) return "missing";
  }
  return holdsInOrder(old, current) ? "added" : "changed";
}

/** `file` without its whole blocks, and those that are whole in `later`. */
function outsideBlocks(file: ParsedFile, later = file): ParsedFile {
  const isWhole = ({ opened, closed }: ManagedBlock) => opened && closed;
  const whole = later.blocks.filter(isWhole);
  const keys = new Set(whole.map(({ key }) => key));
  const names = new Set(whole.map(({ sessionProfile }) => sessionProfile));
  const hidden = file.blocks.filter((block) =>
    isWhole(block) ||
    (block.opened ? keys.has(block.key) : names.has(block.sessionProfile))
  );
  let text = "";
  let position = 0;
  // A session without tags may reach into the block behind it.
  for (
    const { offset, length } of hidden.flatMap((block) => cutBlock(file, block))
      .toSorted((a, b) => a.offset - b.offset)
  ) {
    text += file.text.slice(position, Math.max(position, offset));
    position = Math.max(position, offset + length);
  }
  return hidden.length === 0
    ? file
    : parseFile(text + file.text.slice(position));
}

/** `text` without line ends at its end: one comes with the first block. */
function withoutEnds(text: string): string {
  return trimEnd(text, "\r\n");
}

/** Whether the last line of `current` lacks its end, or a part of itself. */
function isCut(old: ParsedFile, current: ParsedFile): boolean {
  if (current.text.endsWith("\n")) return false;
  if (old.text.endsWith("\n")) return true;
  if (current.text.endsWith("\r")) return false;
  const [was = "", is = ""] = [old, current].map((file) =>
    linesOf(file).at(-1)
  );
  return old.text.endsWith("\r") || (was !== is && was.startsWith(is));
}

/** How often each header and each key of a section occurs, and how many other lines that are not blank. */
function countPieces(file: ParsedFile): Map<string, number> {
  const pieces = new Map<string, number>();
  const count = (piece: string, times = 1) =>
    pieces.set(piece, (pieces.get(piece) ?? 0) + times);
  let known = 0;
  for (const { name, properties } of file.sections) {
    known += 1 + properties.length;
    count(name);
    for (const { key } of properties) count(`${name}\n${key}`);
  }
  // Only their number: a program may change its note again and again.
  const filled = linesOf(file).filter((line) => /[^ \t\v\f\r\n]/.test(line));
  count("\n", filled.length - known);
  return pieces;
}

/** Whether all lines of `old` are in `current`, in their order. */
function holdsInOrder(old: ParsedFile, current: ParsedFile): boolean {
  const lines = linesOf(old);
  let found = 0;
  for (const line of linesOf(current)) {
    const wanted = lines[found] ?? "";
    // The last one may have got its end.
    const last = found === lines.length - 1 && !wanted.endsWith("\n");
    if (last ? withoutEnds(line) === withoutEnds(wanted) : line === wanted) {
      found++;
    }
  }
  return found >= lines.length;
}

function linesOf({ text, lines }: ParsedFile): string[] {
  return Array.from(lines, ({ start, next }) => text.slice(start, next));
}
