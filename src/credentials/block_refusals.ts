// Why a managed block cannot be refreshed: programs read the lines around it differently.
import { UpdstsError } from "../errors.ts";
import { isBlank, saysSomething, terminatorOf, trimBlanks } from "./lines.ts";
import type { ManagedBlock } from "./managed_block.ts";
import type { ParsedFile } from "./parsed_file.ts";
import type { Section } from "./sections.ts";

/**
 * Refuses a file with any broken tag.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`
 */
export function assertBlocksWhole({ brokenTags }: ParsedFile): void {
  const [problem] = brokenTags;
  if (problem !== undefined) throw brokenBlock(problem);
}

/**
 * Refuses a block where lone CRs meet other line ends, down to the next
 * header: programs for which a lone CR ends no line would see keys of the
 * block without its header, or the lines behind it without theirs.
 */
export function assertEndsAlike(file: ParsedFile, block: ManagedBlock): void {
  const lone = (index: number) => terminatorOf(file, index) === "\r";
  const last = Math.min(
    block.end + tailOf(file, block).length + 1,
    file.lines.length - 1,
  );
  for (let index = block.begin + 1; index <= last; index++) {
    const { end, next } = file.lines.at(index);
    if (end === next || lone(index) === lone(block.begin)) continue;
    throw brokenBlock(
      `line ${index + 1} ends with ${lone(index) ? "a" : "no"} lone CR, ` +
        `other than line ${block.begin + 1}`,
      "make the line ends of the block alike; nothing was changed",
    );
  }
}

/**
 * Refuses what stands behind the block and yet belongs to its section, if it
 * has a say in the four values or could go on with one.
 */
export function assertTailHarmless(
  file: ParsedFile,
  block: ManagedBlock,
  section: Section,
  values: ReadonlyMap<string, string>,
): void {
  const hint = "move that line into a section of its own, or remove it; " +
    "nothing was changed";
  const owned = new Set(
    section.properties.filter(({ key }) => values.has(key))
      .map(({ line }) => line),
  );
  const headers = new Set(
    file.sections.filter(({ line }) => line > block.end)
      .map(({ line }) => line),
  );
  for (const line of tailOf(file, block)) {
    const { start } = file.lines.at(line);
    const indented = isBlank(file.text.charCodeAt(start));
    const stray = owned.has(line) || headers.has(line) ||
      (indented && saysSomething(file, line));
    if (!stray) continue;
    throw brokenBlock(
      `line ${line + 1}, behind the end of the block on line ${
        block.end + 1
      }, is read as a part of its section`,
      hint,
    );
  }
}

/**
 * Refuses lines of the block that are one of our keys, or a part of one, for
 * some programs and something else for others: to the AWS CLI, a line indented
 * deeper than the key above it goes on with that key's value.
 */
export function assertKeysPlain(
  file: ParsedFile,
  block: ManagedBlock,
  section: Section,
  values: ReadonlyMap<string, string>,
): void {
  const keys = new Map(section.properties.map(({ line, key }) => [line, key]));
  // These go when the value is written anew, so nobody reads them afterwards.
  const replaced = new Set(
    section.properties.filter(({ key }) => values.has(key))
      .flatMap(({ continuations }) => continuations),
  );
  // Nothing goes on with a header.
  let above = { owned: false, indent: Infinity };
  for (let line = section.line + 1; line < block.end; line++) {
    if (!saysSomething(file, line)) continue;
    const { start, end } = file.lines.at(line);
    const indent = indentOf(file, line);
    const deeper = indent > above.indent;
    const owned = values.has(keys.get(line) ?? "");
    const [before = ""] = file.text.slice(start, end).split(/[=:]/, 1);
    const word = trimBlanks(before);
    const clear = replaced.has(line)
      ? deeper
      : deeper
      ? !owned && !above.owned
      : owned === values.has(word.toLowerCase());
    if (!clear) {
      throw brokenBlock(
        `line ${line + 1} is indented, and not clearly a key of its own`,
        "remove that line, or end its indentation; nothing was changed",
      );
    }
    if (!deeper) above = { owned, indent };
  }
}

/**
 * Refuses to write keys next to a header that is indented deeper than a key
 * above it: the AWS CLI takes it for a part of that key, and what stands below
 * it for keys of the profile before.
 */
export function assertHeaderSeen(file: ParsedFile, section: Section): void {
  const indent = indentOf(file, section.line);
  if (indent === 0) return;
  const headers = new Set(file.sections.map(({ line }) => line));
  let depth = Infinity;
  for (let line = 0; line < section.line; line++) {
    if (!saysSomething(file, line)) continue;
    const above = indentOf(file, line);
    if (above <= depth) depth = headers.has(line) ? Infinity : above;
  }
  if (indent <= depth) return;
  throw hiddenHeader(section);
}

/** Refuses to add keys above an indented header, which would hide it likewise. */
export function assertNextHeaderSeen(
  file: ParsedFile,
  block: ManagedBlock,
): void {
  const next = file.sections.find(({ line }) => line > block.end);
  if (next !== undefined && indentOf(file, next.line) > 0) {
    throw hiddenHeader(next);
  }
}

function hiddenHeader(section: Section): UpdstsError {
  return brokenBlock(
    `line ${section.line + 1} is an indented header, which the AWS CLI ` +
      "would take for a part of the key before it",
    "end its indentation; nothing was changed",
  );
}

/** How many blanks line `index` begins with. */
function indentOf(file: ParsedFile, index: number): number {
  const { start, end } = file.lines.at(index);
  let first = start;
  while (first < end && isBlank(file.text.charCodeAt(first))) first++;
  return first - start;
}

/** The lines behind the block up to the next header that every program sees. */
export function tailOf(file: ParsedFile, block: ManagedBlock): number[] {
  const next = file.sections.find(({ line, plain }) =>
    plain && line > block.end
  );
  const first = block.end + 1;
  const length = (next?.line ?? file.lines.length) - first;
  return Array.from({ length }, (_, index) => first + index);
}

/** The error for a block that is not as it should be. */
export function brokenBlock(
  problem: string,
  hint = "mend the tags in the credentials file; nothing was changed",
): UpdstsError {
  return new UpdstsError(
    "BLOCK_BROKEN",
    `Cannot update the managed block: ${problem}`,
    { hint },
  );
}
