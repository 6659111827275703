// Layout: widths, tables that go on in the next line, and texts beside labels.
import fc from "fast-check";
import assert from "node:assert/strict";
import { eastAsianWidth } from "get-east-asian-width";
import {
  type Column,
  hang,
  layOut,
  type Segment,
  visible,
  widthOf,
} from "../../src/cli/layout.ts";

const COLUMNS: readonly Column[] = [
  { heading: "NAME" },
  { heading: "KIND", optional: true },
  { heading: "DEVICE" },
  { heading: "EXPIRES" },
];

function plain(spans: readonly (readonly Segment[])[]): string[] {
  return spans.map((line) => line.map(({ text }) => text).join("").trimEnd());
}

function table(rows: readonly (readonly string[])[], room?: number): string[] {
  const cells = rows.map((row) => row.map((text) => ({ text })));
  return plain(layOut(COLUMNS, cells, room));
}

Deno.test("visible() spells out what would steer a terminal", () => {
  assert.equal(
    visible("\x1b]0;x\x07\r\t\x7f\x9b"),
    "\\u{001b}]0;x\\u{0007}\\u{000d}\\u{0009}\\u{007f}\\u{009b}",
  );
  assert.equal(visible("a\u202eb\u2028c"), "a\\u{202e}b\\u{2028}c");
  assert.equal(visible("日本 é\nx"), "日本 é\nx");
});

Deno.test("widthOf() is Unicode's East Asian Width, for every character that is assigned", () => {
  for (let code = 0x20; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (!/[^\p{C}\p{M}\p{Z}]/u.test(character)) continue;
    assert.equal(widthOf(character), eastAsianWidth(code), code.toString(16));
  }
  assert.equal(widthOf("日本 e\u0301"), 6);
});

for (
  const { room, expected } of [
    {
      room: undefined,
      expected: [
        "NAME         KIND     DEVICE        EXPIRES",
        "a-long-name  session  mfa/somebody  in 9 min",
      ],
    },
    {
      room: 40,
      expected: [
        "NAME         DEVICE        EXPIRES",
        "a-long-name  mfa/somebody  in 9 min",
      ],
    },
    {
      room: 30,
      expected: [
        "NAME         DEVICE",
        "  EXPIRES",
        "a-long-name  mfa/somebody",
        "  in 9 min",
      ],
    },
  ]
) {
  Deno.test(`layOut() in ${room ?? "any number of"} columns leaves out what is optional, then wraps`, () => {
    const row = ["a-long-name", "session", "mfa/somebody", "in 9 min"];
    assert.deepEqual(table([row], room), expected);
  });
}

Deno.test("layOut() loses no letter of a name, and no line is wider than the room or one cell", async () => {
  const cell = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 5 }),
      fc.integer({ min: 12, max: 100 }),
      (rows, room) => {
        const shown = rows.map((row) =>
          row.map((text) => visible(text).replaceAll("\n", " "))
        );
        const lines = table(rows, room);
        for (const [name = ""] of shown) {
          assert(lines.some((line) => line.startsWith(name.trimEnd())));
        }
        const widest = Math.max(room, ...shown.flat().map(widthOf), 0);
        for (const line of lines) assert(widthOf(line) <= widest + 2);
      },
    ),
  );
});

Deno.test("hang() goes on below the text, and breaks no word", () => {
  assert.deepEqual(hang("problem  ", "four 日本語 five", 17).split("\n"), [
    "problem  four",
    "         日本語",
    "         five",
  ]);
});
