// The text of a file, one character a byte: its lines, its blanks, and edits as data.

/** Replaces `length` characters of the original text, from `offset`, by `text`. */
export interface Edit {
  /** Offset in the original text. */
  readonly offset: number;
  /** Number of characters to remove; 0 to insert. */
  readonly length: number;
  /** Replacement; empty to delete. */
  readonly text: string;
}

/**
 * Applies `edits`, whose offsets all refer to the original text.
 *
 * @throws {RangeError} if edits overlap, start at one offset or leave the text
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
  /** Offset after the terminator. */
  readonly next: number;
}

/**
 * The lines of a text. As in the AWS CLI, LF, CRLF and a lone CR each end a
 * line; a last line without a terminator has `end === next`.
 */
export class Lines {
  readonly #text: string;
  // Numbers: creating an object per line takes longer than reading the file.
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
      // Each result is reused until it is passed, so that the scan is linear.
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
   * Line `index`, from 0.
   *
   * @throws {RangeError} if the text has fewer lines
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

  /** Index of the line at `offset`; the search begins at line `from`. */
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

/** The text of a file and its lines. */
export interface FileText {
  /** One character a byte. */
  readonly text: string;
  /** Line indices elsewhere refer to these. */
  readonly lines: Lines;
}

const UTF8_BOM = "\xEF\xBB\xBF";

/** Content of line `index`, without terminator and byte order mark. */
export function lineText({ text, lines }: FileText, index: number): string {
  const { start, end } = lines.at(index);
  const hasBom = index === 0 && text.startsWith(UTF8_BOM);
  return text.slice(hasBom ? UTF8_BOM.length : start, end);
}

/** Terminator of line `index`, or the empty string. */
export function terminatorOf(file: FileText, index: number): string {
  const { end, next } = file.lines.at(index);
  return file.text.slice(end, next);
}

/** Whether line `index` is neither blank nor a comment. */
export function saysSomething(file: FileText, index: number): boolean {
  return /^[^#;]/.test(trim(lineText(file, index), BLANKS));
}

/** Index of the last line in `[first, end)` that is neither blank nor a comment; else `first`. */
export function lastFilledLine(
  file: FileText,
  first: number,
  end: number,
): number {
  let last = end - 1;
  while (last > first && !saysSomething(file, last)) last--;
  return last;
}

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

/** The last terminator in `file`; by default LF. A lone CR comes last, since it does not end a line for the SDKs. */
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

/** White space in decoded text, as each language trims it. */
export const JAVASCRIPT_SPACES: string = `${SEPARATORS}\ufeff`;
export const GO_SPACES: string = `${SEPARATORS}\x85`;
export const PYTHON_SPACES: string = `${GO_SPACES}\x1c\x1d\x1e\x1f`;

export function spacesBefore(text: string, spaces: string): number {
  let start = 0;
  while (start < text.length && spaces.includes(text.charAt(start))) start++;
  return start;
}

export function trimEnd(text: string, spaces: string): string {
  let end = text.length;
  while (end > 0 && spaces.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Trims `spaces`; by default the white space of all programs. */
export function trim(
  text: string,
  spaces: string = `${PYTHON_SPACES}\ufeff`,
): string {
  return trimEnd(text.slice(spacesBefore(text, spaces)), spaces);
}

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Encodes `text` as UTF-8, one character a byte. */
export function encodeText(text: string): string {
  if (isAscii(text)) return text;
  return Array.from(utf8.encode(text), (byte) => String.fromCharCode(byte))
    .join("");
}

/** Decodes UTF-8 `bytes` (one character a byte) for display. */
export function decodeText(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  return utf8Decoder.decode(
    Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
  );
}

/** Whether `bytes` (one character a byte) are valid UTF-8. */
export function isUtf8(bytes: string): boolean {
  // Invalid bytes decode to U+FFFD, which encodes to three other ones.
  return isAscii(bytes) || encodeText(decodeText(bytes)) === bytes;
}

function isAscii(text: string): boolean {
  return !/[\x80-\uffff]/.test(text);
}
