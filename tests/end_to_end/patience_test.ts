// Where get waits, and when it stops waiting. All at once, for each takes long.
import assert from "node:assert/strict";
import { closedPort, GIVEN, Scenario, THROTTLED } from "../support/scenario.ts";

async function noAnswer(): Promise<void> {
  await using scenario = await Scenario.start();
  scenario.sts.script({ kind: "delay_body", ms: 60_000 });
  const { code, stderr } = await scenario.get();
  assert.match(stderr, /gave no answer within 30 s/);
  assert.match(stderr, /may be spent/);
  assert.equal(code, 5);
  assert.equal(scenario.codesSent, 1);
  assert.equal(await scenario.read(), GIVEN);
}

async function throttledForever(): Promise<void> {
  await using scenario = await Scenario.start();
  scenario.sts.script(...Array.from({ length: 20 }, () => THROTTLED));
  const { code, stderr } = await scenario.get();
  assert.match(stderr, /STS is too busy: Rate exceeded/);
  assert.match(stderr, /code is not spent/);
  assert.equal(code, 4);
  // Ten at most, and fewer only if chance made all waits long.
  assert(scenario.codesSent >= 8, String(scenario.codesSent));
  assert(scenario.codesSent <= 10, String(scenario.codesSent));
  assert.equal(await scenario.read(), GIVEN);
}

Deno.test("get gives up on an STS that is silent or busy for 30 s", async () => {
  await Promise.all([noAnswer(), throttledForever()]);
});

// No connection is open between two tries.
Deno.test("get waits between two tries until the last one has been made", async () => {
  await using scenario = await Scenario.start();
  const get = (variables = {}) =>
    scenario.updsts("get default -t CODE -v 1", variables);
  scenario.sts.script(THROTTLED);
  const busy = await get();
  assert.equal(busy.code, 0, busy.stderr);
  assert.match(busy.stderr, /request 1: throttled; sending it again/);
  assert.equal(scenario.codesSent, 2);
  const { code, stderr } = await get({
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${closedPort()}`,
  });
  assert.equal(code, 5, stderr);
  assert.match(stderr, /request 2: connection refused; sending it again/);
  assert.match(stderr, /no connection to 127\.0\.0\.1/);
});
