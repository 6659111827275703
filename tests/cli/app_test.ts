// runCli(): exit codes that a process rarely has, the help and the proposals of the grammar.
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/app.ts";
import {
  COMMAND_NAMES,
  COMMANDS,
  OPTION_NAMES,
  OPTIONS,
  optionsOf,
  SHELLS,
} from "../../src/cli/grammar.ts";
import { UpdstsError } from "../../src/errors.ts";

const CONNECTED = new Error("connected");

const TOOL = {
  ...{ name: "tool", title: "A tool" },
  description: "It does what tools do, and does it well",
  parameters: [{ name: "one", required: true, description: "The only one" }],
};

async function exitOf(
  args: readonly string[],
  failure: unknown = CONNECTED,
  columns?: number,
) {
  let stderr = "";
  let stdout = "";
  const reject = () => Promise.reject(failure);
  const code = await runCli(args, {
    version: "1.2.3",
    system: "Deno 2.0.0, linux x86_64",
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    screen: { columns, colored: false, noteColumns: columns },
    connect: reject,
    handleSignals: () => new DisposableStack(),
    mcp: {
      describe: () => Promise.resolve([TOOL]),
      serve: reject,
    },
  });
  return { code, stdout, stderr };
}

Deno.test("runCli() exits by the code of the error, and with 1 for a defect", async () => {
  const codes = [
    ...["CANCELLED", "USAGE", "FILE_BUSY", "MFA_REFUSED"] as const,
    ...["STS_TIMEOUT", "CODE_NEEDED"] as const,
  ];
  for (const [index, name] of codes.entries()) {
    const { code } = await exitOf(["list"], new UpdstsError(name, "Cannot"));
    assert.equal(code, index + 1);
  }
  const { code, stderr } = await exitOf(["list"], new TypeError("oops"));
  assert.equal(code, 1);
  assert.match(stderr, /^updsts: Internal error: TypeError\nhint: /);
});

Deno.test("runCli() prints the version and the help without connecting", async () => {
  const version = { code: 0, stdout: "1.2.3\n", stderr: "" };
  assert.deepEqual(await exitOf(["--version"]), version);
  for (const line of ["--help", "help", "get --help", "help get", "mcp -h"]) {
    const { code, stdout, stderr } = await exitOf(line.split(" "));
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.match(stdout, /^USAGE\n {2}updsts (?:COMMAND|get|mcp) /);
  }
});

Deno.test("the help of every command fits 80 columns and narrower ones, and has two examples", async () => {
  const { stdout: root } = await exitOf(["--help"]);
  const [, list = ""] = /^COMMANDS\n([^]*)^OPTIONS/m.exec(root) ?? [];
  assert.equal(list.match(/^ {2}\w+/gm)?.length, COMMAND_NAMES.length);
  for (const command of COMMAND_NAMES) {
    const { stdout } = await exitOf([command, "--help"]);
    const examples = stdout.match(
      new RegExp(`^ {2}.*\\bupdsts ${command}\\b.*`, "gm"),
    );
    // The first is the usage.
    assert((examples?.length ?? 0) >= 3, `${command}: ${stdout}`);
    for (const line of `${root}${stdout}`.split("\n")) {
      assert(line.length <= 80, line);
    }
    const narrow = await exitOf([command, "--help"], CONNECTED, 40);
    const [, options = ""] = narrow.stdout.split("OPTIONS\n");
    for (const line of options.split("\n")) assert(line.length <= 40, line);
  }
});

Deno.test("mcp shows its tools, wrapped to fit the terminal", async () => {
  const { code, stdout } = await exitOf(["mcp"], CONNECTED, 24);
  assert.equal(code, 0);
  assert.deepEqual(stdout.split("\n"), [
    "tool",
    "  A tool. It does what",
    "  tools do, and does it",
    "  well",
    "    one (required)",
    "      The only one",
    "",
  ]);
});

/** The proposals for the last of `words`, each with its description, and the directive. */
async function propose(...words: string[]): Promise<string[]> {
  const { code, stdout } = await exitOf(["complete", "--", ...words]);
  assert.equal(code, 0);
  return stdout.trimEnd().split("\n");
}

Deno.test("completion proposes all commands, all options of each, and files for those that take one", async () => {
  assert.deepEqual(await propose(""), [
    ...COMMAND_NAMES.map((name) => `${name}\t${COMMANDS[name].brief}`),
    ":4",
  ]);
  const withFile = new Set<string>();
  for (const command of COMMAND_NAMES) {
    const all: string[] = [];
    const long: string[] = [];
    for (const name of OPTION_NAMES) {
      const description = optionsOf(command)[name];
      if (description === undefined) continue;
      const option = OPTIONS[name];
      long.push(`${option.long}\t${description}`);
      for (const word of [option.short ?? [], option.long].flat()) {
        all.push(`${word}\t${description}`);
        if (option.value !== "path") continue;
        assert.deepEqual(await propose(command, word, ""), [":0"]);
        withFile.add(word);
      }
    }
    assert.deepEqual(await propose(command, "-"), all.concat(":4"));
    assert.deepEqual(await propose(command, "--"), long.concat(":4"));
  }
  assert.equal(withFile.size, 4);
});

Deno.test("completion prints a script for each shell, which never evaluates the typed line", async () => {
  for (const shell of SHELLS) {
    const { code, stdout } = await exitOf(["completion", shell]);
    assert.equal(code, 0);
    assert.match(stdout, /updsts complete '?--'? /);
    assert.doesNotMatch(stdout, /\beval\b|Invoke-Expression/);
  }
});
