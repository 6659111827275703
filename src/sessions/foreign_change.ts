// What other programs have done to a file between two looks at it.
import { isTerminator } from "../credentials/lines.ts";
import { type ParsedFile, parseFile } from "../credentials/parsed_file.ts";
import type { Difference } from "../ports.ts";

/** Compares two texts of one file, one character a byte. */
export function foreignChange(before: string, now: string): Difference {
  if (before === now) return "none";
  // Written anew, and not to its end yet.
  if (before.startsWith(now)) return "lost";
  const [old, current] = [parseFile(before), parseFile(now)];
  const present = new Set(entriesOf(current));
  const gone = entriesOf(old).some((entry) => !present.has(entry));
  if (gone || (endsWhole(before) && !endsWhole(now))) return "lost";
  return unowned(old) === unowned(current) ? "none" : "changed";
}

/** Every profile, and every key in it. */
function entriesOf({ sections }: ParsedFile): string[] {
  return sections.flatMap(({ name, properties }) => [
    name,
    ...properties.map(({ key }) => `${name}]${key}`),
  ]);
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
