// A file as it was read: its sections and their keys as the AWS SDKs read them, and the blocks that updsts owns, all by position.
import {
  BLANKS,
  contentStart,
  decodeText,
  encodeText,
  type FileText,
  Lines,
  lineText,
  saysSomething,
  spacesBefore,
  trim,
  trimEnd,
} from "./text.ts";

/** The text of a file (one character a byte) and what stands where in it. */
export class ParsedFile implements FileText {
  readonly text: string;
  readonly lines: Lines;
  /** In file order; names may repeat. */
  readonly sections: readonly Section[];
  #managed: ManagedBlocks | undefined;

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

  get #tags(): ManagedBlocks {
    return this.#managed ??= findManagedBlocks(this);
  }
}

/** Reads `text`, the bytes of a file with one character each. Never fails. */
export function parseFile(text: string): ParsedFile {
  return new ParsedFile(text);
}

/** A `key = value`, by position. */
export interface Property {
  /** The key in lower case; `parent.key` if nested under an empty `parent =`. */
  readonly key: string;
  /** Where the value stands on its line, without spaces and inline comment. */
  readonly offset: number;
  /** Length of that; 0 for an empty value. */
  readonly length: number;
  /** Index of the line. */
  readonly line: number;
  /** Indices of the indented lines that go on with the value. */
  readonly continuations: readonly number[];
}

/** A property while it is read; most have no continuation, and share one empty list. */
type OpenProperty = { -readonly [Key in keyof Property]: Property[Key] };
const NONE: readonly number[] = [];

/** A `[name]` and the properties up to the next one, by position. */
export class Section {
  /** What stands between the brackets, one character a byte. */
  readonly name: string;
  /** Where the name begins. */
  readonly nameOffset: number;
  /** Index of the header's line. */
  readonly line: number;
  /**
   * Whether the bracket ends the header, a comment aside. If not, the AWS CLI
   * takes it for a header, and the SDK for JavaScript does not.
   */
  readonly plain: boolean;
  readonly #file: FileText;
  #properties: readonly Property[] | undefined;

  /** The section of `file` whose `header` begins at `offset`, on line `line`. */
  constructor(file: FileText, line: number, offset: number, header: Header) {
    this.name = header.name;
    this.nameOffset = offset + 1;
    this.line = line;
    this.plain = header.plain;
    this.#file = file;
  }

  /** In file order. Read when somebody asks: most sections of a large file are passed over. */
  get properties(): readonly Property[] {
    return this.#properties ??= readProperties(this.#file, this.line + 1);
  }
}

/** All sections of `file`, in file order; names may repeat. */
function readSections(file: FileText): Section[] {
  const { text, lines } = file;
  const sections: Section[] = [];
  // Most lines have no bracket, and the runtime passes over them natively.
  let bracket = text.indexOf("[");
  let index = 0;
  while (bracket !== -1) {
    let from = bracket + 1;
    if (beginsLine(text, bracket)) {
      index = lines.indexAt(bracket, index);
      const { end, next } = lines.at(index);
      const header = readHeader(withoutComment(text.slice(bracket, end)));
      if (header !== undefined) {
        sections.push(new Section(file, index, bracket, header));
      }
      from = next;
    }
    bracket = text.indexOf("[", from);
  }
  return sections;
}

/** Whether nothing but blanks stands before `offset` on its line. */
function beginsLine(text: string, offset: number): boolean {
  const first = contentStart(text);
  let before = offset - 1;
  while (before >= first && BLANKS.includes(text.charAt(before))) before--;
  return before < first || "\r\n".includes(text.charAt(before));
}

/** What stands between the brackets of a header, and whether nothing follows them. */
interface Header {
  readonly name: string;
  readonly plain: boolean;
}

/** The header that `content` is, also where something follows the bracket. */
function readHeader(content: string): Header | undefined {
  if (!content.startsWith("[")) return undefined;
  const plain = content.endsWith("]");
  const close = plain ? content.length - 1 : content.indexOf("]");
  return close < 0 ? undefined : { name: content.slice(1, close), plain };
}

/** `content`, which begins with no blank, without its comment and the blanks before that. */
function withoutComment(content: string): string {
  const comment = content.search(/^[#;]|[ \t\v\f][#;]/);
  return trimEnd(comment < 0 ? content : content.slice(0, comment), BLANKS);
}

/** The properties that stand from line `first` on, up to the next header. */
function readProperties(file: FileText, first: number): Property[] {
  const properties: Property[] = [];
  let property: OpenProperty | undefined;
  let continuations: number[] = [];
  // The key of an empty value, under which indented properties nest.
  let parent: string | undefined;
  for (let line = first; line < file.lines.length; line++) {
    const text = lineText(file, line);
    const indent = spacesBefore(text, BLANKS);
    const content = withoutComment(text.slice(indent));
    if (content === "") continue;
    if (readHeader(content) !== undefined) break;
    // On an indented line a colon is part of a continued value (an ARN, say).
    const separator = indent > 0
      ? content.indexOf("=")
      : content.search(/[=:]/);
    if (separator === -1 && indent > 0) {
      if (property === undefined) continue;
      if (property.continuations === NONE) {
        property.continuations = continuations = [];
      }
      continuations.push(line);
      continue;
    }
    if (separator <= 0) {
      property = undefined;
      continue;
    }
    const name = lowerCase(trimEnd(content.slice(0, separator), BLANKS));
    const value = content.slice(separator + 1);
    const spaces = value.length - trim(value, BLANKS).length;
    const length = value.length - spaces;
    if (length > 0 && indent === 0) parent = undefined;
    const key = parent !== undefined && indent > 0 ? `${parent}.${name}` : name;
    if (length === 0) parent = name;
    const offset = file.lines.at(line).end - text.length + indent + separator +
      1 + (length === 0 ? 0 : spaces);
    property = { key, offset, length, line, continuations: NONE };
    properties.push(property);
  }
  return properties;
}

/** The whole value of `property`, with the lines that go on with it, one character a byte. */
export function readValue(
  file: FileText,
  { offset, length, continuations }: Property,
): string {
  const value = file.text.slice(offset, offset + length);
  if (continuations.length === 0) return value;
  const more = continuations.map((line) => trim(lineText(file, line), BLANKS));
  return [value, ...more].join("\n");
}

function lowerCase(key: string): string {
  // Of ASCII only: other letters may be halves of a character in UTF-8.
  return key.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A block: the tags and what stands between them. */
export interface ManagedBlock {
  /** The profile that the session was asked for, one character a byte. */
  readonly key: string;
  /** The same, decoded. */
  readonly profile: string;
  /** Index of the line of the opening tag. */
  readonly begin: number;
  /** Index of the line of the closing tag. */
  readonly end: number;
  /**
   * The section between the tags; undefined if there is none yet. An earlier
   * edition wrote its header above the opening tag at first: one that stands
   * directly there and has the name that a session has by default is it, too.
   */
  readonly section: Section | undefined;
  /** The name of that, decoded. */
  readonly sessionProfile: string | undefined;
  /** A bare header directly above the opening tag, whatever its name. */
  readonly above: Section | undefined;
  /**
   * That, if it is the empty header of the same name which an earlier edition
   * left there when it wrote one behind the opening tag, too.
   */
  readonly leftover: Section | undefined;
}

/** The blocks of a file, and why they cannot all be trusted. */
interface ManagedBlocks {
  /** Every begin with its end, in file order. */
  readonly blocks: readonly ManagedBlock[];
  /** A sentence for each broken tag, with its line number (from 1). */
  readonly problems: readonly string[];
}

/** What makes a comment a tag. */
export const MARKER = "[auto update by updsts]";

interface Tag {
  readonly line: number;
  /** Of a block that begins; undefined if it ends. */
  readonly key: string | undefined;
}

/** Finds all blocks of `file`. Never fails: what is wrong is in `problems`. */
function findManagedBlocks(file: ParsedFile): ManagedBlocks {
  const blocks: ManagedBlock[] = [];
  const problems: string[] = [];
  const at = (line: number) => `line ${line + 1}`;
  const report = (line: number, problem: string) =>
    problems.push(`${at(line)} ${problem}`);
  const keys = new Map<string, number>();
  let open: { readonly line: number; readonly key: string } | undefined;
  let nextSection = 0;
  for (const { line, key } of findTags(file, report)) {
    if (key !== undefined) {
      const inner = "begins a block inside of the one that begins on";
      if (open !== undefined) report(line, `${inner} ${at(open.line)}`);
      const first = keys.get(key);
      const again = "begins a second block for one key; the first is on";
      if (first !== undefined) report(line, `${again} ${at(first)}`);
      keys.set(key, line);
      open = { line, key };
    } else if (open === undefined) {
      report(line, "ends a block that has no begin");
    } else {
      const begin = open.line;
      const near: Section[] = [];
      for (; nextSection < file.sections.length; nextSection++) {
        const section = file.sections[nextSection];
        if (section === undefined || section.line > line) break;
        if (section.line >= begin - 1) near.push(section);
      }
      const above = near.find((section) =>
        section.line === begin - 1 && isBare(file, section)
      );
      const [inside, second] = near.filter((found) => found.line > begin);
      const place = `in the block that begins on ${at(begin)}`;
      if (second !== undefined) {
        report(second.line, `begins a second section ${place}`);
      }
      blocks.push(blockOf(file, open.key, begin, line, inside, above));
      open = undefined;
    }
  }
  if (open !== undefined) report(open.line, "begins a block that has no end");
  return { blocks, problems };
}

function blockOf(
  file: FileText,
  key: string,
  begin: number,
  end: number,
  inside: Section | undefined,
  above: Section | undefined,
): ManagedBlock {
  const section = inside ??
    (above?.name === `${key}_sts` ? above : undefined);
  const profile = decodeText(key);
  const sessionProfile = section && decodeText(section.name);
  let leftover = inside?.name === above?.name ? above : undefined;
  for (let line = begin + 1; line < (inside?.line ?? 0); line++) {
    if (saysSomething(file, line)) leftover = undefined;
  }
  return { key, profile, begin, end, section, sessionProfile, above, leftover };
}

/** Whether nothing but blanks stands beside the header of `section`. */
function isBare(file: FileText, { name, line }: Section): boolean {
  return trim(lineText(file, line), BLANKS) === `[${name}]`;
}

/** All lines that are tags; reports those that look like one and are not whole. */
function* findTags(
  file: FileText,
  report: (line: number, problem: string) => void,
): Generator<Tag> {
  const { text, lines } = file;
  let line = 0;
  let position = text.indexOf(MARKER);
  while (position !== -1) {
    line = lines.indexAt(position, line);
    position = text.indexOf(MARKER, lines.at(line).next);
    const comment = trim(lineText(file, line), BLANKS);
    if (!comment.startsWith("#") || !comment.endsWith(MARKER)) continue;
    const tag = trim(comment.slice(1, -MARKER.length), BLANKS);
    const [, parameter] = /^\$\{{3}(.*)$/s.exec(tag) ?? [];
    const [, key] = /^key=(.+)$/s.exec(trim(parameter ?? "", BLANKS)) ?? [];
    if (key !== undefined) yield { line, key: trim(key, BLANKS) };
    else if (tag === "$}}}") yield { line, key: undefined };
    else if (parameter !== undefined || tag.startsWith("$}}}")) {
      report(line, "looks like a tag of a block, but is not whole");
    }
  }
}
