// The documents: every command line in them runs, every link leads somewhere, both READMEs say the same.
import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../deno.json" with { type: "json" };
import { COMMAND_NAMES } from "../src/cli/grammar.ts";
import { ROOT, run, updsts } from "./support/command.ts";
import { ALICE, Scenario } from "./support/scenario.ts";
import { needs, testUnless } from "./support/skipping.ts";

const DOCUMENTS = [
  "README.md",
  ...Array.from(Deno.readDirSync(new URL("docs/", ROOT)), ({ name }) => name)
    .filter((name) => name.endsWith(".md")).sort()
    .map((name) => `docs/${name}`),
];

/** Its command line takes somebody's program; `fixtures_test.ts` runs it. */
const FIXTURES = "tests/fixtures/README.md";

/** Other people's programs: each is there, and those with a code, or with keys, print them. */
const OTHERS = [
  "aws",
  "cdk",
  "claude",
  "curl",
  "docker",
  "gh",
  "sha256sum",
  "terraform",
];
const CODE_PRINTERS = ["op", "pass", "ykman"];

interface Block {
  readonly language: string;
  readonly text: string;
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

function blocksOf(markdown: string): Block[] {
  return Array.from(
    markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm),
    ([, language = "", text = ""]) => ({ language, text }),
  );
}

/** The command lines of a block: all of a script, those with a prompt of a session. */
function commandsOf({ language, text }: Block): string[] {
  const lines = text.split("\n").filter((line) => line !== "");
  if (language === "sh") return lines;
  if (language !== "console") return [];
  return lines.filter((line) => line.startsWith("$ "))
    .map((line) => line.slice(2));
}

/** A home as the documents assume it: profiles, a bundle, and all programs. */
async function prepare(scenario: Scenario): Promise<Record<string, string>> {
  const { home } = scenario;
  const { PATH } = await scenario.install();
  const bin = join(home, "bin");
  const script = (names: readonly string[], text: string) =>
    Promise.all(names.map((name) => {
      const options = { mode: 0o755 };
      return Deno.writeTextFile(
        join(bin, name),
        `#!/bin/sh\n${text}\n`,
        options,
      );
    }));
  await script(OTHERS, "exit 0");
  // PowerShell's own, which take what is piped into them.
  await script(["Out-String", "Invoke-Expression"], "exec cat");
  await script(
    CODE_PRINTERS,
    `[ "$1" = document ] && exec cat '${scenario.path}'
head -n 1 '${bin}/codes'; sed -i 1d '${bin}/codes'`,
  );
  await Deno.writeTextFile(join(home, "credentials"), profile("default"));
  // The latter as fish makes it when it first runs.
  for (const path of ["zsh", ".config/fish/completions"]) {
    await Deno.mkdir(join(home, path), { recursive: true });
  }
  const ca = new URL("tests/fixtures/tls/ca.pem", ROOT);
  await Deno.copyFile(ca, join(home, "corporate-ca.pem"));
  return { ...scenario.env, PATH };
}

/** `command` with a code that the emulator takes, where it has or needs one. */
async function withCode(scenario: Scenario, command: string): Promise<string> {
  const code = scenario.code();
  const codes = join(scenario.home, "bin", "codes");
  if (CODE_PRINTERS.some((name) => command.startsWith(name))) {
    await Deno.writeTextFile(codes, `${code}\n`, { append: true });
  }
  // It takes the only profile that there is.
  if (command === "updsts get") {
    return `AWS_SHARED_CREDENTIALS_FILE="$HOME/credentials" updsts get -t ${code}`;
  }
  const told = command.replaceAll("123456", code);
  // A person would be asked, and here is none.
  const asks = !/ -t |--dry-run/.test(told);
  return asks
    ? told.replace(/updsts get (?:-n )?[\w-]+/, `$& -t ${code}`)
    : told;
}

/** A session of default that has expired. */
const EXPIRED = `
# \${{{ key=default [auto update by updsts]
[default_sts]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
aws_session_token = token
expiration_datetime = 2020-01-01T00:00:00+00:00
# $}}} [auto update by updsts]
`;

function profile(name: string): string {
  return `[${name}]
aws_access_key_id = ${ALICE.accessKeyId}
aws_secret_access_key = ${ALICE.secretAccessKey}
mfa_device_arn = ${ALICE.device}
`;
}

const GIVEN = ["default", "work", "client-long-term"].map(profile).join("\n") +
  EXPIRED;

/** Fails where `command` runs a task that there is not; whether it is not to be run here. */
function isElsewhere(command: string): boolean {
  const [, task] = /(?:deno@[\d.]+|deno) task (?:--quiet )?(?!--)([\w:-]+)/
    .exec(command) ?? [];
  // Tasks run this very suite, or come from the network.
  assert(task === undefined || Object.hasOwn(denoJson.tasks, task), command);
  return task !== undefined ||
    /^git clone|^deno run .*jsr:|# needs AWS$/.test(command);
}

for (const path of DOCUMENTS) {
  testUnless(needs("bash"), `the command lines of ${path} run`, async () => {
    const text = await read(path);
    const blocks = blocksOf(text);
    assert.equal(blocks.length * 2, text.match(/^```/gm)?.length ?? 0);
    for (const block of blocks) {
      const commands = commandsOf(block).filter((it) => !isElsewhere(it));
      if (commands.length === 0) continue;
      await using scenario = await Scenario.start({ given: GIVEN });
      const env = await prepare(scenario);
      // What zsh and PowerShell have of their own.
      const lines = [
        'cd "$HOME"; PROFILE="$HOME/profile"; fpath=("" "$HOME/zsh")',
      ];
      for (const command of commands) {
        lines.push(await withCode(scenario, command));
      }
      const args = ["-e", "-o", "pipefail", "-c", lines.join("\n")];
      const { code, stdout, stderr } = await run("bash", args, env);
      scenario.assertNoSecret(stdout + stderr);
      assert.equal(code, 0, `${lines.join("\n")}\n${stdout}${stderr}`);
    }
  });
}

Deno.test("the links of each document lead somewhere", async () => {
  for (const path of [...DOCUMENTS, FIXTURES]) {
    const text = await read(path);
    // Counted another way, so that a pattern that finds none is noticed.
    assert.equal(linksOf(text).length, text.split("](").length - 1);
    assert.deepEqual(await brokenLinks(path, text), [], path);
  }
  const text = "[a](CHANGELOG.md), [b](NOWHERE.md), [c](CHANGELOG.md#no-such)";
  const broken = ["NOWHERE.md", "CHANGELOG.md#no-such"];
  assert.deepEqual(await brokenLinks("docs/X.md", text), broken);
});

function linksOf(markdown: string): string[] {
  return Array.from(
    markdown.matchAll(/\]\(([^)\s]+)\)/g),
    ([, link = ""]) => link,
  );
}

/** The links of the document `path` that lead to no file or to no heading. */
async function brokenLinks(path: string, markdown: string): Promise<string[]> {
  const broken: string[] = [];
  for (const link of linksOf(markdown)) {
    if (/^https?:/.test(link) || link.endsWith("../releases")) continue;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(path, "..", file);
    // A directory has no headings.
    const found = await Deno.stat(new URL(target, ROOT)).catch(() => undefined);
    const anchors = found?.isFile && anchor !== undefined
      ? headingsOf(await read(target)).map(anchorOf)
      : [];
    const leads = anchor === undefined
      ? found !== undefined
      : anchors.includes(decodeURIComponent(anchor));
    if (!leads) broken.push(link);
  }
  return broken;
}

function headingsOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[^]*?^```$/gm, "");
  return prose.match(/^#+ .*$/gm) ?? [];
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading.replace(/^#+ /, "").toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
}

Deno.test("the README is short, and says near the top what has not been run", async () => {
  const lines = (await read("README.md")).split("\n");
  assert(lines.length <= 200, `${lines.length - 1} lines`);
  const top = lines.slice(0, 20).join("\n");
  assert.match(top, /not run anywhere yet/i);
  assert(
    DOCUMENTS.length <= 12,
    "a document for each thing that a reader looks for",
  );
});

/** How many columns each row of each table has. */
function tablesOf(markdown: string): number[] {
  const rows = markdown.match(/^\|.*\|$/gm) ?? [];
  return rows.map((row) => row.split(/(?<!\\)\|/).length);
}

/** What REFERENCE has in English. `reference_test.ts` holds it to the grammar. */
const ONLY_JAPANESE = /^## オプション$[^]*?(?=^## )/m;

/** The same code, whatever its comments say. */
function withoutComments({ language, text }: Block): Block {
  return { language, text: text.replace(/ *# .*$/gm, "") };
}

for (
  const [path, translation] of [
    ["README.md", "docs/README.ja.md"],
    ["docs/MIGRATION.md", "docs/MIGRATION.ja.md"],
  ] as const
) {
  Deno.test(`${translation} has the headings, code and tables of ${path}`, async () => {
    const english = await read(path);
    const japanese = (await read(translation)).replace(ONLY_JAPANESE, "");
    const levels = (markdown: string) =>
      headingsOf(markdown).map((heading) => heading.indexOf(" "));
    assert.deepEqual(levels(japanese), levels(english));
    assert.deepEqual(
      blocksOf(japanese).map(withoutComments),
      blocksOf(english).map(withoutComments),
    );
    assert.deepEqual(tablesOf(japanese), tablesOf(english));
    const pictures = (markdown: string) =>
      Array.from(markdown.matchAll(/pictures\/\w+\.svg/g), ([name]) => name);
    assert.deepEqual(pictures(japanese), pictures(english));
  });
}

Deno.test("in Japanese documents, no line end breaks a sentence, and comments in code are Japanese", async () => {
  for (const path of DOCUMENTS.filter((path) => path.endsWith(".ja.md"))) {
    const text = await read(path);
    const prose = text.replace(/^```[^]*?^```$|^\|.*\|$/gm, "");
    assert.deepEqual(prose.match(/^[^-\n#].*\n[^-\n#].*$/gm), null, path);
    const scripts = blocksOf(text).filter(({ language }) => language === "sh");
    for (
      const [comment] of scripts.map(({ text }) => text).join("").matchAll(
        /(?<=\s)# .*$/gm,
      )
    ) {
      assert.match(comment, /[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u);
    }
  }
});

/** The options in a text, each as it is typed. */
function optionsIn(text: string): string[] {
  return Array.from(
    text.matchAll(/(?<![\w-])--?[a-z][a-z_-]*/g),
    ([option]) => option,
  );
}

Deno.test("the README names every command, and every option behind a command in any document is one of it", async () => {
  const readme = await read("README.md");
  const known = new Map<string, readonly string[]>();
  for (const command of COMMAND_NAMES) {
    const { stdout } = await updsts([command, "--help"]);
    known.set(command, optionsIn(stdout));
    assert(readme.includes(`updsts ${command}`), command);
  }
  let count = 0;
  for (const path of DOCUMENTS) {
    const lines = (await read(path)).matchAll(
      /\bupdsts ([a-z]+)((?: [^`\n|&;#()"]*)?)/g,
    );
    for (const [line, command = "", rest = ""] of lines) {
      for (const option of known.has(command) ? optionsIn(rest) : []) {
        assert(known.get(command)?.includes(option), `${path}: ${line}`);
        count++;
      }
    }
  }
  assert(count > 50);
});
