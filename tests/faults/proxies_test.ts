// Proxies by every variable, in both cases, with name and password; what goes past them, and what must.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support/command.ts";
import { RecordingProxy } from "../support/recording_proxy.ts";
import { closedPort, Scenario } from "../support/scenario.ts";

const TLS = new URL("tests/fixtures/tls/", ROOT);
const GET = "get default -t CODE -v 2";
const LOGIN = "alice:canaryProxyPassword";

/** The address of a proxy, with a name and a password. */
function withLogin(url: string): string {
  return url.replace("//", `//${LOGIN}@`);
}

for (
  const variable of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
) {
  Deno.test(`get goes by the proxy of ${variable}, with its name and password`, async () => {
    const read = (name: string) => Deno.readTextFile(new URL(name, TLS));
    await using scenario = await Scenario.start({
      tls: { cert: await read("server.pem"), key: await read("server.key") },
    });
    await using proxy = new RecordingProxy();
    const { code, stdout, stderr } = await scenario.updsts(GET, {
      AWS_CA_BUNDLE: fileURLToPath(new URL("ca.pem", TLS)),
      [variable]: withLogin(proxy.url),
    });
    assert.equal(code, 0, stderr);
    assert.equal(proxy.heard.length, 1);
    assert.match(
      proxy.heard.join(),
      new RegExp(`^proxy-authorization: Basic ${btoa(LOGIN)}`, "im"),
    );
    assert.equal(scenario.codesSent, 1);
    assert.doesNotMatch(stdout + stderr, /canaryPr/);
  });
}

for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
  Deno.test(`no proxy of ${variable} reads what goes to this machine by http:`, async () => {
    // Once it read the key id, the signature and the code, and could use the code first.
    await using scenario = await Scenario.start();
    await using proxy = new RecordingProxy();
    const get = (exemption: Record<string, string>) =>
      scenario.get({ [variable]: withLogin(proxy.url), ...exemption });
    for (
      const exemption of [
        {},
        { NO_PROXY: "*,127.0.0.1:80,localhost" },
        { NO_PROXY: "", no_proxy: "127.0.0.1" },
        { NO_PROXY: "elsewhere", no_proxy: "127.0.0.1" },
      ]
    ) {
      const { code, stderr } = await get(exemption);
      assert.equal(code, 5, stderr);
      assert.match(
        stderr,
        /Cannot reach STS: the proxy 127\.0\.0\.2:\d+ would read/,
      );
      assert.match(stderr, /^hint: add 127\.0\.0\.1 to NO_PROXY/m);
      assert.doesNotMatch(stderr, /canaryPr/);
    }
    assert.equal(scenario.sts.requests.length, 0);
    for (const name of ["NO_PROXY", "no_proxy"]) {
      assert.equal((await get({ [name]: "a, 127.0.0.0/8" })).code, 0);
    }
    assert.deepEqual(proxy.heard, []);
    assert.equal(scenario.codesSent, 2);
  });
}

Deno.test("doctor finds the proxy that would read a code, too", async () => {
  await using scenario = await Scenario.start();
  await using proxy = new RecordingProxy();
  const { code, stdout } = await scenario.updsts("doctor --json", {
    HTTP_PROXY: proxy.url,
  });
  assert.equal(code, 5, stdout);
  assert.match(stdout, /HOST_FORBIDDEN/);
  assert.deepEqual(proxy.heard, []);
});

Deno.test("get names the proxy that could not reach STS, without its password", async () => {
  await using scenario = await Scenario.start();
  const place = `127.0.0.1:${closedPort()}`;
  const { code, stdout, stderr } = await scenario.updsts(GET, {
    https_proxy: withLogin(`http://${place}`),
    AWS_ENDPOINT_URL_STS: "https://sts.us-east-1.amazonaws.com",
  });
  assert.equal(code, 5);
  const said = "no connection to sts.us-east-1.amazonaws.com by the proxy ";
  assert(stderr.includes(said + place), stderr);
  assert.doesNotMatch(stdout + stderr, /canaryPr/);
});
