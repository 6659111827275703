// get --dry-run: every check, no STS, no write, and no secret in what would change.
import assert from "node:assert/strict";
import { GIVEN, Scenario } from "../support/scenario.ts";

Deno.test("get --dry-run shows the block that would come, and changes nothing", async () => {
  await using scenario = await Scenario.start();
  const { code, stdout, stderr } = await scenario.updsts(
    "get default --dry-run",
  );
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.deepEqual(stdout.split("\n"), [
    `Changes to ${scenario.path}:`,
    "+# ${{{ key=default [auto update by updsts]",
    "+[default_sts]",
    "+aws_access_key_id = (from STS)",
    "+aws_secret_access_key = (from STS)",
    "+aws_session_token = (from STS)",
    "+expiration_datetime = (from STS)",
    "+expiration_key_id = (from STS)",
    "+# $}}} [auto update by updsts]",
    "Nothing was changed",
    "",
  ]);
  assert.equal(scenario.sts.requests.length, 0);
  assert.equal(await scenario.read(), GIVEN);
});

Deno.test("get --dry-run shows what a refresh would change, old values masked, too", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  const before = await scenario.read();
  const { stdout } = await scenario.updsts("get default -sn today --dry-run");
  assert.match(stdout, /^-\[default_sts\]$/m);
  assert.match(stdout, /^\+\[today\]$/m);
  assert.match(stdout, /^-aws_access_key_id = ASIA\w{16}$/m);
  assert.match(stdout, /^\+aws_access_key_id = \(from STS\)$/m);
  assert.doesNotMatch(stdout, /keys of alice|\[other\]/);
  assert.equal(await scenario.read(), before);
  assert.equal(scenario.codesSent, 1);
});

// A line that no edit names was shown, since whole files were compared.
Deno.test("get --dry-run shows no line of the user's, whatever ends it", async () => {
  const note = "# aws_secret_access_key = hunter2";
  for (const last of [note, `${note}\r`, `${note}\r${note}\r${note}\r`]) {
    const text = GIVEN + last;
    await using scenario = await Scenario.start({ given: text });
    const { code, stdout } = await scenario.updsts("get default --dry-run");
    assert.equal(code, 0);
    assert.match(stdout, /^\+\[default_sts\]$/m);
    assert.doesNotMatch(stdout, /hunter2|u\{000d\}|\r/);
    assert.equal(await scenario.read(), text);
  }
});
