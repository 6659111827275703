// A file as it was read: its sections, and the blocks that updsts owns.
import { encodeText } from "./profile_name.ts";
import { type FileText, Lines } from "./lines.ts";
import { findManagedBlocks, type ManagedBlock } from "./managed_block.ts";
import { readSections, type Section } from "./sections.ts";

/** The text of a file (one character a byte) and what stands where in it. */
export class ParsedFile implements FileText {
  readonly text: string;
  readonly lines: Lines;
  /** In file order; names may repeat. */
  readonly sections: readonly Section[];
  #managed: ReturnType<typeof findManagedBlocks> | undefined;

  /** Reads `text`. Never fails. */
  constructor(text: string) {
    this.text = text;
    this.lines = new Lines(text);
    this.sections = readSections(this);
  }

  /** Every managed block that has a begin and an end, in file order. */
  get blocks(): readonly ManagedBlock[] {
    return this.#tags.blocks;
  }

  /** A sentence for each broken tag, with its line number (from 1). */
  get brokenTags(): readonly string[] {
    return this.#tags.problems;
  }

  /** The block of the session that was asked for with `profile`. */
  blockOf(profile: string): ManagedBlock | undefined {
    const key = encodeText(profile);
    return this.blocks.find((block) => block.key === key);
  }

  /** The block that one of `sections` stands in. */
  blockAround(sections: readonly Section[]): ManagedBlock | undefined {
    return this.blocks.find(({ section }) =>
      section !== undefined && sections.includes(section)
    );
  }

  get #tags(): ReturnType<typeof findManagedBlocks> {
    return this.#managed ??= findManagedBlocks(this);
  }
}

/** Reads `text`, the bytes of a file with one character each. Never fails. */
export function parseFile(text: string): ParsedFile {
  return new ParsedFile(text);
}
