// LocalAwsConfig: which endpoint the environment and the config file ask for.
import assert from "node:assert/strict";
import { join } from "node:path";
import { LocalAwsConfig } from "../../src/adapters/aws_config.ts";
import { createEnvironment } from "../../src/adapters/environment.ts";

/** What is asked for by a config file of one profile, and an environment. */
async function endpointOf(
  lines: readonly string[],
  variables: Readonly<Record<string, string>> = {},
) {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(home, ".aws"));
    await Deno.writeTextFile(
      join(home, ".aws", "config"),
      ["[profile work]", ...lines, ""].join("\n"),
    );
    const config = new LocalAwsConfig(
      createEnvironment((name) => ({ HOME: home, ...variables })[name]),
    );
    const { endpoint, fips, dualStack } = await config.settingsOf("work");
    return { endpoint, fips, dualStack };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const NONE = { endpoint: undefined, fips: undefined, dualStack: undefined };
const URL_A = "https://a.example";
const URL_B = "https://b.example";

Deno.test("FIPS and dual-stack are asked for by the config file, and the environment comes first", async () => {
  assert.deepEqual(await endpointOf([]), NONE);
  const both = ["use_fips_endpoint = true", "use_dualstack_endpoint = True"];
  assert.deepEqual(await endpointOf(both), {
    endpoint: undefined,
    fips: "true",
    dualStack: "True",
  });
  assert.deepEqual(
    await endpointOf(both, {
      AWS_USE_FIPS_ENDPOINT: "false",
      AWS_USE_DUALSTACK_ENDPOINT: "false",
    }),
    { endpoint: undefined, fips: "false", dualStack: "false" },
  );
});

Deno.test("configured endpoints are ignored where the config file says so, unless the environment says otherwise", async () => {
  const lines = [
    `endpoint_url = ${URL_A}`,
    "ignore_configured_endpoint_urls = TRUE",
  ];
  const variables = { AWS_ENDPOINT_URL: URL_B };
  assert.deepEqual(await endpointOf(lines), NONE);
  assert.deepEqual(await endpointOf(lines, variables), NONE);
  const ignored = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
  const heeded = await endpointOf(lines, { [ignored]: "false" });
  assert.equal(heeded.endpoint, URL_A);
  const other = await endpointOf(lines, { ...variables, [ignored]: "no" });
  assert.equal(other.endpoint, URL_B);
  assert.deepEqual(
    await endpointOf([`endpoint_url = ${URL_A}`], { [ignored]: "true" }),
    NONE,
  );
});
