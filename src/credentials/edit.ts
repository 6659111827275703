// A change to a text as data, so that what no edit names stays as it was.

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
