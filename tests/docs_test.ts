// The documents: every command line in them runs, every link leads somewhere, both READMEs say the same.
import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../deno.json" with { type: "json" };
import { ROOT, run } from "./support/command.ts";
import { ALICE, Scenario } from "./support/scenario.ts";
import { needs } from "./support/skipping.ts";

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
  const { PATH } = await scenario.install();
  const bin = join(scenario.home, "bin");
  const script = (name: string, text: string) =>
    Deno.writeTextFile(join(bin, name), `#!/bin/sh\n${text}\n`, {
      mode: 0o755,
    });
  for (const name of OTHERS) await script(name, "exit 0");
  // PowerShell's own, which take what is piped into them.
  for (const name of ["Out-String", "Invoke-Expression"]) {
    await script(name, "exec cat");
  }
  await Deno.writeTextFile(join(scenario.home, "credentials"), ONE);
  for (const name of CODE_PRINTERS) {
    await script(
      name,
      `[ "$1" = document ] && exec cat '${scenario.path}'
head -n 1 '${bin}/codes'; sed -i 1d '${bin}/codes'`,
    );
  }
  await Deno.mkdir(join(scenario.home, "zsh"));
  // As fish makes it when it first runs.
  await Deno.mkdir(join(scenario.home, ".config", "fish", "completions"), {
    recursive: true,
  });
  const ca = new URL("tests/fixtures/tls/ca.pem", ROOT);
  await Deno.copyFile(ca, join(scenario.home, "corporate-ca.pem"));
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
  return [
    `[${name}]`,
    `aws_access_key_id = ${ALICE.accessKeyId}`,
    `aws_secret_access_key = ${ALICE.secretAccessKey}`,
    `mfa_device_arn = ${ALICE.device}`,
    "",
  ].join("\n");
}

const ONE = profile("default");

const GIVEN = ["default", "work", "client-long-term"].map(profile).join("\n") +
  EXPIRED;

for (const path of DOCUMENTS) {
  Deno.test({
    name: `the command lines of ${path} run` +
      needs("bash").note,
    ignore: needs("bash").ignore,
    fn: async () => {
      const text = await read(path);
      const blocks = blocksOf(text);
      assert.equal(blocks.length * 2, text.match(/^```/gm)?.length ?? 0);
      for (const block of blocks) {
        await using scenario = await Scenario.start({ given: GIVEN });
        const env = await prepare(scenario);
        const lines: string[] = [];
        for (const command of commandsOf(block)) {
          // These run this very suite, or come from the network: they exist.
          const [, task] =
            /(?:deno@[\d.]+|deno) task (?:--quiet )?(?!--)([\w:-]+)/
              .exec(command) ?? [];
          if (task !== undefined) {
            assert(Object.hasOwn(denoJson.tasks, task), command);
            continue;
          }
          if (/^git clone|^deno run .*jsr:|# needs AWS$/.test(command)) {
            continue;
          }
          lines.push(await withCode(scenario, command));
        }
        if (lines.length === 0) continue;
        const { code, stdout, stderr } = await run("bash", [
          "-e",
          "-o",
          "pipefail",
          "-c",
          // What zsh and PowerShell have of their own.
          'cd "$HOME"; PROFILE="$HOME/profile"; fpath=("" "$HOME/zsh")\n' +
          lines.join("\n"),
        ], env);
        scenario.assertNoSecret(stdout + stderr);
        assert.equal(code, 0, `${lines.join("\n")}\n${stdout}${stderr}`);
      }
    },
  });
}

for (const path of [...DOCUMENTS, FIXTURES]) {
  Deno.test(`the links of ${path} lead somewhere`, async () => {
    const text = await read(path);
    // Counted another way, so that a pattern that finds none is noticed.
    assert.equal(linksOf(text).length, text.split("](").length - 1);
    assert.deepEqual(await brokenLinks(path, text), []);
  });
}

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
    try {
      await Deno.stat(new URL(target, ROOT));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      broken.push(link);
      continue;
    }
    if (anchor === undefined) continue;
    const anchors = headingsOf(await read(target)).map(anchorOf);
    if (!anchors.includes(decodeURIComponent(anchor))) broken.push(link);
  }
  return broken;
}

Deno.test("a link to nowhere is found, and so is one to a missing heading", async () => {
  const text = "[a](CHANGELOG.md), [b](NOWHERE.md), [c](CHANGELOG.md#no-such)";
  assert.deepEqual(
    await brokenLinks("docs/X.md", text),
    ["NOWHERE.md", "CHANGELOG.md#no-such"],
  );
});

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

for (const path of DOCUMENTS.filter((path) => path.endsWith(".ja.md"))) {
  Deno.test(`no sentence of ${path} is broken by a line end`, async () => {
    const prose = (await read(path))
      .replace(/^```[^]*?^```$/gm, "").replace(/^\|.*\|$/gm, "");
    assert.deepEqual(prose.match(/^[^-\n#].*\n[^-\n#].*$/gm), null);
  });

  Deno.test(`the comments in the code of ${path} are in Japanese`, async () => {
    for (const { language, text } of blocksOf(await read(path))) {
      if (language !== "sh") continue;
      for (const [comment] of text.matchAll(/(?<=\s)# .*$/gm)) {
        assert.match(comment, /[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u);
      }
    }
  });
}

/** The options in a text, each as it is typed. */
function optionsIn(text: string): string[] {
  return Array.from(
    text.matchAll(/(?<![\w-])--?[a-z][a-z_-]*/g),
    ([option]) => option,
  );
}

Deno.test("the README names every command, and every option behind a command in any document is one of it", async () => {
  await using scenario = await Scenario.start();
  const known = new Map<string, Set<string>>();
  for (
    const command of [
      "get",
      "list",
      "remove",
      "prune",
      "doctor",
      "completion",
      "mcp",
    ]
  ) {
    const { stdout } = await scenario.updsts([command, "--help"]);
    known.set(command, new Set(optionsIn(stdout)));
  }
  const readme = await read("README.md");
  for (const command of known.keys()) {
    assert(readme.includes(`updsts ${command}`), command);
  }
  let count = 0;
  for (const path of DOCUMENTS) {
    const lines = (await read(path)).matchAll(
      /\bupdsts ([a-z]+)((?: [^`\n|&;#()"]*)?)/g,
    );
    for (const [line, command = "", rest = ""] of lines) {
      const options = known.get(command);
      if (options === undefined) continue;
      for (const option of optionsIn(rest)) {
        assert(options.has(option), `${path}: ${line}`);
        count++;
      }
    }
  }
  assert(count > 50);
});
