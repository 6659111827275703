// Breaks text to fit a terminal, by what its characters take up there.

/** How many columns a character takes; the table is loaded when one needs it. */
let widthOfCharacter: ((codePoint: number) => number) | undefined;

/** Loads the table of wide characters, if one of `texts` may hold any. */
export async function learnWidths(texts: Iterable<string>): Promise<void> {
  if (widthOfCharacter !== undefined) return;
  for (const text of texts) {
    if (isPlain(text)) continue;
    const { eastAsianWidth } = await import("get-east-asian-width");
    widthOfCharacter = eastAsianWidth;
    return;
  }
}

/** How many columns `text` takes; {@linkcode learnWidths} comes first. */
export function widthOf(text: string): number {
  const width = widthOfCharacter;
  if (width === undefined || isPlain(text)) return text.length;
  // What is invisible has been spelled out, so only marks take no room.
  return Array.from(text.replace(/\p{M}/gu, "")).reduce(
    (sum, character) => sum + width(character.codePointAt(0) ?? 0),
    0,
  );
}

/** `text` in lines of `room` at most, broken between words. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(`${line} ${word}`) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** `text` behind `label`, what does not fit below it, set in as far. */
export function hang(label: string, text: string, room: number): string {
  const indent = " ".repeat(widthOf(label));
  const [first = "", ...more] = wrap(text, room - indent.length);
  return [label + first, ...more.map((line) => indent + line)].join("\n");
}

function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}
