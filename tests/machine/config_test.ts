// LocalAwsConfig: which endpoint the environment and the config file ask for.
import assert from "node:assert/strict";
import { join } from "node:path";
import { LocalAwsConfig } from "../../src/machine/config.ts";
import { createEnvironment } from "../../src/machine/environment.ts";

/** What is asked for by a config file of one profile, and an environment. */
async function endpointOf(
  lines: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  name = "work",
) {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(home, ".aws"));
    await Deno.writeTextFile(
      join(home, ".aws", "config"),
      (lines[0]?.startsWith("[") ? lines : ["[profile work]", ...lines])
        .join("\n"),
    );
    const config = new LocalAwsConfig(
      createEnvironment((name) => ({ HOME: home, ...variables })[name]),
    );
    const { endpoint, fips, dualStack } = await config.settingsOf(name);
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
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(home, ".aws"));
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
    await Deno.writeTextFile(
      join(home, ".aws", "config"),
      keys.map((key) => `[profile ${key}]\nregion = x\n${key} = y\n`).join("") +
        "[profile none]\nregion = x\nmfa_serial = y\nrole_arn =\n",
    );
    const config = new LocalAwsConfig(
      createEnvironment((name) => ({ HOME: home })[name]),
    );
    for (const key of keys) {
      const { credentialsKey } = await config.settingsOf(key);
      assert.equal(credentialsKey, key.toLowerCase());
    }
    for (const name of ["none", "nobody"]) {
      assert.equal(
        (await config.settingsOf(name)).credentialsKey,
        undefined,
      );
    }
  } finally {
    await Deno.remove(home, { recursive: true });
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
