// Splits the text of a file into lines without changing a character of it.

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
 * The lines of `text`. LF, CRLF and a lone CR each end a line, as they do for
 * the AWS CLI; a last line without a terminator has `end === next`. Joining
 * all `[start, next)` gives back `text`.
 */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  // Each search result is kept until it is passed, so the scan is linear even
  // if one of the two terminators never occurs.
  let lf = text.indexOf("\n");
  let cr = text.indexOf("\r");
  let start = 0;
  while (start < text.length) {
    if (lf !== -1 && lf < start) lf = text.indexOf("\n", start);
    if (cr !== -1 && cr < start) cr = text.indexOf("\r", start);
    let end = text.length;
    let next = text.length;
    if (cr !== -1 && (lf === -1 || cr < lf)) {
      end = cr;
      next = lf === cr + 1 ? cr + 2 : cr + 1;
    } else if (lf !== -1) {
      end = lf;
      next = lf + 1;
    }
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

const UTF8_BOM = "\xEF\xBB\xBF";

/** Where the content of the first line begins: behind a byte order mark. */
export function contentStart(text: string): number {
  return text.startsWith(UTF8_BOM) ? UTF8_BOM.length : 0;
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
export function lineEnding(text: string, lines: readonly Line[]): string {
  const line = lines.findLast((line) => text[line.next - 1] === "\n");
  if (line !== undefined) return text.slice(line.end, line.next);
  return text.includes("\r") ? "\r" : "\n";
}
