// What other programs have done to a file between two looks at it.
import { type ParsedFile, parseFile } from "../credentials/parse.ts";
import { isTerminator, trimBlanks } from "../credentials/text.ts";
import type { Difference } from "../ports.ts";

/** Compares two texts of one file, one character a byte. */
export function foreignChange(before: string, now: string): Difference {
  if (before === now) return "none";
  // Written anew, and not to its end yet.
  if (before.startsWith(now)) return "lost";
  const [old, current] = [parseFile(before), parseFile(now)];
  const present = counted(current);
  const gone = Array.from(counted(old)).some(([piece, times]) =>
    times > (present.get(piece) ?? 0)
  );
  if (gone || (endsWhole(before) && !endsWhole(now))) return "lost";
  return unowned(old) === unowned(current) ? "none" : "changed";
}

/** Every header, every key with its profile, and how often it is there; and how many other lines there are. */
function counted({ text, lines, sections }: ParsedFile): Map<string, number> {
  const pieces = new Map<string, number>();
  const count = (piece: string) =>
    pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
  const known = new Set<number>();
  for (const { line, name, properties } of sections) {
    known.add(line);
    count(`[${name}]`);
    for (const property of properties) {
      known.add(property.line);
      count(`[${name}]${property.key}`);
    }
  }
  // What stands behind the last key is often a note: a key that somebody keeps.
  for (let index = 0; index < lines.length; index++) {
    if (known.has(index)) continue;
    const { start, end } = lines.at(index);
    const line = trimBlanks(text, start, end);
    // By number: who changes one has not lost it, and may do so again and again.
    if (line !== "") count("note");
  }
  return pieces;
}

function endsWhole(text: string): boolean {
  return /[\r\n]$/.test(text);
}

/** What stands outside of the managed blocks; everything, if it is not clear where they are. */
function unowned({ text, lines, blocks, brokenTags }: ParsedFile): string {
  if (brokenTags.length > 0) return text;
  let kept = "";
  let offset = 0;
  for (const { begin, end } of blocks) {
    kept += text.slice(offset, lines.at(begin).start);
    offset = lines.at(end).next;
  }
  // The line end that the last line lacked comes with the first block.
  kept += text.slice(offset);
  let last = kept.length;
  while (last > 0 && isTerminator(kept.charCodeAt(last - 1))) last--;
  return kept.slice(0, last);
}
