// Three programs' reading of a credentials file: the models of the core, and the real parsers where they are at hand.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readAsAwsCli } from "../../src/credentials/aws_cli_reading.ts";
import { readAsGo } from "../../src/credentials/go_reading.ts";
import { readAsJavaScript } from "../../src/credentials/javascript_reading.ts";
import { decodeText, isUtf8 } from "../../src/credentials/profile_name.ts";
import { run } from "./command.ts";
import type { Reading } from "./sdk_parser.ts";

/** What each program reads in `text` (one character a byte); null if it refuses it. */
export const MODELS: Readonly<
  Record<string, (text: string) => Reading | null>
> = {
  "the AWS CLI": (text) => {
    if (!isUtf8(text)) return null;
    const reading = readAsAwsCli(decodeText(text));
    return reading instanceof Map ? toObject(reading) : null;
  },
  "the SDK for JavaScript": (text) =>
    toObject(readAsJavaScript(decodeText(text)) ?? null),
  "the SDK for Go": (text) => toObject(readAsGo(decodeText(text))),
};

type ModelReading = ReadonlyMap<string, ReadonlyMap<string, string>>;

function toObject(reading: ModelReading): Reading;
function toObject(reading: ModelReading | null): Reading | null;
function toObject(reading: ModelReading | null): Reading | null {
  return reading && Object.fromEntries(
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
