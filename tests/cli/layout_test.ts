// Layout: widths, tables that go on in the next line, and texts beside labels.
import fc from "fast-check";
import assert from "node:assert/strict";
import { eastAsianWidth } from "get-east-asian-width";
import { hang, layOut, visible, widthOf } from "../../src/cli/layout.ts";

/** The lines of a table with these cells, without blanks at the end. */
function table(rows: readonly (readonly string[])[], room?: number): string[] {
  const columns = ["NAME", "KIND", "DEVICE", "EXPIRES"]
    .map((heading, index) => ({
      ...{ heading, optional: heading === "KIND" },
      cells: rows.map((row) => row[index] ?? ""),
    }));
  return layOut(columns, room)
    .map((line) => line.map(({ text }) => text).join("").trimEnd());
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

Deno.test("layOut() leaves out what is optional in a narrow room, and wraps in a narrower one", () => {
  const row = ["a-long-name", "session", "mfa/somebody", "in 9 min"];
  assert.deepEqual(table([row]), [
    "NAME         KIND     DEVICE        EXPIRES",
    "a-long-name  session  mfa/somebody  in 9 min",
  ]);
  assert.deepEqual(table([row], 44), table([row]));
  for (const room of [43, 35]) {
    assert.deepEqual(table([row], room), [
      "NAME         DEVICE        EXPIRES",
      "a-long-name  mfa/somebody  in 9 min",
    ]);
  }
  assert.deepEqual(table([row], 34), [
    "NAME         DEVICE",
    "  EXPIRES",
    "a-long-name  mfa/somebody",
    "  in 9 min",
  ]);
});

Deno.test("layOut() loses no letter of a name, and no line is wider than the room or one cell", async () => {
  const cell = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 5 }),
      fc.integer({ min: 12, max: 100 }),
      (rows, room) => {
        const shown = (text: string) => visible(text).replaceAll("\n", " ");
        const lines = table(rows, room);
        for (const [name] of rows) {
          const start = shown(name).trimEnd();
          assert(lines.some((line) => line.startsWith(start)));
        }
        const widths = rows.flat().map((text) => widthOf(shown(text)));
        const widest = Math.max(room, ...widths);
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
