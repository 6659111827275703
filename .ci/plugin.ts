// Writes the manifests of the Claude Code plugin from deno.json and .ci/run.
//
//   plugin.ts    writes them
import denoJson from "../deno.json" with { type: "json" };

const ROOT = new URL("..", import.meta.url);

/** One line of what the program does, for catalogues. */
export const SUMMARY =
  "Trades a TOTP code for temporary AWS credentials, in your credentials file";

/** Who made it. */
export const AUTHOR = { name: "The updsts authors" };

/** The version of Deno that everything runs on, as `.ci/run` has it. */
export async function pinnedDeno(): Promise<string> {
  const runner = await Deno.readTextFile(new URL(".ci/run", ROOT));
  const [pinned] = /deno@\d+\.\d+\.\d+/.exec(runner) ?? [];
  if (pinned === undefined) throw new Error(".ci/run names no version of Deno");
  return pinned;
}

/** The text of each file, by its path in the repository. */
export async function pluginFiles(): Promise<Record<string, string>> {
  const { version, license } = denoJson;
  const files = {
    ".claude-plugin/plugin.json": {
      name: "updsts",
      displayName: "updsts",
      version,
      description: SUMMARY,
      author: AUTHOR,
      license,
      keywords: ["aws", "sts", "mfa", "totp", "credentials", "mcp"],
      mcpServers: "./.mcp.json",
    },
    ".claude-plugin/marketplace.json": {
      name: "updsts",
      owner: AUTHOR,
      description: "updsts as a plugin",
      plugins: [{ name: "updsts", source: "./", description: SUMMARY }],
    },
    // By the task, so that the permissions stand in one place; by npx, so that
    // Node is enough. The plain variable: Claude Code takes no default in it.
    ".mcp.json": {
      mcpServers: {
        updsts: {
          command: "npx",
          args: [
            ...["--yes", await pinnedDeno()],
            ...["task", "--quiet", "--cwd", "${CLAUDE_PLUGIN_ROOT}"],
            ...["updsts", "mcp", "--mcp-server"],
          ],
        },
      },
    },
  };
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      `${JSON.stringify(content, null, 2)}\n`,
    ]),
  );
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(await pluginFiles())) {
    await Deno.mkdir(new URL(".", new URL(path, ROOT)), { recursive: true });
    await Deno.writeTextFile(new URL(path, ROOT), text);
  }
}
