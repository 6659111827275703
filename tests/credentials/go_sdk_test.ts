// The AWS SDK for Go itself, where Debian's package of its source is installed: what it reads before and after a refresh, and how far the model goes.
import { Buffer } from "node:buffer";
import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseFile } from "../../src/credentials/parse.ts";
import { decodeText, isUtf8 } from "../../src/credentials/text.ts";
import { UpdstsError } from "../../src/errors.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { ROOT, run } from "../support/command.ts";
import { ODD_NAMES, oddFile } from "../support/odd_files.ts";
import { MODELS } from "../support/readers.ts";
import type { Reading } from "../support/sdk_parser.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";
import { needs, unless } from "../support/skipping.ts";

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
const skipping = go.ignore
  ? go
  : unless(isDirectory(PARSER), `the SDK for Go is not in ${SOURCES}`);

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function model(text: string): Reading {
  return MODELS["the SDK for Go"]?.(text) ?? {};
}

/** What the SDK reads in texts of one character a byte, groups of which have the same keys. */
async function readAsGoSdk(
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
      const readings = texts.map(model).flatMap(Object.values);
      const Keys = [...new Set(readings.flatMap(Object.keys))];
      return texts.map((text) => ({ Text: decodeText(text), Keys }));
    });
    const { code, stdout, stderr } = await run(
      program,
      [],
      {},
      JSON.stringify(files),
    );
    assert.equal(code, 0, stderr);
    const readings: (Reading | null)[] = JSON.parse(stdout);
    return readings.map((reading) => reading && plain(reading));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Without what stands above all headers, and keys without a value. */
function plain({ "": _, ...reading }: Reading): Reading {
  return Object.fromEntries(
    Object.entries(reading).map(([name, keys]) => [
      name,
      Object.fromEntries(Object.entries(keys).filter(([, value]) => value)),
    ]),
  );
}

Deno.test({
  name:
    `the SDK for Go reads the session as written, and all else as before${skipping.note}`,
  ignore: skipping.ignore,
  fn: async () => {
    const seed = Date.now();
    const name = fc.constantFrom(...ODD_NAMES);
    const cases = fc.sample(fc.tuple(oddFile, name, name), {
      numRuns: Number(Deno.env.get("FAST_CHECK_RUNS") ?? 4_000),
      seed,
    }).flatMap(([given, key, target]) => {
      // Debian's version reads a quote that is not closed on over all lines below.
      // A CR that gets its LF is no longer a part of the last value.
      if (!isUtf8(given) || /["']|\r$/.test(given)) return [];
      const file = parseFile(given);
      const block = file.blockOf(key);
      const former = block?.sessionProfile ?? target;
      const seen = block === undefined ||
        given[file.lines.at(block.begin).next - 1] === "\n";
      try {
        const after = checkedRefresh(given, key, target, EXAMPLE_SESSION);
        return [{ given, after, target, seen, former }];
      } catch (error) {
        if (error instanceof UpdstsError) return [];
        throw error;
      }
    });
    const readings = await readAsGoSdk(
      cases.map(({ given, after }) => [given, after]),
    );
    let read = 0;
    for (const [index, one] of cases.entries()) {
      const [before, now] = [readings[2 * index], readings[2 * index + 1]];
      if (before === null || before === undefined) continue;
      read++;
      const { target, former } = one;
      const context = `seed ${seed}: ${JSON.stringify(one)}`;
      assert(now, `no longer read: ${context}`);
      if (one.seen) {
        assert.equal(
          now[target]?.["aws_secret_access_key"],
          EXAMPLE_SESSION.secretAccessKey.reveal(),
          context,
        );
        assert.equal(
          now[target]?.["aws_session_token"],
          EXAMPLE_SESSION.sessionToken.reveal(),
          context,
        );
      }
      for (const touched of [target, former, former.trim()]) {
        delete before[touched];
        delete now[touched];
      }
      assert.deepEqual(now, before, context);
    }
    assert(
      read > cases.length / 5,
      `only ${read} of ${cases.length} were read`,
    );
  },
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

Deno.test({
  name: `the model of the SDK for Go reads fixtures as it does${skipping.note}`,
  ignore: skipping.ignore,
  fn: async () => {
    const fixtures = new URL("tests/fixtures/refresh/", ROOT);
    const texts = Array.from(Deno.readDirSync(fixtures)).flatMap(({ name }) =>
      Array.from(Deno.readDirSync(new URL(name, fixtures))).map((file) =>
        Buffer.from(
          Deno.readFileSync(new URL(`${name}/${file.name}`, fixtures)),
        )
          .toString("latin1")
      )
    ).filter((text) =>
      text.includes("[") && isUtf8(text) &&
      !OLDER.some((pattern) => pattern.test(text))
    );
    const readings = await readAsGoSdk(texts.map((text) => [text]));
    let read = 0;
    for (const [index, text] of texts.entries()) {
      const reading = readings[index];
      if (!reading) continue;
      read++;
      assert.deepEqual(plain(model(text)), reading, JSON.stringify(text));
    }
    assert(read > 100, `only ${read} of ${texts.length} were read`);
  },
});
