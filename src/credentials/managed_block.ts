// The tagged block that updsts owns: finds it, and makes the edits that write it.
import { UpdstsError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { Edit } from "./edit.ts";
import { contentStart, isBlank, lineEnding, trimBlanks } from "./lines.ts";
import { encodeText } from "./profile_name.ts";
import type { ParsedFile, Section } from "./profiles.ts";

/** What STS gave, as it is written. */
export interface SessionValues {
  /** The session's own access key id. */
  readonly accessKeyId: string;
  /** Its secret access key. */
  readonly secretAccessKey: Secret;
  /** Its session token. */
  readonly sessionToken: Secret;
  /** ISO 8601, local time with its offset, whole seconds. */
  readonly expiration: string;
}

/** A block: the tags and what stands between them. */
export interface ManagedBlock {
  /** The profile that the session was asked for, one character a byte. */
  readonly key: string;
  /** Index of the line of the opening tag. */
  readonly begin: number;
  /** Index of the line of the closing tag. */
  readonly end: number;
  /** The section between the tags; undefined if there is none yet. */
  readonly section: Section | undefined;
}

/** The blocks of a file, and why they cannot all be trusted. */
export interface ManagedBlocks {
  /** Every begin with its end, in file order. */
  readonly blocks: readonly ManagedBlock[];
  /** A sentence for each broken tag, with its line number (from 1). */
  readonly problems: readonly string[];
}

const MARKER = "[auto update by updsts]";

interface Tag {
  readonly line: number;
  readonly kind: "begin" | "end" | "malformed";
  readonly key: string;
}

/** Finds all blocks of `file`. Never fails: what is wrong is in `problems`. */
export function findManagedBlocks(file: ParsedFile): ManagedBlocks {
  const blocks: ManagedBlock[] = [];
  const problems: string[] = [];
  const keys = new Map<string, number>();
  let open: Tag | undefined;
  let nextSection = 0;

  for (const tag of findTags(file)) {
    const at = `line ${tag.line + 1}`;
    if (tag.kind === "malformed") {
      problems.push(`${at} looks like a tag of a block, but is not whole`);
    } else if (tag.kind === "begin") {
      if (open !== undefined) {
        problems.push(
          `${at} begins a block inside of the one that begins on line ${
            open.line + 1
          }`,
        );
      }
      const earlier = keys.get(tag.key);
      if (earlier !== undefined) {
        problems.push(
          `${at} begins a second block for one key; the first is on line ${
            earlier + 1
          }`,
        );
      }
      keys.set(tag.key, tag.line);
      open = tag;
    } else if (open === undefined) {
      problems.push(`${at} ends a block that has no begin`);
    } else {
      const begin = open.line;
      const inside: Section[] = [];
      for (; nextSection < file.sections.length; nextSection++) {
        const section = file.sections[nextSection];
        if (section === undefined || section.line > tag.line) break;
        if (section.line > begin) inside.push(section);
      }
      const [section, second] = inside;
      if (second !== undefined) {
        problems.push(
          `line ${second.line + 1} begins a second section in the block that ` +
            `begins on line ${begin + 1}`,
        );
      }
      blocks.push({ key: open.key, begin, end: tag.line, section });
      open = undefined;
    }
  }
  if (open !== undefined) {
    problems.push(`line ${open.line + 1} begins a block that has no end`);
  }
  return { blocks, problems };
}

/**
 * The edits that put `session` into the block of profile `key`, under the
 * section name `sectionName`; a block is appended if there is none yet.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN` or `NAME_TAKEN`, with line numbers;
 * `STS_ANSWER_INVALID` if a value could not stand on a line of its own.
 */
export function refreshEdits(
  file: ParsedFile,
  key: string,
  sectionName: string,
  session: SessionValues,
): Edit[] {
  const { blocks, problems } = findManagedBlocks(file);
  const [problem] = problems;
  if (problem !== undefined) throw brokenBlock(problem);
  const values = ownedValues(session);
  const keyBytes = encodeText(key);
  const nameBytes = encodeText(sectionName);
  const block = blocks.find((block) => block.key === keyBytes);
  assertNameFree(file, block, sectionName);

  if (block === undefined) {
    return [appendedBlock(file, keyBytes, nameBytes, values)];
  }
  assertEndsAlike(file, block);
  if (block.section === undefined) {
    return [filledBlock(file, block, nameBytes, values)];
  }
  return refreshedBlock(file, block, block.section, nameBytes, values);
}

/** The four lines that updsts owns, in the order in which they are written. */
function ownedValues(session: SessionValues): Map<string, string> {
  const values = new Map([
    ["aws_access_key_id", session.accessKeyId],
    ["aws_secret_access_key", session.secretAccessKey.reveal()],
    ["aws_session_token", session.sessionToken.reveal()],
    ["expiration_datetime", session.expiration],
  ]);
  for (const [key, value] of values) {
    // What AWS issues is letters, digits and these few signs. Anything else
    // could end the line, open a section, or be taken for a comment.
    if (!/^[A-Za-z0-9+/=_.:~-]+$/.test(value)) {
      throw new UpdstsError(
        "STS_ANSWER_INVALID",
        `Cannot write the session: STS gave a value for ${key} that no credentials file can hold`,
        { hint: "check which endpoint answered (-v 1); nothing was changed" },
      );
    }
  }
  return values;
}

function appendedBlock(
  file: ParsedFile,
  key: string,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit {
  const eol = lineEnding(file.text, file.lines);
  const last = file.lines.at(-1);
  const unfinished = last !== undefined && last.end === last.next;
  const block = [
    `# \${{{ key=${key} ${MARKER}`,
    ...sectionLines(name, values),
    `# $}}} ${MARKER}`,
  ];
  return {
    offset: file.text.length,
    length: 0,
    text: (unfinished ? eol : "") + block.map((line) => line + eol).join(""),
  };
}

function filledBlock(
  file: ParsedFile,
  block: ManagedBlock,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit {
  const stray = tailOf(file, block).find((line) => saysSomething(file, line));
  if (stray !== undefined) {
    throw brokenBlock(
      `line ${stray + 1}, behind the empty block of line ${block.begin + 1}, ` +
        "would fall into its new section",
      "move the block to the end of the file; nothing was changed",
    );
  }
  const { start } = lineAt(file, block.end);
  const eol = terminatorOf(file, block.begin);
  const text = sectionLines(name, values).map((line) => line + eol).join("");
  return { offset: start, length: 0, text };
}

function refreshedBlock(
  file: ParsedFile,
  block: ManagedBlock,
  section: Section,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit[] {
  if (!section.plain) {
    throw brokenBlock(
      `line ${section.line + 1} goes on behind the bracket, so that some ` +
        "programs take it for no header",
    );
  }
  assertTailHarmless(file, block, section, values);
  for (const { key, line } of section.properties) {
    const [parent] = key.split(".");
    if (parent === undefined || parent === key || !values.has(parent)) continue;
    throw brokenBlock(
      `line ${line + 1} is nested under the key ${parent}`,
      "remove that line, or end its indentation; nothing was changed",
    );
  }

  const edits: Edit[] = [{
    offset: section.nameOffset,
    length: section.name.length,
    text: name,
  }];
  const missing = new Map(values);
  for (const property of section.properties) {
    if (property.line > block.end) break;
    const value = values.get(property.key);
    if (value === undefined) continue;
    missing.delete(property.key);
    edits.push({
      offset: property.offset,
      length: property.length,
      text: property.length === 0 ? ` ${value}` : value,
    });
    for (const index of property.continuations) {
      const { start, next } = lineAt(file, index);
      edits.push({ offset: start, length: next - start, text: "" });
    }
  }
  if (missing.size > 0) {
    const eol = terminatorOf(file, section.line);
    // Behind all that says something, so that no line that stands there is
    // read as the continuation of one that came in before it.
    let lastLine = block.end - 1;
    while (!saysSomething(file, lastLine)) lastLine--;
    edits.push({
      offset: lineAt(file, lastLine + 1).start,
      length: 0,
      text: propertyLines(missing).map((line) => line + eol).join(""),
    });
  }
  return edits;
}

/**
 * Refuses a block where lone CRs meet other line ends, down to the next
 * header: programs for which a lone CR ends no line would see keys of the
 * block without its header, or the lines behind it without theirs.
 */
function assertEndsAlike(file: ParsedFile, block: ManagedBlock): void {
  const lone = (index: number) => terminatorOf(file, index) === "\r";
  const last = Math.min(
    block.end + tailOf(file, block).length + 1,
    file.lines.length - 1,
  );
  for (let index = block.begin + 1; index <= last; index++) {
    const { end, next } = lineAt(file, index);
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
function assertTailHarmless(
  file: ParsedFile,
  block: ManagedBlock,
  section: Section,
  values: ReadonlyMap<string, string>,
): void {
  const hint = "move that line into a section of its own, or remove it; " +
    "nothing was changed";
  for (const line of tailOf(file, block)) {
    const owned = section.properties.some((property) =>
      property.line === line && values.has(property.key)
    );
    const { start } = lineAt(file, line);
    const indented = isBlank(file.text.charCodeAt(start));
    const headed = file.sections.some((section) => section.line === line);
    if (!owned && !headed && !(indented && saysSomething(file, line))) continue;
    throw brokenBlock(
      `line ${line + 1}, behind the end of the block on line ${
        block.end + 1
      }, is read as a part of its section`,
      hint,
    );
  }
}

/** The lines behind the block up to the next header that every program sees. */
function tailOf(file: ParsedFile, block: ManagedBlock): number[] {
  const next = file.sections.find(({ line, plain }) =>
    plain && line > block.end
  );
  const first = block.end + 1;
  const length = (next?.line ?? file.lines.length) - first;
  return Array.from({ length }, (_, index) => first + index);
}

function assertNameFree(
  file: ParsedFile,
  block: ManagedBlock | undefined,
  name: string,
): void {
  const bytes = encodeText(name);
  // Some SDKs trim the name in a header, some do not: a name that is equal for
  // either is taken.
  const taken = file.sections.find((section) =>
    section !== block?.section && trimBlanks(section.name) === bytes
  );
  if (taken === undefined) return;
  throw new UpdstsError(
    "NAME_TAKEN",
    `Cannot use the profile name ${JSON.stringify(name)} for the session: ` +
      `line ${taken.line + 1} already has a section of that name`,
    { hint: "choose another name with -sn; nothing was changed" },
  );
}

function brokenBlock(
  problem: string,
  hint = "mend the tags in the credentials file; nothing was changed",
): UpdstsError {
  return new UpdstsError(
    "BLOCK_BROKEN",
    `Cannot update the managed block: ${problem}`,
    { hint },
  );
}

function sectionLines(
  name: string,
  values: ReadonlyMap<string, string>,
): string[] {
  return [`[${name}]`, ...propertyLines(values)];
}

function propertyLines(values: ReadonlyMap<string, string>): string[] {
  return Array.from(values, ([key, value]) => `${key} = ${value}`);
}

/** Whether line `index` is neither blank nor a comment. */
function saysSomething(file: ParsedFile, index: number): boolean {
  const { start, end } = lineAt(file, index);
  return /^[^#;]/.test(trimBlanks(file.text, start, end));
}

function lineAt(file: ParsedFile, index: number) {
  const line = file.lines[index];
  if (line === undefined) throw new RangeError(`No line ${index + 1}`);
  return line;
}

function terminatorOf(file: ParsedFile, index: number): string {
  const { end, next } = lineAt(file, index);
  return file.text.slice(end, next);
}

/** All lines that are tags, or look like ones. */
function* findTags(file: ParsedFile): Generator<Tag> {
  const { text } = file;
  let line = 0;
  let position = text.indexOf(MARKER);
  while (position !== -1) {
    while (lineAt(file, line).next <= position) line++;
    const { start, end, next } = lineAt(file, line);
    const content = text.slice(line === 0 ? contentStart(text) : start, end);
    const tag = readTag(trimBlanks(content));
    if (tag !== undefined) yield { line, ...tag };
    position = text.indexOf(MARKER, next);
  }
}

function readTag(comment: string): Omit<Tag, "line"> | undefined {
  if (!comment.startsWith("#") || !comment.endsWith(MARKER)) return undefined;
  const tag = trimBlanks(comment.slice(1, -MARKER.length));
  if (tag === "$}}}") return { kind: "end", key: "" };
  if (!tag.startsWith("${{{") && !tag.startsWith("$}}}")) return undefined;
  const parameter = trimBlanks(tag.slice("${{{".length));
  if (!tag.startsWith("${{{") || !/^key=./s.test(parameter)) {
    return { kind: "malformed", key: "" };
  }
  return { kind: "begin", key: trimBlanks(parameter.slice("key=".length)) };
}
