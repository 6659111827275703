// A code that STS refused: asked for again where somebody can be, three in all, and not where nobody can.
import assert from "node:assert/strict";
import { UpdstsError } from "../../src/errors.ts";
import type { CodeSource } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { issueSession } from "../../src/sessions/issue_session.ts";
import type { SessionPlan } from "../../src/sessions/session_plan.ts";
import { failsWith } from "../support/errors.ts";
import { exampleSession, MemoryIssuer } from "../support/memory_ports.ts";

const PLAN: SessionPlan = {
  profile: "default",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: new Secret("long+term/secret"),
  device: "arn:aws:iam::123456789012:mfa/alice",
  region: "us-east-1",
  ...{ endpoint: undefined, fips: undefined, dualStack: undefined },
};
const REFUSED = new UpdstsError("MFA_REFUSED", "Cannot get a session: no");

/** Gives one code after the other, and keeps what it was told of the last. */
class TypedCodes implements CodeSource {
  readonly told: (UpdstsError | undefined)[] = [];
  readonly asksAgain: boolean;

  constructor(asksAgain: boolean) {
    this.asksAgain = asksAgain;
  }

  code(_profile: string, _device: string, refused?: UpdstsError) {
    this.told.push(refused);
    return Promise.resolve(new Secret(`00000${this.told.length}`));
  }
}

/** Refuses the first `refusals` codes with `error`. */
function refusing(refusals: number, error: UpdstsError = REFUSED) {
  const issuer = new MemoryIssuer();
  issuer.answer = error;
  const { issue } = MemoryIssuer.prototype;
  issuer.issue = (request) => {
    if (issuer.requests.length === refusals) issuer.answer = exampleSession();
    return issue.call(issuer, request);
  };
  return issuer;
}

function codesOf({ requests }: MemoryIssuer): string[] {
  return requests.map(({ code }) => code.reveal());
}

Deno.test("issueSession() asks again for a code that STS refused, and says why", async () => {
  const [codes, issuer] = [new TypedCodes(true), refusing(2)];
  const session = await issueSession({ codes, issuer }, PLAN, 900, undefined);
  assert.equal(session.accessKeyId, exampleSession().accessKeyId);
  assert.deepEqual(codesOf(issuer), ["000001", "000002", "000003"]);
  assert.deepEqual(codes.told, [undefined, REFUSED, REFUSED]);
});

Deno.test("issueSession() gives up after three codes", async () => {
  const [codes, issuer] = [new TypedCodes(true), refusing(9)];
  await failsWith(
    "MFA_REFUSED",
    () => issueSession({ codes, issuer }, PLAN, 900, undefined),
  );
  assert.equal(issuer.requests.length, 3);
});

Deno.test("issueSession() asks once where nobody can be asked again", async () => {
  const [codes, issuer] = [new TypedCodes(false), refusing(1)];
  await failsWith(
    "MFA_REFUSED",
    () => issueSession({ codes, issuer }, PLAN, 900, undefined),
  );
  assert.equal(codes.told.length, 1);
});

Deno.test("issueSession() asks nobody if the code came with the request", async () => {
  const [codes, issuer] = [new TypedCodes(true), refusing(1)];
  const given = new Secret("123456");
  await failsWith(
    "MFA_REFUSED",
    () => issueSession({ codes, issuer }, PLAN, 900, given),
  );
  assert.equal(codes.told.length, 0);
  assert.deepEqual(codesOf(issuer), ["123456"]);
});

Deno.test("issueSession() asks for no other code if it was not the code that was refused", async () => {
  const error = new UpdstsError("KEYS_REFUSED", "Cannot get a session: no");
  const [codes, issuer] = [new TypedCodes(true), refusing(1, error)];
  await failsWith(
    "KEYS_REFUSED",
    () => issueSession({ codes, issuer }, PLAN, 900, undefined),
  );
  assert.equal(codes.told.length, 1);
});
