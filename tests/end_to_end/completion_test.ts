// completion: what is proposed where, and the shells that ask for it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { needs } from "../support/skipping.ts";

/** What is proposed for the last of `words`, and the directive. */
async function propose(
  scenario: Scenario,
  ...words: string[]
): Promise<{ words: string[]; directive: string }> {
  const { code, stdout } = await scenario.updsts(["complete", "--", ...words]);
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split("\n");
  const directive = lines.pop() ?? "";
  return {
    words: lines.map((line) => line.split("\t", 1)[0] ?? ""),
    directive,
  };
}

Deno.test("completion proposes commands, options, values and the profiles that fit", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  const cases: [string[], string[]][] = [
    [["g"], ["get"]],
    [["re"], ["remove"]],
    [["get", "-n", ""], ["default"]],
    [["get", "--profile", "d"], ["default"]],
    [["get", "--profile", "x"], []],
    [["remove", "-n", ""], ["default_sts"]],
    [["doctor", "-n", ""], ["default", "other", "default_sts"]],
    [["get", ""], ["default"]],
    [["get", "--profile=d"], ["--profile=default"]],
    [["get", "default", ""], []],
    [["get", "--du"], ["--duration"]],
    [["get", "-s"], ["-sn"]],
    [["get", "-d", "1"], ["15m", "1h", "12h"]],
    [["list", "-v", ""], ["0", "1", "2"]],
    [["completion", "b"], ["bash"]],
  ];
  for (const [words, expected] of cases) {
    const proposed = await propose(scenario, ...words);
    assert.deepEqual(proposed, { words: expected, directive: ":4" });
  }
  const all = await propose(scenario, "");
  assert.deepEqual(all.words, [
    "get",
    "list",
    "remove",
    "prune",
    "doctor",
    "completion",
    "mcp",
  ]);
});

Deno.test("completion leaves paths to the shell, and reads the file that -c names", async () => {
  await using scenario = await Scenario.start();
  const path = await propose(scenario, "get", "-c", "/e");
  assert.deepEqual(path, { words: [], directive: ":0" });
  const other = join(scenario.home, "other");
  await Deno.writeTextFile(other, GIVEN.replace("default", "elsewhere"));
  const { words } = await propose(scenario, "get", "-c", other, "-n", "");
  assert.deepEqual(words, ["elsewhere"]);
  const joined = await propose(
    scenario,
    "get",
    `--credential-file=${other}`,
    "-n",
    "",
  );
  assert.deepEqual(joined.words, ["elsewhere"]);
});

Deno.test("completion proposes no name that a shell would run or break, and is silent without a file", async () => {
  await using scenario = await Scenario.start({
    given: [
      "$(touch x)",
      "my work",
      "`id`",
      "{a,b}",
      "日本",
      "a;b",
      "--json",
      "a@b",
      "x=y:z",
      "it's",
      "ok.1-x_y/z",
    ]
      .map((name) => `[${name}]\naws_access_key_id = x\n`).join(""),
  });
  const { words } = await propose(scenario, "get", "-n", "");
  assert.deepEqual(words, ["my work", "日本", "a@b", "x=y:z", "ok.1-x_y/z"]);
  await Deno.remove(scenario.path);
  const { code, stdout, stderr } = await scenario.updsts([
    "complete",
    "--",
    "get",
    "-n",
    "",
  ]);
  assert.deepEqual({ code, stdout, stderr }, {
    code: 0,
    stdout: ":4\n",
    stderr: "",
  });
});

Deno.test("completion prints a script for each shell, and refuses others", async () => {
  await using scenario = await Scenario.start();
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { code, stdout } = await scenario.updsts(["completion", shell]);
    assert.equal(code, 0);
    assert.match(stdout, /updsts complete '?--'? /);
    // At each press of the key, this would run what is being typed.
    if (/^(?:ba|z)sh$/.test(shell)) assert.doesNotMatch(stdout, /\beval\b/);
  }
  const { code, stderr } = await scenario.updsts(["completion", "tcsh"]);
  assert.equal(code, 2);
  assert.match(stderr, /bash/);
});

/** Runs `script` in a shell that finds our program as `updsts`. */
async function inShell(
  scenario: Scenario,
  shell: string,
  script: string,
): Promise<string[]> {
  const { PATH } = await scenario.install();
  const { stdout } = await run(shell, ["-c", script], {
    ...scenario.env,
    PATH,
  });
  return stdout.trim().split("\n").map((line) => line.split("\t", 1)[0] ?? "");
}

/** Bash as it is when a person has typed `line`, taken apart as bash does, and presses the key. */
function pressTab(line: string): string {
  const words = line.split(" ").flatMap((word) =>
    word.split(/(?<=[=:])|(?=[=:])/)
  );
  const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  return `COMP_LINE=${quoted(line)} COMP_POINT=\${#COMP_LINE}
    COMP_WORDS=(${words.map(quoted).join(" ")})
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _updsts 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
}

Deno.test({
  name: "bash completes a profile, and can read the script again" +
    needs("bash").note,
  ignore: needs("bash").ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const proposed = await inShell(
      scenario,
      "bash",
      `eval "$(updsts completion bash)"; eval "$(updsts completion bash)"
       ${pressTab("updsts get -n de")}
       ${pressTab("updsts doc")}`,
    );
    assert.deepEqual(proposed, ["default", "doctor"]);
  },
});

/** Names that a shell has to quote, or takes apart. */
const ODD = ["my work", "a@b", "x=y:z"]
  .map((name) => `[${name}]\naws_access_key_id = x\n`).join("");

Deno.test({
  name: "bash puts names with a blank, @, = and : before itself as one word" +
    needs("bash").note,
  ignore: needs("bash").ignore,
  fn: async () => {
    await using scenario = await Scenario.start({ given: ODD });
    const proposed = await inShell(
      scenario,
      "bash",
      `eval "$(updsts completion bash)"
       ${pressTab("updsts get -n my")}
       ${pressTab("updsts get -n a")}
       ${pressTab("updsts get x")}
       ${pressTab("updsts get -n x=")}
       ${pressTab("updsts get --profile=x=y:")}
       ${pressTab("updsts get -n 'm")}`,
    );
    // What stands before the last = or : is no part of the word for bash.
    assert.deepEqual(
      proposed,
      ["my\\ work", "a@b", "x=y:z", "y:z", "z", "my work"],
    );
  },
});

Deno.test({
  name: "fish and zsh are given names with a blank, @, = and : as they are" +
    needs("fish", "zsh").note,
  ignore: needs("fish", "zsh").ignore,
  fn: async () => {
    await using scenario = await Scenario.start({ given: ODD });
    const fish = await inShell(
      scenario,
      "fish",
      `updsts completion fish | source
       complete -C "updsts get -n my"; complete -C "updsts get x="`,
    );
    assert.deepEqual(fish, ["my work", "x=y:z"]);
    const zsh = await inShell(
      scenario,
      "zsh",
      `${ZSH_STUBS}
       source <(updsts completion zsh)
       ${pressTabInZsh("updsts get -n m")}
       ${pressTabInZsh("updsts get x=")}`,
    );
    assert.deepEqual(zsh, ["my work", "x=y:z"]);
  },
});

Deno.test({
  name: "bash runs nothing of the line that is being typed" +
    needs("bash").note,
  ignore: needs("bash").ignore,
  fn: async () => {
    // Once each press of the key ran the code's program, and emptied files.
    await using scenario = await Scenario.start();
    const ran = join(scenario.home, "ran");
    await inShell(
      scenario,
      "bash",
      `eval "$(updsts completion bash)"
       ${pressTab(`updsts get -t $(touch ${ran}) -n `)}
       ${pressTab(`updsts list > ${ran} --`)}
       ${pressTab(`updsts list ; touch ${ran} ; updsts `)}`,
    );
    await assert.rejects(Deno.stat(ran), Deno.errors.NotFound);
  },
});

Deno.test({
  name: "fish completes a profile and a command" +
    needs("fish").note,
  ignore: needs("fish").ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const proposed = await inShell(
      scenario,
      "fish",
      `updsts completion fish | source
       complete -C "updsts get -n de"; complete -C "updsts doc"`,
    );
    assert.deepEqual(proposed, ["default", "doctor"]);
  },
});

/** Zsh as it is when a person has typed `line` and presses the key. */
function pressTabInZsh(line: string): string {
  return `words=(${line.split(" ").map((word) => `'${word}'`).join(" ")})
    CURRENT=$#words; _updsts`;
}

/** What zsh's own completion system would be given. */
const ZSH_STUBS = `compdef() { :; }
  _files() { print -- FILES; }
  compadd() { print -l -- "\${(@P)argv[-1]}"; }`;

Deno.test({
  name: "zsh completes a profile and a path, and runs nothing of the line" +
    needs("zsh").note,
  ignore: needs("zsh").ignore,
  fn: async () => {
    // Once it evaluated what stands before an equals sign.
    await using scenario = await Scenario.start();
    const ran = join(scenario.home, "ran");
    const proposed = await inShell(
      scenario,
      "zsh",
      `${ZSH_STUBS}
       source <(updsts completion zsh)
       ${pressTabInZsh("updsts get -n de")}
       ${pressTabInZsh("updsts doc")}
       ${pressTabInZsh("updsts get -c x")}
       ${pressTabInZsh(`updsts get --profile=$(touch ${ran})=d`)} >/dev/null
       ${pressTabInZsh(`updsts get -t \`touch ${ran}\` -n `)} >/dev/null`,
    );
    assert.deepEqual(proposed, ["default", "doctor", "FILES"]);
    await assert.rejects(Deno.stat(ran), Deno.errors.NotFound);
  },
});
