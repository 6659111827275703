// The text of a file, one character a byte: its lines, its blanks, and edits as data, so that what no edit names stays as it was.

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
  let previous: Edit | undefined;
  for (const edit of ordered) {
    const end = edit.offset + edit.length;
    if (edit.offset < 0 || edit.length < 0 || end > text.length) {
      throw new RangeError(
        `Cannot apply edit: [${edit.offset}, ${end}) is outside of a text of ${text.length}`,
      );
    }
    if (edit.offset < position || edit.offset === previous?.offset) {
      throw new RangeError(
        `Cannot apply edit: two edits meet at offset ${edit.offset}`,
      );
    }
    result += text.slice(position, edit.offset) + edit.text;
    position = end;
    previous = edit;
  }
  return result + text.slice(position);
}

const LF = 0x0a;
const CR = 0x0d;

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
    const start = index === 0 ? 0 : this.#nexts[index - 1] ?? 0;
    return { start, end: endOf(this.#text, start, next), next };
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

/** Where the terminator begins of a line that takes up `[start, next)`. */
function endOf(text: string, start: number, next: number): number {
  switch (text.charCodeAt(next - 1)) {
    case LF:
      return next - 1 > start && text.charCodeAt(next - 2) === CR
        ? next - 2
        : next - 1;
    case CR:
      return next - 1;
    default:
      return next;
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

/** Where the content of the first line begins: behind a byte order mark. */
export function contentStart(text: string): number {
  return text.startsWith(UTF8_BOM) ? UTF8_BOM.length : 0;
}

/** Whether this character code ends a line, or is the first of two that do. */
export function isTerminator(code: number): boolean {
  return code === LF || code === CR;
}

/** Whether this character code is a space or another ASCII blank. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0b || code === 0x0c;
}

/** What stands between the blanks at both ends of `[start, end)` of `text`. */
export function trimBlanks(
  text: string,
  start = 0,
  end: number = text.length,
): string {
  let first = start;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first++;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last--;
  return text.slice(first, last);
}

/**
 * The terminator of the last line that has one; `"\n"` if none has. A lone CR
 * counts only in a file that has no other, since it ends no line for the SDKs.
 */
export function lineEnding(text: string, lines: Lines): string {
  for (let index = lines.length - 1; index >= 0; index--) {
    const { end, next } = lines.at(index);
    if (text[next - 1] === "\n") return text.slice(end, next);
  }
  return text.includes("\r") ? "\r" : "\n";
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

/** Whether line `index` is neither blank nor a comment. */
export function saysSomething(file: FileText, index: number): boolean {
  const { start, end } = file.lines.at(index);
  return /^[^#;]/.test(trimBlanks(file.text, start, end));
}

/** How many blanks line `index` begins with. */
export function indentOf({ text, lines }: FileText, index: number): number {
  const { start, end } = lines.at(index);
  let first = start;
  while (first < end && isBlank(text.charCodeAt(first))) first++;
  return first - start;
}

/** What ends line `index`; empty if nothing does. */
export function terminatorOf(file: FileText, index: number): string {
  const { end, next } = file.lines.at(index);
  return file.text.slice(end, next);
}

// What programs take for white space in a decoded text: they do not agree.

/** Whether a program takes the character of this code for white space. */
export type IsSpace = (code: number) => boolean;

/** As Python does: `str.isspace()`. */
export const isPythonSpace: IsSpace = (code) =>
  isGoSpace(code) || (code >= 0x1c && code <= 0x1f);

/** As Go does: `unicode.IsSpace`. */
export const isGoSpace: IsSpace = (code) =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0x85 ||
  (code >= 0xa0 && isSeparator(code));

/** As JavaScript does: `\s`, and `trim()`. */
export const isJavaScriptSpace: IsSpace = (code) =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff ||
  (code >= 0xa0 && isSeparator(code));

/** As any of them does. */
export const isAnySpace: IsSpace = (code) =>
  isPythonSpace(code) || code === 0xfeff;

/** What Unicode takes for separators, beside the space. */
function isSeparator(code: number): boolean {
  return code === 0xa0 || code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 ||
    code === 0x202f || code === 0x205f || code === 0x3000;
}

/** `text` without what any program takes for white space at either end. */
export function trimWhiteSpace(text: string, is: IsSpace = isAnySpace): string {
  let start = 0;
  while (start < text.length && is(text.charCodeAt(start))) start++;
  return trimEnd(text.slice(start), is);
}

/** The same at the end only. */
export function trimEnd(text: string, is: IsSpace): string {
  let end = text.length;
  while (end > 0 && is(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
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
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}
