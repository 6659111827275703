// TLS with a certificate authority that only AWS_CA_BUNDLE knows.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";

const FIXTURES = new URL("tests/fixtures/tls/", ROOT);

const [cert, key] = await Promise.all([
  Deno.readTextFile(new URL("server.pem", FIXTURES)),
  Deno.readTextFile(new URL("server.key", FIXTURES)),
]);
const TLS = { tls: { cert, key } };

Deno.test("get refuses a certificate that nobody vouches for, and says what to do", async () => {
  await using scenario = await Scenario.start(TLS);
  const { code, stderr } = await scenario.get();
  assert.match(stderr, /TLS certificate of 127\.0\.0\.1:\d+ is not trusted/);
  assert.match(stderr, /^hint: .*AWS_CA_BUNDLE/m);
  assert.equal(code, 5);
  assert.equal(scenario.codesSent, 0);
  assert.equal(await scenario.read(), GIVEN);
});

for (
  const [variable, config] of [
    ["~/ca.pem", "[default]\nca_bundle = ~/missing.pem\n"],
    ["", "[default]\nca_bundle = ~/ca.pem\n"],
  ] as const
) {
  const source = variable === "" ? "ca_bundle" : "AWS_CA_BUNDLE";
  Deno.test(`get trusts the authority that ${source} names`, async () => {
    await using scenario = await Scenario.start({ ...TLS, config });
    const bundle = join(scenario.home, "ca.pem");
    await Deno.copyFile(new URL("ca.pem", FIXTURES), bundle);
    const { code, stderr } = await scenario.get({ AWS_CA_BUNDLE: variable });
    assert.equal(stderr, "");
    assert.equal(code, 0);
    // doctor asks STS in the same way.
    const env = { AWS_CA_BUNDLE: variable };
    assert.equal((await scenario.updsts("doctor", env)).code, 0);
  });
}

Deno.test("get speaks HTTP/1.1, also to a server that has HTTP/2", async () => {
  // With HTTP/2 the runtime sends a request again by itself if the stream is refused.
  await using scenario = await Scenario.start();
  using listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    ...{ cert, key, alpnProtocols: ["h2", "http/1.1"] },
  });
  const heard = (async () => {
    using connection = await listener.accept();
    const { alpnProtocol } = await connection.handshake();
    const buffer = new Uint8Array(4096);
    const size = await connection.read(buffer) ?? 0;
    const [first] = new TextDecoder().decode(buffer.subarray(0, size))
      .split("\r\n");
    return { alpnProtocol, first };
  })();
  const { code } = await scenario.get({
    AWS_CA_BUNDLE: fileURLToPath(new URL("ca.pem", FIXTURES)),
    AWS_ENDPOINT_URL_STS: `https://127.0.0.1:${listener.addr.port}`,
  });
  assert.equal(code, 5);
  const { alpnProtocol, first } = await heard;
  assert.notEqual(alpnProtocol, "h2");
  assert.equal(first, "POST / HTTP/1.1");
});
