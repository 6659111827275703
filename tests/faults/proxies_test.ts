// Proxies by every variable, in both cases, with name and password; what goes past them, and what must.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support/command.ts";
import { Scenario } from "../support/scenario.ts";

const TLS = new URL("tests/fixtures/tls/", ROOT);

/** An STS by https:, as proxies are made for. */
async function startWithTls(): Promise<Scenario> {
  const [cert, key] = await Promise.all([
    Deno.readTextFile(new URL("server.pem", TLS)),
    Deno.readTextFile(new URL("server.key", TLS)),
  ]);
  return await Scenario.start({ tls: { cert, key } });
}

const AUTHORITY = { AWS_CA_BUNDLE: fileURLToPath(new URL("ca.pem", TLS)) };

/** A proxy that connects whoever asks, and keeps what it reads before. */
class Tunnel implements AsyncDisposable {
  readonly heard: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #done = this.#accept();

  /** With a name and a password. */
  get url(): string {
    const { port } = this.#listener.addr;
    return `http://alice:canaryProxyPassword@127.0.0.1:${port}`;
  }

  async #accept(): Promise<void> {
    const open: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      open.push(this.#serve(connection).catch(() => {}));
    }
    await Promise.all(open);
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const size = await connection.read(buffer) ?? 0;
    const head = new TextDecoder().decode(buffer.subarray(0, size));
    this.heard.push(head);
    const port = /^CONNECT 127\.0\.0\.1:(\d+) /.exec(head)?.[1];
    if (port === undefined) return connection.close();
    const server = await Deno.connect({ port: Number(port) });
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    await Promise.all([
      connection.readable.pipeTo(server.writable),
      server.readable.pipeTo(connection.writable),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#done.catch(() => {});
  }
}

for (
  const variable of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
) {
  Deno.test(`get goes by the proxy of ${variable}, with its name and password`, async () => {
    await using scenario = await startWithTls();
    await using proxy = new Tunnel();
    const { code, stdout, stderr } = await scenario.getWith(["-v", "2"], {
      ...AUTHORITY,
      [variable]: proxy.url,
    });
    assert.equal(code, 0, stderr);
    const [head = "", ...more] = proxy.heard;
    assert.deepEqual(more, []);
    const password = btoa("alice:canaryProxyPassword");
    assert.match(
      head,
      new RegExp(`^proxy-authorization: Basic ${password}`, "im"),
    );
    assert.equal(scenario.codesSent, 1);
    assert.doesNotMatch(stdout + stderr, /canaryPr/);
  });
}

for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
  Deno.test(`no proxy of ${variable} reads what goes to this machine by http:`, async () => {
    // Once it read the key id, the signature and the code, and could use the code first.
    await using scenario = await Scenario.start();
    await using proxy = new Tunnel();
    const get = (exemption: Record<string, string>) =>
      scenario.get({ [variable]: proxy.url, ...exemption });
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
        /Cannot reach STS: the proxy 127\.0\.0\.1:\d+ would read/,
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
  await using proxy = new Tunnel();
  const { code, stdout } = await scenario.updsts(["doctor", "--json"], {
    HTTP_PROXY: proxy.url,
  });
  assert.equal(code, 5, stdout);
  assert.match(stdout, /HOST_FORBIDDEN/);
  assert.deepEqual(proxy.heard, []);
});

Deno.test("get names the proxy that could not reach STS, without its password", async () => {
  await using scenario = await Scenario.start();
  const closed = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.port;
  })();
  const { code, stdout, stderr } = await scenario.getWith(["-v", "2"], {
    https_proxy: `http://alice:canaryProxyPassword@127.0.0.1:${closed}`,
    AWS_ENDPOINT_URL_STS: "https://sts.us-east-1.amazonaws.com",
  });
  assert.equal(code, 5);
  assert.match(
    stderr,
    new RegExp(
      `no connection to sts\\.us-east-1\\.amazonaws\\.com by the proxy 127\\.0\\.0\\.1:${closed}`,
    ),
  );
  assert.doesNotMatch(stdout + stderr, /canaryPr/);
});
