// What is sent to STS again, and how often: counted by an STS that can be told what to answer.
import fc from "fast-check";
import assert from "node:assert/strict";
import { createEnvironment } from "../../src/machine/environment.ts";
import { UpdstsError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { AwsSessionIssuer, delayBefore } from "../../src/sts/issuer.ts";
import type { Unspent } from "../../src/sts/failures.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { ALICE } from "../support/scenario.ts";
import { type Behaviour, StsEmulator } from "../support/sts_emulator.ts";

/** By hand, from the documents of the AWS SDKs: what the service may call it. */
const THROTTLING = [
  ...["Throttling", "ThrottlingException", "ThrottledException"],
  ...["RequestThrottled", "RequestThrottledException", "SlowDown"],
  ...["TooManyRequestsException", "RequestLimitExceeded"],
];
const CLOCK = [
  ...["SignatureDoesNotMatch", "InvalidSignatureException"],
  ...["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"],
];
const KEYS = [
  ...["InvalidClientTokenId", "UnrecognizedClientException"],
  ...["InvalidAccessKeyId", "AuthFailure", "SignatureDoesNotMatch"],
  ...["InvalidSignatureException", "IncompleteSignature"],
  "MissingAuthenticationToken",
];
const OTHERS = [
  ...["AccessDenied", "ValidationError", "RegionDisabledException"],
  ...["ExpiredToken", "OptInRequired", "Whatever"],
];

interface Told {
  /** Of STS's clock, in milliseconds. */
  readonly ahead?: number;
  readonly status?: number;
}

function refused(code: string, { ahead = 0, status = 400 }: Told): Behaviour {
  const date = new Date(Date.now() + ahead);
  return { kind: "error", status, code, message: "No", date };
}

/** How many requests STS is sent that answers so, and what comes of it. */
async function ask(...script: readonly Behaviour[]) {
  await using sts = new StsEmulator({
    accounts: [{ ...ALICE, devices: [{ serial: ALICE.device }] }],
  });
  sts.script(...script);
  const log = new MemoryLog();
  const error = await issueAt(sts.url, sts.nextCode(ALICE.device), log);
  return { sent: sts.requests.length, error };
}

/** Why no session came; undefined if one did. */
async function issueAt(
  endpoint: string,
  code: string,
  log: MemoryLog,
): Promise<UpdstsError | undefined> {
  const clock = { now: () => new Date() };
  const environment = createEnvironment(() => undefined);
  try {
    await new AwsSessionIssuer(environment, clock, log).issue({
      profile: "default",
      accessKeyId: ALICE.accessKeyId,
      secretAccessKey: new Secret(ALICE.secretAccessKey),
      device: ALICE.device,
      code: new Secret(code),
      durationSeconds: 900,
      region: "eu-west-1",
      endpoint,
      ...{ fips: undefined, dualStack: undefined },
    });
    return undefined;
  } catch (error) {
    if (error instanceof UpdstsError) return error;
    throw error;
  }
}

const HOUR = 3_600_000;

Deno.test("a throttled request is sent again, whatever the service calls it", async () => {
  await Promise.all(THROTTLING.map(async (code) => {
    const { sent, error } = await ask(refused(code, {}));
    assert.deepEqual({ code, sent, error }, {
      code,
      sent: 2,
      error: undefined,
    });
  }));
});

Deno.test("a request whose date was refused is sent once more, whatever the service calls it", async () => {
  for (const ahead of [HOUR, -HOUR, 302_000, -302_000]) {
    await Promise.all(CLOCK.map(async (code) => {
      const { sent } = await ask(
        refused(code, { ahead }),
        refused("AccessDenied", { ahead }),
      );
      assert.deepEqual({ code, ahead, sent }, { code, ahead, sent: 2 });
    }));
  }
});

Deno.test("a request whose date is refused for ever is sent twice", async () => {
  for (const code of CLOCK) {
    const again = Array.from(
      { length: 5 },
      () => refused(code, { ahead: HOUR }),
    );
    const { sent, error } = await ask(...again);
    assert.equal(sent, 2, code);
    assert.match(
      error?.hint ?? "",
      /the clock of this machine is (?:3599|3600) s behind/,
    );
  }
});

Deno.test("a refusal by an STS whose clock is about right is not taken for one of the date", async () => {
  for (const code of CLOCK) {
    for (const ahead of [0, 240_000, -240_000]) {
      assert.equal((await ask(refused(code, { ahead }))).sent, 1, code);
    }
  }
});

Deno.test("any other refusal is final, also where the clock is an hour off", async () => {
  for (
    const code of [
      ...OTHERS,
      ...KEYS.filter((key) => !CLOCK.includes(key)),
    ]
  ) {
    for (const ahead of [0, HOUR, -HOUR]) {
      assert.equal((await ask(refused(code, { ahead }))).sent, 1, code);
    }
  }
});

Deno.test("a failure of STS is final, whatever it calls it and whatever its clock says: the code may be spent", async () => {
  for (const code of [...THROTTLING, ...CLOCK, ...OTHERS, "InternalFailure"]) {
    for (const status of [500, 502, 503, 504]) {
      const { sent, error } = await ask(refused(code, { status, ahead: HOUR }));
      assert.equal(sent, 1, `${status} ${code}`);
      assert.equal(error?.code, "STS_FAILED");
      assert.match(error.hint ?? "", /the code may be spent/);
    }
  }
});

Deno.test("what is not said as AWS says it is final", async () => {
  for (const status of [200, 204, 301, 400, 403, 429, 500, 503]) {
    const body = status === 204 ? "" : "Throttling";
    const { sent } = await ask({ kind: "raw", status, headers: {}, body });
    assert.equal(sent, 1, String(status));
  }
  assert.equal((await ask({ kind: "close" })).sent, 1);
  assert.equal((await ask({ kind: "half_body" })).sent, 1);
});

Deno.test("an answer with a document type is a page of somebody else", async () => {
  // A megabyte of them kept the SDK's reader busy for a minute, past every deadline.
  const refusal =
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No</Message></Error></ErrorResponse>";
  const answer = async (body: string) =>
    (await ask({ kind: "raw", status: 403, headers: {}, body })).error?.code;
  assert.equal(await answer(refusal), "STS_REFUSED");
  assert.equal(await answer(`<!-- x --><?y?>${refusal}`), "STS_REFUSED");
  const invalid = "STS_ANSWER_INVALID";
  assert.equal(await answer(`<!DOCTYPE x>${refusal}`), invalid);
  assert.equal(await answer(`<!-- --><!docType x>${refusal}`), invalid);
  assert.equal(await answer("<!DOCTYPE>".repeat(100_000)), invalid);
  assert.equal(await answer("<a>".repeat(340_000)), invalid);
});

Deno.test("every name that STS has for a wrong key is told as one", async () => {
  for (const code of KEYS) {
    assert.equal(
      (await ask(refused(code, {}))).error?.code,
      "KEYS_REFUSED",
      code,
    );
  }
  for (const code of OTHERS) {
    assert.equal(
      (await ask(refused(code, {}))).error?.code,
      "STS_REFUSED",
      code,
    );
  }
});

Deno.test("a connection that is refused is tried three times", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const log = new MemoryLog();
  const error = await issueAt(`http://127.0.0.1:${port}`, "123456", log);
  assert.equal(error?.code, "STS_UNREACHABLE");
  const again = log.lines.filter((line) => line.includes("sending it again"));
  assert.deepEqual(again.map((line) => /request \d/.exec(line)?.[0]), [
    "request 1",
    "request 2",
  ]);
});

Deno.test("the waits double from a quarter of a second, half of each by chance, to five seconds at most", () => {
  const reasons: Unspent[] = ["throttled", "connection refused"];
  for (const reason of reasons) {
    const longest = [1, 2, 3, 4, 5, 6].map((sent) =>
      delayBefore(reason, sent, () => 1)
    );
    assert.deepEqual(longest, [500, 1000, 2000, 4000, 5000, 5000]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sent, chance) => {
          const delay = delayBefore(reason, sent, () => chance);
          const most = Math.min(5000, 250 * 2 ** sent);
          assert(delay >= most / 2 && delay <= most, String(delay));
        },
      ),
      { numRuns: 500 },
    );
  }
  assert.equal(delayBefore("clock skew", 1), 0);
});
