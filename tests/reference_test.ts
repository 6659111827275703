// The reference and the man page: what the task makes of the program's own data, and all of that.
import assert from "node:assert/strict";
import { manPageText, referenceText } from "../.ci/reference.ts";
import { VARIABLES } from "../src/machine/environment.ts";
import {
  COMMAND_NAMES,
  OPTION_NAMES,
  OPTIONS,
  optionsOf,
} from "../src/cli/grammar.ts";
import { EXIT_CODES } from "../src/error_codes.ts";
import { ROOT, run, shippedFlags } from "./support/command.ts";
import { needs, testUnless } from "./support/skipping.ts";

const REFERENCE = "docs/REFERENCE.md";

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

Deno.test("the reference is what `deno task reference` writes", async () => {
  const text = await referenceText();
  assert.equal(read(REFERENCE), text, "run deno task reference");
});

/** Every option as it is typed, by its code name. */
const TYPED = OPTION_NAMES.flatMap((name) => {
  const { short, long } = OPTIONS[name];
  return short === undefined ? [long] : [short, long];
});

/** Every command, option, variable, exit code, error code and tool. */
const WORDS = [
  ...COMMAND_NAMES.map((name) => `updsts ${name}`),
  ...TYPED,
  ...Object.keys(VARIABLES),
  ...Object.keys(EXIT_CODES),
  ...Object.values(EXIT_CODES).flatMap(({ errors }) => Object.keys(errors)),
  ...["update_sts_credential", "get_credential_info"]
    .map((name) => `updsts_${name}`),
  ...["totp_token", "cred_file", "min_remaining"],
];

/** The words in each place of `text` that `pattern` captures, without their values. */
function namedIn(text: string, pattern: RegExp): string[] {
  return Array.from(
    text.matchAll(pattern),
    ([, places = ""]) =>
      places.replace(/\]\(.*/, "").split(",").map((word) =>
        word.replaceAll("`", "").trim().replace(/ [A-Z]+$/, "")
      ),
  ).flat();
}

Deno.test("reference and man page have every command, option, variable, exit code, error code and tool", async () => {
  // First cells of tables, and headings; terms and headings.
  const page = (await manPageText()).replaceAll("\\-", "-");
  const reference = namedIn(read(REFERENCE), /^(?:#+|\|) \[?([^|\n]+)/gm);
  for (const named of [reference, namedIn(page, /^\.(?:B|SS) (.*)$/gm)]) {
    assert.deepEqual(WORDS.filter((word) => !named.includes(word)), []);
  }
});

Deno.test("the Japanese README has every option of the grammar in its table, and no other", () => {
  const [, section = ""] = /^## オプション\n([^]*?)(?=^## )/m
    .exec(read("docs/README.ja.md")) ?? [];
  assert.deepEqual(namedIn(section, /^\| (`-[^|]*`) +\| \S/gm), TYPED);
  assert.equal(section.match(/^\| `-/gm)?.length, OPTION_NAMES.length);
});

testUnless(
  needs("mandoc"),
  "mandoc has no objection to the man page",
  async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, await manPageText());
    const lint = await run("mandoc", ["-T", "lint", path]);
    assert.equal(lint.stdout + lint.stderr, "");
    const shown = await run("mandoc", ["-T", "ascii", "-O", "width=80", path]);
    await Deno.remove(path);
    // Without what makes it bold, each letter over itself.
    // deno-lint-ignore no-control-regex
    const text = shown.stdout.replace(/.\x08/g, "");
    assert.match(text, /^ +updsts get \[PROFILE\] \[-t CODE\] \[options\]$/m);
    assert.match(text, /^ +-n, --profile NAME$/m);
    assert.match(text, /^ +updsts get work -t 123456 /m);
  },
);

Deno.test("the list of options is complete, and each is taken somewhere", () => {
  assert.deepEqual(OPTION_NAMES.toSorted(), Object.keys(OPTIONS).toSorted());
  const taken = new Set<string>(
    COMMAND_NAMES.flatMap((name) => Object.keys(optionsOf(name))),
  );
  // It stands where no command does.
  taken.add("version");
  assert.deepEqual(OPTION_NAMES.filter((name) => !taken.has(name)), []);
});

Deno.test("the flags allow the variables of the list, and no others", () => {
  const flags = shippedFlags().filter((it) => it.startsWith("--allow-env"));
  const allowed = flags.join().replace("--allow-env=", "").split(",");
  assert.deepEqual(allowed.toSorted(), Object.keys(VARIABLES).toSorted());
});
