// How much room text takes on a terminal.

/** How many columns `text` takes. */
export type Measure = (text: string) => number;

/** What measures `texts`; the tables for wide characters are loaded only if one has any. */
export async function measureFor(texts: Iterable<string>): Promise<Measure> {
  for (const text of texts) {
    if (!isPlain(text)) return await measureAll();
  }
  return (text) => text.length;
}

async function measureAll(): Promise<Measure> {
  const { eastAsianWidth } = await import("get-east-asian-width");
  return (text) =>
    isPlain(text)
      ? text.length
      // What is invisible has been spelled out, so only marks take no room.
      : Array.from(text.replace(/\p{M}/gu, "")).reduce(
        (sum, character) => sum + eastAsianWidth(character.codePointAt(0) ?? 0),
        0,
      );
}

function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}
