// Edits as data.
import assert from "node:assert/strict";
import { applyEdits } from "../../src/credentials/text.ts";

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
