// proxyFor(): the proxy that the runtime would take, and never its password.
import assert from "node:assert/strict";
import { createEnvironment } from "../../src/machine/environment.ts";
import { proxyFor } from "../../src/sts/http.ts";
import { ROOT, run } from "../support/command.ts";

function proxy(
  variables: Readonly<Record<string, string>>,
  url = "https://sts.us-east-1.amazonaws.com/",
) {
  const environment = createEnvironment((name) => variables[name]);
  return proxyFor(new URL(url), environment);
}

Deno.test("proxyFor() follows the scheme, in either case, and leaves out name and password", () => {
  assert.equal(proxy({ HTTPS_PROXY: "http://proxy:8080" }), "proxy:8080");
  assert.equal(proxy({ https_proxy: "http://a:b@proxy:8080/" }), "proxy:8080");
  assert.equal(proxy({ HTTP_PROXY: "http://proxy:8080" }), undefined);
  const local = "http://127.0.0.1:1/";
  assert.equal(proxy({ http_proxy: "proxy:8080" }, local), "proxy:8080");
  assert.equal(proxy({ ALL_PROXY: "socks5://proxy:1080" }), "proxy:1080");
  assert.equal(proxy({}), undefined);
});

Deno.test("proxyFor() shows no part of a password that was not encoded", () => {
  // Once it took what followed such a character for the host.
  for (
    const HTTPS_PROXY of [
      "http://user:x@canary/word@127.0.0.1:9",
      "http://user:1234#canary@127.0.0.1:9",
      "http://user:12/canary@127.0.0.1:9",
      "user:12?canary@127.0.0.1:9",
    ]
  ) assert.equal(proxy({ HTTPS_PROXY }), "an unreadable address");
});

/** Hosts of this machine, and what may be written of them into NO_PROXY, between bars. */
const EXEMPTIONS = {
  "127.0.0.1": "127.0.0.1| 127.0.0.1 |a,127.0.0.1|127.0.0.0/8|0.0.0.0/0|" +
    "127.0.0.1/32|127.0.0.0/24|127.0.0.2|127.0.0.1:PORT|*|/|127.1|127.|.1|" +
    "127.*|127.0.0.01|128.0.0.0/8|a;127.0.0.1|127.0.0.0/08|127.0.0.0/33|" +
    "127.0.0.0/|127.0.0.1/8/3|0x7f.0.0.1|::ffff:127.0.0.1|a 127.0.0.1|" +
    "127.0.0.1.|localhost||,",
  "localhost": "localhost|LOCALHOST|localhost:PORT|.localhost|..localhost|*|" +
    ".*|*.localhost|*localhost|host|ocalhost|.|localhost.|127.0.0.1|" +
    "127.0.0.0/8|::1|http://localhost",
  "[::1]": "::1|0:0:0:0:0:0:0:1|[::1]|*|::2|::1%lo|127.0.0.1",
};

/** Asks each host by the runtime's own `fetch`, which reads NO_PROXY for each client. */
const ASKING = `
  import { createEnvironment } from ${href("src/machine/environment.ts")};
  import { proxyFor } from ${href("src/sts/http.ts")};
  const serve = (hostname, name) =>
    Deno.serve({ hostname, port: 0, onListen() {} }, () => new Response(name));
  const proxy = serve("127.0.0.1", "proxy").addr;
  Deno.env.set("HTTP_PROXY", "http://127.0.0.1:" + proxy.port);
  const environment = createEnvironment((name) => Deno.env.get(name));
  const found = [];
  for (const [host, forms] of Object.entries(${JSON.stringify(EXEMPTIONS)})) {
    const { port } = serve(host.replace(/[\\[\\]]/g, ""), "direct").addr;
    const url = new URL("http://" + host + ":" + port);
    for (const form of forms.split("|")) {
      Deno.env.set("NO_PROXY", form.replace("PORT", String(port)));
      const client = Deno.createHttpClient({});
      const runtime = await (await fetch(url, { client })).text();
      client.close();
      const ours = proxyFor(url, environment) === undefined ? "direct" : "proxy";
      found.push({ host, form, runtime, ours });
    }
  }
  console.log(JSON.stringify(found));
  Deno.exit();`;

function href(path: string): string {
  return JSON.stringify(new URL(path, ROOT).href);
}

Deno.test("proxyFor() reads NO_PROXY as the runtime does", async () => {
  const { stdout, stderr } = await run(Deno.execPath(), ["eval", ASKING]);
  assert.equal(stderr, "");
  const found: Record<"host" | "form" | "runtime" | "ours", string>[] = JSON
    .parse(stdout);
  const ways = new Set(found.map(({ runtime }) => runtime));
  assert.deepEqual([...ways].sort(), ["direct", "proxy"]);
  assert.deepEqual(
    found.filter(({ runtime, ours }) => runtime !== ours),
    [],
  );
});
