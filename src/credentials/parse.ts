// Parses a file into sections and keys, as the AWS SDKs read them, and managed blocks, each with its position.
import { EXPIRY_OWNER, isSessionKey, OLD_TOKEN_KEY, unquoted } from "./keys.ts";
import {
  BLANKS,
  decodeText,
  encodeText,
  type FileText,
  Lines,
  linesWith,
  lineText,
  saysSomething,
  spacesBefore,
  trim,
  trimEnd,
} from "./text.ts";

/** The text of a file (one character a byte) and the positions of its sections and blocks. */
export class ParsedFile implements FileText {
  readonly text: string;
  readonly lines: Lines;
  /** In file order; names may repeat. */
  readonly sections: readonly Section[];
  #managed: ManagedBlocks | undefined;

  /** Parses `text`. Never fails. */
  constructor(text: string) {
    this.text = text;
    this.lines = new Lines(text);
    this.sections = readSections(this);
  }

  /** Managed blocks whose extent is known: those with tags first, each in file order. */
  get blocks(): readonly ManagedBlock[] {
    return this.#tags.blocks;
  }

  /** Tags that do not belong to a usable block. */
  get damage(): readonly Damage[] {
    return this.#tags.damage;
  }

  /** Number of tags whose counterpart is missing. */
  get loneTags(): number {
    return this.#tags.loneTags;
  }

  /** Damage to one of the profiles or sessions `names`, one character a byte. */
  damageOf(...names: readonly string[]): readonly Damage[] {
    return this.damage.filter((damage) =>
      damage.names.some((name) => names.includes(name))
    );
  }

  /** The block of `profile`; without tags, only one whose section is `session`, by default `<profile>_sts`. */
  blockOf(profile: string, session?: string): ManagedBlock | undefined {
    const [key, name] = [profile, session ?? `${profile}_sts`].map(encodeText);
    return this.blocks.find((block) =>
      block.opened ? block.key === key : block.section?.name === name &&
        (block.key === key || block.key === name)
    );
  }

  /** The block that contains one of `sections`. */
  blockAround(sections: readonly Section[]): ManagedBlock | undefined {
    return this.blocks.find(({ section }) =>
      section !== undefined && sections.includes(section)
    );
  }

  get #tags(): ManagedBlocks {
    return this.#managed ??= findManagedBlocks(this);
  }
}

/** Parses `text`, one character a byte. Never fails. */
export function parseFile(text: string): ParsedFile {
  return new ParsedFile(text);
}

/** A `key = value`, by position. */
export interface Property {
  /** The key in lower case; `parent.key` if nested under an empty `parent =`. */
  readonly key: string;
  /** Offset of the value, without spaces and inline comment. */
  readonly offset: number;
  /** Length of the value; 0 if it is empty. */
  readonly length: number;
  /** Index of the line. */
  readonly line: number;
  /** Indices of the indented lines that continue the value. */
  readonly continuations: readonly number[];
}

/** A `[name]` and the properties up to the next one, by position. */
export class Section {
  readonly #file: FileText;
  #properties: readonly Property[] | undefined;

  /** The section of `file` whose header is on line `line`. */
  constructor(
    file: FileText,
    /** The text between the brackets, one character a byte. */
    readonly name: string,
    /** Offset of the name. */
    readonly nameOffset: number,
    /** Index of the header's line. */
    readonly line: number,
  ) {
    this.#file = file;
  }

  /** In file order. Parsed on demand, since most sections of a large file are not used. */
  get properties(): readonly Property[] {
    return this.#properties ??= readProperties(this.#file, this.line + 1);
  }
}

function readSections(file: FileText): Section[] {
  const sections: Section[] = [];
  // Searching for the bracket is faster than reading each line.
  for (const line of linesWith(file, "[")) {
    const text = lineText(file, line);
    const indent = spacesBefore(text, BLANKS);
    if (text[indent] !== "[") continue;
    const name = headerIn(withoutComment(text.slice(indent)));
    if (name === undefined) continue;
    const offset = file.lines.at(line).end - text.length + indent + 1;
    sections.push(new Section(file, name, offset, line));
  }
  return sections;
}

/** The name of a header; text may follow the bracket. */
function headerIn(content: string): string | undefined {
  if (!content.startsWith("[")) return undefined;
  const close = content.endsWith("]")
    ? content.length - 1
    : content.indexOf("]");
  return close < 0 ? undefined : content.slice(1, close);
}

function withoutComment(content: string): string {
  const comment = content.search(/^[#;]|[ \t\v\f][#;]/);
  return trimEnd(comment < 0 ? content : content.slice(0, comment), BLANKS);
}

function readProperties(file: FileText, first: number): Property[] {
  const properties: Property[] = [];
  let continuations: number[] | undefined;
  // A key with an empty value, below which indented properties nest.
  let parent: string | undefined;
  for (let line = first; line < file.lines.length; line++) {
    const text = lineText(file, line);
    const indent = spacesBefore(text, BLANKS);
    const content = withoutComment(text.slice(indent));
    if (content === "") continue;
    if (headerIn(content) !== undefined) break;
    // On an indented line a colon is part of a continued value, such as an ARN.
    const separator = content.search(indent > 0 ? /=/ : /[=:]/);
    if (separator === -1 && indent > 0) {
      continuations?.push(line);
      continue;
    }
    continuations = undefined;
    if (separator <= 0) continue;
    // Only ASCII: other letters may be parts of a UTF-8 character.
    const name = trimEnd(content.slice(0, separator), BLANKS)
      .replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    const value = content.slice(separator + 1);
    const spaces = spacesBefore(value, BLANKS);
    const length = value.length - spaces;
    if (length > 0 && indent === 0) parent = undefined;
    const key = parent !== undefined && indent > 0 ? `${parent}.${name}` : name;
    if (length === 0) parent = name;
    const offset = file.lines.at(line).end - text.length + indent + separator +
      1 + (length === 0 ? 0 : spaces);
    continuations = [];
    properties.push({ key, offset, length, line, continuations });
  }
  return properties;
}

/** Reads a value with its continuation lines, one character a byte. */
export function readValue(
  file: FileText,
  { offset, length, continuations }: Property,
): string {
  const value = file.text.slice(offset, offset + length);
  if (continuations.length === 0) return value;
  const more = continuations.map((line) => trim(lineText(file, line), BLANKS));
  return [value, ...more].join("\n");
}

/** A session that updsts manages: its tags, which other programs may have removed, and the text between them. */
export interface ManagedBlock {
  /** The profile with the long-term key, one character a byte; the session's own name if unknown. */
  readonly key: string;
  /** The key, decoded. */
  readonly profile: string;
  /** Line index of the opening tag; of the header, if the tag is missing. */
  readonly begin: number;
  /** Line index of the closing tag; of the line after the session, if the tag is missing. */
  readonly end: number;
  /** Whether the opening tag exists. */
  readonly opened: boolean;
  /** Whether the closing tag exists. */
  readonly closed: boolean;
  /** Between the tags; or directly above, where the first run of the Python edition wrote it. */
  readonly section: Section | undefined;
  /** Name of `section`, decoded. */
  readonly sessionProfile: string | undefined;
  /** A bare header directly above the opening tag, whatever its name. */
  readonly above?: Section | undefined;
  /** `above`, if it is the empty section that the second run of the Python edition left. */
  readonly leftover?: Section | undefined;
}

function namedBlock(
  block: Omit<ManagedBlock, "profile" | "sessionProfile">,
): ManagedBlock {
  const { key, section } = block;
  const sessionProfile = section && decodeText(section.name);
  return { ...block, profile: decodeText(key), sessionProfile };
}

/** A tag that does not belong to a usable block. */
export interface Damage {
  /** A sentence with its line number (from 1). */
  readonly message: string;
  /** What to do, if repairing the line is not enough. */
  readonly hint?: string | undefined;
  /** Affected profiles and sessions, one character a byte. */
  readonly names: readonly string[];
}

type ManagedBlocks = Pick<ParsedFile, "blocks" | "damage" | "loneTags">;

/** The end of every tag. */
export const MARKER = "[auto update by updsts]";

/** Ends a block. */
export const CLOSING_TAG: string = `# $}}} ${MARKER}`;

interface Tag {
  readonly line: number;
  readonly kind: "begin" | "end" | "incomplete";
  /** Empty unless the tag begins a block. */
  readonly key: string;
}

const INCOMPLETE = "looks like a tag of a block, but is incomplete";

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
  const open: (Tag & { readonly limit: number })[] = [];
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
      open.push({ ...tag, limit: tags[index + 1]?.line ?? file.lines.length });
    } else if (outer === undefined) strays.push(tag);
    else if (kind === "incomplete") report(line, INCOMPLETE, [outer.key]);
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
      const block = taggedBlock(file, outer, line);
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
  for (const { limit, ...tag } of open) {
    const block = taggedBlock(file, tag, limit, false);
    const { section } = block;
    const end = section && endOf(section, limit);
    if (section && end && isSession(file, section, tag.key)) {
      blocks.push({ ...block, end });
      continue;
    }
    const hint = section &&
      `add the line "${CLOSING_TAG}" after line ${end ?? section.line + 1}, ` +
        "if that is the last one of its session";
    report(
      tag.line,
      "begins a block that has no end",
      [tag.key, `${tag.key}${SUFFIX}`],
      hint,
    );
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
      : INCOMPLETE;
    report(line, problem, sound.has(name) ? [] : [name]);
  }
  return { blocks: all, damage, loneTags: open.length + ends.length };
}

/** The block from `tag` to line `end`. */
function taggedBlock(
  file: ParsedFile,
  { key, line: begin }: Tag,
  end: number,
  closed = true,
): ManagedBlock {
  const nearest = lastSectionAbove(file, begin);
  const isBare = nearest?.line === begin - 1 &&
    trim(lineText(file, begin - 1), BLANKS) === `[${nearest.name}]`;
  const above = isBare ? nearest : undefined;
  const [inside] = sectionsBetween(file, begin, end);
  const section = inside ??
    (above?.name === `${key}${SUFFIX}` ? above : undefined);
  let leftover = inside?.name === above?.name ? above : undefined;
  for (let line = begin + 1; line < (inside?.line ?? 0); line++) {
    if (saysSomething(file, line)) leftover = undefined;
  }
  const tags = { begin, end, opened: true, closed };
  return namedBlock({ key, ...tags, section, above, leftover });
}

/** Index of the first section below line `line`, by binary search. */
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

/** The first two sections whose headers are between two lines. */
function sectionsBetween(
  file: ParsedFile,
  from: number,
  to: number,
): Section[] {
  const first = indexBelow(file, from);
  return file.sections.slice(first, first + 2).filter(({ line }) => line < to);
}

/** Line index after the last key of a session above line `limit`, if there is one. */
function endOf({ properties }: Section, limit: number): number | undefined {
  const last = properties.findLast(({ key, line }) =>
    line < limit && isSessionKey(key)
  );
  return last && (last.continuations.at(-1) ?? last.line) + 1;
}

/** Values of `section` that are not empty, by key, without quotes. */
export function valuesOf(
  file: ParsedFile,
  { properties }: Section,
): Map<string, string> {
  return new Map(
    properties.filter(({ length }) => length > 0).map((property) => [
      property.key,
      unquoted(readValue(file, property)),
    ]),
  );
}

/** Whether the keys of `section` are those of a session; below the opening tag of `key` an expiry is enough. */
function isSession(file: ParsedFile, section: Section, key?: string): boolean {
  const values = valuesOf(file, section);
  const id = values.get("aws_access_key_id");
  if (id?.startsWith("ASIA") === false) return false;
  const hasExpiry = values.has("expiration_datetime");
  if (key !== undefined && hasExpiry) return true;
  const isRest = id === undefined && !values.has("aws_secret_access_key");
  return hasToken(values) &&
    section.properties.every(({ key }) => isSessionKey(key)) &&
    // Without an expiry, another program may have written it.
    (key === undefined
      ? isRest || hasExpiry
      : section.name === `${key}${SUFFIX}`);
}

/** Whether `values` have a session token, under either name. */
export function hasToken(values: ReadonlyMap<string, string>): boolean {
  return values.has("aws_session_token") || values.has(OLD_TOKEN_KEY);
}

/**
 * Whether `section` has a long-term key, which cannot be recovered. An `AKIA`
 * session of an STS emulator has a token and an expiry for the same key.
 */
export function isLongTerm(file: ParsedFile, section: Section): boolean {
  const values = valuesOf(file, section);
  const id = values.get("aws_access_key_id");
  return id?.startsWith("AKIA") === true &&
    (!hasToken(values) || (values.get(EXPIRY_OWNER) ?? id) !== id);
}

/** Default suffix of a session's name. */
const SUFFIX = "_sts";

/** Keys by which a profile may name its session. */
const NAMES_SESSION = /^(?:sts|session)_(?:name|profile(?:_name)?)\b/m;

/** Managed sessions whose opening tag another program has removed. */
function findUntagged(
  file: ParsedFile,
  tagged: readonly ManagedBlock[],
  strayEnds: readonly Tag[],
): ManagedBlock[] {
  const { text, lines, sections } = file;
  const candidates = new Set(
    sections.filter(({ name }) => name.endsWith(SUFFIX)),
  );
  for (const line of linesWith(file, "expiration_datetime")) {
    const section = lastSectionAbove(file, line);
    if (section !== undefined) candidates.add(section);
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
    const key = sources.get(name) ??
      (name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name);
    return namedBlock({
      key,
      begin,
      end: closing ?? endOf(section, below) ?? begin + 1,
      opened: false,
      closed: closing !== undefined,
      section,
    });
  });
}

function* findTags(file: FileText): Generator<Tag> {
  for (const line of linesWith(file, MARKER)) {
    const comment = trim(lineText(file, line), BLANKS);
    if (!comment.startsWith("#") || !comment.endsWith(MARKER)) continue;
    const tag = trim(comment.slice(1, -MARKER.length), BLANKS);
    const [, parameter] = /^\$\{{3}(.*)$/s.exec(tag) ?? [];
    const [, key] = /^key=(.+)$/s.exec(trim(parameter ?? "", BLANKS)) ?? [];
    if (key !== undefined) {
      yield { line, kind: "begin", key: trim(key, BLANKS) };
    } else if (tag === "$}}}") yield { line, kind: "end", key: "" };
    else if (parameter !== undefined || tag.startsWith("$}}}")) {
      yield { line, kind: "incomplete", key: "" };
    }
  }
}
