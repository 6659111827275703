// Questions on pages: what a person does, and what becomes of whoever asks.
import assert from "node:assert/strict";
import { UpdstsError } from "../../src/errors.ts";
import {
  assertClosed,
  formHeaders,
  PageScenario,
  send,
  type,
} from "../support/page_driver.ts";
import { exampleSession } from "../support/memory_ports.ts";

const REFUSED = new UpdstsError("MFA_REFUSED", "Cannot get a session: no");

function codeOf(outcome: unknown): string | undefined {
  return outcome instanceof UpdstsError ? outcome.code : undefined;
}

Deno.test("a code that is typed runs the refresh there and then, and the page says until when", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  const before = await send(url);
  assert.match(before.body, /for the profile default/);
  assert.match(before.body, /Claude Code/);
  assert.match(
    before.body.replaceAll("<wbr>", ""),
    /:mfa&#47;alice|:mfa\/alice/,
  );
  const after = await type(url, " 123-456 ");
  assert.deepEqual(scenario.codes, ["123456"]);
  assert.match(after.body, /Your session is ready/);
  assert.match(after.body, /default_sts/);
  assert.match(after.body, /in 60 minutes/);
  assert.equal(scenario.file.writes, 1);
  const outcome = await pending.outcome;
  assert(!(outcome instanceof UpdstsError));
  assert.equal(outcome.sessionProfile, "default_sts");
  await assertClosed(url);
});

Deno.test("a code that AWS refuses is asked for again, with the reason and when the next one begins", async () => {
  const scenario = new PageScenario();
  scenario.issuer.answer = REFUSED;
  const { url, pending } = await scenario.ask();
  const first = await type(url, "000001");
  assert.match(first.body, /You can try 2 more/);
  assert.match(first.body, /in 25 s/);
  assert.match(first.body, /aria-invalid/);
  assert.match((await type(url, "000002")).body, /You can try one more/);
  scenario.issuer.answer = exampleSession();
  assert.match((await type(url, "000003")).body, /ready/);
  assert.deepEqual(scenario.codes, ["000001", "000002", "000003"]);
  assert(!(await pending.outcome instanceof UpdstsError));
  await assertClosed(url);
});

Deno.test("three refused codes end the question", async () => {
  const scenario = new PageScenario();
  scenario.issuer.answer = REFUSED;
  const { url, pending } = await scenario.ask();
  await type(url, "000001");
  await type(url, "000002");
  assert.match((await type(url, "000003")).body, /none of three codes/);
  assert.equal(codeOf(await pending.outcome), "MFA_REFUSED");
  await assertClosed(url);
});

Deno.test("what is no code is told so, sends nothing, and counts for nothing", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  for (const text of ["12345", "", "abcdef", "1234567", "１２３"]) {
    assert.match((await type(url, text)).body, /That is not six digits/);
  }
  assert.deepEqual(scenario.codes, []);
  assert.match((await type(url, "１２３ ４５６")).body, /ready/);
  assert.deepEqual(scenario.codes, ["123456"]);
  await pending.outcome;
});

Deno.test("a failure that no other code would mend is shown, and is the outcome", async () => {
  const scenario = new PageScenario();
  scenario.issuer.answer = new UpdstsError("KEYS_REFUSED", "Cannot <b>", {
    hint: "look & see",
  });
  const { url, pending } = await scenario.ask();
  const { body } = await type(url, "123456");
  assert.match(body, /Cannot &#60;b&#62;/);
  assert.match(body, /look &#38; see/);
  assert.equal(codeOf(await pending.outcome), "KEYS_REFUSED");
  await assertClosed(url);
});

Deno.test("a person who declines on the page leaves nothing listening", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  const { body } = await send(url, {
    method: "POST",
    headers: formHeaders(url),
    body: "decline=yes&code=123456",
  });
  assert.match(body, /You declined/);
  assert.equal(codeOf(await pending.outcome), "CODE_DECLINED");
  assert.deepEqual(scenario.codes, []);
  await assertClosed(url);
});

Deno.test("a person who declines in the client leaves nothing listening", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  (await pending.opened).decline();
  assert.equal(codeOf(await pending.outcome), "CODE_DECLINED");
  await assertClosed(url);
});

Deno.test("a code that is typed after nearly ten minutes is taken, after ten it is not", async () => {
  const scenario = new PageScenario();
  const early = await scenario.ask("early");
  scenario.now = new Date(scenario.now.getTime() + 599_000);
  assert.match((await type(early.url, "123456")).body, /session/);
  assert(!(await early.pending.outcome instanceof UpdstsError));

  const late = await scenario.ask("late");
  scenario.now = new Date(scenario.now.getTime() + 600_000);
  assert.match((await type(late.url, "654321")).body, /has expired/);
  assert.equal(codeOf(await late.pending.outcome), "CODE_EXPIRED");
  assert.deepEqual(scenario.codes, ["123456"]);
  // Whoever asks next is asked anew.
  assert.equal(scenario.pendingCodes.find("late"), undefined);
  await assertClosed(late.url);
});

Deno.test("a code that AWS refuses after the time is over is the last one", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  scenario.issuer.issue = () => {
    scenario.now = new Date(scenario.now.getTime() + 600_000);
    return Promise.reject(REFUSED);
  };
  assert.match((await type(url, "123456")).body, /has expired/);
  assert.equal(codeOf(await pending.outcome), "CODE_EXPIRED");
  await assertClosed(url);
});

Deno.test("the same form sent twice at once is one code, and both are told the outcome", async () => {
  const scenario = new PageScenario();
  const answered = Promise.withResolvers<void>();
  const { issue } = scenario.issuer;
  scenario.issuer.issue = async (request) => {
    await answered.promise;
    return await issue.call(scenario.issuer, request);
  };
  const { url } = await scenario.ask();
  const both = [type(url, "123456"), type(url, "123456")];
  // A look at the page in between shows the field, and changes nothing.
  assert.match((await send(url)).body, /one-time-code/);
  answered.resolve();
  for (const { body } of await Promise.all(both)) assert.match(body, /ready/);
  assert.deepEqual(scenario.codes, ["123456"]);
});

Deno.test("several questions at once do not disturb each other", async () => {
  const scenario = new PageScenario();
  const [one, two] = [await scenario.ask("one"), await scenario.ask("two")];
  assert.notEqual(one.url.pathname, two.url.pathname);
  assert.match((await type(one.url, "111111")).body, /ready/);
  await one.pending.outcome;
  assert.equal((await send(one.url)).status, 404);
  assert.match((await type(two.url, "222222")).body, /ready/);
  assert.deepEqual(scenario.codes, ["111111", "222222"]);
  await assertClosed(two.url);
});

Deno.test("an outcome is kept until somebody has heard it", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  await type(url, "123456");
  await pending.outcome;
  assert.equal(scenario.pendingCodes.find("key"), pending);
  pending.acknowledge();
  assert.equal(scenario.pendingCodes.find("key"), undefined);
});

Deno.test("what fails before anybody is asked opens no page and is not kept", async () => {
  const scenario = new PageScenario();
  const pending = scenario.pendingCodes.begin(
    "key",
    { file: undefined, client: undefined },
    () => Promise.reject(new TypeError("canary")),
  );
  assert.equal(codeOf(await pending.outcome), "INTERNAL");
  assert.equal(scenario.pendingCodes.find("key"), undefined);
});

// An agent was told that the person had declined.
Deno.test("close() closes all pages, and says that the server ends", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  scenario.pendingCodes.close();
  assert.equal(codeOf(await pending.outcome), "CANCELLED");
  await assertClosed(url);
});

Deno.test("names from the file and the client cannot break the page", async () => {
  const scenario = new PageScenario();
  const { url } = await scenario.ask("key", {
    file: `/tmp/<script>alert(1)</script>"'\u202e`,
    client: `<img src=x onerror=alert(1)> "'&`,
  });
  const { body } = await send(url);
  assert.doesNotMatch(body, /<script|<img|\u202e/);
  assert.match(body, /not your usual credentials file/);
  assert.match(body, /&#60;img src=x onerror=alert\(1\)&#62; &#34;&#39;&#38;/);
});
