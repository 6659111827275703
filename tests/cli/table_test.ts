// layOut() and layOutTexts(): what gives way, and in which order.
import fc from "fast-check";
import assert from "node:assert/strict";
import { eastAsianWidth } from "get-east-asian-width";
import { type Column, layOut, layOutTexts } from "../../src/cli/table.ts";

const COLUMNS: readonly Column[] = [
  { heading: "NAME", narrowest: 6 },
  { heading: "KIND", dispensable: 1 },
  { heading: "DEVICE", narrowest: 8, dispensable: 2 },
  { heading: "EXPIRES" },
];

async function lines(
  rows: readonly (readonly string[])[],
  room?: number,
): Promise<string[]> {
  const cells = rows.map((row) => row.map((text) => ({ text })));
  const spans = await layOut(COLUMNS, cells, room);
  return spans.map((line) => line.map(({ text }) => text).join("").trimEnd());
}

const ROW = ["a-long-name", "session", "mfa/somebody", "in 9 min"];

Deno.test("layOut() shows all where there is room", async () => {
  assert.deepEqual(await lines([ROW]), [
    "NAME         KIND     DEVICE        EXPIRES",
    "a-long-name  session  mfa/somebody  in 9 min",
  ]);
});

Deno.test("layOut() cuts, then leaves out, and cuts the name last", async () => {
  const second = async (room: number) => (await lines([ROW], room))[1];
  assert.equal(await second(40), "a-long-name  session  mfa/som…  in 9 min");
  assert.equal(await second(33), "a-long-name  mfa/someb…  in 9 min");
  assert.equal(await second(20), "a-lon…name  in 9 min");
  assert.equal(await second(12), "a…  in 9 min");
});

Deno.test("layOut() leaves out near-empty columns before it cuts a name", async () => {
  const rows = [
    ["a-long-name-of-production", "session", "-", "in 9 min"],
    ["another", "session", "-", "-"],
  ];
  assert.deepEqual(await lines(rows, 45), [
    "NAME                       KIND     EXPIRES",
    "a-long-name-of-production  session  in 9 min",
    "another                    session  -",
  ]);
});

Deno.test("layOut() never makes two names look alike", async () => {
  // Once both were the same at 80 columns.
  const names = [
    "production-account-of-the-north",
    "production-account-of-the-south",
    "production-account-in-the-north",
    "日本本番環境その一のアカウント",
    "日本本番環境その二のアカウント",
  ];
  for (let room = 20; room <= 60; room++) {
    const shown = await lines(
      names.map((name) => [name, "session", "-", "in 9 min"]),
      room,
    );
    assert.equal(new Set(shown).size, names.length + 1, shown.join("\n"));
  }
});

Deno.test("layOut() never exceeds a room that can be kept, whatever is shown", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          fc.string({ unit: "grapheme", maxLength: 30 }),
          fc.constantFrom("session", "none"),
          fc.string({ maxLength: 20 }),
          fc.constantFrom("-", "in 9 min"),
        ),
        { maxLength: 5 },
      ),
      fc.integer({ min: 12, max: 100 }),
      async (rows, room) => {
        // What would look alike is left whole, whatever the room.
        const apart = rows.map(([name, ...rest], index) => [
          `${index}${name}`,
          ...rest,
        ]);
        for (const line of await lines(apart, room)) {
          const width = Array.from(line.replace(/\p{M}/gu, ""))
            .reduce(
              (sum, it) => sum + eastAsianWidth(it.codePointAt(0) ?? 0),
              0,
            );
          assert(width <= room, `${width} > ${room}: ${line}`);
        }
      },
    ),
  );
});

Deno.test("layOutTexts() goes on below the text, and breaks no word", async () => {
  const texts = [
    { label: { text: "ok" }, text: "one two three" },
    { label: { text: "problem" }, text: "four 日本語 five" },
  ];
  const spans = await layOutTexts(texts, 17);
  assert.deepEqual(
    spans.map((line) => line.map(({ text }) => text).join("").trimEnd()),
    [
      "ok       one two",
      "         three",
      "problem  four",
      "         日本語",
      "         five",
    ],
  );
});
