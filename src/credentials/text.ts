// The text of a file, one character a byte: its lines, its blanks, and edits as data.

/** Replaces `length` characters of the original text, from `offset`, by `text`. */
export interface Edit {
  /** Where, in characters of the original text. */
  readonly offset: number;
  /** How many characters go; 0 to insert. */
  readonly length: number;
  /** What comes in their place; empty to delete. */
  readonly text: string;
}

/**
 * `text` with all `edits` applied. Every offset counts in the original text.
 *
 * @throws {RangeError} if an edit reaches outside of the text, or two of them
 * overlap or start at the same place (their order would be a guess).
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.offset - b.offset);
  let result = "";
  let position = 0;
  let last: number | undefined;
  for (const edit of ordered) {
    const end = edit.offset + edit.length;
    if (
      edit.offset < position || edit.offset === last || edit.length < 0 ||
      end > text.length
    ) {
      throw new RangeError(
        `Cannot apply edit: [${edit.offset}, ${end}) meets another, or the end of the text`,
      );
    }
    result += text.slice(position, edit.offset) + edit.text;
    position = end;
    last = edit.offset;
  }
  return result + text.slice(position);
}

/** Where a line stands: its content is `[start, end)`, its terminator `[end, next)`. */
export interface Line {
  /** Offset of the first character. */
  readonly start: number;
  /** Offset of the terminator. */
  readonly end: number;
  /** Offset behind the terminator. */
  readonly next: number;
}

/**
 * The lines of a text. LF, CRLF and a lone CR each end a line, as they do for
 * the AWS CLI; a last line without a terminator has `end === next`. Joining
 * all `[start, next)` gives back the text.
 */
export class Lines {
  readonly #text: string;
  // Of each line, where the next one begins. A file may have a million lines:
  // to make an object for each takes longer than to read the file.
  readonly #nexts: number[];

  /** The lines of `text`. */
  constructor(text: string) {
    this.#text = text;
    this.#nexts = nextsOf(text);
  }

  /** How many there are. */
  get length(): number {
    return this.#nexts.length;
  }

  /**
   * Line `index`, counted from 0.
   *
   * @throws {RangeError} if there is no such line
   */
  at(index: number): Line {
    const next = this.#nexts[index];
    if (next === undefined) throw new RangeError(`No line ${index + 1}`);
    const start = this.#nexts[index - 1] ?? 0;
    const last = this.#text[next - 1];
    // A CR before it is of this line: had it ended the one before, no LF would follow.
    const length = last === "\n"
      ? next - 2 >= start && this.#text[next - 2] === "\r" ? 2 : 1
      : last === "\r"
      ? 1
      : 0;
    return { start, end: next - length, next };
  }

  /**
   * Index of the line that holds the character at `offset`, which stands on
   * line `from` or later: who asks in order walks the lines once.
   */
  indexAt(offset: number, from = 0): number {
    let index = from;
    while ((this.#nexts[index] ?? Infinity) <= offset) index++;
    return index;
  }

  /** All of them, in order. */
  *[Symbol.iterator](): Generator<Line> {
    for (const index of this.#nexts.keys()) yield this.at(index);
  }
}

function nextsOf(text: string): number[] {
  const nexts: number[] = [];
  // Each search result is kept until it is passed, so the scan is linear even
  // if one of the two terminators never occurs.
  let lf = text.indexOf("\n");
  let cr = text.indexOf("\r");
  let start = 0;
  while (start < text.length) {
    if (lf !== -1 && lf < start) lf = text.indexOf("\n", start);
    if (cr !== -1 && cr < start) cr = text.indexOf("\r", start);
    if (cr !== -1 && (lf === -1 || cr < lf)) {
      start = lf === cr + 1 ? cr + 2 : cr + 1;
    } else {
      start = lf === -1 ? text.length : lf + 1;
    }
    nexts.push(start);
  }
  return nexts;
}

/** The text of a file, one character a byte, and its lines. */
export interface FileText {
  /** The whole text. */
  readonly text: string;
  /** Its lines; indices elsewhere count in these. */
  readonly lines: Lines;
}

const UTF8_BOM = "\xEF\xBB\xBF";

/** Where the content of the first line begins: behind a byte order mark. */
export function contentStart(text: string): number {
  return text.startsWith(UTF8_BOM) ? UTF8_BOM.length : 0;
}

/** The content of line `index`, without its end and a byte order mark. */
export function lineText({ text, lines }: FileText, index: number): string {
  const { start, end } = lines.at(index);
  return text.slice(index === 0 ? contentStart(text) : start, end);
}

/** What ends line `index`; empty if nothing does. */
export function terminatorOf(file: FileText, index: number): string {
  const { end, next } = file.lines.at(index);
  return file.text.slice(end, next);
}

/** Whether line `index` is neither blank nor a comment. */
export function saysSomething(file: FileText, index: number): boolean {
  return /^[^#;]/.test(trim(lineText(file, index), BLANKS));
}

/** How many blanks line `index` begins with. */
export function indentOf(file: FileText, index: number): number {
  return spacesBefore(lineText(file, index), BLANKS);
}

/** Takes out the lines from `first` to `last`, with their ends. */
export function cutLines(
  { lines }: FileText,
  first: number,
  last = first,
): Edit {
  const { start } = lines.at(first);
  return { offset: start, length: lines.at(last).next - start, text: "" };
}

/**
 * The terminator of the last line that has one; `"\n"` if none has. A lone CR
 * counts only in a file that has no other, since it ends no line for the SDKs.
 */
export function lineEnding(file: FileText): string {
  for (let index = file.lines.length - 1; index >= 0; index--) {
    const terminator = terminatorOf(file, index);
    if (terminator.endsWith("\n")) return terminator;
  }
  return file.text.includes("\r") ? "\r" : "\n";
}

/** The blanks of ASCII. */
export const BLANKS = " \t\v\f";

const SEPARATORS = " \t\n\v\f\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005" +
  "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

/** What JavaScript takes for white space in a decoded text. */
export const JAVASCRIPT_SPACES: string = `${SEPARATORS}\ufeff`;

/** What Go does. */
export const GO_SPACES: string = `${SEPARATORS}\x85`;

/** What Python does. */
export const PYTHON_SPACES: string = `${GO_SPACES}\x1c\x1d\x1e\x1f`;

/** How many of `spaces` stand at the start of `text`. */
export function spacesBefore(text: string, spaces: string): number {
  let start = 0;
  while (start < text.length && spaces.includes(text.charAt(start))) start++;
  return start;
}

/** `text` without any of `spaces` at its end. */
export function trimEnd(text: string, spaces: string): string {
  let end = text.length;
  while (end > 0 && spaces.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** `text` without any of `spaces` at either end; all that any program takes for one, if none are given. */
export function trim(
  text: string,
  spaces: string = `${PYTHON_SPACES}\ufeff`,
): string {
  return trimEnd(text.slice(spacesBefore(text, spaces)), spaces);
}

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** `text` in UTF-8, one character a byte, as the files are scanned. */
export function encodeText(text: string): string {
  if (isAscii(text)) return text;
  return Array.from(utf8.encode(text), (byte) => String.fromCharCode(byte))
    .join("");
}

/** The text that UTF-8 `bytes` (one character a byte) stand for, to be shown. */
export function decodeText(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  return utf8Decoder.decode(
    Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
  );
}

/** Whether `bytes` (one character a byte) are UTF-8. */
export function isUtf8(bytes: string): boolean {
  // What is not shows up as U+FFFD, which has three bytes of its own.
  return isAscii(bytes) || encodeText(decodeText(bytes)) === bytes;
}

function isAscii(text: string): boolean {
  return !/[\x80-\uffff]/.test(text);
}
