// The models of how programs read a file, beside the parsers that they are models of.
import fc from "fast-check";
import assert from "node:assert/strict";
import { readAsGo } from "../../src/credentials/readers/go.ts";
import { isInstalled } from "../support/command.ts";
import { oddFile } from "../support/odd_files.ts";
import { MODELS, readAsConfigparser } from "../support/readers.ts";
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

const python = isInstalled("python3");

Deno.test({
  name: "the model of the AWS CLI reads as Python's configparser does" +
    (python ? "" : " (skipped: python3 is not installed)"),
  ignore: !python,
  fn: async () => {
    const seed = Date.now();
    const texts = fc.sample(oddFile, { numRuns, seed });
    const model = MODELS["the AWS CLI"];
    let read = 0;
    for (let from = 0; from < texts.length; from += 5_000) {
      const some = texts.slice(from, from + 5_000);
      for (
        const [index, reading] of (await readAsConfigparser(some)).entries()
      ) {
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
    assert(read > texts.length / 10, `only ${read} were read`);
  },
});

// Written from its source: no Go is at hand to hold it against.
Deno.test("the model of the SDK for Go follows its rules", () => {
  const cases: [string, Record<string, Record<string, string>>][] = [
    ["[a#b]\nx = 1\n[c;d]\ny=2", {}],
    ["[a]\nx = 1\n[a#b]\ny = 2\n", { a: { x: "1", y: "2" } }],
    ["  [ a ] # c\r\nX: 1 # c\r\ny = p#q\r\n", { a: { x: "1", y: "p#q" } }],
    ["[a] x\ny = 1\n", {}],
    ["[a]\nx = 1\n  y = 2\n", { a: { x: "1", y: "2" } }],
    ["[a]\nx = 1\n  more # c\n", { a: { x: "1\nmore # c" } }],
    ["[a]\nx = 1\n\u3000y = 2\n", { a: { x: "1", y: "2" } }],
    ["[a\tb]\nx = 1\n[a  b]\ny = 2\n", { "a b": { x: "1", y: "2" } }],
    ["[a]\nx = 1\r[b]\ny = 2\n", { a: { x: "1\r[b]", y: "2" } }],
    ["x = 1\n[a]\njunk\n= 2\n", { a: { "": "2" } }],
  ];
  for (const [text, expected] of cases) {
    const reading = Object.fromEntries(
      Array.from(readAsGo(text), ([name, keys]) => [
        name,
        Object.fromEntries(keys),
      ]),
    );
    assert.deepEqual(reading, expected, text);
  }
});
