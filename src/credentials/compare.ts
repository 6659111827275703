// Compares a file with an earlier text of it, to see what other programs changed.
import { type ManagedBlock, type ParsedFile, parseFile } from "./parse.ts";
import { cutBlock } from "./session_edits.ts";
import { trimEnd } from "./text.ts";

/**
 * Compares two texts of one file (one character a byte) outside managed blocks:
 * `"added"` if every earlier line is still there, in order; `"missing"` if a
 * section, a key, a comment or a line end is gone, as in a half-written file.
 */
export function compareOutsideBlocks(
  before: string,
  now: string,
): "same" | "added" | "missing" | "changed" {
  if (before === now) return "same";
  const [first, last] = [parseFile(before), parseFile(now)];
  // A block that is half written is compared, too: it may have swallowed lines.
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

/** Removes the blocks that are complete in `file` or in `later`. */
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
  // A session without tags may overlap the next block.
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

/** Ignores final line ends: updsts adds one with the first block. */
function withoutEnds(text: string): string {
  return trimEnd(text, "\r\n");
}

/** Whether the last line was truncated. */
function isCut(old: ParsedFile, current: ParsedFile): boolean {
  if (current.text.endsWith("\n")) return false;
  if (old.text.endsWith("\n")) return true;
  if (current.text.endsWith("\r")) return false;
  const [was = "", is = ""] = [old, current].map((file) =>
    linesOf(file).at(-1)
  );
  return old.text.endsWith("\r") || (was !== is && was.startsWith(is));
}

/** Counts each header, each key of a section, and all other lines that are not blank. */
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
  // Their text is not compared: a program may update its own comment.
  const filled = linesOf(file).filter((line) => /[^ \t\v\f\r\n]/.test(line));
  count("\n", filled.length - known);
  return pieces;
}

function holdsInOrder(old: ParsedFile, current: ParsedFile): boolean {
  const lines = linesOf(old);
  let found = 0;
  for (const line of linesOf(current)) {
    const wanted = lines[found] ?? "";
    // The last line may have gained a line end.
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
