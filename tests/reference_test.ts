// The reference and the man page: what the task makes of the program's own data, and all of that.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { japanese } from "../.ci/reference/japanese.ts";
import { type Content, content } from "../.ci/reference/content.ts";
import { referenceFiles } from "../.ci/reference.ts";
import { VARIABLES } from "../src/machine/environment.ts";
import { COMMAND_NAMES, optionsOf } from "../src/cli/commands.ts";
import { EXIT_MEANINGS, INTERRUPTED } from "../src/cli/exit_codes.ts";
import { OPTION_NAMES, optionOf, OPTIONS } from "../src/cli/options.ts";
import { ERROR_CODES } from "../src/error_codes.ts";
import { ROOT, run, shippedFlags } from "./support/command.ts";
import { needs } from "./support/skipping.ts";

const PATHS = ["docs/REFERENCE.md", "docs/REFERENCE.ja.md"] as const;
const MAN_PAGE = "docs/man/updsts.1";

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

Deno.test("reference and man page are what `deno task reference` writes", async () => {
  const files = await referenceFiles();
  assert.deepEqual(Object.keys(files), [...PATHS, MAN_PAGE]);
  for (const [path, text] of Object.entries(files)) {
    assert.equal(read(path), text, `${path}: run deno task reference`);
  }
});

/** What must be found in each document, as a person types or reads it. */
function words({ variables, values, spellings, tools }: Content): string[] {
  return [
    ...COMMAND_NAMES.map((name) => `updsts ${name}`),
    ...OPTION_NAMES.flatMap((name) => {
      const { short, long } = optionOf(name);
      return short === undefined ? [long] : [short, long];
    }),
    ...spellings.flatMap(({ others }) => others),
    ...values.map(({ placeholder }) => placeholder),
    ...variables.flatMap(({ words }) => words),
    ...Object.keys(VARIABLES),
    ...Object.keys(EXIT_MEANINGS),
    ...Object.keys(ERROR_CODES),
    ...tools.flatMap(({ name, parameters }) => [
      name,
      ...parameters.map(({ name }) => name),
    ]),
  ];
}

for (const path of PATHS) {
  Deno.test(`${path} has every command, option, variable, exit code, error code and tool`, async () => {
    const text = read(path);
    const cells = new Set(
      // `-n`, `--profile NAME`, a code that is a cell of its own, a heading.
      Array.from(
        text.matchAll(/`([^`\n]+)`|^\| (\d+) +\|/gm),
        ([, code = "", cell = ""]) => code.replace(/ [A-Z]+$/, "") || cell,
      ),
    );
    const missing = words(await content()).filter((word) => !cells.has(word));
    assert.deepEqual(missing, []);
  });
}

Deno.test("the man page has every command, option, variable, exit code and error code", () => {
  const page = read(MAN_PAGE);
  const has = (pattern: string) =>
    assert.match(page, new RegExp(pattern, "m"), pattern);
  for (const name of COMMAND_NAMES) {
    has(`^\\.Cm ${name}\\b`);
    has(`^\\.Ss ${name}$`);
  }
  for (const name of OPTION_NAMES) {
    const { short, long } = optionOf(name);
    has(`^\\.It .*\\bFl ${long.slice(1)}(?= |$)`);
    if (short !== undefined) has(`^\\.It Fl ${short.slice(1)} `);
  }
  for (const name of Object.keys(VARIABLES)) has(`^\\.It Ev .*\\b${name}\\b`);
  for (const code of Object.keys(EXIT_MEANINGS)) has(`^\\.It ${code}$`);
  for (const code of Object.keys(ERROR_CODES)) has(`^\\.It Sy ${code} `);
});

Deno.test({
  name: `mandoc has nothing to say against the man page${needs("mandoc").note}`,
  ignore: needs("mandoc").ignore,
  fn: async () => {
    const path = fileURLToPath(new URL(MAN_PAGE, ROOT));
    const lint = await run("mandoc", ["-T", "lint", path]);
    assert.equal(lint.stdout + lint.stderr, "");
    const shown = await run("mandoc", ["-T", "ascii", "-O", "width=80", path]);
    // Without what makes it bold, each letter over itself.
    // deno-lint-ignore no-control-regex
    const text = shown.stdout.replace(/.\x08/g, "");
    assert.match(text, /^ +updsts get \[PROFILE\] \[-t CODE\] \[options\]$/m);
    assert.match(text, /^ +-n NAME, --profile NAME$/m);
    assert.match(text, /^ +updsts get work -t 123456 /m);
  },
});

Deno.test("the list of options is complete, and each is taken somewhere", () => {
  assert.deepEqual(OPTION_NAMES.toSorted(), Object.keys(OPTIONS).toSorted());
  const taken = new Set<string>(
    COMMAND_NAMES.flatMap((name) => Object.keys(optionsOf(name))),
  );
  // It stands where no command does.
  taken.add("version");
  assert.deepEqual(OPTION_NAMES.filter((name) => !taken.has(name)), []);
});

Deno.test("every error's exit code has a meaning, and none is listed in vain", async () => {
  const { errors, exits } = await content();
  const used = new Set([0, INTERRUPTED, ...errors.map(({ exit }) => exit)]);
  const listed = exits.map(({ code }) => code);
  const upwards = (a: number, b: number) => a - b;
  assert.deepEqual(listed.toSorted(upwards), [...used].toSorted(upwards));
});

Deno.test("the flags allow the variables of the list, and no others", () => {
  const [allowed = "", ...more] = shippedFlags()
    .filter((flag) => flag.startsWith("--allow-env"));
  assert.deepEqual(more, []);
  assert.deepEqual(
    allowed.replace("--allow-env=", "").split(",").toSorted(),
    Object.keys(VARIABLES).toSorted(),
  );
});

Deno.test("a text without a translation is an error that names it, and so is a translation of nothing", () => {
  const { translate, assertComplete } = japanese({ "No such profile": "…" });
  assert.throws(assertComplete, /not used: No such profile/);
  assert.equal(translate("No such profile"), "…");
  assertComplete();
  translate("Something new");
  assert.throws(assertComplete, /missing: Something new/);
});

Deno.test("no English sentence is left in the Japanese reference", () => {
  const prose = read("docs/REFERENCE.ja.md")
    .replace(/^```[^]*?^```$/gm, "").replace(/`[^`]*`|<!--.*-->/g, "");
  assert.deepEqual(prose.match(/(?:\b[A-Za-z']+ ){3,}[a-z]+/g), null);
});
