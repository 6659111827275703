// The models of how programs read a file, beside the parsers that they are models of.
import fc from "fast-check";
import assert from "node:assert/strict";
import { encodeText, isUtf8 } from "../../src/credentials/text.ts";
import { readAsAwsCli } from "../../src/credentials/readers/aws_cli.ts";
import { needs, testUnless } from "../support/skipping.ts";
import { fixtureTexts, oddFile } from "../support/odd_files.ts";
import {
  goSdk,
  MODELS,
  readAsConfigparser,
  readAsGoSdk,
  withoutEmpty,
} from "../support/readers.ts";
import { readAsSdk } from "../support/sdk_parser.ts";

const numRuns = Number(Deno.env.get("FAST_CHECK_RUNS") ?? 3_000);

Deno.test("the model of the SDK for JavaScript reads as it does", async () => {
  const model = MODELS["the SDK for JavaScript"];
  await fc.assert(
    fc.asyncProperty(oddFile, async (text) => {
      // It hides why it refuses, and gives nothing.
      assert.deepEqual(model?.(text) ?? {}, await readAsSdk(text));
    }),
    { numRuns },
  );
});

Deno.test("readAsAwsCli() names the line and the reason", () => {
  const cases: [string, number, RegExp][] = [
    ["[a]\nx = 1\n[a]\n", 3, /\[a\] begins again; it is on line 1/],
    ["[a]\nx = 1\nX: 2\n", 3, /has that key on line 2/],
    ["[default]\n  region = a\n  region = b\n", 3, /that key on line 2/],
    ["x = 1\n[a]\n", 1, /above all headers/],
    ["[a]\nx\n", 2, /neither a header nor a key/],
    ["[a]\n= 1\n", 2, /neither/],
    ["[DEFAULT]\nx = 1\n[DEFAULT]\nx = 2\n", 4, /that key on line 2/],
    ["[a] # b]\nx\nx = 1\n[a] # b]\n", 2, /neither/],
    ["[a\n", 1, /above all/],
    ["[a]\n[]\n", 2, /neither/],
    ["[a]\ns3 =\n  max 20\n", 3, /nested/],
  ];
  for (const [text, line, reason] of cases) {
    const { refusal } = readAsAwsCli(text);
    assert.equal(refusal?.line, line, text);
    assert.match(refusal.reason, reason);
  }
});

/** Few lines, each of which is the one that is refused in some files. */
const refusedFile = fc.array(
  fc.tuple(
    fc.constantFrom("", "", "", " ", "  ", "\t"),
    fc.constantFrom(
      ...["[a]", "[b]", "[]", "[a", "[a] x", "x = 1", "x: 1", "y =", "X=2"],
      ...["y", "= 1", "# c", "; c", "", "s3 =", "k = v # [a]", "z = x"],
    ),
  ).map((parts) => parts.join("")),
  { maxLength: 8 },
).map((lines) => lines.join("\n"));

const python = needs("python3");

testUnless(
  python,
  "the model of the AWS CLI reads as Python's configparser does",
  async () => {
    const seed = Date.now();
    const model = MODELS["the AWS CLI"];
    for (
      const texts of [
        fc.sample(oddFile, { numRuns, seed }),
        fc.sample(refusedFile, { numRuns: 20_000, seed }),
      ]
    ) {
      let read = 0;
      for (let from = 0; from < texts.length; from += 5_000) {
        const some = texts.slice(from, from + 5_000);
        const readings = await readAsConfigparser(some);
        for (const [index, reading] of readings.entries()) {
          const text = some[index] ?? "";
          if (reading !== null) read++;
          const ours = model?.(text) ?? null;
          assert.deepEqual(
            ours && { DEFAULT: {}, ...ours },
            reading,
            `seed ${seed}: ${JSON.stringify(text)}`,
          );
        }
      }
      assert(read > texts.length / 20, `only ${read} were read`);
    }
  },
);

// Written from its source; the SDK itself is asked where it is installed.
Deno.test("the model of the SDK for Go follows its rules", () => {
  const cases: [string, Record<string, Record<string, string>>][] = [
    ["[a#b]\nx = 1\n[c;d]\ny=2", {}],
    ["[a]\nx = 1\n[a#b]\ny = 2\n", { a: { x: "1", y: "2" } }],
    ["  [ a ] # c\r\nX: 1 # c\r\ny = p#q\r\n", { a: { x: "1", y: "p#q" } }],
    ["[a] x\ny = 1\n", {}],
    ["\u3000[a]\u3000\nx = 1\n", { a: { x: "1" } }],
    ["[a]\nx = 1\n  y = 2\n", { a: { x: "1", y: "2" } }],
    ["[a]\nx = 1\n  more # c\n", { a: { x: "1\nmore # c" } }],
    ["[a]\nx = 1\n\u3000y = 2\n", { a: { x: "1", y: "2" } }],
    ["[a\tb]\nx = 1\n[a  b]\ny = 2\n", { "a b": { x: "1", y: "2" } }],
    ["[a]\nx = 1\r[b]\ny = 2\n", { a: { x: "1\r[b]", y: "2" } }],
    ["x = 1\n[a]\njunk\n= 2\n", { a: { "": "2" } }],
  ];
  for (const [text, expected] of cases) {
    assert.deepEqual(MODELS["the SDK for Go"]?.(encodeText(text)), expected);
  }
});

/** What the SDK read otherwise before its parser was written anew, which is what the model follows: Debian's is older. */
const OLDER: readonly RegExp[] = [
  // A lone CR ended a line.
  /\r(?!\n)/,
  // Indented lines neither nested nor went on with a value.
  /^[ \t]+[^\s#;[]/m,
  // A tab neither began a comment nor was cut at the end of a line.
  /\t(?:[#;]|$)/m,
  // A header went on to its bracket, whatever it held.
  /^\[[^\]\n]*[#;]/m,
];

testUnless(
  goSdk,
  "the model of the SDK for Go reads fixtures as it does",
  async () => {
    const texts = fixtureTexts().filter((text) =>
      text.includes("[") && isUtf8(text) &&
      !OLDER.some((pattern) => pattern.test(text))
    );
    const readings = await readAsGoSdk(texts.map((text) => [text]));
    let read = 0;
    for (const [index, text] of texts.entries()) {
      const reading = readings[index];
      if (!reading) continue;
      read++;
      assert.deepEqual(
        withoutEmpty(MODELS["the SDK for Go"]?.(text) ?? {}),
        reading,
        JSON.stringify(text),
      );
    }
    assert(read > 100, `only ${read} of ${texts.length} were read`);
  },
);
