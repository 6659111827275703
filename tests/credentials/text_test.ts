// Lines, blanks, line ends, and edits as data.
import assert from "node:assert/strict";
import {
  applyEdits,
  BLANKS,
  lineEnding,
  Lines,
  trim,
} from "../../src/credentials/text.ts";

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

Deno.test("applyEdits() replaces, inserts and deletes, all by original offsets", () => {
  const edits = [
    { offset: 6, length: 0, text: "!" },
    { offset: 0, length: 1, text: "AA" },
    { offset: 3, length: 2, text: "" },
  ];
  assert.equal(applyEdits("abcdef", edits), "AAbcf!");
  assert.equal(applyEdits("abc", []), "abc");
});

Deno.test("applyEdits() takes edits that touch", () => {
  const edits = [{ offset: 0, length: 1, text: "x" }, {
    offset: 1,
    length: 1,
    text: "y",
  }];
  assert.equal(applyEdits("abc", edits), "xyc");
});

Deno.test("applyEdits() refuses overlaps, two at one place, and what is outside", () => {
  const wrong = [
    [{ offset: 0, length: 2, text: "" }, { offset: 1, length: 1, text: "" }],
    [{ offset: 1, length: 0, text: "x" }, { offset: 1, length: 0, text: "y" }],
    [{ offset: 1, length: 0, text: "x" }, { offset: 1, length: 1, text: "y" }],
    [{ offset: 3, length: 1, text: "" }],
    [{ offset: -1, length: 1, text: "" }],
    [{ offset: 1, length: -1, text: "" }],
  ];
  for (const edits of wrong) {
    assert.throws(() => applyEdits("abc", edits), RangeError);
  }
});
