// --json: one object on stdout, as docs/output.schema.json describes it, failures too.
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import outputSchema from "../../docs/output.schema.json" with { type: "json" };
import { ALICE, Scenario } from "../support/scenario.ts";

const validate = new Ajv2020({ strict: false }).compile(outputSchema);

/** The one object that a command answers; it must be as the schema says. */
async function answer(scenario: Scenario, line: string) {
  const { code, stdout, stderr } = await scenario.updsts(`${line} --json`);
  assert.match(stdout, /^[^\n]+\n$/, stderr);
  const value = JSON.parse(stdout);
  const valid: boolean = validate(value);
  assert(valid, JSON.stringify(validate.errors));
  return { code, value, stderr };
}

Deno.test("--json answers get and list in the field names of the MCP tools", async () => {
  await using scenario = await Scenario.start();
  const get = await answer(scenario, "get default -t CODE");
  assert.equal(get.code, 0);
  assert.equal(get.stderr, "");
  const { result } = get.value;
  assert.equal(result.status, "updated");
  assert.equal(result.updated_profile_name, "default_sts");
  assert.equal(result.aws_access_key_id, scenario.sts.sessions[0]?.accessKeyId);
  assert.equal(result.cred_file, scenario.path);
  assert(result.expires_in_seconds > 3500);

  const still = await answer(scenario, "get default --min-remaining 30m");
  assert.equal(still.value.result.status, "still_valid");

  const list = await answer(scenario, "list");
  assert.deepEqual(list.value.result[0], {
    profile_name: "default",
    aws_access_key_id: ALICE.accessKeyId,
    aws_secret_access_key: "********",
    mfa_device_arn: ALICE.device,
  });
  assert.equal(list.value.result[2].managed_by, "default");

  const doctor = await answer(scenario, "doctor");
  assert.equal(doctor.code, 0);
  assert.deepEqual(doctor.value.result[1], {
    check: "access",
    status: "ok",
    message: "other users have none",
  });

  const completion = await answer(scenario, "completion fish");
  assert.equal(completion.value.result.shell, "fish");

  // Once these were texts.
  const version = await answer(scenario, "--version");
  assert.match(version.value.result.version, /^\d+\.\d+\.\d+$/);
  const help = await answer(scenario, "get --help");
  assert.match(help.value.result.help, /^USAGE\n {2}updsts get /);

  const tools = await answer(scenario, "mcp");
  assert.equal(tools.value.result.length, 3);
});

Deno.test("--json answers failures, of the command line too, with the same exit codes", async () => {
  await using scenario = await Scenario.start();
  const failures: [string, number, string][] = [
    ["get -n nobody -t 123456", 3, "PROFILE_NOT_FOUND"],
    ["get -n default -t 000000", 4, "MFA_REFUSED"],
    ["get -n default -t 12", 2, "CODE_INVALID"],
    ["get", 6, "CODE_MISSING"],
    ["list everything", 2, "USAGE"],
    ["get --profil x", 2, "USAGE"],
    ["got", 2, "USAGE"],
    ["list -c /nowhere", 3, "FILE_NOT_FOUND"],
  ];
  for (const [line, code, word] of failures) {
    const failure = await answer(scenario, line);
    assert.equal(failure.code, code);
    assert.equal(failure.value.error.code, word);
    assert.equal(failure.stderr, "");
  }
});

Deno.test("--json spells control characters so that they reach nobody's terminal", async () => {
  await using scenario = await Scenario.start({
    given: "[a\u202e\u009b\x1bb]\nregion = x\n",
  });
  const { stdout } = await scenario.updsts("list --json");
  assert.equal(
    stdout,
    '{"result":[{"profile_name":"a\\u202e\\u009b\\u001bb"}]}\n',
  );
});
