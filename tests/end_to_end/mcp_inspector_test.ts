// The official inspector lists the tools in both eras, and its schema lint finds nothing.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { baseEnvironment, commandLine, ROOT, run } from "../support/command.ts";
import { Scenario } from "../support/scenario.ts";

const INSPECTOR = denoJson.imports["@modelcontextprotocol/inspector"];

async function inspect(
  scenario: Scenario,
  era: string,
  ...args: readonly string[]
) {
  const { DENO_DIR } = await baseEnvironment();
  return await run(Deno.execPath(), [
    "run",
    "--allow-all",
    "--config",
    fileURLToPath(new URL("tests/deno.json", ROOT)),
    INSPECTOR,
    "--cli",
    "--protocol-era",
    era,
    ...args,
    "--format",
    "json",
    // It hands only a few variables on.
    ...Object.entries({ ...scenario.env, DENO_DIR }).flatMap((
      [name, value],
    ) => [
      "-e",
      `${name}=${value}`,
    ]),
    "--",
    ...commandLine(["mcp", "--mcp-server"]),
  ], scenario.env);
}

for (const era of ["legacy", "modern"]) {
  Deno.test(`the inspector lists the tools without a warning: ${era} era`, async () => {
    await using scenario = await Scenario.start();
    const { code, stdout, stderr } = await inspect(
      scenario,
      era,
      ...["--method", "tools/list", "--strict"],
    );
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).result.tools.length, 3);
    assert.doesNotMatch(stdout + stderr, /[1-9]\d* (errors?|warnings?)/);
  });

  Deno.test(`the inspector is given the link, and a session for a code: ${era} era`, async () => {
    await using scenario = await Scenario.start();
    const update = [
      ...["--method", "tools/call"],
      ...["--tool-name", "updsts_update_sts_credential"],
      ...["--tool-arg", "profile_name=default"],
    ];
    const asked = await inspect(scenario, era, ...update);
    assert.match(asked.stdout, /CODE_NEEDED/, asked.stderr);
    assert.match(asked.stdout, /http:\/\/127\.0\.0\.1:\d+\//);
    const code = scenario.code();
    const given = await inspect(
      scenario,
      era,
      ...update,
      ...["--tool-arg", `totp_token=${code}`],
    );
    assert.equal(given.code, 0, given.stderr);
    assert.match(given.stdout, /default_sts/);
    scenario.assertNoSecret(given.stdout + given.stderr);
  });
}
