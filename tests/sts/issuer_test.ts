// How a session is requested: where, with what, how often, and what is made of the answers.
import fc from "fast-check";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { UpdstsError } from "../../src/errors.ts";
import { createEnvironment } from "../../src/machine/environment.ts";
import type { Session, SessionRequest } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { locateSts } from "../../src/sts/client.ts";
import type { Unspent } from "../../src/sts/failures.ts";
import { createIssuer, delayBefore } from "../../src/sts/issuer.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { ALICE } from "../support/scenario.ts";
import { type Behaviour, StsEmulator } from "../support/sts_emulator.ts";

const CODE = "271828";
const ENVIRONMENT = createEnvironment(() => undefined);

function requestFor(target: Partial<SessionRequest>): SessionRequest {
  return {
    profile: "default",
    accessKeyId: ALICE.accessKeyId,
    secretAccessKey: new Secret(ALICE.secretAccessKey),
    device: ALICE.device,
    code: new Secret(CODE),
    durationSeconds: 900,
    region: "eu-west-1",
    ...{ endpoint: undefined, fips: undefined, dualStack: undefined },
    ...target,
  };
}

/** The session, or why none came; and what was logged meanwhile. */
async function issue(target: Partial<SessionRequest>, timeout?: number) {
  const log = new MemoryLog();
  const clock = { now: () => new Date() };
  const agent = "updsts/1.2.3";
  const issuer = createIssuer(ENVIRONMENT, clock, log, agent, timeout);
  const request = requestFor(target);
  const came: { session?: Session; error?: UpdstsError } = {};
  try {
    came.session = await issuer.issue(request);
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    came.error = error;
  }
  const { lines } = log;
  assert(!lines.join().includes(request.code.reveal()), "the log has the code");
  return { ...came, lines };
}

/** The one request that leaves for `target`. */
async function requestTo(target: Partial<SessionRequest>): Promise<Request> {
  const requests: Request[] = [];
  const genuine = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    requests.push(new Request(input, init));
    return Promise.resolve(new Response("", { status: 503 }));
  };
  try {
    assert.equal((await issue(target)).error?.code, "STS_FAILED");
  } finally {
    globalThis.fetch = genuine;
  }
  const [request] = requests;
  assert(request !== undefined && requests.length === 1);
  return request;
}

function signedRegion({ headers }: Request): string | undefined {
  const authorization = headers.get("authorization") ?? "";
  return /\/([\w-]+)\/sts\/aws4_request, /.exec(authorization)?.[1];
}

/** By hand, from the service's documents: regions, domain, dual-stack domain. */
const PARTITIONS = [
  [
    "us-east-1 us-west-2 eu-central-1 ap-northeast-1 sa-east-1 me-south-1 af-south-1 il-central-1 mx-central-1 ca-west-1 aa-nowhere-9",
    ...["amazonaws.com", "api.aws"],
  ],
  [
    "cn-north-1 cn-northwest-1",
    ...["amazonaws.com.cn", "api.amazonwebservices.com.cn"],
  ],
  ["us-gov-west-1 us-gov-east-1", "amazonaws.com", "api.aws"],
  ["eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"],
  ["us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"],
  ["us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"],
  ["eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"],
  ["us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"],
] as const;

Deno.test("a session is requested once, at the right host and for the right region, in 20 regions x FIPS x dual-stack", async () => {
  let asked = 0;
  for (const [regions, domain, dualStackDomain] of PARTITIONS) {
    for (const region of regions.split(" ")) {
      for (const kind of [0, 1, 2, 3]) {
        const [fips, dualStack] = [kind % 2 === 1, kind > 1];
        // The endpoints of GovCloud are FIPS endpoints, without saying so.
        const plain = !fips || (!dualStack && region.startsWith("us-gov-"));
        const host = `sts${plain ? "" : "-fips"}.${region}.${
          dualStack ? dualStackDomain : domain
        }`;
        const switches = { fips: `${fips}`, dualStack: `${dualStack}` };
        const request = await requestTo({ region, ...switches });
        assert.equal(request.method, "POST");
        assert.equal(request.url, `https://${host}/`);
        assert.equal(signedRegion(request), region);
        assert.deepEqual(
          Object.fromEntries(new URLSearchParams(await request.text())),
          {
            Action: "GetSessionToken",
            Version: "2011-06-15",
            DurationSeconds: "900",
            SerialNumber: ALICE.device,
            TokenCode: CODE,
          },
        );
        asked++;
      }
    }
  }
  assert.equal(asked, 80);
  const world = await requestTo({ region: "aws-global" });
  assert.equal(world.url, "https://sts.amazonaws.com/");
  assert.equal(signedRegion(world), "us-east-1");
});

Deno.test("the request tells only what STS has to know", async () => {
  const request = await requestTo({});
  assert.deepEqual([...request.headers.keys()].sort(), [
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "content-type",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
  ]);
  assert.equal(request.headers.get("user-agent"), "updsts/1.2.3");
  assert.equal(request.redirect, "manual");
});

/** Where STS is asked with `wanted`. */
function place(wanted: Partial<SessionRequest>): string {
  return locateSts(requestFor(wanted), ENVIRONMENT).endpoint.href;
}

Deno.test("an endpoint that is configured is taken as it is, and refused if it is not one", async () => {
  for (
    const endpoint of [
      ...["http://127.0.0.1:5000/", "http://127.0.0.1:5000/sts/"],
      "http://[::1]:5000/",
      "https://vpce-0.sts.eu-west-1.vpce.amazonaws.com/",
    ]
  ) assert.equal((await requestTo({ endpoint })).url, endpoint);
  for (
    const endpoint of [
      ...["127.0.0.1:5000", "ftp://x", "nonsense", "//x", "http://a:b@c/"],
      // Once a pattern without its first letter bound took these.
      ...["xhttp://x", "httpsx://x", "http://a@c/"],
      // The SDK would ask there without the rest.
      ...["http://c/?a=1", "http://c/#a"],
    ]
  ) {
    assert.throws(
      () => place({ endpoint }),
      { code: "STS_UNREACHABLE", message: /the configured endpoint is not/ },
      endpoint,
    );
  }
  assert.match(place({ fips: "TRUE" }), /sts-fips\.eu-west-1\.amazonaws\.com/);
  for (const name of ["fips", "dualStack"]) {
    // As the AWS CLI does: an emulator may be asked although FIPS is the rule.
    for (const value of ["true", "yes"]) {
      const endpoint = "http://127.0.0.1/";
      assert.equal(place({ endpoint, [name]: value }), endpoint);
    }
    assert.throws(
      () => place({ [name]: "yes" }),
      { message: /use_\w+_endpoint must be true or false$/ },
    );
  }
});

Deno.test("http: is for this machine alone, also where all hosts are allowed", () => {
  for (
    const host of [
      ...["127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"],
      ...["evil-127.0.0.1.example", "evillocalhost", "128.0.0.1", "[::2]"],
      ...["[::ffff:127.0.0.1]", "127.evil.example", "sts.amazonaws.com"],
    ]
  ) {
    assert.throws(
      () => place({ endpoint: `http://${host}/` }),
      { code: "HOST_FORBIDDEN", message: /is not encrypted$/ },
      host,
    );
  }
  for (const host of ["127.0.0.1:5000", "127.9.9.9", "localhost", "[::1]:5"]) {
    const endpoint = `http://${host}/`;
    assert.equal(place({ endpoint }), endpoint);
  }
});

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

/** STS refuses, and its clock is that many milliseconds ahead. */
function refused(code: string, ahead = 0, status = 400): Behaviour {
  const date = new Date(Date.now() + ahead);
  return { kind: "error", status, code, message: "No", date };
}

/** How many requests STS is sent that answers so, and what comes of it. */
async function ask(...script: readonly Behaviour[]) {
  await using sts = new StsEmulator({
    accounts: [{ ...ALICE, devices: [{ serial: ALICE.device }] }],
  });
  sts.script(...script);
  const code = new Secret(sts.nextCode(ALICE.device));
  const came = await issue({ endpoint: sts.url, code });
  return { sent: sts.requests.length, ...came };
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
      const once = refused(code, ahead);
      const again = await ask(once, refused("AccessDenied", ahead));
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

Deno.test("any other refusal is final, and any failure of STS, whatever it calls it and whatever its clock says", async () => {
  for (const code of [...CLOCK, ...KEYS, ...OTHERS]) {
    const offsets = CLOCK.includes(code) ? [240_000, -240_000] : [HOUR, -HOUR];
    for (const ahead of [0, ...offsets]) {
      const { sent, error } = await ask(refused(code, ahead));
      const expected = KEYS.includes(code) ? "KEYS_REFUSED" : "STS_REFUSED";
      assert.deepEqual([sent, error?.code], [1, expected], code);
    }
  }
  // No date is signed whose year does not have four digits.
  for (const date of [8.64e15, 3.2e14]) {
    const far = refused("SignatureDoesNotMatch", date - Date.now());
    const { sent, error } = await ask(far);
    assert.deepEqual([sent, error?.code], [1, "KEYS_REFUSED"]);
  }
  for (const code of [...THROTTLING, ...CLOCK, ...OTHERS, "InternalFailure"]) {
    for (const status of [500, 502, 503, 504]) {
      const { sent, error } = await ask(refused(code, HOUR, status));
      assert.deepEqual([sent, error?.code], [1, "STS_FAILED"], code);
      assert.match(error?.hint ?? "", /the code may be spent/);
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
  ];
  const headers = { "content-type": "text/xml" };
  const expirations = [
    ...["soon", "1795561200", "2026-13-01T00:00:00Z"],
    ...["10000-06-01T00:00:00Z", "+010000-06-01T00:00:00Z"],
    ...["-000001-06-01T00:00:00Z", "9999-12-31T23:59:59-23:00"],
  ].map((Expiration) => ({ Expiration }));
  const answers: Behaviour[] = [
    ...bodies.map((body) => ({
      ...{ kind: "raw" as const, status: 200 },
      ...{ headers, body },
    })),
    ...[{ SessionToken: undefined }, ...expirations]
      .map((fields) => ({ kind: "answer" as const, fields })),
    // Once a code as long as this was shown.
    refused("Xy".repeat(1500)),
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
  const endpoint = `http://127.0.0.1:${address.port}`;
  const { error } = await issue({ endpoint });
  await new Promise((resolve) => server.close(resolve));
  assert.equal(error?.code, "STS_UNREACHABLE");
  assert.match(error.message, /lost the connection .* reset/);
  assert.match(error.hint ?? "", /the code may be spent/);
  assert.deepEqual(codes, [CODE]);
});

Deno.test("an answer with a document type is a page of somebody else", async () => {
  // A megabyte of them kept the SDK's reader busy for a minute, past every deadline.
  const refusal =
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No</Message></Error></ErrorResponse>";
  const answer = async (body: string) =>
    (await ask({ kind: "raw", status: 403, headers: {}, body })).error?.code;
  assert.equal(await answer(refusal), "STS_REFUSED");
  assert.equal(await answer(`<!-- x --><?y?>${refusal}`), "STS_REFUSED");
  for (
    const body of [
      ...[`<!DOCTYPE x>${refusal}`, `<!-- --><!docType x>${refusal}`],
      ...["<!DOCTYPE>".repeat(100_000), "<a>".repeat(340_000)],
    ]
  ) assert.equal(await answer(body), "STS_ANSWER_INVALID");
});

Deno.test("a session is taken with white space around its values, and with an expiration that has no zone", async () => {
  // Once either threw the whole session away, and the code with it.
  const time = "2031-02-03T04:05:06";
  const local = "2031-02-03T13:05:06+09:00";
  const zones = ["Z", "", ".000", "+00:00", "+0000"].map((end) => time + end);
  for (const written of [...zones, time.replace("T", " "), local]) {
    for (const ends of ["/", " /\t ", "\r\n   /\n  "]) {
      const [before, after] = ends.split("/");
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
  const expiring = async (Expiration: string) =>
    await ask({ kind: "answer", fields: { Expiration } });
  // It was read as the beginning of that year: expired, and pruned.
  const { session } = await expiring("2030-12-31T23:59:60Z");
  assert.equal(session?.expiration.toISOString(), "2031-01-01T00:00:00.000Z");
  // A megabyte is read at once.
  const blank = " ".repeat(900_000);
  const { error } = await expiring(`${blank}x${blank.slice(0, 9)}`);
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
  const message = () =>
    new Promise<MessageEvent>((resolve) => worker.onmessage = resolve);
  const { data: port } = await message();
  const asked = message();
  const issuing = issue({ endpoint: `http://127.0.0.1:${port}` }, 1_500);
  await asked;
  // Nothing of this thread runs meanwhile, as if it were stopped.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
  const { session, error } = await issuing;
  worker.terminate();
  URL.revokeObjectURL(source);
  assert.equal(error, undefined);
  assert.equal(session?.accessKeyId, "ASIAEXAMPLE");
});

Deno.test("the waits double from a quarter of a second, half of each by chance, to five seconds at most, and end", () => {
  const waits = (reason: Unspent, chance: number) =>
    [1, 2, 3, 4, 5, 9, 10].map((count) =>
      delayBefore(reason, count, () => chance)
    );
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (chance) => {
      const shares = [500, 1000, 2000, 4000, 5000, 5000]
        .map((most) => most / 2 + chance * most / 2);
      assert.deepEqual(waits("throttled", chance), [...shares, undefined]);
      const [first, second] = shares;
      assert.deepEqual(
        waits("connection refused", chance).slice(0, 3),
        [first, second, undefined],
      );
    }),
  );
  assert.deepEqual(waits("clock skew", 0.5).slice(0, 2), [0, undefined]);
});
