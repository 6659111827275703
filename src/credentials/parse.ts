// A file as it was read: its sections and their keys as the AWS SDKs read them, and the blocks that updsts owns, all by position.
import {
  contentStart,
  decodeText,
  encodeText,
  type FileText,
  isBlank,
  isTerminator,
  Lines,
  saysSomething,
  trimBlanks,
} from "./text.ts";

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
  /** Whether the line begins with a blank. */
  readonly indented: boolean;
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

  /** The section of `file` that `header` on line `line` begins. */
  constructor(file: FileText, line: number, header: Header) {
    this.name = file.text.slice(header.offset, header.offset + header.length);
    this.nameOffset = header.offset;
    this.line = line;
    this.plain = header.plain;
    this.#file = file;
  }

  /** In file order. Read when somebody asks: most sections of a large file are passed over. */
  get properties(): readonly Property[] {
    return this.#properties ??= readProperties(this.#file, this.line + 1);
  }
}

const HASH = 0x23;
const SEMICOLON = 0x3b;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

/** All sections of `file`, in file order; names may repeat. */
export function readSections(file: FileText): Section[] {
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
      const header = readHeader(
        text,
        bracket,
        endOfContent(text, bracket, end),
      );
      if (header !== undefined) sections.push(new Section(file, index, header));
      from = next;
    }
    bracket = text.indexOf("[", from);
  }
  return sections;
}

/** The properties that stand from line `first` on, up to the next header. */
function readProperties(file: FileText, first: number): Property[] {
  const { text, lines } = file;
  const properties: Property[] = [];
  let property: OpenProperty | undefined;
  let continuations: number[] = [];
  // The key of an empty value, under which indented properties nest.
  let parent: string | undefined;

  for (let index = first; index < lines.length; index++) {
    const { start, end: lineEnd, indented } = contentOf(file, index);
    if (start === lineEnd || isCommentMark(text.charCodeAt(start))) continue;
    const end = endOfContent(text, start, lineEnd);
    if (readHeader(text, start, end) !== undefined) break;

    const content = text.slice(start, end);
    const equals = content.indexOf("=");
    const colon = content.indexOf(":");
    // On an indented line a colon is part of a continued value (an ARN, say).
    const separator =
      indented || colon === -1 || (equals !== -1 && equals < colon)
        ? equals
        : colon;
    if (separator === -1 && indented) {
      if (property === undefined) continue;
      if (property.continuations === NONE) {
        property.continuations = continuations = [index];
      } else continuations.push(index);
      continue;
    }
    if (separator <= 0) {
      property = undefined;
      continue;
    }

    const name = lowerCase(trimBlanks(content, 0, separator));
    let offset = skipBlanks(text, start + separator + 1, end);
    const length = end - offset;
    if (length === 0) offset = start + separator + 1;
    if (length > 0 && !indented) parent = undefined;
    const key = parent !== undefined && indented ? `${parent}.${name}` : name;
    if (length === 0) parent = name;
    property = {
      key,
      offset,
      length,
      line: index,
      indented,
      continuations: NONE,
    };
    properties.push(property);
  }
  return properties;
}

/** The whole value of `property`, with the lines that go on with it, one character a byte. */
export function readValue(
  { text, lines }: FileText,
  property: Property,
): string {
  const value = text.slice(property.offset, property.offset + property.length);
  if (property.continuations.length === 0) return value;
  const continued = property.continuations.map((index) => {
    const { start, end } = lines.at(index);
    return trimBlanks(text, start, end);
  });
  return [value, ...continued].join("\n");
}

/** Whether nothing but blanks stands before `offset` on its line. */
function beginsLine(text: string, offset: number): boolean {
  const first = contentStart(text);
  let before = offset - 1;
  while (before >= first && isBlank(text.charCodeAt(before))) before--;
  return before < first || isTerminator(text.charCodeAt(before));
}

/** Where line `index` begins to say something, and where it ends. */
function contentOf(
  file: FileText,
  index: number,
): { start: number; end: number; indented: boolean } {
  const line = file.lines.at(index);
  const first = index === 0 ? contentStart(file.text) : line.start;
  const start = skipBlanks(file.text, first, line.end);
  return { start, end: line.end, indented: start > first };
}

/**
 * Where the content that begins at `first` ends, trailing blanks and an inline
 * comment left out.
 */
function endOfContent(text: string, first: number, lineEnd: number): number {
  let end = lineEnd;
  for (let i = first + 1; i < lineEnd; i++) {
    if (isCommentMark(text.charCodeAt(i)) && isBlank(text.charCodeAt(i - 1))) {
      end = i;
      break;
    }
  }
  while (end > first && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

/** Where the name in a `[name]` stands. */
interface Header {
  readonly offset: number;
  readonly length: number;
  /** Whether nothing follows the bracket. */
  readonly plain: boolean;
}

/** The header in `[first, end)`, also where something follows the bracket. */
function readHeader(
  text: string,
  first: number,
  end: number,
): Header | undefined {
  if (text.charCodeAt(first) !== OPENING_BRACKET) return undefined;
  const plain = text.charCodeAt(end - 1) === CLOSING_BRACKET;
  const close = plain ? end - 1 : first + text.slice(first, end).indexOf("]");
  if (close < first) return undefined;
  return { offset: first + 1, length: close - first - 1, plain };
}

function skipBlanks(text: string, start: number, end: number): number {
  let position = start;
  while (position < end && isBlank(text.charCodeAt(position))) position++;
  return position;
}

function lowerCase(key: string): string {
  // Of ASCII only: other letters may be halves of a character in UTF-8.
  return /[A-Z]/.test(key)
    ? key.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : key;
}

function isCommentMark(character: number): boolean {
  return character === HASH || character === SEMICOLON;
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
}

/** The blocks of a file, and why they cannot all be trusted. */
export interface ManagedBlocks {
  /** Every begin with its end, in file order. */
  readonly blocks: readonly ManagedBlock[];
  /** A sentence for each broken tag, with its line number (from 1). */
  readonly problems: readonly string[];
}

/** What makes a comment a tag. */
export const MARKER = "[auto update by updsts]";

/** A text of which it is known where its sections are. */
interface SectionedText extends FileText {
  readonly sections: readonly Section[];
}

interface Tag {
  readonly line: number;
  readonly kind: "begin" | "end" | "malformed";
  readonly key: string;
}

/** Finds all blocks of `file`. Never fails: what is wrong is in `problems`. */
export function findManagedBlocks(file: SectionedText): ManagedBlocks {
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
      let above: Section | undefined;
      for (; nextSection < file.sections.length; nextSection++) {
        const section = file.sections[nextSection];
        if (section === undefined || section.line > tag.line) break;
        if (section.line > begin) inside.push(section);
        else if (section.line === begin - 1 && isBare(file, section)) {
          above = section;
        }
      }
      const [first, second] = inside;
      const section = first ??
        (above?.name === `${open.key}_sts` ? above : undefined);
      if (second !== undefined) {
        problems.push(
          `line ${second.line + 1} begins a second section in the block that ` +
            `begins on line ${begin + 1}`,
        );
      }
      blocks.push({
        key: open.key,
        profile: decodeText(open.key),
        begin,
        end: tag.line,
        section,
        sessionProfile: section && decodeText(section.name),
        above,
      });
      open = undefined;
    }
  }
  if (open !== undefined) {
    problems.push(`line ${open.line + 1} begins a block that has no end`);
  }
  return { blocks, problems };
}

/**
 * The empty header of the same name that an earlier edition left directly
 * above the opening tag when it wrote one behind it, too.
 */
export function leftoverHeader(
  file: FileText,
  { begin, section, above }: ManagedBlock,
): Section | undefined {
  if (section === undefined || section === above) return undefined;
  if (above?.name !== section.name) return undefined;
  for (let line = begin + 1; line < section.line; line++) {
    if (saysSomething(file, line)) return undefined;
  }
  return above;
}

/** Whether nothing but blanks stands beside the header of `section`. */
function isBare({ text, lines }: FileText, { name, line }: Section): boolean {
  const { start, end } = lines.at(line);
  const content = text.slice(line === 0 ? contentStart(text) : start, end);
  return trimBlanks(content) === `[${name}]`;
}

/** All lines that are tags, or look like ones. */
function* findTags(file: FileText): Generator<Tag> {
  const { text, lines } = file;
  let line = 0;
  let position = text.indexOf(MARKER);
  while (position !== -1) {
    line = lines.indexAt(position, line);
    const { start, end, next } = lines.at(line);
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
