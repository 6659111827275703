// The edits that take managed blocks out of a file.
import {
  assertEndsAlike,
  assertNextHeaderSeen,
  brokenBlock,
  tailOf,
} from "./block_refusals.ts";
import type { Edit } from "./edit.ts";
import { leftoverHeader, type ManagedBlock } from "./managed_block.ts";
import { cutLines, saysSomething } from "./lines.ts";
import type { ParsedFile } from "./parsed_file.ts";
import { assertReadAlike } from "./read_alike.ts";

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
    const tags = [cutLines(file, block.begin), cutLines(file, block.end)];
    assertReadAlike(file, tags, { names: [] });
    return tags;
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
  const first = Math.min(
    block.begin,
    section.line,
    leftoverHeader(file, block)?.line ?? Infinity,
  );
  const edits = section.line <= block.begin + 1
    ? [cutLines(file, first, block.end)]
    : [
      cutLines(file, first, block.begin),
      cutLines(file, section.line, block.end),
    ];
  assertReadAlike(file, edits, { names: [section.name] });
  return edits;
}
