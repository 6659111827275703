// Lines, blanks, line ends, and edits as data; properties_test.ts holds the promises of Lines and applyEdits().
import assert from "node:assert/strict";
import {
  applyEdits,
  BLANKS,
  decodeText,
  encodeText,
  lineEnding,
  Lines,
  trim,
} from "../../src/credentials/text.ts";

Deno.test("Lines are counted from 0, and know their number", () => {
  const lines = new Lines("a\nb\r\n");
  assert.equal(lines.length, 2);
  assert.deepEqual(lines.at(1), { start: 2, end: 3, next: 5 });
  assert.throws(() => lines.at(2), RangeError);
  assert.throws(() => lines.at(-1), RangeError);
});

Deno.test("lineEnding() is that of the last line that has one", () => {
  const cases = [
    ["a\nb\r\nc", "\r\n"],
    ["a\r\nb\nc", "\n"],
    ["a\nb\rc", "\n"],
    ["a\rb", "\r"],
    ["a", "\n"],
  ] as const;
  for (const [text, end] of cases) {
    assert.equal(lineEnding({ text, lines: new Lines(text) }), end);
  }
});

Deno.test("trim() takes ASCII blanks only", () => {
  assert.equal(trim(" \t\v\fa b\xa0 ", BLANKS), "a b\xa0");
  assert.equal(trim("   ", BLANKS), "");
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

Deno.test("encodeText() gives UTF-8, one character a byte, and decodeText() takes it back", () => {
  assert.equal(encodeText("à"), "\xc3\xa0");
  for (const text of ["abc", "à", "日本🔑", "\ufeffx"]) {
    assert.equal(decodeText(encodeText(text)), text);
  }
  assert.equal(decodeText("\xff"), "\ufffd");
});
