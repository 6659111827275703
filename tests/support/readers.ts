// Three programs' reading of a credentials file: the models of the core, and the real parsers where they are at hand.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readAsAwsCli } from "../../src/credentials/readers/aws_cli.ts";
import { readAsGo } from "../../src/credentials/readers/go.ts";
import { readAsJavaScript } from "../../src/credentials/readers/javascript.ts";
import { decodeText, isUtf8 } from "../../src/credentials/text.ts";
import { run } from "./command.ts";
import type { Reading } from "./sdk_parser.ts";

/** What each program reads in `text` (one character a byte); null if it refuses it. */
export const MODELS: Readonly<
  Record<string, (text: string) => Reading | null>
> = {
  "the AWS CLI": (text) => {
    if (!isUtf8(text)) return null;
    const { reading, refusal } = readAsAwsCli(decodeText(text));
    return refusal === undefined ? toObject(reading) : null;
  },
  "the SDK for JavaScript": (text) => {
    const { reading, refusal } = readAsJavaScript(decodeText(text));
    return refusal ? null : toObject(reading);
  },
  "the SDK for Go": (text) => toObject(readAsGo(decodeText(text))),
};

type ModelReading = ReadonlyMap<string, ReadonlyMap<string, string>>;

function toObject(reading: ModelReading): Reading {
  return Object.fromEntries(
    Array.from(reading, ([name, keys]) => [name, Object.fromEntries(keys)]),
  );
}

/** What Python's configparser reads in `texts`, as the AWS CLI uses it. */
export async function readAsConfigparser(
  texts: readonly string[],
): Promise<(Reading | null)[]> {
  const script = new URL("configparser_reader.py", import.meta.url);
  const { code, stdout, stderr } = await run(
    "python3",
    [fileURLToPath(script)],
    {},
    JSON.stringify(texts),
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}
