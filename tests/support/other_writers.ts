// Other programs that write the credentials file: real ones, where they are installed, and what they do to any text.
import assert from "node:assert/strict";
import { join } from "node:path";
import { readAsAwsCli } from "../../src/credentials/readers/aws_cli.ts";
import { decodeText, encodeText } from "../../src/credentials/text.ts";
import type { Scenario } from "./scenario.ts";
import { needs, type Skipping, unless } from "./skipping.ts";

/** A program that reads the file, and writes it anew. */
export interface RealWriter {
  readonly name: string;
  readonly skipping: Skipping;
  readonly write: (scenario: Scenario) => Promise<void>;
}

const PYTHON = `
import configparser, sys
file = configparser.RawConfigParser()
file.read(sys.argv[1])
file.add_section("saml")
file.set("saml", "region", "eu-west-1")
with open(sys.argv[1], "w") as out:
    file.write(out)
`;

/** npm brings its own copy of the package. */
const NODE = `
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const root = execFileSync("npm", ["root", "-g"]).toString().trim();
const ini = require(root + "/npm/node_modules/ini");
const path = process.argv[1];
const file = ini.parse(fs.readFileSync(path, "utf8"));
file.azure = { region: "eu-west-1" };
fs.writeFileSync(path, ini.stringify(file));
`;

const GO = `
package main

import (
	"os"

	"gopkg.in/ini.v1"
)

func main() {
	file, err := ini.Load(os.Args[1])
	if err != nil {
		panic(err)
	}
	file.DeleteSection("saml")
	section, err := file.NewSection("saml")
	if err != nil {
		panic(err)
	}
	section.NewKey("region", "eu-west-1")
	if err := file.SaveTo(os.Args[1]); err != nil {
		panic(err)
	}
}
`;

/** Debian's golang-gopkg-ini.v1-dev. */
const GO_SOURCES = "/usr/share/gocode";

function hasGoIni(): boolean {
  try {
    return Deno.statSync(`${GO_SOURCES}/src/gopkg.in/ini.v1`).isDirectory;
  } catch {
    return false;
  }
}

async function succeed(
  scenario: Scenario,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stderr } = await scenario.run(command, args, env);
  assert.equal(code, 0, stderr);
}

/** Those that Debian, npm and Python have. */
export const REAL_WRITERS: readonly RealWriter[] = [
  {
    name: "Python's configparser",
    skipping: needs("python3"),
    write: (scenario) =>
      succeed(scenario, "python3", ["-c", PYTHON, scenario.path]),
  },
  {
    name: "npm's ini",
    skipping: needs("node", "npm"),
    write: (scenario) => succeed(scenario, "node", ["-e", NODE, scenario.path]),
  },
  {
    name: "Go's ini.v1",
    skipping: needs("go").ignore
      ? needs("go")
      : unless(hasGoIni(), "golang-gopkg-ini.v1-dev: not installed"),
    write: async (scenario) => {
      const source = join(scenario.home, "writer.go");
      await Deno.writeTextFile(source, GO);
      await succeed(scenario, "go", ["run", source, scenario.path], {
        GOPATH: GO_SOURCES,
        GO111MODULE: "off",
        GOFLAGS: "",
        GOCACHE: join(scenario.home, "cache"),
      });
    },
  },
  {
    name: "aws configure set",
    skipping: needs("aws"),
    write: async (scenario) => {
      const values = { aws_access_key_id: "ASIANEW", aws_session_token: "new" };
      for (const [key, value] of Object.entries(values)) {
        await succeed(scenario, "aws", [
          ...["configure", "set", key, value, "--profile", "default_sts"],
        ]);
      }
    },
  },
];

type Rewrite = (text: string) => string | undefined;

/** As configparser: no notes, keys in small letters; undefined if it refuses the text. */
const asConfigparser: Rewrite = (text) => {
  const { reading, refusal } = readAsAwsCli(decodeText(text));
  if (refusal !== undefined) return undefined;
  const sections = Array.from(reading, ([name, keys]) =>
    [
      `[${name}]`,
      ...Array.from(keys, ([key, value]) =>
        `${key} = ${value.replaceAll("\n", "\n\t")}`),
      "",
    ].join("\n") + "\n");
  return encodeText(sections.join(""));
};

/** As npm's ini: no notes, no blanks, values with an equals sign in quotes. */
const asNpmIni: Rewrite = (text) =>
  text.split(/\r?\n|\r/).flatMap((line) => {
    const content = line.trim();
    if (content === "" || /^[#;]/.test(content)) return [];
    if (/^\[[^\]]*\]$/.test(content)) return ["", content];
    const [, key = content, value = "true"] = /^([^=]+)=(.*)$/s.exec(content) ??
      [];
    const plain = value.trim();
    return [
      `${key.trim()}=${/=|^\[/.test(plain) ? JSON.stringify(plain) : plain}`,
    ];
  }).concat("").join("\n").replace(/^\n/, "");

/** As go-ini: keys in columns, and no notes behind the last key. */
const asGoIni: Rewrite = (text) => {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  while (/^\s*[#;]/.test(lines.at(-1) ?? "")) lines.pop();
  return lines.flatMap((line) => {
    const content = line.trim();
    if (/^[#;[]/.test(content)) return [content];
    const [, key = content, value = ""] = /^([^=:]+)[=:](.*)$/s.exec(content) ??
      [];
    return [`${key.trim().padEnd(21)} = ${value.trim()}`];
  }).concat("").join("\n");
};

/** What writers of three kinds make of a text, one character a byte. */
export const REWRITES: readonly Rewrite[] = [asConfigparser, asNpmIni, asGoIni];
