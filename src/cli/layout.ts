// Lays out text for a terminal: visible characters, width, wrapping.

/** The meaning of a colour. */
export type Tone = "good" | "soon" | "bad";

/** A piece of a line. */
export interface Segment {
  readonly text: string;
  readonly tone?: Tone;
}

/** Characters that control a terminal, or that it does not show. */
export const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * `text` with control characters spelled out, so that a name or an answer
 * cannot move the cursor, change colours or hide a line. Line ends stay.
 */
export function visible(text: string): string {
  // Unicode classes are slow to compile.
  if (/^[ -~\n]*$/.test(text)) return text;
  return text.replace(
    INVISIBLE,
    (character) =>
      character === "\n"
        ? character
        : `\\u{${
          (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")
        }}`,
  );
}

/** Characters that take two columns: Unicode's East Asian Width W and F. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation}/gu;

/** The width of visible text in columns. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  const characters = Array.from(text.replace(/\p{M}/gu, "")).length;
  return characters + (text.match(WIDE)?.length ?? 0);
}

/**
 * `text` after `label`, broken between words so that no line is wider than
 * `room`; further lines are indented by the width of the label.
 */
export function hang(label: string, text: string, room: number): string {
  const indent = " ".repeat(widthOf(label));
  const lines = text.split("\n").flatMap((line) => {
    const [first = "", ...words] = line.split(" ");
    const wrapped = [first];
    for (const word of words) {
      const longer = `${wrapped.at(-1)} ${word}`;
      if (longer.trim() === word || widthOf(indent + longer) <= room) {
        wrapped.splice(-1, 1, longer);
      } else {
        wrapped.push(word);
      }
    }
    return wrapped;
  });
  return label + lines.join(`\n${indent}`);
}

/** A column; on a narrow terminal, `optional` ones are left out, from the left. */
export interface Column {
  readonly heading: string;
  readonly cells: readonly (string | Segment)[];
  readonly optional?: boolean;
}

const GAP = "  ";

/**
 * The lines of a table, headings first. Rows that are wider than `room` continue
 * on the next line, indented.
 */
export function layOut(
  columns: readonly Column[],
  room = Infinity,
): Segment[][] {
  let shown = columns.map(({ heading, cells, optional }) => {
    const texts = [heading, ...cells].map(toCell);
    // Math.max(...) fails for the number of cells of a very long table.
    const width = texts.reduce(
      (most, { text }) => Math.max(most, widthOf(text)),
      0,
    );
    return { texts, width, optional };
  });
  for (const column of shown.filter(({ optional }) => optional)) {
    const total = shown.reduce((sum, { width }) => sum + width + GAP.length, 0);
    if (total - GAP.length > room) {
      shown = shown.filter((other) => other !== column);
    }
  }
  return (shown[0]?.texts ?? []).flatMap((_, row) => {
    const lines: Segment[][] = [[]];
    let taken = 0;
    for (const { texts, width } of shown) {
      const cell = texts[row] ?? { text: "" };
      if (taken > 0 && taken + width > room) {
        lines.push([{ text: GAP }]);
        taken = GAP.length;
      }
      const rest = " ".repeat(width - widthOf(cell.text)) + GAP;
      lines.at(-1)?.push(cell, { text: rest });
      taken += width + GAP.length;
    }
    return lines;
  });
}

function toCell(cell: string | Segment): Segment {
  const { text, ...rest } = typeof cell === "string" ? { text: cell } : cell;
  return { ...rest, text: visible(text).replaceAll("\n", " ") };
}
