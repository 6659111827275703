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

/** The terminator of the last line that has one; `"\n"` if none has. */
export function lineEnding(text: string, lines: readonly Line[]): string {
  const line = lines.findLast((line) => line.end < line.next);
  return line === undefined ? "\n" : text.slice(line.end, line.next);
}
