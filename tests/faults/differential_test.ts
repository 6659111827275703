// A refresh, in files that people have edited, as three other programs see it.
import fc from "fast-check";
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { isUtf8 } from "../../src/credentials/text.ts";
import { UpdstsError } from "../../src/errors.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { isInstalled } from "../support/command.ts";
import { times } from "../support/effort.ts";
import { ODD_NAMES, oddFile } from "../support/odd_files.ts";
import {
  goSdk,
  MODELS,
  readAsConfigparser,
  readAsGoSdk,
} from "../support/readers.ts";
import { readAsSdk, readAsWeDo, type Reading } from "../support/sdk_parser.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const WRITTEN = Object.entries({
  aws_access_key_id: EXAMPLE_SESSION.accessKeyId,
  aws_secret_access_key: EXAMPLE_SESSION.secretAccessKey.reveal(),
  aws_session_token: EXAMPLE_SESSION.sessionToken.reveal(),
  expiration_datetime: EXAMPLE_SESSION.expiration,
});

interface Case {
  readonly given: string;
  readonly after: string;
  readonly key: string;
  readonly target: string;
  /** The session's names, before and after. */
  readonly touched: readonly string[];
  /** Whether the block's lines end as all programs end lines. */
  readonly seenByAll: boolean;
}

/** What becomes of a file; undefined if it is refused. */
function refreshed(
  given: string,
  key: string,
  target: string,
): Case | undefined {
  const file = parseFile(given);
  const block = file.blockOf(key, target);
  try {
    const after = checkedRefresh(given, key, target, EXAMPLE_SESSION);
    const former = block?.sessionProfile ?? target;
    const lone = block !== undefined &&
      given[file.lines.at(block.begin).next - 1] === "\r";
    const touched = [target, former, former.trim()];
    return { given, after, key, target, touched, seenByAll: !lone };
  } catch (error) {
    if (error instanceof UpdstsError) return undefined;
    throw error;
  }
}

function without(reading: Reading, names: readonly string[]): Reading {
  return Object.fromEntries(
    Object.entries(reading).filter(([name]) => !names.includes(name)),
  );
}

/** What a program reads in the two files must differ in the session only. */
function compare(
  program: string,
  before: Reading | null,
  after: Reading | null,
  { given, after: text, target, touched }: Case,
  seesSession: boolean,
): void {
  const context = `${program}: ${JSON.stringify({ given, text })}`;
  if (before !== null) {
    assert(after !== null, `no longer read by ${context}`);
    assert.deepEqual(
      without(after, touched),
      without(before, touched),
      `others differ for ${context}`,
    );
  }
  if (after === null || !seesSession) return;
  for (const [key, value] of WRITTEN) {
    assert.equal(after[target]?.[key], value, `${key} for ${context}`);
  }
}

/** Names of two words are none for the SDK for JavaScript. */
function isOneWord(name: string): boolean {
  return !name.includes(" ");
}

/** What writers of three kinds make of a text: Python's configparser, npm's ini and go-ini. */
function rewrite(text: string, kind: "configparser" | "npm" | "go"): string {
  const lines = text.split(/\r?\n|\r/).map((line) => line.trim())
    .filter((line) => line !== "" && (kind === "go" || !/^[#;]/.test(line)));
  // go-ini keeps all notes but those behind the last key.
  while (/^[#;]/.test(lines.at(-1) ?? "")) lines.pop();
  return lines.map((line) => {
    if (/^[#;[]/.test(line)) return `${line}\n`;
    const [, key = line, rest = ""] = /^([^=:]+)[=:](.*)$/s.exec(line) ?? [];
    const value = rest.trim();
    switch (kind) {
      case "configparser":
        return `${key.trim().toLowerCase()} = ${value}\n`;
      case "npm":
        return `${key.trim()}=${
          /=|^\[/.test(value) ? JSON.stringify(value) : value
        }\n`;
      case "go":
        return `${key.trim().padEnd(21)} = ${value}\n`;
    }
  }).join("");
}

/** As people leave a file, and as another program writes it then. */
const writtenFile = fc.tuple(
  oddFile,
  fc.constantFrom(
    null,
    null,
    null,
    "configparser" as const,
    "npm" as const,
    "go" as const,
  ),
).map(([text, kind]) => kind === null ? text : rewrite(text, kind));

const COUNT = times({ brief: 4_000, full: 100_000 });

Deno.test(`${COUNT} generated files: every other profile reads the same for three programs, and the session as written, or the refresh is refused`, async () => {
  const seed = Date.now();
  const name = fc.constantFrom(...ODD_NAMES);
  const python = isInstalled("python3");
  // Debian's version reads a quote that is not closed on over all lines below,
  // a last CR as a part of the value until it gets its LF, and passes over an
  // indented header below a line that is neither a key nor a header.
  const oddForGo =
    /["']|\r$(?![^])|^(?![ \t]*[#;[])[^=:\r\n]*\S[^=:\r\n]*\s*\n[ \t\v\f]+\[/m;
  const forGo = ({ given }: Case) =>
    !goSdk.ignore && isUtf8(given) && !oddForGo.test(given);
  let compared = 0;
  let tried = 0;
  while (tried < COUNT) {
    const some = Math.min(5_000, COUNT - tried);
    const cases = fc.sample(fc.tuple(writtenFile, name, name), {
      numRuns: some,
      seed: seed + tried,
    }).flatMap(([given, key, target]) => {
      const found = refreshed(given, key, target);
      return found === undefined ? [] : [found];
    });
    tried += some;
    compared += cases.length;
    const real = python
      ? await readAsConfigparser(
        cases.flatMap(({ given, after }) => [given, after]),
      )
      : [];
    const plain = cases.filter(forGo);
    const go = goSdk.ignore
      ? []
      : await readAsGoSdk(plain.map(({ given, after }) => [given, after]));
    for (const [index, one] of plain.entries()) {
      const [before = null, now = null] = [go[2 * index], go[2 * index + 1]];
      // Where it refuses the file, it does so afterwards, too.
      if (before === null) continue;
      compare("the SDK for Go itself", before, now, one, one.seenByAll);
    }
    for (const [index, one] of cases.entries()) {
      const { given, after, target, seenByAll } = one;
      for (const [program, read] of Object.entries(MODELS)) {
        const sees = program === "the AWS CLI" ||
          (seenByAll && (program !== "the SDK for JavaScript" ||
            isOneWord(target)));
        compare(program, read(given), read(after), one, sees);
      }
      compare("updsts", readAsWeDo(given), readAsWeDo(after), one, true);
      compare(
        "the SDK for JavaScript itself",
        await readAsSdk(given),
        await readAsSdk(after),
        one,
        false,
      );
      if (!python) continue;
      const before = real[2 * index] ?? null;
      compare("configparser", before, real[2 * index + 1] ?? null, one, true);
    }
  }
  const seen = `seed ${seed}: ${compared} of ${tried} were refreshed`;
  assert(compared > COUNT / 10 && compared < COUNT, seen);
});
