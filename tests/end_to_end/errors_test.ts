// Every failure as a user meets it: message, hint, exit code, and the file as it was.
import assert from "node:assert/strict";
import { commandLine } from "../support/command.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { unlessWindows } from "../support/skipping.ts";
import type { Behaviour, StsEmulatorOptions } from "../support/sts_emulator.ts";

interface Failure {
  readonly name: string;
  readonly exit: number;
  readonly says: readonly RegExp[];
  readonly given?: string;
  readonly script?: readonly Behaviour[];
  readonly options?: Partial<StsEmulatorOptions>;
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of a good command line; CODE stands for a fresh code. */
  readonly args?: readonly string[];
  /** How many requests may have carried the code. */
  readonly sent: number;
}

const GET = ["get", "-n", "default", "-t", "CODE"];
const HOUR = 3_600_000;
const hourAhead = () => new Date(Date.now() + HOUR);

function awsError(status: number, code: string, message: string): Behaviour {
  return { kind: "error", status, code, message };
}

function page(
  status: number,
  type: string,
  body: string,
  headers = {},
): Behaviour {
  return {
    kind: "raw",
    status,
    headers: { "content-type": type, ...headers },
    body,
  };
}

const FAILURES: readonly Failure[] = [
  // The command line; tests/fixtures/command_lines.txt has more.
  {
    name: "no profile where there are several",
    args: ["get", "-t", "CODE"],
    given: GIVEN + GIVEN.replace("default", "work").replace("other", "more"),
    exit: 2,
    sent: 0,
    says: [
      /^updsts: Cannot choose a profile: 2 have a long-term key and an MFA device$/m,
      /^hint: name one of them, as in updsts get NAME: "default", "work"$/m,
    ],
  },
  {
    name: "no code, and no terminal",
    args: ["get", "-n", "default"],
    exit: 6,
    sent: 0,
    says: [/no terminal to ask at/, /^hint: give the six digits with -t/m],
  },
  {
    name: "an unknown option",
    args: [...GET, "--duratoin", "900"],
    exit: 2,
    sent: 0,
    says: [/did you mean --duration/],
  },
  {
    name: "a session name with a line end",
    args: [...GET, "-sn", "a\n[evil]"],
    exit: 2,
    sent: 0,
    says: [/line end/],
  },
  // The file.
  {
    name: "an unknown profile",
    args: ["get", "-n", "defualt", "-t", "CODE"],
    exit: 3,
    sent: 0,
    says: [
      /Cannot find profile "defualt"/,
      /^hint: the profiles are: "default", "other"$/m,
    ],
  },
  {
    name: "a name with escape sequences",
    args: ["get", "-n", "\x1b[31mred", "-t", "CODE"],
    exit: 2,
    sent: 0,
    says: [/control character/],
  },
  {
    name: "a profile without a key",
    args: ["get", "-n", "other", "-t", "CODE"],
    exit: 3,
    sent: 0,
    says: [/"other": it has no aws_access_key_id/, /aws configure/],
  },
  {
    name: "no device",
    given: GIVEN.replace(/^mfa.*\n/m, ""),
    exit: 3,
    sent: 0,
    says: [/no MFA device/, /mfa_device_arn = /],
  },
  {
    name: "a FIDO key",
    given: GIVEN.replace("mfa/alice", "u2f/user/alice/x"),
    exit: 3,
    sent: 0,
    says: [/FIDO/],
  },
  {
    name: "a session as the source",
    given: `${GIVEN}[s]\naws_session_token = x\n`,
    args: ["get", "-n", "s", "-t", "CODE"],
    exit: 3,
    sent: 0,
    says: [/session token/],
  },
  {
    name: "a name that is taken",
    args: [...GET, "-sn", "other"],
    exit: 3,
    sent: 0,
    says: [/line 7 already has a section/],
  },
  {
    name: "the name of another profile's session",
    given: `${GIVEN}# \${{{ key=x [auto update by updsts]\n[x_sts]\n` +
      "region = x\n# $}}} [auto update by updsts]\n",
    args: [...GET, "-sn", "x_sts"],
    exit: 3,
    sent: 0,
    says: [/or delete lines 9 to 12/],
  },
  {
    name: "a broken block",
    given: `${GIVEN}# \${{{ key=default [auto update by updsts]\n`,
    exit: 3,
    sent: 0,
    says: [/line 9 begins a block that has no end/],
  },
  {
    name: "a missing file",
    args: [...GET, "-c", "~/nowhere"],
    exit: 3,
    sent: 0,
    says: [/nowhere does not exist/, /aws configure/],
  },
  {
    name: "a directory as the file",
    args: [...GET, "-c", "~/.aws"],
    exit: 3,
    sent: 0,
    says: [/is a directory/],
  },
  // There, devices are no paths.
  ...Deno.build.os === "windows" ? [] : [{
    name: "a device as the file",
    args: [...GET, "-c", "/dev/zero"],
    exit: 3,
    sent: 0,
    says: [/not a regular file/],
  }],
  {
    name: "a region that is none",
    env: { AWS_REGION: "eu-west-1.evil.example/" },
    exit: 3,
    sent: 0,
    says: [/is not the name of a region/],
  },
  // STS refuses.
  {
    name: "a wrong code",
    args: ["get", "-n", "default", "-t", "000000"],
    exit: 4,
    sent: 1,
    says: [
      /STS refused the code for arn:aws:iam::123456789012:mfa\/alice: MultiFactorAuthentication failed/,
      /^hint: .*works once; the next one begins in \d+ s$/m,
    ],
  },
  {
    name: "a wrong code by a clock that is slow",
    args: ["get", "-n", "default", "-t", "000000"],
    options: { clock: () => new Date(Date.now() + 100_000) },
    exit: 4,
    sent: 1,
    says: [/clock of this machine is (99|100|101) s behind/],
  },
  {
    name: "a wrong secret",
    given: GIVEN.replace("canaryLong", "mistypedLo"),
    exit: 4,
    sent: 1,
    says: [
      /STS refused the key of profile "default" \(AKIAIOSFODNN7EXAMPLE\)/,
      /its signature does not match\nhint: aws_secret_access_key is mistyped or/,
    ],
  },
  {
    name: "an unknown key",
    given: GIVEN.replace("AKIAIOSF", "AKIAXXXX"),
    exit: 4,
    sent: 1,
    says: [/STS refused the key/, /deactivated, deleted or mistyped/],
  },
  {
    name: "an unknown device",
    given: GIVEN.replace("mfa/alice", "mfa/bob"),
    exit: 4,
    sent: 1,
    says: [
      /STS refused the device \S+:mfa\/bob: Multi.*\nhint: .*list-mfa-devices/,
    ],
  },
  {
    name: "a disabled region",
    script: [
      awsError(
        403,
        "RegionDisabledException",
        "STS is not activated in this region",
      ),
    ],
    exit: 4,
    sent: 1,
    says: [/STS refused \(RegionDisabledException\): STS is not activated/],
  },
  // STS is not reached, or something else answers.
  {
    name: "a refused connection",
    env: { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:CLOSED" },
    exit: 5,
    sent: 0,
    says: [
      /no connection to 127\.0\.0\.1:\d+: Connection refused/,
      /code is not spent/,
    ],
  },
  {
    name: "a proxy on the way to this machine by http:",
    env: { HTTP_PROXY: "http://user:canaryPassword@127.0.0.1:CLOSED" },
    exit: 5,
    sent: 0,
    says: [/the proxy 127\.0\.0\.1:\d+ would read the code/, /to NO_PROXY/],
  },
  {
    name: "a host outside of the sandbox",
    env: { AWS_ENDPOINT_URL_STS: "https://sts.evil.example" },
    exit: 5,
    sent: 0,
    says: [
      /sts\.evil\.example is outside of what this build may talk to/,
      /check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL/,
    ],
  },
  ...[
    { region: "us-nowhere-9", instead: "us-east-1", partition: "aws" },
    { region: "cn-nowhere-9", instead: "cn-north-1", partition: "aws-cn" },
  ].map(({ region, instead, partition }) => ({
    name: `the region ${region}`,
    given: GIVEN.replace("arn:aws:", `arn:${partition}:`),
    env: { AWS_REGION: region, AWS_ENDPOINT_URL_STS: "" },
    exit: 5,
    sent: 0,
    says: [
      new RegExp(`sts\\.${region}\\.amazonaws\\.com[.cn]* is outside of`),
      new RegExp(
        `set AWS_REGION to one that has STS, such as ${instead}$`,
        "m",
      ),
    ],
  })),
  // An agent may have written the file: sts.s3.amazonaws.com is a bucket.
  ...["s3", "s3-us-west-2", "sts", "us-east-1a", "dualstack.us-east-1"].map(
    (region) => ({
      name: `${region} as the region in the credentials file`,
      given: GIVEN.replace("[other]", `region = ${region}\n[other]`),
      env: { AWS_ENDPOINT_URL_STS: "" },
      exit: 3,
      sent: 0,
      says: [/is not the name of a region/],
    }),
  ),
  {
    name: "a failure of STS",
    script: [awsError(503, "ServiceUnavailable", "Try later")],
    exit: 5,
    sent: 1,
    says: [/STS failed \(503\): Try later/, /may be spent/],
  },
  {
    name: "a gateway's 502",
    script: [page(502, "text/html", "<html>Bad gateway</html>")],
    exit: 5,
    sent: 1,
    says: [/502/, /may be spent/],
  },
  {
    name: "a connection that closes early",
    script: [{ kind: "close" }],
    exit: 5,
    sent: 1,
    says: [/lost the connection/, /may be spent/],
  },
  {
    name: "half an answer",
    script: [{ kind: "half_body" }],
    exit: 5,
    sent: 1,
    says: [/Cannot/, /may be spent/],
  },
  {
    name: "a login page",
    script: [page(200, "text/html", "<html><body>Please log in</body></html>")],
    exit: 5,
    sent: 1,
    says: [/not a valid answer of STS|no whole session/],
  },
  {
    name: "garbage",
    script: [page(200, "text/xml", "\u0000<<<>")],
    exit: 5,
    sent: 1,
    says: [/not a valid answer of STS|no whole session/],
  },
  {
    name: "an empty answer",
    script: [page(200, "text/xml", "")],
    exit: 5,
    sent: 1,
    says: [/not a valid answer of STS|no whole session/],
  },
  {
    name: "a redirect",
    script: [page(307, "text/plain", "", { location: "http://127.0.0.1:9/" })],
    exit: 5,
    sent: 1,
    says: [/status 307/],
  },
  {
    name: "a proxy's 403 page",
    script: [page(403, "text/html", "<h1>Blocked</h1>")],
    exit: 5,
    sent: 1,
    says: [/status 403/],
  },
  {
    name: "a huge answer",
    script: [page(200, "text/xml", "x".repeat(2_000_000))],
    exit: 5,
    sent: 1,
    says: [/longer than any of STS/],
  },
  {
    name: "an answer without a token",
    script: [{ kind: "answer", fields: { SessionToken: undefined } }],
    exit: 5,
    sent: 1,
    says: [/no whole session/],
  },
  {
    name: "a token with a line end",
    script: [{ kind: "answer", fields: { SessionToken: "a\n[evil]" } }],
    exit: 5,
    sent: 1,
    says: [/no credentials file can hold/],
  },
  {
    name: "a key id with a bracket",
    script: [{ kind: "answer", fields: { AccessKeyId: "ASIA[0]" } }],
    exit: 5,
    sent: 1,
    says: [/no credentials file can hold/],
  },
  {
    name: "an unreadable expiration",
    script: [{ kind: "answer", fields: { Expiration: "soon" } }],
    exit: 5,
    sent: 1,
    says: [/Cannot use the answer/],
  },
  // The credentials file has four digits for a year, in local time.
  ...[
    { Expiration: "10000-01-01T00:00:00Z", TZ: "UTC" },
    { Expiration: "+010000-01-01T00:00:00Z", TZ: "UTC" },
    { Expiration: "9999-12-31T23:59:59Z", TZ: "Asia/Tokyo" },
    { Expiration: "9999-12-31T23:59:59-01:00", TZ: "UTC" },
    { Expiration: "0000-01-01T00:00:00Z", TZ: "America/New_York" },
    { Expiration: "-000001-01-01T00:00:00Z", TZ: "UTC" },
    { Expiration: "2026-13-01T00:00:00Z", TZ: "UTC" },
    { Expiration: "1795561200", TZ: "UTC" },
    // Windows takes the zone from nowhere but its settings.
  ].filter(({ TZ }) => Deno.build.os !== "windows" || TZ === "UTC").map((
    { Expiration, TZ },
  ): Failure => ({
    name: `an expiration that the file cannot say (${Expiration} in ${TZ})`,
    script: [{ kind: "answer", fields: { Expiration } }],
    env: { TZ },
    exit: 5,
    sent: 1,
    says: [/Cannot use the answer of STS: it holds no whole session/],
  })),
  {
    name: "a CA bundle that is none",
    env: { AWS_CA_BUNDLE: "/dev/null" },
    exit: 5,
    sent: 0,
    says: [/AWS_CA_BUNDLE/],
  },
];

/** A port of loopback that nobody listens on. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

for (const failure of FAILURES) {
  Deno.test(`${failure.args?.[0] ?? "get"} fails clearly: ${failure.name}`, async () => {
    await using scenario = await Scenario.start({
      ...failure.options,
      ...(failure.given === undefined ? {} : { given: failure.given }),
    });
    const before = await Deno.readFile(scenario.path);
    const { ino } = await Deno.stat(scenario.path);
    scenario.sts.script(...failure.script ?? []);
    const code = scenario.code();
    const args = (failure.args ?? GET).map((arg) =>
      arg === "CODE" ? code : arg
    );

    const env = Object.fromEntries(
      Object.entries(failure.env ?? {}).map(([name, value]) => [
        name,
        value.replace("CLOSED", String(closedPort())),
      ]),
    );
    const { code: exit, stdout, stderr } = await scenario.updsts(args, env);
    assert.equal(stdout, "");
    for (const says of failure.says) assert.match(stderr, says);
    assert.match(stderr, /^updsts: [A-Z]/);
    assert.doesNotMatch(stderr, /^ +at /m, "a stack trace is shown");
    assert.doesNotMatch(stderr, /canaryPassword/);
    assert.equal(exit, failure.exit, stderr);
    assert.equal(scenario.codesSent, failure.sent);
    assert.deepEqual(await Deno.readFile(scenario.path), before);
    assert.equal(
      (await Deno.stat(scenario.path)).ino,
      ino,
      "the file was replaced",
    );
    assert.deepEqual(scenario.files(), ["credentials"]);
  });
}

Deno.test("get -v 2 shows where an error came from, and still no secret", async () => {
  await using scenario = await Scenario.start();
  const { code, stderr } = await scenario.updsts([
    "get",
    "-n",
    "default",
    "-t",
    "000000",
    "-v",
    "2",
  ]);
  assert.equal(code, 4);
  assert.match(stderr, /^code: MFA_REFUSED$/m);
  assert.match(stderr, /^ +at .*sts/m);
  assert.doesNotMatch(stderr, new RegExp(ALICE.secretAccessKey.slice(0, 8)));
});

Deno.test("get -v 2 shows no code, be it taken or refused", async () => {
  await using scenario = await Scenario.start();
  for (const totp of [scenario.code(), "271828"]) {
    const args = ["get", "default", "-t", totp, "-v", "2"];
    const { stdout, stderr } = await scenario.updsts(args);
    assert.match(stderr, /sts/i);
    assert(!(stdout + stderr).includes(totp), stdout + stderr);
  }
  assert.equal(scenario.codesSent, 2);
});

// Once it was tried: whoever is on the way would have read the code, and the session.
Deno.test("STS is not spoken to where others on the network can read it", async () => {
  await using scenario = await Scenario.start();
  for (
    const command of [["get", "-n", "default", "-t", scenario.code()], [
      "doctor",
    ]]
  ) {
    const { code, stdout, stderr } = await scenario.updsts(command, {
      AWS_ENDPOINT_URL_STS: "http://sts.us-east-1.amazonaws.com",
    });
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /http:\/\/sts\.us-east-1\.amazonaws\.com\/\s+is\s+not\s+encrypted/,
    );
  }
});

Deno.test("get refuses a code that was used before", async () => {
  await using scenario = await Scenario.start();
  const args = ["get", "-n", "default", "-t", scenario.code()];
  assert.equal((await scenario.updsts(args)).code, 0);
  const after = await scenario.read();
  const { code, stderr } = await scenario.updsts(args);
  assert.equal(code, 4);
  assert.match(stderr, /already used/);
  assert.equal(await scenario.read(), after);
});

Deno.test("get sends a throttled request again, with the same code", async () => {
  await using scenario = await Scenario.start();
  scenario.sts.script(
    awsError(400, "Throttling", "Rate exceeded"),
    awsError(400, "Throttling", "Rate exceeded"),
  );
  const { code } = await scenario.get();
  assert.equal(code, 0);
  assert.equal(scenario.codesSent, 3);
});

Deno.test("get corrects a clock that is off by an hour, with one more request", async () => {
  for (const clock of [hourAhead, () => new Date(Date.now() - HOUR)]) {
    await using scenario = await Scenario.start({ clock });
    const { code, stderr } = await scenario.get();
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.deepEqual(
      scenario.sts.requests.map(({ outcome }) => outcome),
      ["refused", "issued"],
    );
  }
});

Deno.test("get corrects the clock also after it was throttled", async () => {
  // Once a throttled request used up the correction.
  await using scenario = await Scenario.start({ clock: hourAhead });
  scenario.sts.script(
    awsError(400, "Throttling", "Rate exceeded"),
    awsError(400, "Throttling", "Rate exceeded"),
  );
  const { code, stderr } = await scenario.get();
  assert.equal(code, 0, stderr);
  assert.equal(scenario.codesSent, 4);
});

Deno.test("get heeds no date that no year of four digits has", async () => {
  // Once it signed with it, or ended as a defect.
  for (
    const date of [
      "Sat, 13 Sep 275760 00:00:00 GMT",
      "Sat, 01 Jan 12000 00:00:00 GMT",
    ]
  ) {
    await using scenario = await Scenario.start();
    scenario.sts.script({
      kind: "raw",
      status: 403,
      headers: { Date: date, "Content-Type": "text/xml" },
      body:
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error></ErrorResponse>",
    });
    const { code, stderr } = await scenario.get();
    assert.equal(code, 4);
    assert.match(stderr, /STS refused the key/);
    assert.equal(scenario.codesSent, 1);
  }
});

Deno.test("get takes a code of no length for an answer of somebody else", async () => {
  await using scenario = await Scenario.start();
  scenario.sts.script({
    kind: "raw",
    status: 403,
    headers: { "Content-Type": "text/xml" },
    body: `<ErrorResponse><Error><Code>${
      "A".repeat(3000)
    }</Code><Message>m</Message></Error></ErrorResponse>`,
  });
  const { code, stderr } = await scenario.get();
  assert.equal(code, 5);
  assert(stderr.length < 1000);
});

const modes = unlessWindows("files have no modes");

Deno.test(
  `get warns of a file that others can read, and writes it${modes.note}`,
  {
    ignore: modes.ignore,
  },
  async () => {
    await using scenario = await Scenario.start();
    await Deno.chmod(scenario.path, 0o644);
    const { code, stderr } = await scenario.get();
    assert.equal(code, 0);
    assert.match(stderr, /^warning: .*chmod 600/);
    assert.equal(((await Deno.stat(scenario.path)).mode ?? 0) & 0o777, 0o644);
  },
);

Deno.test("list fails clearly on a missing file, and warns of broken blocks", async () => {
  await using scenario = await Scenario.start({
    given: `${GIVEN}# $}}} [auto update by updsts]\n`,
  });
  const missing = await scenario.updsts(["list", "-c", "~/nowhere"]);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /nowhere does not exist/);
  const broken = await scenario.updsts(["list"]);
  assert.equal(broken.code, 0);
  assert.match(
    broken.stderr,
    /^warning: .*line 9 ends a block that has no begin/,
  );
  assert.match(broken.stdout, /^default /m);
});

Deno.test("list shows a name's escape sequences spelled out", async () => {
  await using scenario = await Scenario.start({
    given: "[\x1b[2Jx]\nregion = y\n",
  });
  const { stdout } = await scenario.updsts(["list"]);
  assert(!stdout.includes("\x1b"));
  assert.match(stdout, /\\u\{001b\}/);
});

Deno.test("get waits for an STS that is slow, in its headers or in its body", async () => {
  for (const kind of ["delay_headers", "delay_body"] as const) {
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind, ms: 1_500 });
    const { code } = await scenario.get();
    assert.equal(code, 0);
    assert.equal(scenario.codesSent, 1);
  }
});

Deno.test("get follows no redirect: the other place never hears of it", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    await using scenario = await Scenario.start();
    await using other = await Scenario.start();
    scenario.sts.script(
      page(status, "text/plain", "", { location: `${other.sts.url}/` }),
    );
    const { code } = await scenario.get();
    assert.equal(code, 5);
    assert.equal(scenario.codesSent, 1);
    assert.equal(other.sts.requests.length, 0);
    assert.equal(await scenario.read(), GIVEN);
  }
});

Deno.test("get takes no answer of another content type", async () => {
  await using scenario = await Scenario.start();
  scenario.sts.script(page(200, "application/json", "{}"));
  const { code, stderr } = await scenario.get();
  assert.equal(code, 5);
  assert.match(stderr, /not a valid answer of STS|no whole session/);
  assert.equal(await scenario.read(), GIVEN);
});

Deno.test({
  name: "an answer that cannot be written is an error with what to do" +
    (Deno.build.os === "linux" ? "" : " (skipped: there is no /dev/full)"),
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using scenario = await Scenario.start();
    // Once the second and the fourth of these ended with a trace of the runtime.
    for (
      const args of [
        ["list"],
        ["--version"],
        ["list", "--json"],
        ["complete", "--", "get", ""],
        ["get", "-n", "default", "-t", scenario.code()],
      ]
    ) {
      const { code, stderr } = await scenario.run("bash", [
        "-c",
        '"$@" > /dev/full',
        "bash",
        ...commandLine(args),
      ]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /Cannot write the answer: No space left on device.*hint.*updsts list/s,
      );
    }
    assert.match(await scenario.read(), /default_sts/);
  },
});
