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
    "--method",
    "tools/list",
    "--strict",
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
    const { code, stdout, stderr } = await inspect(scenario, era);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).result.tools.length, 3);
    assert.doesNotMatch(stdout + stderr, /[1-9]\d* (errors?|warnings?)/);
  });
}
