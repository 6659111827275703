// Three programs' reading of a credentials file: the models of the core, and the real parsers where they are at hand.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readAsAwsCli } from "../../src/credentials/readers/aws_cli.ts";
import { readAsGo } from "../../src/credentials/readers/go.ts";
import { readAsJavaScript } from "../../src/credentials/readers/javascript.ts";
import { decodeText, isUtf8 } from "../../src/credentials/text.ts";
import { run } from "./command.ts";
import type { Reading } from "./sdk_parser.ts";
import { needs, type Skipping, unless } from "./skipping.ts";

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

/** What a program prints for `files`, which it takes as JSON. */
async function readBy(
  [program, ...args]: readonly [string, ...string[]],
  files: readonly unknown[],
): Promise<(Reading | null)[]> {
  const input = JSON.stringify(files);
  const { code, stdout, stderr } = await run(program, args, {}, input);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** What Python's configparser reads in `texts`, as the AWS CLI uses it. */
export function readAsConfigparser(
  texts: readonly string[],
): Promise<(Reading | null)[]> {
  const script = new URL("configparser_reader.py", import.meta.url);
  return readBy(["python3", fileURLToPath(script)], texts);
}

/** Where Debian has the sources of Go packages. */
const SOURCES = "/usr/share/gocode";
const PARSER = `${SOURCES}/src/github.com/aws/aws-sdk-go-v2/internal/ini`;

/** Prints a reading for each file on stdin, null if it is refused; the parser lists no keys, so they are given. */
const READER = `
package main

import (
	"encoding/json"
	"ini"
	"os"
	"strings"
)

func main() {
	var files []struct {
		Text string
		Keys []string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&files); err != nil {
		panic(err)
	}
	readings := make([]map[string]map[string]string, len(files))
	for i, file := range files {
		sections, err := ini.Parse(strings.NewReader(file.Text), "")
		if err != nil {
			continue
		}
		readings[i] = map[string]map[string]string{}
		for _, name := range sections.List() {
			section, _ := sections.GetSection(name)
			readings[i][name] = map[string]string{}
			for _, key := range file.Keys {
				if section.Has(key) {
					readings[i][name][key] = section.String(key)
				}
			}
		}
	}
	json.NewEncoder(os.Stdout).Encode(readings)
}
`;

const go = needs("go");

/** Skips where the SDK for Go cannot be asked. */
export const goSdk: Skipping = go.ignore
  ? go
  : unless(existsSync(PARSER), `the SDK for Go is not in ${SOURCES}`);

/** What the SDK for Go reads in texts of one character a byte, groups of which have the same keys. */
export async function readAsGoSdk(
  groups: readonly (readonly string[])[],
): Promise<(Reading | null)[]> {
  const directory = await Deno.makeTempDir({ prefix: "updsts-go-" });
  try {
    const source = join(directory, "src", "reader");
    await Deno.mkdir(source, { recursive: true });
    await Deno.writeTextFile(join(source, "main.go"), READER);
    // Programs elsewhere may not import what is internal; a link is not that.
    await Deno.symlink(PARSER, join(directory, "src", "ini"));
    const env = {
      GO111MODULE: "off",
      GOFLAGS: "",
      GOPATH: `${directory}:${SOURCES}`,
      GOCACHE: join(directory, "cache"),
    };
    const program = join(directory, "read");
    const built = await run("go", ["build", "-o", program, "reader"], env);
    assert.equal(built.code, 0, built.stderr);
    const files = groups.flatMap((texts) => {
      const readings = texts.map((text) => readAsGo(decodeText(text)));
      const keys = readings.flatMap((reading) => [...reading.values()])
        .flatMap((section) => [...section.keys()]);
      const Keys = [...new Set(keys)];
      return texts.map((text) => ({ Text: decodeText(text), Keys }));
    });
    const readings = await readBy([program], files);
    return readings.map((reading) => reading && withoutEmpty(reading));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Without what stands above all headers, and keys without a value. */
export function withoutEmpty({ "": _, ...reading }: Reading): Reading {
  return Object.fromEntries(
    Object.entries(reading).map(([name, keys]) => [
      name,
      Object.fromEntries(Object.entries(keys).filter(([, value]) => value)),
    ]),
  );
}
