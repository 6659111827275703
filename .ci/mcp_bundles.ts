// The same program for MCP clients: bundles, and the entry for the MCP registry.
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { downloadUrl } from "./archives.ts";
import { LICENCES } from "./build.ts";
import { binaryPath } from "./compile.ts";
import { AUTHOR, SUMMARY } from "./plugin.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { version } = denoJson;

/** The manifest of an MCP bundle with the binary for `target`. */
export function bundleManifest(target: string) {
  const binary = basename(binaryPath("", target));
  const [, , system = ""] = target.split("-");
  const platform = { linux: "linux", darwin: "darwin", windows: "win32" }[
    system
  ];
  return {
    manifest_version: "0.4",
    name: "updsts",
    display_name: "updsts",
    version,
    description: SUMMARY,
    author: AUTHOR,
    license: "MIT",
    server: {
      type: "binary",
      entry_point: `server/${binary}`,
      mcp_config: {
        command: `\${__dirname}/server/${binary}`,
        args: ["mcp", "--mcp-server"],
      },
    },
    tools_generated: true,
    compatibility: { platforms: platform === undefined ? [] : [platform] },
  };
}

/** The entry for the MCP registry; `bundles` are the names of files and their SHA-256. */
export function registryEntry(
  repository: string,
  bundles: ReadonlyMap<string, string>,
) {
  const [owner, name] = repository.split("/");
  const url = `https://github.com/${repository}`;
  return {
    $schema:
      "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    name: `io.github.${owner}/${name}`,
    title: "updsts",
    description: SUMMARY,
    repository: { url, source: "github" },
    version,
    packages: Array.from(bundles, ([file, fileSha256]) => ({
      registryType: "mcpb",
      identifier: `${downloadUrl(repository)}/${file}`,
      version,
      fileSha256,
      transport: { type: "stdio" },
    })),
  };
}

/** A bundle as the MCP project's own tool packs and checks it. */
export async function packBundle(
  binary: string,
  target: string,
  texts: ReadonlyMap<string, string>,
  path: string,
): Promise<void> {
  const { packExtension } = await import("@anthropic-ai/mcpb");
  const stage = await Deno.makeTempDir({ prefix: "updsts-bundle-" });
  try {
    const entry = join(stage, "server", basename(binary));
    await Deno.mkdir(join(stage, "server"));
    await Deno.copyFile(binary, entry);
    if (Deno.build.os !== "windows") await Deno.chmod(entry, 0o755);
    await Deno.copyFile(join(ROOT, "LICENSE"), join(stage, "LICENSE"));
    await Deno.writeTextFile(
      join(stage, LICENCES),
      texts.get(LICENCES) ?? "",
    );
    await Deno.writeTextFile(
      join(stage, "manifest.json"),
      JSON.stringify(bundleManifest(target), null, 2),
    );
    const packed = await packExtension({
      extensionPath: stage,
      outputPath: path,
      silent: true,
    });
    if (!packed) throw new Error(`Cannot pack ${path}`);
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}
