// The tagged block that updsts owns: where it stands in a file, and what is wrong with it.
import {
  contentStart,
  type FileText,
  saysSomething,
  trimBlanks,
} from "./lines.ts";
import { decodeText } from "./profile_name.ts";
import type { Section } from "./sections.ts";

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
