// completion: the proposals for profiles and values, and the shells that ask for them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { needs, testUnless } from "../support/skipping.ts";

/** The proposals for the last of `words`, without the directive to propose no files. */
async function propose(scenario: Scenario, words: string[]): Promise<string[]> {
  const result = await scenario.updsts(["complete", "--", ...words]);
  assert.deepEqual({ ...result, stdout: "" }, {
    ...{ code: 0, stdout: "", stderr: "" },
  });
  const lines = result.stdout.trimEnd().split("\n");
  assert.equal(lines.pop(), ":4");
  return lines.map((line) => line.split("\t", 1)[0] ?? "");
}

Deno.test("completion proposes commands, options, values and the profiles that fit, of the file that -c names", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  const other = join(scenario.home, "other");
  await Deno.writeTextFile(other, GIVEN.replace("default", "elsewhere"));
  const cases: [string[], string[]][] = [
    [["g"], ["get"]],
    [["get", "-n", ""], ["default"]],
    [["get", "--profile", "d"], ["default"]],
    [["get", "--profile", "x"], []],
    [["remove", "-n", ""], ["default_sts"]],
    [["doctor", "-n", ""], ["default", "other", "default_sts"]],
    [["get", ""], ["default"]],
    [["get", "--profile=d"], ["--profile=default"]],
    [["get", "--unknown="], []],
    [["get", "default", ""], []],
    [["get", "-n", "default", ""], []],
    [["get", "--du"], ["--duration"]],
    [["get", "-s"], ["-sn"]],
    [["get", "-d", "1"], ["15m", "1h", "12h"]],
    [["list", "-v", ""], ["0", "1", "2"]],
    [["completion", "b"], ["bash"]],
    [["get", "-c", other, "-n", ""], ["elsewhere"]],
    [["get", `--credential-file=${other}`, ""], ["elsewhere"]],
  ];
  for (const [words, expected] of cases) {
    assert.deepEqual(await propose(scenario, words), expected, words.join(" "));
  }
});

/** A credentials file with a section for each name. */
function sections(...names: readonly string[]): string {
  return names.map((name) => `[${name}]\naws_access_key_id = x\n`).join("");
}

Deno.test("completion proposes no name that a shell would run or break, and is silent without a file", async () => {
  const safe = ["my work", "日本", "a@b", "x=y:z", "ok.1-x_y/z"];
  await using scenario = await Scenario.start({
    given: sections(
      ...["$(touch x)", "`id`", "{a,b}", "a;b", "--json", "it's"],
      ...safe,
    ),
  });
  assert.deepEqual(await propose(scenario, ["get", "-n", ""]), safe);
  await Deno.remove(scenario.path);
  assert.deepEqual(await propose(scenario, ["get", "-n", ""]), []);
});

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** How each shell loads its script, and what it does when the key is pressed after `line`. */
const SHELLS = {
  bash: {
    // A profile that is sourced again loads the script twice.
    load: `eval "$(updsts completion bash)"; eval "$(updsts completion bash)"`,
    press: (line: string) => {
      const words = line.split(" ")
        .flatMap((word) => word.split(/(?<=[=:])|(?=[=:])/));
      return `COMP_LINE=${quoted(line)} COMP_POINT=\${#COMP_LINE}
        COMP_WORDS=(${words.map(quoted).join(" ")})
        COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
        _updsts 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    },
  },
  zsh: {
    // Stubs for the functions of zsh's own completion system.
    load: `compdef() { :; }
      _files() { print -- FILES; }
      compadd() { print -l -- "\${(@P)argv[-1]}"; }
      source <(updsts completion zsh)`,
    press: (line: string) =>
      `words=(${line.split(" ").map(quoted).join(" ")})
      CURRENT=$#words; _updsts`,
  },
  fish: {
    load: "updsts completion fish | source",
    press: (line: string) => `complete -C ${quoted(line)}`,
  },
};

/** Typed lines with their proposals, and those of a shell that differs. */
const TYPED: readonly {
  readonly line: string;
  readonly word: string;
  readonly bash?: string;
  readonly zsh?: string;
}[] = [
  { line: "updsts get -n de", word: "default" },
  { line: "updsts doc", word: "doctor" },
  { line: "updsts get -n my", word: "my work", bash: "my\\ work" },
  { line: "updsts get -n 'm", word: "my work", zsh: "" },
  { line: "updsts get -n a", word: "a@b" },
  { line: "updsts get x", word: "x=y:z" },
  // Bash splits words at = and :.
  { line: "updsts get -n x=", word: "x=y:z", bash: "y:z" },
  { line: "updsts get --profile=x=y:", word: "--profile=x=y:z", bash: "z" },
  { line: "updsts get -c no-such-file", word: "", zsh: "FILES" },
];

for (const [shell, { load, press }] of Object.entries(SHELLS)) {
  testUnless(
    needs(shell),
    `${shell} proposes each name as one word, and runs nothing of the typed line`,
    async () => {
      await using scenario = await Scenario.start({
        given: GIVEN + sections("my work", "a@b", "x=y:z"),
      });
      const ran = join(scenario.home, "ran");
      const { PATH } = await scenario.install();
      const attacks = [
        `updsts get -t $(touch ${ran}) -n `,
        `updsts get -t \`touch ${ran}\` -n `,
        `updsts get --profile=$(touch ${ran})=d`,
        `updsts list > ${ran} --`,
        `updsts list ; touch ${ran} ; updsts `,
      ].map((line) => `${press(line)} >/dev/null`);
      const lines = TYPED.map(({ line }) => `${press(line)}; echo ,`);
      const { stdout } = await run(
        shell,
        ["-c", [load, ...lines, ...attacks].join("\n")],
        { ...scenario.env, PATH },
      );
      const proposed = stdout.split(/,$/m).slice(0, -1)
        .map((text) => text.trim().split("\t", 1)[0]);
      assert.deepEqual(
        proposed,
        TYPED.map(({ word, ...others }) =>
          ({ [shell]: word, ...others })[shell]
        ),
      );
      await assert.rejects(Deno.stat(ran), Deno.errors.NotFound);
    },
  );
}
