// Proxies by every variable, in both cases, with name and password; and what goes past them.
import assert from "node:assert/strict";
import { Scenario } from "../support/scenario.ts";

interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** What was asked of it: the request target and the credentials. */
  readonly asked: {
    readonly target: string;
    readonly authorization: string | null;
  }[];
}

/** A forwarding proxy for plain HTTP, as the emulator speaks it. */
function startProxy(): Proxy {
  const asked: Proxy["asked"] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, async (request) => {
    asked.push({
      target: request.url,
      authorization: request.headers.get("proxy-authorization"),
    });
    const headers = new Headers(request.headers);
    headers.delete("proxy-authorization");
    headers.delete("connection");
    return await fetch(request.url, {
      method: request.method,
      headers,
      body: await request.arrayBuffer(),
    });
  });
  return {
    port: server.addr.port,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
  Deno.test(`get goes by the proxy of ${variable}, with its name and password`, async () => {
    await using scenario = await Scenario.start();
    await using proxy = startProxy();
    const url = `http://alice:canaryProxyPassword@127.0.0.1:${proxy.port}`;
    const { code, stdout, stderr } = await scenario.updsts(
      ["get", "-n", "default", "-t", scenario.code(), "-v", "2"],
      { [variable]: url },
    );
    assert.equal(code, 0, stderr);
    assert.equal(proxy.asked.length, 1);
    assert.equal(
      proxy.asked[0]?.authorization,
      `Basic ${btoa("alice:canaryProxyPassword")}`,
    );
    assert.equal(scenario.codesSent, 1);
    assert.equal(
      scenario.sts.requests[0]?.headers["proxy-authorization"],
      undefined,
    );
    assert.doesNotMatch(stdout + stderr, /canaryPr/);
  });
}

for (const variable of ["NO_PROXY", "no_proxy"]) {
  Deno.test(`get goes past the proxy where ${variable} says so`, async () => {
    await using scenario = await Scenario.start();
    await using proxy = startProxy();
    const { code } = await scenario.updsts(
      ["get", "-n", "default", "-t", scenario.code()],
      { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, [variable]: "127.0.0.1" },
    );
    assert.equal(code, 0);
    assert.equal(proxy.asked.length, 0);
    assert.equal(scenario.codesSent, 1);
  });
}

Deno.test("get names the proxy that could not reach STS, without its password", async () => {
  await using scenario = await Scenario.start();
  const closed = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.port;
  })();
  const { code, stdout, stderr } = await scenario.updsts(
    ["get", "-n", "default", "-t", scenario.code(), "-v", "2"],
    {
      https_proxy: `http://alice:canaryProxyPassword@127.0.0.1:${closed}`,
      AWS_ENDPOINT_URL_STS: "https://sts.us-east-1.amazonaws.com",
    },
  );
  assert.equal(code, 5);
  assert.match(
    stderr,
    new RegExp(
      `no connection to sts\\.us-east-1\\.amazonaws\\.com by the proxy 127\\.0\\.0\\.1:${closed}`,
    ),
  );
  assert.doesNotMatch(stdout + stderr, /canaryPr/);
});
