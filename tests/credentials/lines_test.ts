// Lines, blanks and line ends.
import assert from "node:assert/strict";
import { BLANKS, lineEnding, Lines, trim } from "../../src/credentials/text.ts";

function contents(text: string): string[] {
  return Array.from(
    new Lines(text),
    ({ start, end }) => text.slice(start, end),
  );
}

Deno.test("Lines end at LF, CRLF and a lone CR", () => {
  assert.deepEqual(contents("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
  assert.deepEqual(contents("\r\r\n\n"), ["", "", ""]);
  assert.deepEqual(contents("a\n"), ["a"]);
  assert.deepEqual(contents(""), []);
});

Deno.test("Lines are counted from 0, and know their number", () => {
  const lines = new Lines("a\nb\r\n");
  assert.equal(lines.length, 2);
  assert.deepEqual(lines.at(1), { start: 2, end: 3, next: 5 });
  assert.throws(() => lines.at(2), RangeError);
  assert.throws(() => lines.at(-1), RangeError);
});

Deno.test("lineEnding() is that of the last line that has one", () => {
  const ending = (text: string) => lineEnding({ text, lines: new Lines(text) });
  assert.equal(ending("a\nb\r\nc"), "\r\n");
  assert.equal(ending("a\r\nb\nc"), "\n");
  assert.equal(ending("a\nb\rc"), "\n");
  assert.equal(ending("a\rb"), "\r");
  assert.equal(ending("a"), "\n");
});

Deno.test("trim() takes ASCII blanks only", () => {
  assert.equal(trim(" \t\v\fa b\xa0 ", BLANKS), "a b\xa0");
  assert.equal(trim("   ", BLANKS), "");
  assert.equal(trim(" x ", BLANKS), "x");
});
