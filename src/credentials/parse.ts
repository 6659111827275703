// Parses a file into sections and keys, as the AWS SDKs read them, and managed blocks, each with its position.
import { EXPIRY_OWNER, isSessionKey, OLD_TOKEN_KEY, unquoted } from "./keys.ts";
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

  /** Every managed block whose extent is known: those with tags first, each in file order. */
  get blocks(): readonly ManagedBlock[] {
    return this.#tags.blocks;
  }

  /** Tags that belong to no block which could be changed, in file order. */
  get damage(): readonly Damage[] {
    return this.#tags.damage;
  }

  /** How many tags have lost the other one of their block. */
  get loneTags(): number {
    return this.#tags.loneTags;
  }

  /** What of it concerns one of the profiles or sessions `names`, one character a byte. */
  damageOf(...names: readonly string[]): readonly Damage[] {
    return this.damage.filter((damage) =>
      damage.names.some((name) => names.includes(name))
    );
  }

  /**
   * The block of the session that was asked for with `profile`; without tags,
   * only one whose section is called `session`, if that is given.
   */
  blockOf(profile: string, session?: string): ManagedBlock | undefined {
    const [key, name] = [profile, session ?? `${profile}_sts`].map(encodeText);
    return this.blocks.find((block) =>
      block.opened ? block.key === key : block.section?.name === name &&
        (block.key === key || block.key === name)
    );
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

/**
 * A session of ours: its tags, and what stands between them. Other programs may
 * have taken away either tag, or both.
 */
export interface ManagedBlock {
  /** The profile that the session was asked for, one character a byte; the session's own name if nobody knows. */
  readonly key: string;
  /** The same, decoded. */
  readonly profile: string;
  /** Index of the line of the opening tag; of the header, if that tag is missing. */
  readonly begin: number;
  /** Index of the line of the closing tag; of the one that it is to stand before, if it is missing. */
  readonly end: number;
  /** Whether the opening tag is there. */
  readonly opened: boolean;
  /** Whether the closing tag is there. */
  readonly closed: boolean;
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

/** Tags that belong to no block which could be changed. */
export interface Damage {
  /** A sentence with its line number (from 1). */
  readonly message: string;
  /** What to do, if that is more than to mend the line. */
  readonly hint?: string | undefined;
  /** The profiles and sessions that it concerns, one character a byte. */
  readonly names: readonly string[];
}

/** The blocks of a file, and why they cannot all be trusted. */
interface ManagedBlocks {
  /** Those with tags first, each in file order. */
  readonly blocks: readonly ManagedBlock[];
  readonly damage: readonly Damage[];
  readonly loneTags: number;
}

/** What makes a comment a tag. */
export const MARKER = "[auto update by updsts]";

/** The tag that ends a block. */
export const CLOSING_TAG: string = `# $}}} ${MARKER}`;

/** A line that is a tag, or looks like one. */
interface Tag {
  readonly line: number;
  readonly kind: "begin" | "end" | "not whole";
  /** Of a block that begins. */
  readonly key: string;
}

const NOT_WHOLE = "looks like a tag of a block, but is not whole";

/** Finds all blocks of `file`. Never fails: what is wrong is in `damage`. */
function findManagedBlocks(file: ParsedFile): ManagedBlocks {
  const blocks: ManagedBlock[] = [];
  const damage: Damage[] = [];
  const report = (
    line: number,
    problem: string,
    names: string[],
    hint?: string,
  ) => damage.push({ message: `line ${line + 1} ${problem}`, names, hint });
  const begun = new Map<string, number>();
  const open: (Tag & { readonly index: number })[] = [];
  const strays: Tag[] = [];
  const tags = [...findTags(file)];
  for (const [index, tag] of tags.entries()) {
    const { line, kind, key } = tag;
    const outer = open.at(-1);
    if (kind === "begin") {
      const first = begun.get(key);
      if (first !== undefined) {
        const again = "begins a second block for one key; the first is on line";
        report(line, `${again} ${first + 1}`, [key]);
      }
      begun.set(key, first ?? line);
      open.push({ ...tag, index });
    } else if (outer === undefined) strays.push(tag);
    else if (kind === "not whole") report(line, NOT_WHOLE, [outer.key]);
    else {
      open.pop();
      const inner = blocks.at(-1);
      if (inner !== undefined && inner.begin > outer.line) {
        const within = "begins a block inside of the one that begins on line";
        report(inner.begin, `${within} ${outer.line + 1}`, [
          inner.key,
          outer.key,
        ]);
        continue;
      }
      const block = blockOf(file, outer, line);
      const { section } = block;
      const second = sectionsBetween(file, outer.line, line)[1];
      const longTerm = section && isLongTerm(file, section) && section;
      for (const stranger of [second, longTerm]) {
        if (!stranger) continue;
        const what = stranger === second ? "second section" : "long-term key";
        report(
          stranger.line,
          `begins a ${what} in the block that begins on line ${outer.line + 1}`,
          [outer.key],
          "move that section out of the block, under a name of its own",
        );
      }
      blocks.push(block);
    }
  }
  for (const tag of open) {
    const limit = tags[tag.index + 1]?.line ?? file.lines.length;
    const block = blockOf(file, tag, limit, false);
    const end = block.section && endOf(block.section, limit);
    if (block.section && end && isSession(file, block.section, tag.key)) {
      blocks.push({ ...block, end });
      continue;
    }
    const last = end ?? (block.section && block.section.line + 1);
    const problem = "begins a block that has no end";
    const hint = last === undefined
      ? undefined
      : `add the line "${CLOSING_TAG}" behind line ${last}, if that is ` +
        "the last one of its session";
    report(tag.line, problem, [tag.key, `${tag.key}${SUFFIX}`], hint);
  }
  const ends = strays.filter(({ kind }) => kind === "end");
  const all = [...blocks, ...findUntagged(file, blocks, ends)];
  const taken = new Set(all.map(({ closed, end }) => closed ? end : -1));
  const sound = new Set(
    all.flatMap(({ key, section }) => [key, section?.name]),
  );
  for (const { line, kind } of strays) {
    if (taken.has(line)) continue;
    const name = lastSectionAbove(file, line)?.name ?? "";
    const problem = kind === "end"
      ? "ends a block that has no begin"
      : NOT_WHOLE;
    report(line, problem, sound.has(name) ? [] : [name]);
  }
  return { blocks: all, damage, loneTags: open.length + ends.length };
}

/** The block that `tag` begins, and that ends before or on line `end`. */
function blockOf(
  file: ParsedFile,
  { key, line: begin }: Tag,
  end: number,
  closed = true,
): ManagedBlock {
  const directlyAbove = lastSectionAbove(file, begin);
  const above = directlyAbove?.line === begin - 1 &&
      isBare(file, directlyAbove)
    ? directlyAbove
    : undefined;
  const [inside] = sectionsBetween(file, begin, end);
  const section = inside ??
    (above?.name === `${key}_sts` ? above : undefined);
  let leftover = inside?.name === above?.name ? above : undefined;
  for (let line = begin + 1; line < (inside?.line ?? 0); line++) {
    if (saysSomething(file, line)) leftover = undefined;
  }
  const lines = { begin, end, opened: true, closed };
  return { ...lines, ...namesOf(key, section), above, leftover };
}

/** Whose session it is, and where. */
function namesOf(
  key: string,
  section: Section | undefined,
): Pick<ManagedBlock, "key" | "profile" | "section" | "sessionProfile"> {
  const sessionProfile = section && decodeText(section.name);
  return { key, profile: decodeText(key), section, sessionProfile };
}

/** Index in all sections of the first one below line `line`. */
function indexBelow({ sections }: ParsedFile, line: number): number {
  let [low, high] = [0, sections.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sections[middle]?.line ?? 0) > line) high = middle;
    else low = middle + 1;
  }
  return low;
}

function lastSectionAbove(file: ParsedFile, line: number): Section | undefined {
  return file.sections[indexBelow(file, line - 1) - 1];
}

/** The first two sections whose headers stand between two lines. */
function sectionsBetween(
  file: ParsedFile,
  from: number,
  to: number,
): Section[] {
  const first = indexBelow(file, from);
  return file.sections.slice(first, first + 2).filter(({ line }) => line < to);
}

/** Index of the line behind the last key of a session in `section`; undefined if it has none before line `limit`. */
function endOf(
  { properties }: Section,
  limit: number,
): number | undefined {
  const last = properties.findLast(({ key, line }) =>
    line < limit && isSessionKey(key)
  );
  return last && (last.continuations.at(-1) ?? last.line) + 1;
}

/** The keys of `section` that have a value, and those values without quotes. */
export function valuesOf(
  file: ParsedFile,
  section: Section,
): Map<string, string> {
  return new Map(
    section.properties.filter(({ length }) => length > 0).map((property) => [
      property.key,
      unquoted(readValue(file, property)),
    ]),
  );
}

/**
 * Whether `section` is a session of ours by its keys: no long-term key, and
 * nothing but keys of a session. Below the opening tag of `key` an expiry is
 * enough, since the tag says the rest.
 */
function isSession(file: ParsedFile, section: Section, key?: string): boolean {
  const values = valuesOf(file, section);
  const id = values.get("aws_access_key_id");
  if (id?.startsWith("ASIA") === false) return false;
  const hasExpiry = values.has("expiration_datetime");
  if (key !== undefined && hasExpiry) return true;
  const isRest = id === undefined && !values.has("aws_secret_access_key");
  return hasToken(values) &&
    section.properties.every(({ key }) => isSessionKey(key)) &&
    // Without an expiry, it may be what another program has put there.
    (key === undefined
      ? isRest || hasExpiry
      : section.name === `${key}${SUFFIX}`);
}

/** Whether the profile of these values has the token of a session, under either name. */
export function hasToken(values: ReadonlyMap<string, string>): boolean {
  return values.has("aws_session_token") || values.has(OLD_TOKEN_KEY);
}

/**
 * Whether `section` has a long-term key, which nobody can get back. Some servers
 * that stand in for STS give such ids, too, with a token and their own expiry.
 */
export function isLongTerm(file: ParsedFile, section: Section): boolean {
  const values = valuesOf(file, section);
  const id = values.get("aws_access_key_id");
  return id?.startsWith("AKIA") === true &&
    (!hasToken(values) || (values.get(EXPIRY_OWNER) ?? id) !== id);
}

/** What the name of a session ends with, unless somebody chose another. */
const SUFFIX = "_sts";

/** Under such a key a profile may name its session. */
const NAMES_SESSION = /^(?:sts|session)_(?:name|profile(?:_name)?)\b/m;

/** Sessions of ours whose tags another program has taken away, the opening one at least. */
function findUntagged(
  file: ParsedFile,
  tagged: readonly ManagedBlock[],
  strayEnds: readonly Tag[],
): ManagedBlock[] {
  const { text, lines, sections } = file;
  const candidates = new Set(
    sections.filter(({ name }) => name.endsWith(SUFFIX)),
  );
  let line = 0;
  let position = text.indexOf("expiration_datetime");
  while (position !== -1) {
    line = lines.indexAt(position, line);
    const section = lastSectionAbove(file, line);
    if (section !== undefined) candidates.add(section);
    position = text.indexOf("expiration_datetime", lines.at(line).next);
  }
  for (const { section, leftover } of tagged) {
    if (section !== undefined) candidates.delete(section);
    if (leftover !== undefined) candidates.delete(leftover);
  }
  const isInside = ({ line }: Section) =>
    tagged.some(({ begin, end }) => begin < line && line < end);
  const ours = [...candidates].filter((section) =>
    isSession(file, section) && !isInside(section)
  );
  if (ours.length === 0) return [];
  const times = new Map<string, number>();
  const sources = new Map<string, string>();
  const readsKeys = NAMES_SESSION.test(text);
  for (const section of sections) {
    const { name } = section;
    times.set(name, (times.get(name) ?? 0) + 1);
    for (const property of readsKeys ? section.properties : []) {
      if (!NAMES_SESSION.test(property.key)) continue;
      sources.set(readValue(file, property), name);
    }
  }
  return ours.filter(({ name }) => times.get(name) === 1).map((section) => {
    const { name, line: begin } = section;
    const below = sections[indexBelow(file, begin)]?.line ?? lines.length;
    const closing = strayEnds.find(({ line }) => line > begin && line < below)
      ?.line;
    const end = closing ?? endOf(section, below) ?? begin + 1;
    const key = sources.get(name) ??
      (name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name);
    const tags = { opened: false, closed: closing !== undefined };
    const headers = { above: undefined, leftover: undefined };
    return { begin, end, ...tags, ...namesOf(key, section), ...headers };
  });
}

/** Whether nothing but blanks stands beside the header of `section`. */
function isBare(file: FileText, { name, line }: Section): boolean {
  return trim(lineText(file, line), BLANKS) === `[${name}]`;
}

/** All lines that are tags, or look like one and are not whole. */
function* findTags(file: FileText): Generator<Tag> {
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
    if (key !== undefined) {
      yield { line, kind: "begin", key: trim(key, BLANKS) };
    } else if (tag === "$}}}") yield { line, kind: "end", key: "" };
    else if (parameter !== undefined || tag.startsWith("$}}}")) {
      yield { line, kind: "not whole", key: "" };
    }
  }
}
