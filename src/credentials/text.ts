// The text of a file, one character a byte: its lines, its blanks, and edits as data.

/** Replaces `length` characters of the original text, from `offset`, by `text`. */
export interface Edit {
  /** Position in the original text, in characters. */
  readonly offset: number;
  /** Number of characters to delete; 0 to insert. */
  readonly length: number;
  /** The new text; empty to delete. */
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

/** Position of a line: its content is `[start, end)`, its terminator `[end, next)`. */
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
  // Only where the next line begins: an object for each of a million lines
  // would take longer to make than the file to read.
  readonly #nexts: number[] = [];

  /** The lines of `text`. */
  constructor(text: string) {
    this.#text = text;
    let [start, lf, cr] = [0, -1, -1];
    const find = (end: string) => {
      const found = text.indexOf(end, start);
      return found === -1 ? text.length : found;
    };
    while (start < text.length) {
      // Each result is kept until it is passed, so that the scan is linear.
      if (lf < start) lf = find("\n");
      if (cr < start) cr = find("\r");
      const end = lf === cr + 1 ? lf : Math.min(lf, cr);
      start = Math.min(end + 1, text.length);
      this.#nexts.push(start);
    }
  }

  /** Number of lines. */
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
    let end = next;
    if (end > start && this.#text[end - 1] === "\n") end--;
    if (end > start && this.#text[end - 1] === "\r") end--;
    return { start, end, next };
  }

  /** Index of the line of the character at `offset`; it must be `from` or later, where the search begins. */
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

/** The text of a file, one character a byte, and its lines. */
export interface FileText {
  /** The whole text. */
  readonly text: string;
  /** Its lines; indices elsewhere count in these. */
  readonly lines: Lines;
}

const UTF8_BOM = "\xEF\xBB\xBF";

/** The content of line `index`, without terminator and byte order mark. */
export function lineText({ text, lines }: FileText, index: number): string {
  const { start, end } = lines.at(index);
  const hasBom = index === 0 && text.startsWith(UTF8_BOM);
  return text.slice(hasBom ? UTF8_BOM.length : start, end);
}

/** The terminator of line `index`; empty if it has none. */
export function terminatorOf(file: FileText, index: number): string {
  const { end, next } = file.lines.at(index);
  return file.text.slice(end, next);
}

/** Whether line `index` is neither blank nor a comment. */
export function saysSomething(file: FileText, index: number): boolean {
  return /^[^#;]/.test(trim(lineText(file, index), BLANKS));
}

/** Index of the last line from `first` to before `end` that is neither blank nor a comment; else `first`. */
export function lastFilledLine(
  file: FileText,
  first: number,
  end: number,
): number {
  let last = end - 1;
  while (last > first && !saysSomething(file, last)) last--;
  return last;
}

/** Number of blanks at the start of line `index`. */
export function indentOf(file: FileText, index: number): number {
  return spacesBefore(lineText(file, index), BLANKS);
}

/** Indices of the lines that contain `part`, in order. */
export function* linesWith(
  { text, lines }: FileText,
  part: string,
): Generator<number> {
  let line = 0;
  let position = text.indexOf(part);
  while (position !== -1) {
    line = lines.indexAt(position, line);
    yield line;
    position = text.indexOf(part, lines.at(line).next);
  }
}

/** Deletes the lines from `first` to `last`, with their terminators. */
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

/** White space in a decoded text, in three languages. */
export const JAVASCRIPT_SPACES: string = `${SEPARATORS}\ufeff`;
export const GO_SPACES: string = `${SEPARATORS}\x85`;
export const PYTHON_SPACES: string = `${GO_SPACES}\x1c\x1d\x1e\x1f`;

/** Number of `spaces` at the start of `text`. */
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

/** `text` without `spaces` at either end; without those of any program, if none are given. */
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
  // Invalid bytes decode to U+FFFD, which encodes to three other ones.
  return isAscii(bytes) || encodeText(decodeText(bytes)) === bytes;
}

function isAscii(text: string): boolean {
  return !/[\x80-\uffff]/.test(text);
}
