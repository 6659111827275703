// LocalAwsConfig: what the environment and the config file say of a profile.
import assert from "node:assert/strict";
import { LocalAwsConfig } from "../../src/machine/config.ts";
import { createEnvironment } from "../../src/machine/environment.ts";

/** What a config file of these lines says of a profile, with these variables. */
async function settingsOf(
  lines: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  name = "work",
) {
  const path = await Deno.makeTempFile();
  try {
    const isWhole = lines[0]?.startsWith("[");
    const whole = isWhole ? lines : ["[profile work]", ...lines];
    await Deno.writeTextFile(path, whole.join("\n"));
    const environment = createEnvironment((name) =>
      ({ AWS_CONFIG_FILE: path, ...variables })[name]
    );
    return await new LocalAwsConfig(environment).settingsOf(name);
  } finally {
    await Deno.remove(path);
  }
}

/** Where STS is asked, of that. */
async function endpointOf(...given: Parameters<typeof settingsOf>) {
  const { endpoint, fips, dualStack } = await settingsOf(...given);
  return { endpoint, fips, dualStack };
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

Deno.test("a section of the config file is found however its header is spelled", async () => {
  const settings = ["use_fips_endpoint = true", "services = local"];
  const services = ["sts =", `  endpoint_url = ${URL_A}`];
  for (
    const [profile, local] of [
      ["[profile work]", "[services local]"],
      ["[profile  work ]", "[services  local ]"],
      ["[profile\twork]", "[services\tlocal]"],
      ['[profile "work"]', '[services "local"]'],
      ["[profile 'work']", "[services 'local']"],
      // For Go's parser, and for JavaScript's.
      ["[ profile work ]", "[ services local ]"],
      ["[profile\u3000work]", "[services\u3000local]"],
    ] as const
  ) {
    assert.deepEqual(
      await endpointOf([profile, ...settings, local, ...services]),
      { endpoint: URL_A, fips: "true", dualStack: undefined },
      profile,
    );
  }
  for (const header of ["[work]", "[profilework]", "[sso-session work]"]) {
    assert.deepEqual(await endpointOf([header, ...settings]), NONE, header);
  }
});

Deno.test("a profile of the config file that has credentials of its own is told by their key", async () => {
  const keys = [
    "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY",
    "credential_process",
    "login_session",
    "role_arn",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
  ];
  for (const key of keys) {
    const { credentialsKey } = await settingsOf(["region = x", `${key} = y`]);
    assert.equal(credentialsKey, key.toLowerCase());
  }
  const none = ["region = x", "mfa_serial = y", "role_arn ="];
  for (const name of ["work", "nobody"]) {
    const { credentialsKey } = await settingsOf(none, {}, name);
    assert.equal(credentialsKey, undefined);
  }
});

// No test noticed when the order decided.
Deno.test("[profile default] comes before [default], wherever they are", async () => {
  const sections = [
    ["[default]", `endpoint_url = ${URL_A}`],
    ["[profile default]", `endpoint_url = ${URL_B}`],
  ];
  for (const lines of [sections, sections.toReversed()]) {
    const { endpoint } = await endpointOf(lines.flat(), {}, "default");
    assert.equal(endpoint, URL_B);
  }
});
