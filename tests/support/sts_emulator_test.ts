// The STS emulator takes and refuses the requests of the AWS SDK as the service does.
import assert from "node:assert/strict";
import {
  GetSessionTokenCommand,
  STSClient,
  STSServiceException,
} from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { ALICE } from "./scenario.ts";
import { StsEmulator } from "./sts_emulator.ts";

function emulate(minutesOff = 0): StsEmulator {
  return new StsEmulator({
    accounts: [{ ...ALICE, devices: [{ serial: ALICE.device }] }],
    clock: () => new Date(Date.now() + minutesOff * 60_000),
  });
}

/** What differs from Alice's keys, her device, a new code and an hour. */
interface Changed {
  readonly serial?: string;
  readonly code?: string;
  readonly duration?: number;
  readonly key?: Readonly<Record<string, string>>;
}

/** GetSessionToken by the real SDK: a session, or status, error code and message. */
async function ask(emulator: StsEmulator, changed: Changed = {}) {
  const { accessKeyId, secretAccessKey, device } = ALICE;
  const client = new STSClient({
    region: "ap-northeast-1",
    endpoint: emulator.url,
    maxAttempts: 1,
    requestHandler: new FetchHttpHandler({}),
    credentials: { accessKeyId, secretAccessKey, ...changed.key },
  });
  try {
    const { Credentials } = await client.send(
      new GetSessionTokenCommand({
        SerialNumber: changed.serial ?? device,
        TokenCode: changed.code ?? emulator.nextCode(device),
        DurationSeconds: changed.duration ?? 3600,
      }),
    );
    return Credentials?.AccessKeyId ?? "no session";
  } catch (error) {
    if (!(error instanceof STSServiceException)) throw error;
    return `${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`;
  }
}

const MFA = "403 AccessDenied: MultiFactorAuthentication failed";

Deno.test("requests are refused in the words of STS", async () => {
  const cases: readonly (readonly [Changed, string])[] = [
    [{ key: { secretAccessKey: "x" } }, "403 SignatureDoesNotMatch: The reque"],
    [{ key: { accessKeyId: "AKIAX" } }, "403 InvalidClientTokenId: The securi"],
    [{ key: { sessionToken: "x" } }, "403 InvalidClientTokenId: The security"],
    [{ serial: "x" }, `${MFA}, unable to validate MFA code.  Please`],
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
  for (const [minutes, word] of [[60, "expired"], [-60, "not yet"]] as const) {
    await using off = emulate(minutes);
    const expected = `403 SignatureDoesNotMatch: Signature ${word}`;
    assert((await ask(off)).startsWith(expected));
  }
  await using near = emulate(4);
  assert.match(await ask(near), /^ASIA/);
});

Deno.test("each code works once, also if its answer is lost, and a session gets no other", async () => {
  await using emulator = emulate();
  const code = emulator.nextCode(ALICE.device);
  assert.match(await ask(emulator, { code }), /^ASIA[A-Z2-7]{16}$/);
  assert((await ask(emulator, { code })).startsWith(`${MFA} with invalid`));
  emulator.script({ kind: "half_body" });
  const lost = emulator.nextCode(ALICE.device);
  await assert.rejects(ask(emulator, { code: lost }));
  const again = await ask(emulator, { code: lost });
  assert(again.startsWith(`${MFA} with invalid`));
  const { expiration: _, ...key } = emulator.sessions[0] ?? assert.fail();
  assert.match(await ask(emulator, { key }), /^403 AccessDenied: Cannot call/);
});

Deno.test("a request that was changed after it was signed is refused", async () => {
  await using emulator = emulate();
  const code = emulator.nextCode(ALICE.device);
  await ask(emulator, { code, duration: 900 });
  const { "content-length": _, host: __, ...headers } =
    emulator.requests[0]?.headers ?? {};
  const { authorization = "" } = headers;
  const replay = async (duration: string, authorization: string) => {
    const body = new URLSearchParams({
      Action: "GetSessionToken",
      Version: "2011-06-15",
      DurationSeconds: duration,
      SerialNumber: ALICE.device,
      TokenCode: code,
    });
    const init = { method: "POST", headers: { ...headers, authorization } };
    return await (await fetch(emulator.url, { ...init, body })).text();
  };
  const cases: readonly (readonly [string, string, RegExp])[] = [
    // As it was, the signature holds, and only the code is spent.
    ["900", authorization, /with invalid MFA one time/],
    ["901", authorization, /<Code>SignatureDoesNotMatch</],
    ["900", authorization.replace("host;", ""), /<Code>IncompleteSignature</],
    [
      "900",
      authorization.replace("/sts/", "/s3/"),
      /<Code>IncompleteSignature</,
    ],
    ["900", "AWS4-HMAC-SHA256 Credential=x", /<Code>IncompleteSignature</],
    ["900", "", /<Code>MissingAuthenticationToken</],
  ];
  for (const [duration, authorization, expected] of cases) {
    assert.match(await replay(duration, authorization), expected);
  }
});
