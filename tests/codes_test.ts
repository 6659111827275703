// readCode(): every spelling of six digits, and nothing else.
import fc from "fast-check";
import assert from "node:assert/strict";
import { readCode } from "../src/codes.ts";

/** A digit as a keyboard or an input method types it. */
const DIGIT = fc.constantFrom(..."0123456789０１２３４５６７８９");

/** Blanks of phones, pages and files, full-width ones among them, and characters without width. */
const BLANKS = ["", " ", "\u00a0", "\u202f", "　", "\ufeff", "\u200b", "\r\n"];

const DASHES = ["-", "–", "‐", "−", "ー"];

Deno.test("readCode() reads six digits with blanks around them, and blanks or dashes between them", () => {
  const blank = fc.constantFrom(...BLANKS);
  const gap = fc.constantFrom(...BLANKS, ...DASHES);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(DIGIT, gap), { minLength: 5, maxLength: 5 }),
      fc.tuple(blank, DIGIT, blank),
      (pairs, [before, last, after]) =>
        assert.equal(
          readCode(before + pairs.flat().join("") + last + after),
          (pairs.map(([digit]) => digit).join("") + last).normalize("NFKC"),
        ),
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("readCode() takes nothing that is not six digits", () => {
  const numbers = ["12345", "1234567", "123 4567", "+123456", "0x1234"];
  // A dash before the digits makes a negative number.
  const negative = ["-123456", " \u2212123456"];
  const others = ["", " ", "-", "12345a", "123.456", "123456;"];
  for (const text of [...numbers, ...negative, ...others, "¹²³⁴⁵⁶", "१२३४५६"]) {
    assert.equal(readCode(text), undefined, JSON.stringify(text));
  }
});
