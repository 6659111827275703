// Lays out rows in columns that fit the terminal, by what characters take up there.
import { type Span, type Tone, visible } from "./output.ts";
import { cutApart } from "./cut_apart.ts";
import { learnWidths, widthOf, wrap } from "./wrapping.ts";

/** A column and how it may give way where there is no room. */
export interface Column {
  readonly heading: string;
  /** It may be cut down to this width; if undefined, it is shown whole. */
  readonly narrowest?: number;
  /** Columns go in this order, 1 first; if undefined, it stays. */
  readonly dispensable?: number;
}

/** What stands in a row under one heading. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

const GAP = "  ";
const ELLIPSIS = "…";

/**
 * The lines of a table, headings first, none wider than `room` characters of a
 * terminal if that can be done: by cutting what may be cut, by leaving out what
 * may be left out, the emptiest columns first, and last by cutting the first
 * column in the middle, where no two cells may come to look alike.
 */
export async function layOut(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  room = Infinity,
): Promise<Span[][]> {
  const cells = [
    columns.map(({ heading }): Cell => ({ text: heading })),
    ...rows.map((row) =>
      row.map((cell) => ({ ...cell, text: visibleInCell(cell.text) }))
    ),
  ];
  await learnWidths(textsOf(cells));
  const natural = columns.map((_, index) => widest(cells, index));
  const widths = fit(columns, natural, emptyShares(columns, rows), room);
  const [first = Infinity] = widths;
  const names = cutApart(cells.map(([cell]) => cell?.text ?? ""), first);
  return cells.map((row, line) =>
    row.flatMap((cell, index): Span[] => {
      const width = widths[index];
      if (width === undefined) return [];
      return index === 0
        ? filled({ ...cell, text: names[line] ?? "" }, width)
        : pad(cell, width);
    })
  );
}

/** A text of any length and what it is about. */
export interface LabelledText {
  readonly label: Cell;
  readonly text: string;
}

/**
 * The labels in a column, and each text beside its own, broken to fit `room`;
 * `margin` stands before all lines.
 */
export async function layOutTexts(
  texts: readonly LabelledText[],
  room = Infinity,
  margin = "",
): Promise<Span[][]> {
  await learnWidths(texts.map(({ text }) => visibleInCell(text)));
  const width = widest(texts.map(({ label }) => [label]), 0);
  const gap = width === 0 ? "" : GAP;
  const indent = margin + " ".repeat(width) + gap;
  return texts.flatMap(({ label, text }) => {
    const [first = "", ...more] = wrap(
      visibleInCell(text),
      room - indent.length,
    );
    return [
      width === 0
        ? [{ text: margin + first }]
        : [{ text: margin }, ...pad(label, width), { text: first }],
      ...more.map((line) => [{ text: indent + line }]),
    ];
  });
}

/** What stands where there is nothing to say. */
const NOTHING = "-";

/** How much of each column says nothing, 0 to 1. */
function emptyShares(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): number[] {
  return columns.map((_, index) =>
    rows.filter((row) => row[index]?.text === NOTHING).length /
    Math.max(1, rows.length)
  );
}

/** The width of each column; undefined for those that are left out. */
function fit(
  columns: readonly Column[],
  natural: readonly number[],
  empty: readonly number[],
  room: number,
): (number | undefined)[] {
  const widths: (number | undefined)[] = [...natural];
  const excess = () => {
    const shown = widths.filter((width) => width !== undefined);
    return shown.reduce((sum, width) => sum + width + GAP.length, -GAP.length) -
      room;
  };
  for (const [index, { narrowest }] of [...columns.entries()].reverse()) {
    const width = widths[index];
    // The first column says what a row is about: it is the last to be cut.
    if (index === 0 || narrowest === undefined || width === undefined) continue;
    widths[index] = Math.max(
      Math.min(width, narrowest),
      width - Math.max(0, excess()),
    );
  }
  // The near-empty ones first, then in the order that they name.
  const isBare = (index: number) => (empty[index] ?? 0) >= 0.75;
  const going = Array.from(columns.entries())
    .filter(([, { dispensable }]) => dispensable !== undefined)
    .sort(([i, a], [j, b]) =>
      Number(isBare(j)) - Number(isBare(i)) ||
      (a.dispensable ?? 0) - (b.dispensable ?? 0)
    );
  for (const [index] of going) {
    if (excess() > 0) widths[index] = undefined;
  }
  // What has become free goes back to the columns that were cut.
  for (const [index, width] of widths.entries()) {
    if (width === undefined) continue;
    widths[index] = Math.min(
      natural[index] ?? 0,
      width + Math.max(0, -excess()),
    );
  }
  const [first = 0] = widths;
  widths[0] = Math.max(1, first - Math.max(0, excess()));
  return widths;
}

/** The cell, cut to `width` or filled up to it, and the gap to the next one. */
function pad(cell: Cell, width: number): Span[] {
  const { text, taken } = cut(cell.text, width);
  return [{ ...cell, text }, { text: " ".repeat(width - taken) + GAP }];
}

/** The cell filled up to `width`, as long as it may be, and the gap to the next one. */
function filled(cell: Cell, width: number): Span[] {
  const rest = Math.max(0, width - widthOf(cell.text));
  return [cell, { text: " ".repeat(rest) + GAP }];
}

/** `text`, its end replaced by an ellipsis if it is wider than `room`; and its width. */
function cut(
  text: string,
  room: number,
): { readonly text: string; readonly taken: number } {
  const whole = widthOf(text);
  if (whole <= room) return { text, taken: whole };
  let kept = "";
  let taken = ELLIPSIS.length;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const width = widthOf(segment);
    if (taken + width > room) break;
    kept += segment;
    taken += width;
  }
  return { text: kept + ELLIPSIS, taken };
}

function visibleInCell(text: string): string {
  return visible(text).replaceAll("\n", " ");
}

function* textsOf(rows: readonly (readonly Cell[])[]): Generator<string> {
  for (const row of rows) {
    for (const { text } of row) yield text;
  }
}

function widest(
  rows: readonly (readonly Cell[])[],
  index: number,
): number {
  return rows.reduce(
    (most, row) => Math.max(most, widthOf(row[index]?.text ?? "")),
    0,
  );
}
