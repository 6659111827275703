// The edits that take managed blocks out of a file.
import {
  assertEndsAlike,
  assertNextHeaderSeen,
  brokenBlock,
  tailOf,
} from "./block_refusals.ts";
import type { Edit } from "./edit.ts";
import type { ManagedBlock } from "./managed_block.ts";
import { saysSomething } from "./lines.ts";
import type { ParsedFile } from "./parsed_file.ts";

/**
 * The edits that take `block` out: its tags, and its section with all that
 * stands in it. Lines between the opening tag and the header stay, for they
 * belong to the profile above.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers
 */
export function removeEdits(file: ParsedFile, block: ManagedBlock): Edit[] {
  assertEndsAlike(file, block);
  const { section } = block;
  if (section === undefined) {
    return [
      cut(file, block.begin, block.begin),
      cut(file, block.end, block.end),
    ];
  }
  const stray = tailOf(file, block).find((line) => saysSomething(file, line));
  if (stray !== undefined) {
    throw brokenBlock(
      `line ${stray + 1}, behind the end of the block on line ${
        block.end + 1
      }, would fall into the section above`,
      "move that line into a section of its own, or remove it; nothing was changed",
    );
  }
  assertNextHeaderSeen(file, block);
  const last = cut(file, section.line, block.end);
  return section.line === block.begin + 1
    ? [cut(file, block.begin, block.end)]
    : [cut(file, block.begin, block.begin), last];
}

/** Takes out the lines from `first` to `last`, with their ends. */
function cut(file: ParsedFile, first: number, last: number): Edit {
  const { start } = file.lines.at(first);
  return { offset: start, length: file.lines.at(last).next - start, text: "" };
}
