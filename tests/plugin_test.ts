// The repository as a plugin of Claude Code: its files are what the task makes, and Claude Code takes and starts it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import denoJson from "../deno.json" with { type: "json" };
import { pinnedDeno, pluginFiles } from "../.ci/plugin.ts";
import { type Finished, isInstalled, ROOT, run } from "./support/command.ts";

const serverSchema = z.object({
  mcpServers: z.object({
    updsts: z.strictObject({
      command: z.string(),
      args: z.array(z.string()),
    }),
  }),
});

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

Deno.test("the plugin's files are what `deno task plugin` writes", async () => {
  for (const [path, text] of Object.entries(await pluginFiles())) {
    assert.equal(read(path), text, `${path}: run deno task plugin`);
  }
});

Deno.test("the plugin needs nothing but Node, and starts the task that has the permissions", async () => {
  const { updsts } = serverSchema.parse(JSON.parse(read(".mcp.json")))
    .mcpServers;
  assert.equal(updsts.command, "npx");
  const [yes, deno, verb, quiet, cwd, root, task, ...rest] = updsts.args;
  assert.deepEqual([yes, deno], ["--yes", await pinnedDeno()]);
  assert.deepEqual([verb, quiet, cwd], ["task", "--quiet", "--cwd"]);
  assert.equal(root, "${CLAUDE_PLUGIN_ROOT}");
  assert(task !== undefined && Object.hasOwn(denoJson.tasks, task));
  assert.deepEqual(rest, ["mcp", "--mcp-server"]);
});

const CLAUDE = isInstalled("claude") && Deno.build.os !== "windows";

/** Claude Code in a home of its own, and an `npx` that fetches nothing. */
class ClaudeCode implements AsyncDisposable {
  private constructor(private readonly home: string) {}

  static async start(): Promise<ClaudeCode> {
    const home = await Deno.makeTempDir({ prefix: "updsts-claude-" });
    const bin = join(home, "bin");
    await Deno.mkdir(bin);
    // npx would ask the registry which versions there are, even for one it has.
    await Deno.writeTextFile(
      join(bin, "npx"),
      `#!/bin/sh
[ "$1 $2" = "--yes ${await pinnedDeno()}" ] || exit 9
shift 2
exec "${Deno.execPath()}" "$@"
`,
      { mode: 0o755 },
    );
    return new ClaudeCode(home);
  }

  claude(...args: string[]): Promise<Finished> {
    return run("claude", args, {
      HOME: this.home,
      PATH: `${join(this.home, "bin")}:${Deno.env.get("PATH")}`,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.home, { recursive: true });
  }
}

Deno.test({
  name: "Claude Code finds nothing wrong with the plugin and the marketplace" +
    (CLAUDE ? "" : " (skipped: claude is not installed)"),
  ignore: !CLAUDE,
  fn: async () => {
    await using code = await ClaudeCode.start();
    for (const path of Object.keys(await pluginFiles())) {
      if (!path.startsWith(".claude-plugin/")) continue;
      const { code: exit, stdout, stderr } = await code.claude(
        ...["plugin", "validate", "--strict", "--json"],
        fileURLToPath(new URL(path, ROOT)),
      );
      assert.equal(exit, 0, stdout + stderr);
      assert.equal(JSON.parse(stdout).success, true, path);
    }
  },
});

Deno.test({
  name: "Claude Code installs the plugin from a clone, and its server answers" +
    (CLAUDE ? "" : " (skipped: claude is not installed)"),
  ignore: !CLAUDE,
  fn: async () => {
    await using code = await ClaudeCode.start();
    const steps = [
      ["plugin", "marketplace", "add", fileURLToPath(ROOT)],
      ["plugin", "install", "updsts@updsts"],
    ];
    for (const step of steps) {
      const { code: exit, stdout, stderr } = await code.claude(...step);
      assert.equal(exit, 0, stdout + stderr);
    }
    const { stdout } = await code.claude("mcp", "list");
    assert.match(stdout, /^plugin:updsts:updsts: npx .* ✔ Connected$/m);
  },
});
