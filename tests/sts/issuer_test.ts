// What is sent to STS again, and how often, and what is made of its answers: by an STS that can be told what to say.
import fc from "fast-check";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { createEnvironment } from "../../src/machine/environment.ts";
import { UpdstsError } from "../../src/errors.ts";
import type { Session } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import type { Unspent } from "../../src/sts/failures.ts";
import { createIssuer, delayBefore } from "../../src/sts/issuer.ts";
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
  ...["ExpiredToken", "OptInRequired", "Whatever", "NotThrottling"],
];

interface Told {
  /** Of STS's clock, in milliseconds. */
  readonly ahead?: number;
  readonly status?: number;
}

function refused(
  code: string,
  { ahead = 0, status = 400 }: Told = {},
): Behaviour {
  const date = new Date(Date.now() + ahead);
  return { kind: "error", status, code, message: "No", date };
}

/** How many requests STS is sent that answers so, and what comes of it. */
async function ask(...script: readonly Behaviour[]) {
  await using sts = new StsEmulator({
    accounts: [{ ...ALICE, devices: [{ serial: ALICE.device }] }],
  });
  sts.script(...script);
  const came = await issueAt(sts.url, sts.nextCode(ALICE.device));
  return { sent: sts.requests.length, ...came };
}

/** The session, or why none came; and what was logged meanwhile. */
async function issueAt(endpoint: string, code: string, timeout?: number) {
  const log = new MemoryLog();
  const clock = { now: () => new Date() };
  const environment = createEnvironment(() => undefined);
  const issuer = createIssuer(environment, clock, log, "", timeout);
  const came: { session?: Session; error?: UpdstsError } = {};
  try {
    came.session = await issuer.issue({
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
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    came.error = error;
  }
  assert(!log.lines.join().includes(code), "the log shows the code");
  return { ...came, lines: log.lines };
}

const HOUR = 3_600_000;

Deno.test("a throttled request is sent again, whatever the service calls it", async () => {
  await Promise.all(THROTTLING.map(async (code) => {
    const { sent, error } = await ask(refused(code));
    assert.deepEqual([sent, error], [2, undefined], code);
  }));
});

Deno.test("a request whose date was refused is sent once more, and no more, whatever the service calls it", async () => {
  for (const ahead of [HOUR, -HOUR, 302_000, -302_000]) {
    await Promise.all(CLOCK.map(async (code) => {
      const once = refused(code, { ahead });
      const again = await ask(once, refused("AccessDenied", { ahead }));
      assert.equal(again.sent, 2, `${code} ${ahead}`);
      const { sent, error } = await ask(once, once, once, once, once);
      assert.equal(sent, 2, `${code} ${ahead}`);
      assert.match(
        error?.hint ?? "",
        /the clock of this machine is (?:3599|360[01]|30[123]) s (?:behind|ahead)/,
      );
    }));
  }
});

Deno.test("any other refusal is final, whatever the clock", async () => {
  const cases = [
    ...CLOCK.flatMap((code) =>
      [0, 240_000, -240_000].map((ahead) => ({ code, ahead }))
    ),
    ...[...OTHERS, ...KEYS].filter((code) => !CLOCK.includes(code))
      .flatMap((code) => [0, HOUR, -HOUR].map((ahead) => ({ code, ahead }))),
  ];
  // No date is signed whose year has not four digits.
  const far = [8.64e15, 3.2e14].map((date) => ({
    code: "SignatureDoesNotMatch",
    ahead: date - Date.now(),
  }));
  for (const { code, ahead } of [...cases, ...far]) {
    const { sent, error } = await ask(refused(code, { ahead }));
    assert.equal(sent, 1, code);
    const expected = KEYS.includes(code) ? "KEYS_REFUSED" : "STS_REFUSED";
    assert.equal(error?.code, expected, code);
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

Deno.test("an answer that is not as AWS says it is final", async () => {
  for (const status of [200, 204, 301, 400, 403, 429, 500, 503]) {
    const body = status === 204 ? "" : "Throttling";
    const { sent } = await ask({ kind: "raw", status, headers: {}, body });
    assert.equal(sent, 1, String(status));
  }
  for (const kind of ["close", "half_body"] as const) {
    const { sent, error } = await ask({ kind });
    assert.equal(sent, 1);
    assert.match(error?.hint ?? "", /the code may be spent/);
  }
});

Deno.test("an answer without a whole session of a year of four digits is final: the code may be spent", async () => {
  const bodies = [
    "",
    "\u0000<<<>",
    "<html>Log in</html>",
    "{}",
    "x".repeat(2_000_000),
  ];
  const headers = { "content-type": "text/xml" };
  const expirations = [
    ...["soon", "1795561200", "2026-13-01T00:00:00Z"],
    ...["10000-06-01T00:00:00Z", "+010000-06-01T00:00:00Z"],
    "-000001-06-01T00:00:00Z",
  ].map((Expiration) => ({ Expiration }));
  const answers: Behaviour[] = [
    ...bodies.map((body) => ({
      ...{ kind: "raw" as const, status: 200 },
      ...{ headers, body },
    })),
    ...[{ SessionToken: undefined }, ...expirations]
      .map((fields) => ({ kind: "answer" as const, fields })),
    // Once a code as long as this was shown.
    refused("A".repeat(3000)),
  ];
  for (const answer of answers) {
    const { sent, error } = await ask(answer);
    assert.equal(sent, 1);
    assert.equal(error?.code, "STS_ANSWER_INVALID");
    assert.match(error.hint ?? "", /the code may be spent/);
    assert((error.message + error.hint).length < 500);
  }
});

Deno.test("a connection that is reset after the request was read is final: the code may be spent", async () => {
  const codes: (string | undefined)[] = [];
  const server = createServer((socket) => {
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes;
      const code = /TokenCode=(\d{6})/.exec(text)?.[1];
      if (code === undefined) return;
      codes.push(code);
      socket.resetAndDestroy();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert(address !== null && typeof address === "object");
  const { error } = await issueAt(`http://127.0.0.1:${address.port}`, "271828");
  await new Promise((resolve) => server.close(resolve));
  assert.equal(error?.code, "STS_UNREACHABLE");
  assert.match(error.message, /lost the connection .* reset/);
  assert.match(error.hint ?? "", /the code may be spent/);
  assert.deepEqual(codes, ["271828"]);
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

Deno.test("a session is taken with white space around its values, and with an expiration that has no zone", async () => {
  // Once either threw the whole session away, and the code with it.
  const time = "2031-02-03T04:05:06";
  for (
    const written of [
      `${time}Z`,
      time,
      `${time}.000`,
      `${time}+00:00`,
      `${time}+0000`,
      time.replace("T", " "),
      "2031-02-03T13:05:06+09:00",
    ]
  ) {
    for (
      const [before, after] of [["", ""], [" ", "\t "], [
        "\r\n      ",
        "\n    ",
      ]]
    ) {
      const around = (value: string) => `${before}${value}${after}`;
      const { session } = await ask({
        kind: "answer",
        fields: {
          AccessKeyId: around("ASIAEXAMPLE"),
          SecretAccessKey: around("a+b/c"),
          SessionToken: around("IQoJ=="),
          Expiration: around(written),
        },
      });
      assert.equal(session?.expiration.toISOString(), `${time}.000Z`, written);
      const { accessKeyId, secretAccessKey, sessionToken } = session;
      assert.deepEqual(
        [accessKeyId, secretAccessKey.reveal(), sessionToken.reveal()],
        ["ASIAEXAMPLE", "a+b/c", "IQoJ=="],
      );
    }
  }
});

// It was read as the beginning of that year: expired, and pruned.
Deno.test("an expiration in a leap second is that of the second after", async () => {
  const { session } = await ask({
    kind: "answer",
    fields: { Expiration: "2030-12-31T23:59:60Z" },
  });
  assert.equal(session?.expiration.toISOString(), "2031-01-01T00:00:00.000Z");
});

Deno.test("white space for a megabyte in an answer is read at once", async () => {
  const blank = " ".repeat(900_000);
  const { error } = await ask({
    kind: "answer",
    fields: { Expiration: `${blank}x${blank.slice(0, 9)}` },
  });
  assert.equal(error?.code, "STS_ANSWER_INVALID");
});

/** Answers a request after 0.3 s, while this thread sleeps. */
const SLOW_STS = `
  const fields = { AccessKeyId: "ASIAEXAMPLE", SecretAccessKey: "a", SessionToken: "b", Expiration: "2031-02-03T04:05:06Z" };
  const xml = Object.entries(fields).map(([name, value]) => "<" + name + ">" + value + "</" + name + ">").join("");
  const { addr } = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.text();
    postMessage("asked");
    await new Promise((resolve) => setTimeout(resolve, 300));
    return new Response("<GetSessionTokenResponse><GetSessionTokenResult><Credentials>" + xml + "</Credentials></GetSessionTokenResult></GetSessionTokenResponse>");
  });
  postMessage(addr.port);`;

Deno.test("an answer that came while the process slept past its deadline is taken", async () => {
  // Once a laptop that was closed for half a minute threw the session away.
  const source = URL.createObjectURL(new Blob([SLOW_STS]));
  const worker = new Worker(source, { type: "module" });
  const heard = () =>
    new Promise<MessageEvent>((resolve) => worker.onmessage = resolve);
  const { data: port } = await heard();
  const asked = heard();
  const issuing = issueAt(`http://127.0.0.1:${port}`, "271828", 1_500);
  await asked;
  // Nothing of this thread runs meanwhile, as if it were stopped.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
  const { session, error } = await issuing;
  worker.terminate();
  URL.revokeObjectURL(source);
  assert.equal(error, undefined);
  assert.equal(session?.accessKeyId, "ASIAEXAMPLE");
});

Deno.test("a connection that is refused is tried three times", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { error, lines } = await issueAt(`http://127.0.0.1:${port}`, "123456");
  assert.equal(error?.code, "STS_UNREACHABLE");
  const again = lines.filter((line) => line.includes("sending it again"));
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
