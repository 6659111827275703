// TLS with a certificate authority that only AWS_CA_BUNDLE knows.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";

const FIXTURES = new URL("tests/fixtures/tls/", ROOT);

async function startWithTls(): Promise<Scenario> {
  const [cert, key] = await Promise.all([
    Deno.readTextFile(new URL("server.pem", FIXTURES)),
    Deno.readTextFile(new URL("server.key", FIXTURES)),
  ]);
  return await Scenario.start({ tls: { cert, key } });
}

Deno.test("get refuses a certificate that nobody vouches for, and says what to do", async () => {
  await using scenario = await startWithTls();
  const { code, stderr } = await scenario.get();
  assert.match(stderr, /TLS certificate of 127\.0\.0\.1:\d+ is not trusted/);
  assert.match(stderr, /^hint: .*AWS_CA_BUNDLE/m);
  assert.equal(code, 5);
  assert.equal(scenario.codesSent, 0);
  assert.equal(await scenario.read(), GIVEN);
});

Deno.test("get trusts the authority that AWS_CA_BUNDLE names", async () => {
  await using scenario = await startWithTls();
  const bundle = join(scenario.home, "ca.pem");
  await Deno.copyFile(new URL("ca.pem", FIXTURES), bundle);
  const { code, stderr } = await scenario.get({ AWS_CA_BUNDLE: "~/ca.pem" });
  assert.equal(stderr, "");
  assert.equal(code, 0);
});
