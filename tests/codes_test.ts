// readCode(): every spelling of six digits, and nothing else.
import fc from "fast-check";
import assert from "node:assert/strict";
import { readCode } from "../src/codes.ts";

Deno.test("readCode() reads codes as phones, pages and input methods spell them", () => {
  // Once `123 456`, as phones show it, was refused at every door.
  for (
    const text of [
      "123456",
      "123 456",
      " 123456\r\n",
      "123-456",
      "12-34-56",
      "1 2 3 4 5 6",
      "123\u00a0456",
      "123\u202f456",
      "１２３４５６",
      "１２３　４５６",
      "123–456",
      "123‐456",
      "123−456",
      "１２３ー４５６",
      "\ufeff123456\u200b",
      "12３４5６",
    ]
  ) assert.equal(readCode(text), "123456", JSON.stringify(text));
});

Deno.test("readCode() takes nothing that is not six digits", () => {
  for (
    const text of [
      "",
      " ",
      "-",
      "12345",
      "1234567",
      "123 4567",
      "12345a",
      "+123456",
      // Regression: a number below zero was a code.
      "-123456",
      " \u2212123456",
      "123.456",
      "0x1234",
      "¹²³⁴⁵⁶",
      "१२३४५६",
      "123456;",
    ]
  ) assert.equal(readCode(text), undefined, JSON.stringify(text));
});

Deno.test("readCode() gives six ASCII digits or nothing, whatever it is given", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."0123456789- \u3000５９a") }),
      (text) => assert.match(readCode(text) ?? "000000", /^[0-9]{6}$/),
    ),
    { numRuns: 2_000 },
  );
});
