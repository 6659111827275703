// proxyFor(): which proxy a message names, and never its password.
import assert from "node:assert/strict";
import { createEnvironment } from "../../src/machine/environment.ts";
import { proxyFor } from "../../src/sts/proxy.ts";

const STS = new URL("https://sts.us-east-1.amazonaws.com/");

function proxy(variables: Readonly<Record<string, string>>, url = STS) {
  return proxyFor(url, createEnvironment((name) => variables[name]));
}

Deno.test("proxyFor() follows the scheme, in either case", () => {
  assert.equal(proxy({ HTTPS_PROXY: "http://proxy:8080" }), "proxy:8080");
  assert.equal(proxy({ https_proxy: "http://proxy:8080" }), "proxy:8080");
  assert.equal(proxy({ HTTP_PROXY: "http://proxy:8080" }), undefined);
  assert.equal(
    proxy({ http_proxy: "proxy:8080" }, new URL("http://127.0.0.1:1/")),
    "proxy:8080",
  );
  assert.equal(proxy({ ALL_PROXY: "socks5://proxy:1080" }), "proxy:1080");
  assert.equal(proxy({}), undefined);
});

Deno.test("proxyFor() leaves out name and password", () => {
  assert.equal(
    proxy({ HTTPS_PROXY: "http://user:secret@proxy:8080/" }),
    "proxy:8080",
  );
});

Deno.test("proxyFor() knows the hosts that need none", () => {
  const variables = { HTTPS_PROXY: "http://proxy:8080" };
  for (
    const NO_PROXY of [
      "*",
      "localhost, .amazonaws.com",
      "sts.us-east-1.amazonaws.com",
    ]
  ) {
    assert.equal(proxy({ ...variables, NO_PROXY }), undefined);
  }
  assert.equal(
    proxy({ ...variables, NO_PROXY: "aws.com,example.com" }),
    "proxy:8080",
  );
});

Deno.test("proxyFor() shows no part of a password that was not encoded", () => {
  // Once what stood behind such a character was taken for the host.
  for (
    const address of [
      "http://user:x@canary/word@127.0.0.1:9",
      "http://user:1234#canary@127.0.0.1:9",
      "http://user:12/canary@127.0.0.1:9",
      "user:12?canary@127.0.0.1:9",
    ]
  ) {
    const environment = createEnvironment((name) =>
      name === "HTTP_PROXY" ? address : undefined
    );
    const shown = proxyFor(new URL("http://127.0.0.1/"), environment);
    assert.equal(shown, "an unreadable address");
  }
});
