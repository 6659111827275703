// Where a code goes is not for the credentials file to say: an agent may name one that it wrote.
import assert from "node:assert/strict";
import { DeafProxy } from "../support/deaf_proxy.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";

/** Where `get` goes with `lines` in the profile of the credentials file. */
async function placeAskedWith(
  lines: readonly string[],
  config = "",
): Promise<readonly string[]> {
  await using proxy = new DeafProxy();
  await using scenario = await Scenario.start({
    given: GIVEN.replace("[other]", [...lines, "[other]"].join("\n")),
    config,
  });
  const { code, stderr } = await scenario.get({
    AWS_ENDPOINT_URL_STS: "",
    NO_PROXY: "",
    HTTPS_PROXY: proxy.url,
    HTTP_PROXY: proxy.url,
  });
  assert.equal(code, 5, stderr);
  return proxy.heard;
}

const USUAL = ["CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1"];

Deno.test("the credentials file asks for no FIPS, no dual-stack and no endpoint", async () => {
  assert.deepEqual(await placeAskedWith([]), USUAL);
  assert.deepEqual(
    await placeAskedWith([
      "use_fips_endpoint = true",
      "use_dualstack_endpoint = true",
      "endpoint_url = http://127.0.0.1:1",
      "services = local",
      "ignore_configured_endpoint_urls = true",
    ], "[services local]\nsts =\n  endpoint_url = http://127.0.0.1:2\n"),
    USUAL,
  );
});

Deno.test("the config file asks for FIPS and dual-stack, and the credentials file for a region", async () => {
  assert.deepEqual(
    await placeAskedWith(
      ["region = eu-west-1", "use_fips_endpoint = false"],
      "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n",
    ),
    ["CONNECT sts-fips.eu-west-1.api.aws:443 HTTP/1.1"],
  );
});
