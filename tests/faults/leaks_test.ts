// A canary in every place that holds a secret: no output, file or process table ever shows it, nor what a code can be computed from.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { connect, ERAS } from "../support/mcp_clients.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { testUnless, unless } from "../support/skipping.ts";
import type { Behaviour } from "../support/sts_emulator.ts";

/** Fails if a file below `directory` shows a secret; credentials files hold them. */
async function assertNothingElsewhere(
  scenario: Scenario,
  directory = scenario.home,
): Promise<void> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) await assertNothingElsewhere(scenario, path);
    else if (isFile && name !== "credentials") {
      scenario.assertNoSecret(await Deno.readTextFile(path));
    }
  }
}

Deno.test("no secret is in any output, or in any file but the credentials file", async () => {
  const given = GIVEN +
    "password = canaryUnknownKey\nsso_token = canaryUnknownKey\n";
  await using scenario = await Scenario.start({ given });
  const temporary = join(scenario.home, "tmp");
  await Deno.mkdir(temporary);
  const sessions = join(scenario.home, "sessions", "credentials");
  // With what each ends: a command that fails early shows no secret either.
  const commands: readonly [number, string][] = [
    [0, "get default -t CODE"],
    [0, "get default -t CODE -sn today"],
    [4, "get -n default -t 000000"],
    [2, "get -n default -t nonsense"],
    [3, "get -n nobody -t 123456"],
    [3, "get default -t CODE -sn other"],
    [0, `get default -t CODE -o ${sessions}`],
    [0, `get default --dry-run -o ${sessions}`],
    [0, `list -o ${sessions}`],
    [0, `doctor -o ${sessions}`],
    [0, "list"],
    [0, "mcp"],
  ];
  for (const verbosity of [0, 1, 2]) {
    for (const [expected, command] of commands) {
      const { code, stdout, stderr } = await scenario.updsts(
        `${command} -v ${verbosity}`,
        { TMPDIR: temporary },
      );
      assert.equal(code, expected, `${command}: ${stderr}`);
      assert.doesNotMatch(stdout + stderr, /canaryUn/);
    }
    await assertNothingElsewhere(scenario);
  }
});

/** What the signature covers of the form: whoever wrote the file knows all but the code. */
function hashOfForm(code: string): string {
  const form = new URLSearchParams({
    Action: "GetSessionToken",
    Version: "2011-06-15",
    DurationSeconds: "3600",
    SerialNumber: ALICE.device,
    TokenCode: code,
  });
  return createHash("sha256").update(form.toString()).digest("hex");
}

const CANARY = "canaryAnswer0123";

function raw(status: number, body: string, headers = {}): Behaviour {
  return {
    kind: "raw",
    status,
    headers: { "content-type": "text/xml", ...headers },
    body,
  };
}

function refusal(status: number, code: string, message = "no"): Behaviour {
  return { kind: "error", status, code, message };
}

/** Quotes the canonical request, as STS does, and its hash in other places. */
function quoting(status: number, error: string): (hash: string) => Behaviour {
  return (hash) =>
    raw(
      status,
      `<ErrorResponse><Error><Type>Sender</Type><Code>${error}</Code>` +
        "<Message>The Canonical String for this request should have been\n'POST\n/\n\n" +
        "content-type:application/x-www-form-urlencoded\nhost:sts.amazonaws.com\n" +
        "x-amz-date:20261124T225532Z\n\ncontent-type;host;x-amz-date\n" +
        `${hash}'</Message></Error><RequestId>${hash}</RequestId></ErrorResponse>`,
      { "x-amzn-requestid": hash, date: hash },
    );
}

function session(fields: Record<string, string | undefined>): Behaviour {
  const secrets = { SecretAccessKey: CANARY, SessionToken: CANARY };
  return { kind: "answer", fields: { ...secrets, ...fields } };
}

/** What STS answers to a form of this hash, behind what get ends with. */
const ANSWERS: readonly [number, Behaviour | ((hash: string) => Behaviour)][] =
  [
    [4, quoting(403, "SignatureDoesNotMatch")],
    [4, quoting(403, "InvalidSignatureException")],
    [4, quoting(403, "IncompleteSignature")],
    [4, quoting(403, "InvalidClientTokenId")],
    [4, quoting(403, "AccessDenied")],
    [4, quoting(400, "ValidationError")],
    [4, quoting(400, "Whatever")],
    [5, quoting(500, "InternalFailure")],
    [5, (hash) => refusal(400, `E${hash}`)],
    [4, refusal(400, "E")],
    [5, refusal(500, "E")],
    [5, { kind: "close" }],
    [5, session({ AccessKeyId: undefined })],
    [5, session({ SecretAccessKey: `${CANARY}\nx` })],
    [5, session({ SessionToken: `${CANARY}[x]` })],
    [5, session({ Expiration: CANARY })],
    [5, raw(200, `<a>${CANARY}</b`)],
    // And what is sent again, or taken.
    [0, refusal(400, "Throttling", "Rate exceeded")],
    [0, { kind: "delay_headers", ms: 1 }],
  ];

// Once 0.4 s of search found the code in a quoted request: all but six digits
// of what was hashed is known.
Deno.test("whatever STS answers, get shows no part of a session, no code, and nothing that a code can be computed from", async () => {
  for (const args of [["-v", "2"], ["--json"]]) {
    await using scenario = await Scenario.start();
    for (const [exit, answer] of ANSWERS) {
      const code = scenario.code();
      const hash = hashOfForm(code);
      scenario.sts.script(answer instanceof Function ? answer(hash) : answer);
      const finished = await scenario.updsts(
        ["get", "-n", "default", "-t", code, ...args],
      );
      const shown = finished.stdout + finished.stderr;
      assert.equal(finished.code, exit, shown);
      const headers = scenario.sts.requests.at(-1)?.headers;
      assert.equal(headers?.["x-amz-content-sha256"], hash);
      // Eight digits in a row would tell one code of a million.
      for (let start = 0; start + 8 <= hash.length; start++) {
        assert(!shown.includes(hash.slice(start, start + 8)), shown);
      }
      assert(!shown.includes(code), shown);
      assert.doesNotMatch(shown, /[0-9a-f]{32}|canaryAn/i);
      if (args[0] === "-v") assert.match(shown, /STS endpoint/);
      if (exit === 0) continue;
      assert.equal(await scenario.read(), GIVEN);
      // Where it came from is shown all the same.
      const trace = /^code: [A-Z_]+$[^]*^ +at .+:\d+:\d+/m;
      if (args[0] === "-v") assert.match(shown, trace);
    }
  }
});

const processes = unless(Deno.build.os === "linux", "there is no /proc");

testUnless(
  processes,
  "the process table shows no secret while STS is asked",
  async () => {
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind: "delay_headers", ms: 500 });
    const child = await scenario.spawn("get default -t CODE");
    await scenario.untilAsked();
    const read = (file: string) =>
      Deno.readTextFile(`/proc/${child.pid}/${file}`);
    scenario.assertNoSecret(await read("cmdline"));
    scenario.assertNoSecret(await read("environ"));
    const children = await read(`task/${child.pid}/children`);
    assert.equal(children.trim(), "", "it started another process");
    assert.equal((await child.output()).code, 0);
  },
);

for (const era of ERAS) {
  Deno.test(`no secret reaches a ${era} client or the server's stderr`, async () => {
    await using scenario = await Scenario.start({
      given: `${GIVEN}password = canaryUnknownKey\n`,
    });
    await using client = await connect(era, scenario.env, {
      args: ["-v", "2"],
    });
    const update = (totp_token: string) =>
      client.call("updsts_update_sts_credential", {
        profile_name: "default",
        totp_token,
      });
    await update(scenario.code());
    await update("000000");
    scenario.sts.script(
      session({ SessionToken: `${ALICE.secretAccessKey}\n` }),
    );
    await update(scenario.code());
    await client.call("updsts_get_credential_info", { profile_name: "other" });
    await client.call("updsts_get_credential_info_list");
    const shown = client.heard() + client.stderr();
    scenario.assertNoSecret(shown);
    assert.doesNotMatch(shown, /canaryUn/);
    await assertNothingElsewhere(scenario);
  });
}

Deno.test("list shows no part of a secret that was wrapped, or pasted under another key", async () => {
  const half = "canaryWrapped0123/abcdefGHIJ";
  await using scenario = await Scenario.start({
    given: `[default]\nregion = eu-west-1\n\t${half}\n` +
      `aws_session_token = first\n${half}==\n\n` +
      `[other]\naws_session_token =\n  ${half}==\n` +
      `endpoint_url = https://alice:${half}@proxy.example/\n`,
  });
  for (const args of [["-v", "1"], ["-v", "2"], ["--json"]]) {
    const { code, stdout, stderr } = await scenario.updsts(["list", ...args]);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout + stderr, /canaryWr/i);
  }
});
