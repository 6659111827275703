// Every failure as a user meets it: message, hint, exit code, and the file as it was.
import assert from "node:assert/strict";
import { commandLine } from "../support/command.ts";
import { closedPort, GIVEN, Scenario, THROTTLED } from "../support/scenario.ts";
import { testUnless, unless } from "../support/skipping.ts";
import type { Behaviour, StsEmulatorOptions } from "../support/sts_emulator.ts";

interface Failure {
  readonly name: string;
  /** Instead of a good command line. */
  readonly line?: string;
  readonly given?: string;
  readonly script?: Behaviour;
  readonly clock?: StsEmulatorOptions["clock"];
  /** In which CLOSED is a port that nothing listens on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly says: readonly RegExp[];
}

const WRONG_CODE = "get default -t 000000";
const HOUR = 3_600_000;

function page(status: number, body: string, headers = {}): Behaviour {
  const type = { "content-type": "text/html" };
  return { kind: "raw", status, headers: { ...type, ...headers }, body };
}

/** Failures by exit code and by how many requests may have carried the code. */
const FAILURES: readonly {
  readonly exit: number;
  readonly sent: number;
  readonly failures: readonly Failure[];
}[] = [
  // The command line: tests/fixtures/command_lines.txt.
  {
    exit: 3,
    sent: 0,
    failures: [
      {
        name: "an unknown profile",
        line: "get -n defualt -t CODE",
        says: [
          /Cannot find profile "defualt"/,
          /^hint: the profiles are: "default", "other"$/m,
        ],
      },
      {
        name: "the name of another profile's session",
        given: `${GIVEN}# \${{{ key=x [auto update by updsts]\n[x_sts]\n` +
          "region = x\n# $}}} [auto update by updsts]\n",
        line: "get default -t CODE -sn x_sts",
        says: [/or delete lines 9 to 12/],
      },
    ],
  },
  {
    exit: 4,
    sent: 1,
    failures: [
      {
        name: "a wrong code",
        line: WRONG_CODE,
        says: [
          /STS refused the code for arn:aws:iam::123456789012:mfa\/alice: MultiFactorAuthentication failed/,
          /^hint: .*works once; the next one begins in \d+ s$/m,
        ],
      },
      {
        name: "a wrong code by a clock that is slow",
        line: WRONG_CODE,
        clock: () => new Date(Date.now() + 100_000),
        says: [/clock of this machine is (99|100|101) s behind/],
      },
      {
        name: "a wrong secret",
        given: GIVEN.replace("canaryLong", "mistypedLo"),
        says: [
          /STS refused the key of profile "default" \(AKIAIOSFODNN7EXAMPLE\)/,
          /its signature does not match\nhint: aws_secret_access_key is mistyped or/,
        ],
      },
      {
        name: "an unknown key",
        given: GIVEN.replace("AKIAIOSF", "AKIAXXXX"),
        says: [/STS refused the key/, /deactivated, deleted or mistyped/],
      },
      {
        name: "an unknown device",
        given: GIVEN.replace("mfa/alice", "mfa/bob"),
        says: [
          /STS refused the device \S+:mfa\/bob: Multi.*\nhint: .*list-mfa-devices/,
        ],
      },
    ],
  },
  {
    exit: 5,
    sent: 0,
    failures: [
      {
        name: "a refused connection",
        env: { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:CLOSED" },
        says: [
          /no connection to 127\.0\.0\.1:\d+: Connection refused/,
          /code is not spent/,
        ],
      },
      {
        name: "a host outside of the sandbox",
        env: { AWS_ENDPOINT_URL_STS: "https://sts.evil.example" },
        says: [
          /sts\.evil\.example is outside of what this build may talk to/,
          /check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL/,
        ],
      },
      ...[["us", "", "us-east-1"], ["cn", "-cn", "cn-north-1"]].map((
        [name, partition, instead],
      ) => ({
        name: `the region ${name}-nowhere-9`,
        given: GIVEN.replace("arn:aws:", `arn:aws${partition}:`),
        env: { AWS_REGION: `${name}-nowhere-9`, AWS_ENDPOINT_URL_STS: "" },
        says: [
          new RegExp(
            `sts\\.${name}-nowhere-9\\.amazonaws\\.com[.cn]* is outside of`,
          ),
          new RegExp(
            `set AWS_REGION to one that has STS, such as ${instead}$`,
            "m",
          ),
        ],
      })),
    ],
  },
  {
    exit: 5,
    sent: 1,
    failures: [
      {
        name: "a failure of STS",
        script: {
          ...{ kind: "error", status: 503, code: "ServiceUnavailable" },
          message: "Try later",
        },
        says: [/STS failed \(503\): Try later/, /may be spent/],
      },
      {
        // Another place never hears of it.
        name: "a redirect",
        script: page(307, "", { location: "http://127.0.0.1:9/" }),
        says: [/status 307/],
      },
      {
        name: "a huge answer",
        script: page(200, "x".repeat(2_000_000)),
        says: [/longer than any of STS/],
      },
      {
        // The credentials file has four digits for a year, in local time;
        // Windows takes the zone from nowhere but its settings.
        name: "an expiration that the file cannot say",
        script: {
          kind: "answer",
          fields: {
            Expiration: Deno.build.os === "windows"
              ? "10000-06-01T00:00:00Z"
              : "9999-12-31T23:59:59Z",
          },
        },
        env: { TZ: "Asia/Tokyo" },
        says: [/Cannot use the answer of STS: the session in it is incomplete/],
      },
    ],
  },
];

for (const { exit, sent, failures } of FAILURES) {
  for (const { line, script, says, ...failure } of failures) {
    Deno.test(`get fails clearly: ${failure.name}`, async () => {
      const { given = GIVEN, clock, env = {} } = failure;
      await using scenario = await Scenario.start({
        given,
        ...clock && { clock },
      });
      const before = await Deno.stat(scenario.path);
      if (script) scenario.sts.script(script);
      const variables = Object.entries(env).map(([name, value]) => [
        name,
        value.replace("CLOSED", String(closedPort())),
      ]);
      const { code, stdout, stderr } = await scenario.updsts(
        line ?? "get default -t CODE",
        Object.fromEntries(variables),
      );
      assert.equal(stdout, "");
      for (const pattern of says) assert.match(stderr, pattern);
      assert.match(stderr, /^updsts: [A-Z]/);
      assert.doesNotMatch(stderr, /^ +at /m, "a stack trace is shown");
      assert.equal(code, exit, stderr);
      assert.equal(scenario.codesSent, sent);
      assert.equal(await scenario.read(), given);
      const { ino } = await Deno.stat(scenario.path);
      assert.equal(ino, before.ino, "the file was replaced");
      assert.deepEqual(scenario.files(), ["credentials"]);
    });
  }
}

Deno.test("get corrects a clock that is off by an hour, also after it was throttled, with the same code", async () => {
  // Once a throttled request used up the correction.
  for (const offset of [HOUR, -HOUR]) {
    const clock = () => new Date(Date.now() + offset);
    await using scenario = await Scenario.start({ clock });
    scenario.sts.script(THROTTLED, THROTTLED);
    const { code, stderr } = await scenario.get();
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.deepEqual(
      scenario.sts.requests.map(({ outcome }) => outcome),
      ["scripted", "scripted", "refused", "issued"],
    );
    assert.equal(
      new Set(scenario.sts.requests.map(({ code }) => code)).size,
      1,
    );
  }
});

Deno.test("list warns of broken blocks", async () => {
  await using scenario = await Scenario.start({
    given: `${GIVEN}# $}}} [auto update by updsts]\n`,
  });
  const { code, stdout, stderr } = await scenario.updsts("list");
  assert.equal(code, 0);
  assert.match(stderr, /^warning: .*line 9 ends a block that has no begin/);
  assert.match(stdout, /^default /m);
});

testUnless(
  unless(Deno.build.os === "linux", "there is no /dev/full"),
  "an answer that cannot be written is an error with what to do",
  async () => {
    await using scenario = await Scenario.start();
    // Once the second and the fourth of these ended with a trace of the runtime.
    for (
      const line of [
        ...["list", "--version", "list --json", "complete -- get "],
        `get default -t ${scenario.code()}`,
      ]
    ) {
      const { code, stderr } = await scenario.run("bash", [
        ...["-c", '"$@" > /dev/full', "bash"],
        ...commandLine(line.split(" ")),
      ]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /Cannot write the answer: No space left on device.*hint.*updsts list/s,
      );
    }
    assert.match(await scenario.read(), /default_sts/);
  },
);
