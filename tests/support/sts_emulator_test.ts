// The STS emulator takes and refuses the AWS SDK and the AWS CLI as the service
// does. What it can be scripted to do is tested by those who use it.
import assert from "node:assert/strict";
import {
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  STSServiceException,
} from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { run } from "./command.ts";
import { needs } from "./skipping.ts";
import { type StsAccount, StsEmulator, totp } from "./sts_emulator.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/alice";
const PHONE = "arn:aws:iam::123456789012:mfa/alice-phone";
// "12345678901234567890", the secret of RFC 6238.
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const ALICE: StsAccount = {
  accountId: "123456789012",
  userName: "alice",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  devices: [{ serial: DEVICE }, { serial: PHONE, totpSecret: SECRET }],
};

function emulate(minutesOff = 0): StsEmulator {
  const clock = () => new Date(Date.now() + minutesOff * 60_000);
  return new StsEmulator({ accounts: [ALICE], clock });
}

/** What differs from Alice's keys, her device, a new code and an hour. */
interface Changed {
  readonly serial?: string;
  readonly code?: string;
  readonly duration?: number;
  readonly key?: Readonly<Record<string, string>>;
}

function client(emulator: StsEmulator, key: Changed["key"]): STSClient {
  const { accessKeyId, secretAccessKey } = ALICE;
  return new STSClient({
    region: "ap-northeast-1",
    endpoint: emulator.url,
    maxAttempts: 1,
    requestHandler: new FetchHttpHandler({}),
    credentials: { accessKeyId, secretAccessKey, ...key },
  });
}

/** GetSessionToken by the real SDK: a session, or status, error code and message. */
async function ask(emulator: StsEmulator, changed: Changed = {}) {
  try {
    const { Credentials } = await client(emulator, changed.key).send(
      new GetSessionTokenCommand({
        SerialNumber: changed.serial ?? DEVICE,
        TokenCode: changed.code ?? emulator.nextCode(DEVICE),
        DurationSeconds: changed.duration ?? 3600,
      }),
    );
    return Credentials?.AccessKeyId ?? "no session";
  } catch (error) {
    if (!(error instanceof STSServiceException)) throw error;
    return `${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`;
  }
}

Deno.test("totp() gives the codes of RFC 6238", () => {
  const codes = [59, 1111111109, 1111111111, 1234567890, 2000000000]
    .map((seconds) => totp(SECRET, new Date(seconds * 1000), 8));
  assert.deepEqual(
    codes,
    ["94287082", "07081804", "14050471", "89005924", "69279037"],
  );
});

const MFA = "403 AccessDenied: MultiFactorAuthentication failed";

Deno.test("requests are refused in the words of STS", async () => {
  const cases: readonly (readonly [Changed, string])[] = [
    [{ key: { secretAccessKey: "x" } }, "403 SignatureDoesNotMatch: The reque"],
    [{ key: { accessKeyId: "AKIAX" } }, "403 InvalidClientTokenId: The securi"],
    [{ key: { sessionToken: "x" } }, "403 InvalidClientTokenId: The security"],
    [{ serial: `${DEVICE}x` }, `${MFA}, unable to validate MFA code.  Please`],
    [{ code: "12345" }, "400 ValidationError: 1 validation error detected: V"],
    [{ duration: 899 }, "400 ValidationError: 1 validation error detected: V"],
    [{ duration: 129_601 }, "400 ValidationError: 1 validation error detect"],
  ];
  await using emulator = emulate();
  for (const [changed, expected] of cases) {
    const answer = await ask(emulator, changed);
    assert(answer.startsWith(expected), answer);
  }
  assert.equal(emulator.sessions.length, 0);
  assert(emulator.requests.every(({ outcome }) => outcome === "refused"));
  for (const minutes of [60, -60]) {
    await using off = emulate(minutes);
    const word = minutes > 0 ? "expired" : "not yet current";
    const expected = `403 SignatureDoesNotMatch: Signature ${word}: `;
    assert((await ask(off)).startsWith(expected));
  }
  await using near = emulate(4);
  assert.match(await ask(near), /^ASIA/);
});

Deno.test("each code works once", async () => {
  await using emulator = emulate();
  const at = (ms: number) => totp(SECRET, new Date(Date.now() + ms));
  const given = [
    { code: emulator.nextCode(DEVICE) },
    { serial: PHONE, code: at(0) },
  ];
  for (const changed of given) {
    assert.match(await ask(emulator, changed), /^ASIA[A-Z2-7]{16}$/);
    assert((await ask(emulator, changed)).startsWith(`${MFA} with invalid`));
  }
  const late = await ask(emulator, { serial: PHONE, code: at(-120_000) });
  assert(late.startsWith(`${MFA} with invalid`), late);
  // The answer to this one is cut, and its code is spent nevertheless.
  emulator.script({ kind: "half_body" });
  const code = emulator.nextCode(DEVICE);
  await assert.rejects(ask(emulator, { code }));
  assert((await ask(emulator, { code })).startsWith(`${MFA} with invalid`));
});

Deno.test("a request that was changed after it was signed is refused", async () => {
  await using emulator = emulate();
  await ask(emulator, { duration: 900 });
  const [signed] = emulator.requests;
  assert(signed !== undefined);
  const { "content-length": _, host: __, ...headers } = signed.headers;
  const authorization = headers["authorization"] ?? "";
  const replay = async (duration: string, changed: Record<string, string>) => {
    const body = new URLSearchParams({
      Action: "GetSessionToken",
      Version: "2011-06-15",
      DurationSeconds: duration,
      SerialNumber: DEVICE,
      TokenCode: signed.code ?? "",
    });
    const init = { method: "POST", headers: { ...headers, ...changed }, body };
    return await (await fetch(emulator.url, init)).text();
  };
  // As it was, the signature holds, and only the code is spent.
  assert.match(await replay("900", {}), /with invalid MFA one time/);
  assert.match(await replay("901", {}), /<Code>SignatureDoesNotMatch</);
  for (
    const [text, expected] of [
      [authorization.replace("host;", ""), /'host' must be a 'SignedHeader'/],
      [authorization.replace("/sts/", "/s3/"), /correct service: 'sts'/],
      ["AWS4-HMAC-SHA256 Credential=x", /<Code>IncompleteSignature</],
      ["", /<Code>MissingAuthenticationToken</],
    ] as const
  ) assert.match(await replay("900", { authorization: text }), expected);
});

Deno.test("a session identifies its user, and gets no other session", async () => {
  await using emulator = emulate();
  await ask(emulator);
  const [session] = emulator.sessions;
  assert(session !== undefined);
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  const key = { accessKeyId, secretAccessKey, sessionToken };
  const identity = await client(emulator, key)
    .send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, "arn:aws:iam::123456789012:user/alice");
  assert.match(await ask(emulator, { key }), /^403 AccessDenied: Cannot call/);
});

Deno.test({
  name: `the AWS CLI gets a session${needs("aws").note}`,
  ignore: needs("aws").ignore,
  fn: async () => {
    await using emulator = emulate();
    const { stdout, stderr } = await run("aws", [
      ...["sts", "get-session-token", "--serial-number", DEVICE],
      ...["--token-code", emulator.nextCode(DEVICE)],
      ...["--endpoint-url", emulator.url, "--region", "eu-west-1"],
    ], {
      AWS_ACCESS_KEY_ID: ALICE.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ALICE.secretAccessKey,
    });
    const { Credentials } = JSON.parse(stdout || stderr);
    assert.equal(Credentials.SessionToken, emulator.sessions[0]?.sessionToken);
  },
});
