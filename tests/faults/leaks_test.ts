// A canary in every place that holds a secret: no output, file or process table ever shows it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { baseEnvironment, commandLine } from "../support/command.ts";
import { connect, ERAS } from "../support/mcp_clients.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { unless } from "../support/skipping.ts";

/** The text of every file below `directory`, but for the credentials files. */
async function* otherFiles(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) yield* otherFiles(path);
    else if (isFile && name !== "credentials") {
      yield await Deno.readTextFile(path);
    }
  }
}

async function assertNothingElsewhere(scenario: Scenario): Promise<void> {
  for await (const text of otherFiles(scenario.home)) {
    scenario.assertNoSecret(text);
  }
}

Deno.test("no secret is in any output, or in any file but the credentials file", async () => {
  const given = GIVEN +
    "password = canaryUnknownKey\nsso_token = canaryUnknownKey\n";
  await using scenario = await Scenario.start({ given });
  const temporary = join(scenario.home, "tmp");
  await Deno.mkdir(temporary);
  const env = { TMPDIR: temporary };
  const sessions = join(scenario.home, "sessions", "credentials");
  // With what each ends: a command that fails early shows no secret either.
  const commands = (): [number, string[]][] => [
    [0, ["get", "-n", "default", "-t", scenario.code()]],
    [0, ["get", "-n", "default", "-t", scenario.code(), "-sn", "today"]],
    [4, ["get", "-n", "default", "-t", "000000"]],
    [2, ["get", "-n", "default", "-t", "nonsense"]],
    [3, ["get", "-n", "nobody", "-t", "123456"]],
    [3, ["get", "-n", "default", "-t", scenario.code(), "-sn", "other"]],
    [0, ["get", "default", "-t", scenario.code(), "-o", sessions]],
    [0, ["get", "default", "--dry-run", "-o", sessions]],
    [0, ["list", "-o", sessions]],
    [0, ["doctor", "-o", sessions]],
    [0, ["list"]],
    [0, ["mcp"]],
  ];
  for (const verbosity of ["0", "1", "2"]) {
    for (const [expected, args] of commands()) {
      const { code, stdout, stderr } = await scenario.updsts([
        ...args,
        "-v",
        verbosity,
      ], env);
      assert.equal(code, expected, `${args.join(" ")}: ${stderr}`);
      assert.doesNotMatch(stdout + stderr, /canaryUn/);
    }
    await assertNothingElsewhere(scenario);
  }
});

Deno.test("what STS answers never shows, however broken it is", async () => {
  await using scenario = await Scenario.start();
  const canary = "canaryAnswer0123";
  const answers = [
    { AccessKeyId: undefined, SecretAccessKey: canary, SessionToken: canary },
    { SecretAccessKey: `${canary}\nx`, SessionToken: canary },
    { SecretAccessKey: canary, SessionToken: `${canary}[x]` },
    { SecretAccessKey: canary, SessionToken: canary, Expiration: `${canary}` },
  ];
  for (const fields of answers) {
    scenario.sts.script({ kind: "answer", fields });
    const { code, stdout, stderr } = await scenario.getWith(["-v", "2"]);
    assert.equal(code, 5);
    assert.doesNotMatch(stdout + stderr, /canaryAn/);
  }
  scenario.sts.script({
    kind: "raw",
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<a>${canary}</b`,
  });
  const { code, stdout, stderr } = await scenario.getWith(["-v", "2"]);
  assert.equal(code, 5);
  assert.doesNotMatch(stdout + stderr, /canaryAn/);
  assert.equal(await scenario.read(), GIVEN);
});

const processes = unless(Deno.build.os === "linux", "there is no /proc");

Deno.test({
  name: `the process table shows no secret while STS is asked${processes.note}`,
  ignore: processes.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind: "delay_headers", ms: 500 });
    const [command, ...args] = commandLine([
      "get",
      "-n",
      "default",
      "-t",
      scenario.code(),
    ]);
    const child = new Deno.Command(command, {
      args,
      env: { ...await baseEnvironment(), ...scenario.env },
      clearEnv: true,
      stdout: "null",
      stderr: "null",
    }).spawn();
    while (scenario.codesSent === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const file of ["cmdline", "environ"]) {
      scenario.assertNoSecret(
        await Deno.readTextFile(`/proc/${child.pid}/${file}`),
      );
    }
    const children = await Deno.readTextFile(
      `/proc/${child.pid}/task/${child.pid}/children`,
    );
    assert.equal(children.trim(), "", "it started another process");
    assert.equal((await child.status).code, 0);
  },
});

for (const era of ERAS) {
  Deno.test(`no secret reaches a ${era} client or the server's stderr`, async () => {
    await using scenario = await Scenario.start({
      given: `${GIVEN}password = canaryUnknownKey\n`,
    });
    await using client = await connect(era, scenario.env, {
      args: ["-v", "2"],
    });
    const update = "updsts_update_sts_credential";
    await client.call(update, {
      profile_name: "default",
      totp_token: scenario.code(),
    });
    await client.call(update, {
      profile_name: "default",
      totp_token: "000000",
    });
    scenario.sts.script({
      kind: "answer",
      fields: { SessionToken: `${ALICE.secretAccessKey}\n` },
    });
    await client.call(update, {
      profile_name: "default",
      totp_token: scenario.code(),
    });
    await client.call("updsts_get_credential_info", { profile_name: "other" });
    await client.call("updsts_get_credential_info_list");
    scenario.assertNoSecret(client.heard() + client.stderr());
    assert.doesNotMatch(client.heard() + client.stderr(), /canaryUn/);
    await assertNothingElsewhere(scenario);
  });
}

Deno.test("list shows no part of a secret that was wrapped, or pasted under another key", async () => {
  const half = "canaryWrapped0123/abcdefGHIJ";
  const given = [
    "[default]",
    "region = eu-west-1",
    `\t${half}`,
    "aws_session_token = first",
    `${half}==`,
    "",
    "[other]",
    "aws_session_token =",
    `  ${half}==`,
    `endpoint_url = https://alice:${half}@proxy.example/`,
    "",
  ].join("\n");
  await using scenario = await Scenario.start({ given });
  for (const args of [["-v", "1"], ["-v", "2"], ["--json"]]) {
    const { code, stdout, stderr } = await scenario.updsts(["list", ...args]);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout + stderr, /canaryWr/i);
  }
});
