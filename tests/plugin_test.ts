// The repository as a plugin of Claude Code: its files are what the task makes, and Claude Code takes and starts it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { pinnedDeno, pluginFiles } from "../.ci/plugin.ts";
import { ROOT, run } from "./support/command.ts";
import { testIn } from "./support/in_directory.ts";
import { needs } from "./support/skipping.ts";

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

Deno.test("the plugin's files are what `deno task plugin` writes", async () => {
  for (const [path, text] of Object.entries(await pluginFiles())) {
    assert.equal(read(path), text, `${path}: run deno task plugin`);
  }
});

Deno.test("the plugin needs nothing but Node, and starts the task that has the permissions", async () => {
  const { mcpServers } = JSON.parse(read(".mcp.json"));
  assert(Object.hasOwn(denoJson.tasks, "updsts"));
  assert.deepEqual(mcpServers, {
    updsts: {
      command: "npx",
      args: [
        ...["--yes", await pinnedDeno(), "task", "--quiet"],
        ...["--cwd", "${CLAUDE_PLUGIN_ROOT}", "updsts", "mcp", "--mcp-server"],
      ],
    },
  });
});

testIn(
  "Claude Code finds nothing wrong with the plugin, installs it from a clone, and its server answers",
  async (home) => {
    const claude = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run("claude", args, {
        HOME: home,
        PATH: `${home}:${Deno.env.get("PATH")}`,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_AUTOUPDATER: "1",
      });
      assert.equal(code, 0, stdout + stderr);
      return stdout;
    };
    // npx would ask the registry which versions there are, even for one it has.
    await Deno.writeTextFile(
      join(home, "npx"),
      `#!/bin/sh
[ "$1 $2" = "--yes ${await pinnedDeno()}" ] || exit 9
shift 2
exec "${Deno.execPath()}" "$@"
`,
      { mode: 0o755 },
    );
    for (const path of Object.keys(await pluginFiles())) {
      if (!path.startsWith(".claude-plugin/")) continue;
      const manifest = fileURLToPath(new URL(path, ROOT));
      const options = ["--strict", "--json", manifest];
      const validated = await claude("plugin", "validate", ...options);
      assert.equal(JSON.parse(validated).success, true, path);
    }
    await claude("plugin", "marketplace", "add", fileURLToPath(ROOT));
    await claude("plugin", "install", "updsts@updsts");
    const listed = await claude("mcp", "list");
    assert.match(listed, /^plugin:updsts:updsts: npx .* ✔ Connected$/m);
  },
  needs("claude"),
);
