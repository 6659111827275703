// runCli(): exit codes for what a process cannot easily be made to do.
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/app.ts";
import { ERROR_CODES } from "../../src/error_codes.ts";
import { UpdstsError } from "../../src/errors.ts";

async function exitOf(args: readonly string[], failure: unknown) {
  let stderr = "";
  let stdout = "";
  const code = await runCli(args, {
    version: "1.2.3",
    system: "Deno 2.0.0, linux x86_64",
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    screen: {
      columns: undefined,
      colored: false,
      noteColumns: undefined,
      attended: false,
    },
    connect: () => Promise.reject(failure),
    stdinCodes: { code: () => Promise.reject(failure) },
    heedSignals: () => new DisposableStack(),
    mcp: {
      describe: () => Promise.reject(failure),
      serve: () => Promise.reject(failure),
    },
  });
  return { code, stdout, stderr };
}

Deno.test("runCli() exits with 1 for a defect, and says so", async () => {
  const { code, stderr } = await exitOf(["list"], new TypeError("oops"));
  assert.equal(code, 1);
  assert.match(stderr, /^updsts: Internal error: TypeError\nhint: /);
});

Deno.test("runCli() exits by the code of the error", async () => {
  for (
    const name of [
      "USAGE",
      "FILE_BUSY",
      "MFA_REFUSED",
      "STS_TIMEOUT",
      "INTERNAL",
    ] as const
  ) {
    const { code } = await exitOf(["list"], new UpdstsError(name, "Cannot"));
    assert.equal(code, ERROR_CODES[name].exit);
  }
});

Deno.test("runCli() prints the version and the help without connecting", async () => {
  const failure = new Error("connected");
  const version = await exitOf(["--version"], failure);
  assert.deepEqual(version, { code: 0, stdout: "1.2.3\n", stderr: "" });
  assert.deepEqual(await exitOf(["version"], failure), version);
  for (
    const args of [
      ["--help"],
      ["help"],
      ["get", "--help"],
      ["help", "get"],
      ["list", "-h"],
      ["mcp", "-h"],
    ]
  ) {
    const { code, stdout, stderr } = await exitOf(args, failure);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.match(stdout, /^USAGE\n {2}updsts (?:COMMAND|get|list|mcp) /);
  }
});

Deno.test("the help of every command fits 80 columns, and has two examples", async () => {
  const failure = new Error("connected");
  const { stdout: root } = await exitOf(["--help"], failure);
  const [, list = ""] = /^COMMANDS\n([^]*)^OPTIONS/m.exec(root) ?? [];
  const commands = list.match(/^ {2}\w+/gm)?.map((name) => name.trim()) ?? [];
  assert.equal(commands.length, 7);
  for (const command of commands) {
    const { stdout } = await exitOf([command, "--help"], failure);
    const examples = stdout.match(
      new RegExp(`^ {2}.*\\bupdsts ${command}\\b.*`, "gm"),
    );
    // The first is the usage.
    assert((examples?.length ?? 0) >= 3, `${command}: ${stdout}`);
    for (const line of `${root}${stdout}`.split("\n")) {
      assert(line.length <= 80, line);
    }
  }
});
