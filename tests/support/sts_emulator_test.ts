// Shows that the STS emulator is worth trusting: real clients, the AWS SDK
// and the AWS CLI, are taken and refused as by the service.

import assert from "node:assert/strict";
import {
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  STSServiceException,
} from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import {
  type Behaviour,
  type StsAccount,
  StsEmulator,
  type StsEmulatorOptions,
  type StsSession,
  totp,
} from "./sts_emulator.ts";

const HANDED_OUT = "arn:aws:iam::123456789012:mfa/alice";
const AUTHENTICATOR = "arn:aws:iam::123456789012:mfa/alice-phone";
// "12345678901234567890", the secret of RFC 6238.
const TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const ALICE: StsAccount = {
  accountId: "123456789012",
  userName: "alice",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  devices: [
    { serial: HANDED_OUT },
    { serial: AUTHENTICATOR, totpSecret: TOTP_SECRET },
  ],
};

function emulate(options: Partial<StsEmulatorOptions> = {}): StsEmulator {
  return new StsEmulator({ accounts: [ALICE], ...options });
}

interface Ask {
  readonly serial?: string;
  readonly code?: string;
  readonly duration?: number;
  readonly key?: Partial<StsSession>;
  readonly timeoutMs?: number;
}

/** GetSessionToken by the real SDK, which is told not to try again. */
async function ask(emulator: StsEmulator, options: Ask = {}) {
  const { accessKeyId, secretAccessKey } = ALICE;
  const key = { accessKeyId, secretAccessKey, ...options.key };
  using client = clientOf(emulator, key, options.timeoutMs);
  return await client.send(
    new GetSessionTokenCommand({
      SerialNumber: options.serial ?? HANDED_OUT,
      TokenCode: options.code ?? emulator.nextCode(HANDED_OUT),
      DurationSeconds: options.duration ?? 3600,
    }),
  );
}

function clientOf(
  emulator: StsEmulator,
  credentials: Pick<StsSession, "accessKeyId" | "secretAccessKey">,
  timeoutMs = 5_000,
): STSClient & Disposable {
  const client = new STSClient({
    region: "ap-northeast-1",
    endpoint: emulator.url,
    maxAttempts: 1,
    requestHandler: new FetchHttpHandler({ requestTimeout: timeoutMs }),
    credentials,
  });
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() });
}

/** What `assert.rejects` compares an SDK error with. */
function awsError(status: number, name: string, message: string | RegExp) {
  return (error: unknown) => {
    assert(error instanceof STSServiceException);
    assert.equal(error.name, name);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    assert.equal(error.$metadata.httpStatusCode, status);
    return true;
  };
}

Deno.test("totp gives the codes of RFC 6238", () => {
  const vectors: readonly (readonly [number, string])[] = [
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ];
  for (const [seconds, code] of vectors) {
    const at = new Date(seconds * 1000);
    assert.equal(totp(TOTP_SECRET, at, 8), code);
    assert.equal(totp(TOTP_SECRET, at), code.slice(2));
  }
});

Deno.test("a signed request with a good code gets a session", async () => {
  const now = new Date("2025-10-05T06:30:00.789Z");
  const clock = () => new Date(now.getTime());
  await using emulator = emulate();
  await using past = emulate({ clock });
  const code = emulator.nextCode(HANDED_OUT);
  const { Credentials } = await ask(emulator, { code, duration: 900 });
  const [session] = emulator.sessions;
  assert(Credentials && session);
  assert.deepEqual(
    { ...Credentials },
    {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expiration,
    },
  );
  assert.match(session.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  assert.equal(session.secretAccessKey.length, 40);
  assert(session.sessionToken.length > 400);
  const seconds = (session.expiration.getTime() - Date.now()) / 1000;
  assert(seconds > 890 && seconds <= 900);

  const [request] = emulator.requests;
  assert(request);
  const { headers, signedAt, ...rest } = request;
  assert.equal(headers["content-type"], "application/x-www-form-urlencoded");
  assert.match(signedAt ?? "", /^\d{8}T\d{6}Z$/);
  assert.deepEqual(rest, {
    action: "GetSessionToken",
    accessKeyId: ALICE.accessKeyId,
    serial: HANDED_OUT,
    code,
    duration: "900",
    region: "ap-northeast-1",
    host: new URL(emulator.url).host,
    url: `${emulator.url}/`,
    outcome: "issued",
  });

  const answer = await fetch(past.url, { method: "POST" });
  await answer.body?.cancel();
  assert.equal(answer.headers.get("date"), "Sun, 05 Oct 2025 06:30:00 GMT");
});

Deno.test("wrong keys are refused", async () => {
  await using emulator = emulate();
  await assert.rejects(
    ask(emulator, { key: { secretAccessKey: "wrong" } }),
    awsError(403, "SignatureDoesNotMatch", /^The request signature we calc/),
  );
  await assert.rejects(
    ask(emulator, { key: { accessKeyId: "AKIAUNKNOWN" } }),
    awsError(
      403,
      "InvalidClientTokenId",
      "The security token included in the request is invalid",
    ),
  );
  await assert.rejects(
    ask(emulator, { key: { sessionToken: "uncalled-for" } }),
    awsError(403, "InvalidClientTokenId", /is invalid$/),
  );
  const outcomes = emulator.requests.map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ["refused", "refused", "refused"]);
  assert.equal(emulator.sessions.length, 0);
});

Deno.test("a handed-out code works once, an invented one never", async () => {
  await using emulator = emulate();
  const code = emulator.nextCode(HANDED_OUT);
  const invented = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
  await ask(emulator, { code });
  const refusal = awsError(
    403,
    "AccessDenied",
    "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
  );
  await assert.rejects(ask(emulator, { code }), refusal);
  await assert.rejects(ask(emulator, { code: invented }), refusal);
  assert.throws(() => emulator.nextCode(AUTHENTICATOR));
});

Deno.test("a TOTP code works once, within one step of the clock", async () => {
  await using emulator = emulate();
  const codeAt = (ms: number) => totp(TOTP_SECRET, new Date(Date.now() + ms));
  const code = codeAt(0);
  const device = { serial: AUTHENTICATOR };
  await ask(emulator, { ...device, code });
  await assert.rejects(ask(emulator, { ...device, code }), /invalid MFA/);
  const late = codeAt(-120_000);
  await assert.rejects(ask(emulator, { ...device, code: late }), /invalid MFA/);
});

Deno.test("bad parameters are refused in the words of STS", async () => {
  await using emulator = emulate();
  await assert.rejects(
    ask(emulator, { serial: "arn:aws:iam::123456789012:mfa/bob" }),
    awsError(
      403,
      "AccessDenied",
      "MultiFactorAuthentication failed, unable to validate MFA code.  " +
        "Please verify your MFA serial number is valid and associated with " +
        "this user.",
    ),
  );
  await assert.rejects(
    ask(emulator, { duration: 899 }),
    awsError(
      400,
      "ValidationError",
      "1 validation error detected: Value '899' at 'durationSeconds' failed " +
        "to satisfy constraint: Member must have value greater than or equal " +
        "to 900",
    ),
  );
  await assert.rejects(
    ask(emulator, { duration: 129_601 }),
    awsError(400, "ValidationError", /less than or equal to 129600$/),
  );
  await assert.rejects(
    ask(emulator, { code: "12345" }),
    awsError(400, "ValidationError", /'tokenCode'/),
  );
});

Deno.test("a request changed after signing is refused", async () => {
  await using emulator = emulate();
  await ask(emulator, { duration: 900 });
  const [signed] = emulator.requests;
  assert(signed);
  const { "content-length": _, ...signedHeaders } = signed.headers;
  const replay = async (duration: number, headers: Record<string, string>) => {
    const body = new URLSearchParams({
      Action: "GetSessionToken",
      Version: "2011-06-15",
      DurationSeconds: String(duration),
      SerialNumber: signed.serial ?? "",
      TokenCode: signed.code ?? "",
    });
    const answer = await fetch(emulator.url, {
      method: "POST",
      headers: { ...signedHeaders, ...headers },
      body,
    });
    return await answer.text();
  };
  // As it was, the signature holds, and only the code is spent.
  assert.match(await replay(900, {}), /with invalid MFA one time/);
  const authorization = signed.headers["authorization"] ?? "";
  assert.match(await replay(1800, {}), /<Code>SignatureDoesNotMatch</);
  assert.match(
    await replay(900, { authorization: authorization.replace("host;", "") }),
    /'host' must be a 'SignedHeader'/,
  );
  assert.match(
    await replay(900, {
      authorization: authorization.replace("/sts/", "/s3/"),
    }),
    /correct service: 'sts'/,
  );
  assert.match(
    await replay(900, { authorization: "AWS4-HMAC-SHA256 Credential=x" }),
    /<Code>IncompleteSignature</,
  );
  assert.match(
    await replay(900, { authorization: "" }),
    /<Code>MissingAuthenticationToken</,
  );
  assert.match(
    await replay(900, { "content-type": "application/json" }),
    /<Code>MalformedInput</,
  );
});

Deno.test("a refusal looks like one of STS", async () => {
  await using emulator = emulate();
  const body = new URLSearchParams({ Action: "Nope", Version: "2011-06-15" });
  const answer = await fetch(emulator.url, { method: "POST", body });
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.get("content-type"), "text/xml");
  const requestId = answer.headers.get("x-amzn-requestid");
  assert.equal(
    await answer.text(),
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>InvalidAction</Code>
    <Message>Could not find operation Nope for version 2011-06-15</Message>
  </Error>
  <RequestId>${requestId}</RequestId>
</ErrorResponse>
`,
  );
});

Deno.test("clocks more than five minutes apart are refused", async () => {
  const apart = (minutes: number) => () =>
    new Date(Date.now() + minutes * 60_000);
  await using near = emulate({ clock: apart(4) });
  await using ahead = emulate({ clock: apart(60) });
  await using behind = emulate({ clock: apart(-60) });
  await ask(near);
  await assert.rejects(
    ask(ahead),
    awsError(
      403,
      "SignatureDoesNotMatch",
      /^Signature expired: \w+ is now earlier than \w+ \(\w+ - 5 min\.\)$/,
    ),
  );
  await assert.rejects(
    ask(behind),
    awsError(
      403,
      "SignatureDoesNotMatch",
      /^Signature not yet current: \w+ is still later than \w+ \(\w+ \+ 5 min\.\)$/,
    ),
  );
});

Deno.test("a session cannot ask for a session", async () => {
  await using emulator = emulate();
  await ask(emulator);
  const [session] = emulator.sessions;
  assert(session);
  await assert.rejects(
    ask(emulator, { key: session }),
    awsError(
      403,
      "AccessDenied",
      "Cannot call GetSessionToken with session credentials",
    ),
  );
});

Deno.test("a session identifies its user until it ends", async () => {
  await using emulator = emulate();
  await ask(emulator);
  const [session] = emulator.sessions;
  assert(session);
  const identify = async (key: StsSession) => {
    using client = clientOf(emulator, key);
    return await client.send(new GetCallerIdentityCommand({}));
  };
  const { Account, Arn } = await identify(session);
  assert.equal(Account, ALICE.accountId);
  assert.equal(Arn, "arn:aws:iam::123456789012:user/alice");
  assert.equal(emulator.requests.at(-1)?.outcome, "answered");
  await assert.rejects(
    identify({ ...session, sessionToken: "another" }),
    awsError(403, "InvalidClientTokenId", /is invalid$/),
  );
  emulator.answerWith({ ...session, expiration: new Date(0) });
  await ask(emulator);
  await assert.rejects(
    identify(session),
    awsError(403, "ExpiredToken", /is expired$/),
  );
});

Deno.test("throttle refuses what comes too fast", async () => {
  await using emulator = emulate({ throttle: { perSecond: 1 } });
  await ask(emulator);
  await assert.rejects(
    ask(emulator),
    awsError(400, "Throttling", "Rate exceeded"),
  );
});

Deno.test("answerWith gives the same session as often as told", async () => {
  await using emulator = emulate({ seed: "one" });
  await using twin = emulate({ seed: "one" });
  await ask(emulator);
  const [session] = emulator.sessions;
  assert(session);
  emulator.answerWith(session);
  await ask(emulator);
  assert.deepEqual(emulator.sessions, [session, session]);
  await ask(twin);
  assert.equal(twin.sessions[0]?.sessionToken, session.sessionToken);
});

Deno.test("scripted errors stand in for the answer", async () => {
  await using emulator = emulate();
  const code = emulator.nextCode(HANDED_OUT);
  const date = new Date("2030-01-01T00:00:00Z");
  emulator.script(
    { kind: "error", status: 400, code: "Throttling", message: "Rate < 1" },
    { kind: "error", status: 503, code: "Busy", message: "", date },
  );
  await assert.rejects(
    ask(emulator, { code }),
    awsError(400, "Throttling", "Rate < 1"),
  );
  const answer = await fetch(emulator.url, { method: "POST" });
  assert.match(await answer.text(), /<Type>Receiver</);
  assert.equal(answer.headers.get("date"), date.toUTCString());
  assert.equal(emulator.requests[0]?.outcome, "scripted");
  await ask(emulator, { code });
});

Deno.test("scripted delays hold back what is answered anyway", async () => {
  await using emulator = emulate();
  const slow: readonly Behaviour[] = [
    { kind: "delay_headers", ms: 300 },
    { kind: "delay_body", ms: 300 },
  ];
  for (const behaviour of slow) {
    emulator.script(behaviour);
    const start = performance.now();
    await ask(emulator);
    assert(performance.now() - start >= 290, behaviour.kind);
  }
  emulator.script({ kind: "delay_headers", ms: 60_000 });
  await assert.rejects(ask(emulator, { timeoutMs: 100 }), /did not complete/);
  assert.equal(emulator.requests.at(-1)?.outcome, "issued");

  emulator.script({ kind: "delay_body", ms: 60_000 });
  const early = await fetch(emulator.url, { method: "POST" });
  assert.equal(early.status, 400);
  await early.body?.cancel();
});

Deno.test("scripted breaks are broken connections", async () => {
  await using emulator = emulate();
  emulator.script({ kind: "close" }, { kind: "half_body" });
  const code = emulator.nextCode(HANDED_OUT);
  await assert.rejects(ask(emulator, { code }), TypeError);
  await assert.rejects(ask(emulator, { code }));
  const outcomes = emulator.requests.map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ["scripted", "issued"]);
  await assert.rejects(ask(emulator, { code }), /invalid MFA/);
});

Deno.test("scripted answers may be anything at all", async () => {
  await using emulator = emulate();
  const headers = { "content-type": "text/html" };
  const piece = new TextEncoder().encode("x".repeat(65_536));
  const pieces = function* () {
    for (let count = 0; count < 100; count++) yield piece;
  };
  emulator.script(
    { kind: "raw", status: 302, headers: { Location: "/else" }, body: "" },
    { kind: "raw", status: 200, headers, body: "<html>log in" },
    { kind: "raw", status: 200, headers: {}, body: pieces() },
    {
      kind: "raw",
      status: 200,
      headers: {},
      body: ReadableStream.from([piece]),
    },
    { kind: "raw", status: 200, headers: { "content-length": "9" }, body: "x" },
  );
  const get = (path = "") => fetch(emulator.url + path, { redirect: "manual" });
  const redirect = await get();
  await redirect.body?.cancel();
  assert.equal(redirect.status, 302);
  assert.equal(redirect.headers.get("location"), "/else");
  const page = await get();
  assert.equal(page.headers.get("content-type"), "text/html");
  assert.equal(await page.text(), "<html>log in");
  assert.equal((await (await get()).text()).length, 6_553_600);
  assert.equal((await (await get()).text()).length, 65_536);
  const cut = await get();
  await assert.rejects(cut.text());

  emulator.script(
    {
      kind: "answer",
      fields: { AccessKeyId: "a<&b", SessionToken: undefined },
    },
    { kind: "answer", fields: { AccessKeyId: "a&#10;b" }, raw: true },
  );
  const { Credentials: partial } = await ask(emulator, { code: "000000" });
  assert.equal(partial?.AccessKeyId, "a<&b");
  assert.equal(partial?.SessionToken, undefined);
  assert.equal(partial?.SecretAccessKey?.length, 40);
  const { Credentials: twoLines } = await ask(emulator, { code: "000000" });
  assert.equal(twoLines?.AccessKeyId, "a\nb");
});

Deno.test("close ends delayed and endless answers at once", async () => {
  const emulator = emulate();
  emulator.script(
    { kind: "delay_headers", ms: 60_000 },
    { kind: "delay_body", ms: 60_000 },
    { kind: "raw", status: 200, headers: {}, body: new ReadableStream() },
  );
  const held = [1, 2, 3].map(async () => {
    const answer = await fetch(emulator.url, { method: "POST" });
    return await answer.text();
  });
  const results = Promise.allSettled(held);
  const idle = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(emulator.url).port),
  });
  while (emulator.requests.length < 3) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const start = performance.now();
  await emulator.close();
  await emulator.close();
  idle.close();
  assert.deepEqual(
    (await results).map(({ status }) => status),
    ["rejected", "rejected", "rejected"],
  );
  assert(performance.now() - start < 2_000);
});

function onPath(command: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${command}`).isFile;
    } catch {
      return false;
    }
  });
}

/** Runs with nothing of this machine's AWS and proxy settings. */
async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const PATH = Deno.env.get("PATH") ?? "";
  const HOME = Deno.env.get("HOME") ?? "";
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { PATH, HOME, ...env },
    clearEnv: true,
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

Deno.test({
  name: "the AWS CLI gets a session and is known by it" +
    (onPath("aws") ? "" : " (skipped: aws is not installed)"),
  ignore: !onPath("aws"),
  async fn() {
    await using emulator = emulate();
    const aws = async (env: Record<string, string>, ...args: string[]) => {
      const endpoint = ["--endpoint-url", emulator.url];
      const answer = await run("aws", ["sts", ...args, ...endpoint], {
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        AWS_REGION: "eu-west-1",
        AWS_DEFAULT_REGION: "eu-west-1",
        AWS_DEFAULT_OUTPUT: "json",
        ...env,
      });
      return JSON.parse(answer);
    };
    const longTerm = {
      AWS_ACCESS_KEY_ID: ALICE.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ALICE.secretAccessKey,
    };
    const code = emulator.nextCode(HANDED_OUT);
    const mfa = ["--serial-number", HANDED_OUT, "--token-code", code];
    const answer = await aws(longTerm, "get-session-token", ...mfa);
    const [session] = emulator.sessions;
    assert(session);
    assert.equal(answer.Credentials.AccessKeyId, session.accessKeyId);
    assert.equal(answer.Credentials.SessionToken, session.sessionToken);
    const temporary = {
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken,
    };
    for (const keys of [longTerm, temporary]) {
      const identity = await aws(keys, "get-caller-identity");
      assert.equal(identity.Account, "123456789012");
      assert.equal(identity.Arn, "arn:aws:iam::123456789012:user/alice");
      assert.match(identity.UserId, /^AIDA[A-Z2-7]{17}$/);
    }
  },
});

Deno.test({
  name: "the emulator serves over TLS" +
    (onPath("openssl") ? "" : " (skipped: openssl is not installed)"),
  ignore: !onPath("openssl"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const [keyFile, certFile] = [`${folder}/key.pem`, `${folder}/cert.pem`];
      const selfSigned =
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 " +
        "-nodes -days 2 -subj /CN=localhost -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127.0.0.1";
      const files = ["-keyout", keyFile, "-out", certFile];
      await run("openssl", [...selfSigned.split(" "), ...files]);
      const key = await Deno.readTextFile(keyFile);
      const cert = await Deno.readTextFile(certFile);
      await using emulator = emulate({ tls: { cert, key } });
      assert.match(emulator.url, /^https:/);
      using client = Deno.createHttpClient({ caCerts: [cert] });
      const answer = await fetch(emulator.url, { method: "POST", client });
      assert.match(await answer.text(), /<Code>MalformedInput</);
      await assert.rejects(fetch(emulator.url), (error) => {
        assert(error instanceof TypeError);
        assert.match(String(error.cause), /invalid peer certificate/);
        return true;
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the emulator runs as a process of its own", async () => {
  const config = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(config, JSON.stringify({ accounts: [ALICE] }));
    const module = new URL("./sts_emulator.ts", import.meta.url).href;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", module, "--port", "0", "--config", config],
      stdout: "piped",
    }).spawn();
    const lines = process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const { value = "" } = await lines.read();
    const { url } = JSON.parse(value);
    const device = new URLSearchParams({ serial: HANDED_OUT });
    const next = await fetch(`${url}/emulator/next_code?${device}`);
    assert.match(await next.json(), /^\d{6}$/);
    await (await fetch(url, { method: "POST" })).body?.cancel();
    const requests = await (await fetch(`${url}/emulator/requests`)).json();
    assert.equal(requests.length, 1);
    assert.equal(requests[0].outcome, "refused");
    process.kill("SIGTERM");
    assert.equal((await lines.read()).done, true);
    const { success } = await process.status;
    // There, a signal is no request to end but the end.
    if (Deno.build.os !== "windows") assert.equal(success, true);
  } finally {
    await Deno.remove(config);
  }
});
