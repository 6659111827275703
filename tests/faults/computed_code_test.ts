// A code that a person typed is not to be computed from what is shown, whatever STS quotes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ALICE, Scenario } from "../support/scenario.ts";

/** What the signature covers of the form: whoever wrote the file knows all but the code. */
function hashOfForm(code: string): string {
  const form = new URLSearchParams({
    Action: "GetSessionToken",
    Version: "2011-06-15",
    DurationSeconds: "3600",
    SerialNumber: ALICE.device,
    TokenCode: code,
  });
  return createHash("sha256").update(form.toString()).digest("hex");
}

function canonicalRequest(hash: string): string {
  return [
    "The Canonical String for this request should have been",
    "'POST",
    "/",
    "",
    "content-type:application/x-www-form-urlencoded",
    "host:sts.amazonaws.com",
    "x-amz-date:20261124T225532Z",
    "",
    "content-type;host;x-amz-date",
    `${hash}'`,
  ].join("\n");
}

/** Eight digits in a row would tell one code of a million. */
function assertNoPart(hash: string, shown: string): void {
  for (let start = 0; start + 8 <= hash.length; start++) {
    assert(!shown.includes(hash.slice(start, start + 8)), shown);
  }
}

const ANSWERS = [
  { status: 403, code: "SignatureDoesNotMatch" },
  { status: 403, code: "InvalidSignatureException" },
  { status: 403, code: "IncompleteSignature" },
  { status: 403, code: "InvalidClientTokenId" },
  { status: 403, code: "AccessDenied" },
  { status: 400, code: "ValidationError" },
  { status: 400, code: "Whatever" },
  { status: 500, code: "InternalFailure" },
];

for (const { status, code: error } of ANSWERS) {
  Deno.test(`no code can be computed from a canonical request that STS quotes with ${error}`, async () => {
    // Once 0.4 s of search found it: all but six digits of what was hashed is known.
    for (const args of [["-v", "2"], ["--json"]]) {
      await using scenario = await Scenario.start();
      const code = scenario.code();
      const hash = hashOfForm(code);
      scenario.sts.script({
        kind: "raw",
        status,
        headers: {
          "content-type": "text/xml",
          "x-amzn-requestid": hash,
          date: hash,
        },
        body:
          `<ErrorResponse><Error><Type>Sender</Type><Code>${error}</Code><Message>${
            canonicalRequest(hash)
          }</Message></Error><RequestId>${hash}</RequestId></ErrorResponse>`,
      });
      const { code: exit, stdout, stderr } = await scenario.updsts(
        ["get", "-n", "default", "-t", code, ...args],
      );
      assert(exit === 4 || exit === 5, stderr);
      const [request] = scenario.sts.requests;
      assert.equal(request?.headers["x-amz-content-sha256"], hash);
      const shown = stdout + stderr;
      assertNoPart(hash, shown);
      assert(!shown.includes(code), shown);
      assert.doesNotMatch(shown, /[0-9a-f]{32}/i);
    }
  });
}

Deno.test("an error of STS whose name is a hash is not shown", async () => {
  await using scenario = await Scenario.start();
  const code = scenario.code();
  const hash = hashOfForm(code);
  scenario.sts.script({
    kind: "error",
    status: 400,
    code: `E${hash}`,
    message: "no",
  });
  const { code: exit, stderr } = await scenario.updsts(
    ["get", "-n", "default", "-t", code, "-v", "2"],
  );
  assert.equal(exit, 5);
  assertNoPart(hash, stderr);
});

Deno.test("get -v 2 shows no code, whatever becomes of it", async () => {
  await using scenario = await Scenario.start();
  const throttled = { kind: "error", status: 400, code: "Throttling" } as const;
  const fates = [
    { exit: 0, script: { kind: "delay_headers", ms: 1 } },
    { exit: 0, script: { ...throttled, message: "Rate exceeded" } },
    { exit: 5, script: { kind: "close" } },
    {
      exit: 5,
      script: { kind: "error", status: 500, code: "E", message: "x" },
    },
    {
      exit: 4,
      script: { kind: "error", status: 400, code: "E", message: "x" },
    },
  ] as const;
  for (const { exit, script } of fates) {
    scenario.sts.script(script);
    const code = scenario.code();
    const { code: exited, stdout, stderr } = await scenario.updsts(
      ["get", "-n", "default", "-t", code, "-v", "2"],
    );
    assert.equal(exited, exit, stderr);
    assert.match(stderr, /STS endpoint/);
    assert(!(stdout + stderr).includes(code), stderr);
  }
});
