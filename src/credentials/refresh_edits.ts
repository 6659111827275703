// The edits that put a session into its managed block.
import { appendedBlock, filledBlock, refreshedBlock } from "./block_edits.ts";
import { assertBlocksWhole, assertEndsAlike } from "./block_refusals.ts";
import type { Edit } from "./edit.ts";
import { cutLines, terminatorOf } from "./lines.ts";
import { leftoverHeader, type ManagedBlock } from "./managed_block.ts";
import { assertNameFree } from "./name_refusals.ts";
import type { ParsedFile } from "./parsed_file.ts";
import { assertSessionName, encodeText } from "./profile_name.ts";
import { assertReadAlike } from "./read_alike.ts";
import { readValue } from "./sections.ts";
import {
  OLD_TOKEN_KEY,
  OWNED_KEYS,
  ownedValues,
  SAME_KEYS,
  sameValue,
  type SessionValues,
} from "./session_values.ts";

/**
 * The edits that put `session` into the block of profile `key`, under the
 * section name `sectionName`; a block is appended if there is none yet.
 *
 * @throws {UpdstsError} `NAME_INVALID`; `BLOCK_BROKEN` or `NAME_TAKEN`, with line numbers;
 * `STS_ANSWER_INVALID` if a value could not stand on a line of its own.
 */
export function refreshEdits(
  file: ParsedFile,
  key: string,
  sectionName: string,
  session: SessionValues,
): Edit[] {
  assertSessionName(sectionName);
  assertBlocksWhole(file);
  const values = ownedValues(session);
  const name = encodeText(sectionName);
  const block = withSection(file.blockOf(key), name);
  const ours = [block?.section, block && leftoverHeader(file, block)]
    .filter((section) => section !== undefined);
  assertNameFree(file, ours, name);
  if (block !== undefined) return blockEdits(file, block, name, values);
  const edits = [appendedBlock(file, encodeText(key), name, values)];
  assertReadAlike(file, edits, {
    names: [name],
    session: { name, values, seenByAll: true },
  });
  return edits;
}

/**
 * Refuses a block that cannot be refreshed, whatever the session.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers
 */
export function assertRefreshable(file: ParsedFile, block: ManagedBlock): void {
  const values = new Map<string, string>(OWNED_KEYS.map((key) => [key, "x"]));
  blockEdits(file, block, block.section?.name ?? `${block.key}_sts`, values);
}

/** `block` with the section of that name whose header stands above its tag, if it has none. */
function withSection(
  block: ManagedBlock | undefined,
  name: string,
): ManagedBlock | undefined {
  if (block?.section !== undefined || block?.above?.name !== name) return block;
  return { ...block, section: block.above };
}

function blockEdits(
  file: ParsedFile,
  block: ManagedBlock,
  name: string,
  owned: ReadonlyMap<string, string>,
): Edit[] {
  assertEndsAlike(file, block);
  const { section } = block;
  const values = new Map(owned);
  for (const property of section?.properties ?? []) {
    // Behind the block stands what is not ours to change: a token there is
    // refused below, for it would go with the new key.
    const harmless = property.line > block.end &&
      property.key !== OLD_TOKEN_KEY;
    if (harmless || !SAME_KEYS.includes(property.key)) continue;
    const current = readValue(file, property);
    values.set(property.key, sameValue(property.key, current, owned));
  }
  const edits = section === undefined
    ? [filledBlock(file, block, name, values)]
    : refreshedBlock(file, block, section, name, values);
  const leftover = leftoverHeader(file, block);
  if (leftover !== undefined) edits.push(cutLines(file, leftover.line));
  assertReadAlike(file, edits, {
    names: [name, section?.name ?? name],
    session: {
      name,
      values,
      seenByAll: terminatorOf(file, block.begin) !== "\r",
    },
  });
  return edits;
}
