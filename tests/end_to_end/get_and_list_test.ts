// get and list as processes with the shipped permissions, against the emulator.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { settingVariable } from "../../src/shell_quoted.ts";
import { homeVariables, ROOT } from "../support/command.ts";
import { needs, testUnless, unless } from "../support/skipping.ts";
import { ALICE, GIVEN, Scenario, valueIn } from "../support/scenario.ts";

// The AWS CLI took the name for an option: the advice did not work.
Deno.test("get says how to use a session whose name begins with a hyphen", async () => {
  await using scenario = await Scenario.start();
  const { stdout } = await scenario.updsts("get default -t CODE -sn -x");
  assert.match(stdout, /Use it with: aws --profile=-x \.\.\. /);
});

Deno.test("get twice, then list", async () => {
  await using scenario = await Scenario.start();
  const first = await scenario.get();
  assert.equal(first.stderr, "");
  assert.equal(first.code, 0);
  assert.match(
    first.stdout,
    /^Profile default_sts is valid until \d{4}-.*\+00:00 \(in \d+ min\)\nUse it with: aws --profile default_sts /,
  );
  const afterFirst = await scenario.read();
  const [session] = scenario.sts.sessions;
  assert(session !== undefined);
  assert.equal(
    afterFirst,
    GIVEN + [
      "# ${{{ key=default [auto update by updsts]",
      "[default_sts]",
      `aws_access_key_id = ${session.accessKeyId}`,
      `aws_secret_access_key = ${session.secretAccessKey}`,
      `aws_session_token = ${session.sessionToken}`,
      `expiration_datetime = ${
        session.expiration.toISOString().slice(0, 19)
      }+00:00`,
      `expiration_key_id = ${session.accessKeyId}`,
      "# $}}} [auto update by updsts]",
      "",
    ].join("\n"),
  );

  const second = await scenario.get();
  assert.equal(second.code, 0);
  const afterSecond = await scenario.read();
  assert.notEqual(afterSecond, afterFirst);
  assert.equal(afterSecond.slice(0, GIVEN.length), GIVEN);
  const renewed = scenario.sts.sessions[1];
  assert.equal(
    valueIn(afterSecond, "default_sts", "aws_session_token"),
    renewed?.sessionToken,
  );
  assert.equal(scenario.codesSent, 2);

  const list = await scenario.updsts("list");
  assert.equal(list.stderr, "");
  assert.deepEqual(list.stdout.split("\n").map((line) => line.split(/ {2,}/)), [
    ["PROFILE", "KIND", "ACCESS KEY ID", "DEVICE", "MANAGED BY", "EXPIRES"],
    ["default", "long-term", ALICE.accessKeyId, "mfa/alice", "-", "-"],
    ["other", "none", "-", "-", "-", "-"],
    [
      "default_sts",
      "session",
      renewed?.accessKeyId ?? "",
      "-",
      "default",
      "in 60 min",
    ],
    [""],
  ]);
});

Deno.test("list -v 2 begins with the versions and the system, and shows every key, and secrets as one mask", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  const { stdout, stderr } = await scenario.updsts("list -v 2");
  assert.match(
    stderr,
    /^updsts \d+\.\d+\.\d+\S*, Deno \d+\.\d+\.\d+, \w+ \w+\nCredentials file: .*credentials/,
  );
  assert.match(
    stdout,
    /\[default\]\n {2}aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n {2}aws_secret_access_key = \*{8}\n {2}mfa_device_arn = /,
  );
  assert.match(
    stdout,
    /\[default_sts\]\n {2}aws_access_key_id = ASIA\w+\n {2}aws_secret_access_key = \*{8}\n {2}aws_session_token = \*{8}\n {2}expiration_datetime = /,
  );
});

Deno.test("get -v 1 tells file, region, endpoint and request id on stderr", async () => {
  await using scenario = await Scenario.start();
  const { stdout, stderr } = await scenario.updsts("get default -t CODE -v 1", {
    AWS_REGION: "eu-central-1",
  });
  assert.match(stderr, /^Credentials file: .*[/\\]\.aws[/\\]credentials$/m);
  assert.match(stderr, /^Region: eu-central-1$/m);
  assert.match(stderr, new RegExp(`^STS endpoint: ${scenario.sts.url}$`, "m"));
  assert.match(stderr, /^STS request id: [0-9a-f-]{36}$/m);
  assert.doesNotMatch(stdout, /STS request id/);
  assert.equal(scenario.sts.requests[0]?.region, "eu-central-1");
});

Deno.test("get takes every option in all spellings", async () => {
  await using scenario = await Scenario.start();
  const file = join(scenario.home, "elsewhere");
  for (
    const spelling of [
      "-n -t -sn -d -c -v",
      "--profile --totp-token --sts-profile-name --duration --credential-file --verbose",
      "--profile_name --totp_token --sts_profile_name --duration --credential_file --verbose",
    ]
  ) {
    await Deno.writeTextFile(file, GIVEN, { mode: 0o600 });
    const values = ["default", "CODE", "a b/日本", "900", file, "0"];
    const { code, stderr } = await scenario.updsts([
      "get",
      ...spelling.split(" ")
        .flatMap((option, index) => [option, values[index] ?? ""]),
    ]);
    assert.match(stderr, /^warning: .* do not see a profile .* with -sn\n$/);
    assert.equal(code, 0);
    assert.match(await Deno.readTextFile(file), /^\[a b\/日本\]$/m);
    assert.equal(scenario.sts.requests.at(-1)?.duration, "900");
  }
  assert.equal(await scenario.read(), GIVEN);
});

/** A second candidate, of another account. */
const WORK = `[work]
aws_access_key_id = AKIAIOSFODNN7EXAMPL2
aws_secret_access_key = ${ALICE.secretAccessKey}
mfa_device_arn = arn:aws:iam::210987654321:mfa/alice
`;

for (
  const [name, env, says] of [
    [
      "takes the profile that AWS_PROFILE names",
      { AWS_PROFILE: "default" },
      [/^Profile default \(AWS_PROFILE\)$/m],
    ],
    [
      "takes the profile whose session AWS_PROFILE names",
      { AWS_PROFILE: "default_sts" },
      [/^default_sts is the session of profile default/m],
    ],
    [
      "warns of keys and of a profile that take the session's place",
      {
        AWS_PROFILE: "default",
        AWS_ACCESS_KEY_ID: "AKIAX",
        AWS_DEFAULT_PROFILE: "work",
      },
      [
        /^warning: AWS_ACCESS_KEY_ID is set: .*unset it$/m,
        /^warning: AWS_DEFAULT_PROFILE names "work": .*unset it$/m,
      ],
    ],
  ] as const
) {
  Deno.test(`get without a profile ${name}`, async () => {
    await using scenario = await Scenario.start({ given: GIVEN + WORK });
    await scenario.get();
    const { code, stdout, stderr } = await scenario.updsts("get -t CODE", env);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Profile default_sts is valid/);
    assert(!stderr.includes("AKIAX"));
    // A person knows it before they type a code.
    const asked = await scenario.updsts("get", env);
    for (const pattern of says) {
      assert.match(stderr, pattern);
      assert.match(asked.stderr, pattern);
    }
    assert.match(asked.stderr, /\nupdsts: [^]*code/);
    assert.equal(scenario.sts.sessions.length, 2);
  });
}

Deno.test("get -v 2 says which way the clock of STS is off", async () => {
  for (const [offset, way] of [[-100_000, "behind"], [100_000, "ahead of"]]) {
    await using scenario = await Scenario.start({
      clock: () => new Date(Date.now() + Number(offset)),
    });
    const { stderr } = await scenario.updsts("get -t CODE -v 2");
    assert.match(stderr, new RegExp(`its clock (?:99|100|101) s ${way} this`));
  }
});

Deno.test("list names the accounts of devices where there are several", async () => {
  await using scenario = await Scenario.start({ given: GIVEN + WORK });
  const { stdout } = await scenario.updsts("list");
  assert.match(stdout, /^default .* 123456789012:mfa\/alice /m);
  assert.match(stdout, /^work .* 210987654321:mfa\/alice /m);
});

Deno.test("get reads device, region and endpoint from the config file", async () => {
  const given = GIVEN.replace(/^mfa_device_arn.*\n/m, "").replace(
    "default",
    "my work",
  );
  await using scenario = await Scenario.start({ given });
  await scenario.configure(
    [
      ...["[default]", "endpoint_url = https://evil.example"],
      '[profile "my work"]',
      `mfa_serial = ${ALICE.device}`,
      ...["region = ap-northeast-1", "services = local"],
      ...[
        "[services local]",
        "sts =",
        `  endpoint_url = ${scenario.sts.url}\n`,
      ],
    ].join("\n"),
  );
  const words = ["get", "my work", "-t", "CODE"];
  const { code, stderr } = await scenario.updsts(words, {
    AWS_ENDPOINT_URL_STS: "",
  });
  assert.match(stderr, /^warning: .* "my work_sts": .* with -sn\n$/);
  assert.equal(code, 0);
  assert.equal(scenario.sts.requests[0]?.region, "ap-northeast-1");
  assert.match(await scenario.read(), /^\[my work_sts\]$/m);
});

Deno.test("list shows no secret that stands as the device of the config file", async () => {
  await using scenario = await Scenario.start({
    given: GIVEN.replace(/^mfa_device_arn.*\n/m, ""),
    config: `[default]\nmfa_serial = ${ALICE.secretAccessKey}\n`,
  });
  const { stdout } = await scenario.updsts("list");
  assert.match(stdout, /^default .* \*{8} /m);
});

Deno.test("get, list and doctor work without a home directory, if the file is named", async () => {
  // Once the place for locks that are not needed was looked for there.
  await using scenario = await Scenario.start();
  for (const line of ["list", "get default -t CODE", "doctor"]) {
    const { code, stderr } = await scenario.updsts(
      `${line} -c ${scenario.path}`,
      homeVariables(""),
    );
    assert.equal(code, 0, stderr);
  }
  const { code, stderr } = await scenario.updsts("list", homeVariables(""));
  assert.equal(code, 3);
  assert.match(stderr, /Cannot find the home directory/);
});

Deno.test("get -c tells how other programs find that file, by its whole path", async () => {
  // Once it advised a profile that they would have looked for elsewhere.
  await using scenario = await Scenario.start();
  const other = join(scenario.home, "other");
  await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
  const get = (path: string) => scenario.updsts(`get -c ${path} -t CODE`);
  const elsewhere = await get("~/other");
  assert.equal(elsewhere.code, 0, elsewhere.stderr);
  const settings = elsewhere.stdout.split("Use it with: ")[1] ?? "";
  const [profile, file, ignored = ""] = settings.split("\n")
    .map((line) => line.trim());
  assert.equal(profile, settingVariable("AWS_PROFILE", "default_sts"));
  assert.equal(file, settingVariable("AWS_SHARED_CREDENTIALS_FILE", other));
  assert.match(ignored, /^Programs that ignore that variable: .*GDAL/);
  const usual = await get(scenario.path);
  assert.doesNotMatch(usual.stdout, /AWS_SHARED_CREDENTIALS_FILE/);
});

testUnless(
  Deno.env.has("UPDSTS_COMMAND")
    ? unless(false, "another form of the program is tried")
    : needs("bash"),
  "in a clone, a relative -c counts from where the task was started",
  async () => {
    await using scenario = await Scenario.start();
    const { PATH } = await scenario.install();
    const list = async (directory: string) =>
      await scenario.run("bash", [
        "-c",
        `cd '${directory}' && updsts list -c .aws/credentials`,
      ], { PATH, INIT_CWD: scenario.home });
    const { code, stdout, stderr } = await list(fileURLToPath(ROOT));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^default /m);
    // Whoever is elsewhere has not started the task of a clone.
    const { stderr: told } = await list("/");
    assert.match(
      told,
      /Cannot read the credentials file: \/\.aws\/credentials/,
    );
  },
);
