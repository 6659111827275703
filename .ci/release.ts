// Makes of the binaries what people download, and checks that all says one version.
//
//   release.ts check TAG          the tag, deno.json and the changelog agree
//   release.ts command SPECIFIER  UPDSTS_COMMAND for the published program
//   release.ts pack OWNER/NAME [DIST]
//                                 DIST/release and DIST/NOTES.md, of DIST/TARGET
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { shippedFlags } from "../tests/support/command.ts";
import { binaryPath, TARGETS } from "./compile.ts";
import { AUTHOR, SUMMARY } from "./plugin.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { version } = denoJson;

/** What the changelog says of a version; undefined if it does not know it. */
export function releaseNotes(
  changelog: string,
  version: string,
): string | undefined {
  const sections = changelog.split(/^## /m);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  return section?.slice(section.indexOf("\n") + 1).trim();
}

/** Fails unless `tag` is that of this version, and the changelog has it. */
export function checkTag(tag: string, changelog: string): void {
  if (tag !== `v${version}`) {
    throw new Error(`The tag is ${tag}, and deno.json says ${version}`);
  }
  if (!releaseNotes(changelog, version)) {
    throw new Error(`docs/CHANGELOG.md says nothing of ${version}`);
  }
}

/** The command line that runs a published program in its sandbox, as JSON. */
export function publishedCommand(specifier: string): string {
  // What is published comes from the network, once.
  const local = ["--cached-only", "--no-remote"];
  const flags = shippedFlags().filter((flag) => !local.includes(flag));
  // It has a lock file of its own; the one of the clone, frozen, knows it not.
  const apart = ["--quiet", "--no-config", "--no-lock"];
  return JSON.stringify(["deno", "run", ...apart, ...flags, specifier]);
}

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
      identifier: `${url}/releases/download/v${version}/${file}`,
      version,
      fileSha256,
      transport: { type: "stdio" },
    })),
  };
}

async function sha256(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Fills `output` with archives, bundles, server.json and SHA256SUMS. */
export async function pack(
  binaries: string,
  output: string,
  repository: string,
): Promise<void> {
  await Deno.mkdir(output, { recursive: true });
  const bundles = new Map<string, string>();
  for (const target of TARGETS) {
    const binary = binaryPath(binaries, target);
    await archive(binary, join(output, `updsts-${version}-${target}`));
    const bundle = `updsts-${version}-${target}.mcpb`;
    await packBundle(binary, target, join(output, bundle));
    bundles.set(bundle, await sha256(join(output, bundle)));
  }
  await Deno.writeTextFile(
    join(output, "server.json"),
    `${JSON.stringify(registryEntry(repository, bundles), null, 2)}\n`,
  );
  const names = Array.from(Deno.readDirSync(output), ({ name }) => name).sort();
  const sums = await Promise.all(
    names.map(async (name) => `${await sha256(join(output, name))}  ${name}\n`),
  );
  await Deno.writeTextFile(join(output, "SHA256SUMS"), sums.join(""));
}

/** An archive of the kind that people of that system expect. */
async function archive(binary: string, path: string): Promise<void> {
  const { zipSync } = await import("fflate");
  const files = [binary, join(ROOT, "LICENSE"), join(ROOT, "README.md")];
  if (binary.endsWith(".exe")) {
    const entries = files.map((file) =>
      [basename(file), Deno.readFileSync(file)] as const
    );
    await Deno.writeFile(`${path}.zip`, zipSync(Object.fromEntries(entries)));
    return;
  }
  await Deno.chmod(binary, 0o755);
  const args = files.flatMap((
    file,
  ) => ["-C", join(file, ".."), basename(file)]);
  const { success } = await new Deno.Command("tar", {
    args: ["-czf", `${path}.tar.gz`, ...args],
  }).output();
  if (!success) throw new Error(`Cannot pack ${path}.tar.gz`);
}

/** A bundle as the MCP project's own tool packs and checks it. */
async function packBundle(
  binary: string,
  target: string,
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

if (import.meta.main) {
  const [command, argument = "", dist = join(ROOT, "dist")] = Deno.args;
  const changelog = await Deno.readTextFile(join(ROOT, "docs/CHANGELOG.md"));
  switch (command) {
    case "check":
      checkTag(argument, changelog);
      break;
    case "command":
      console.log(publishedCommand(argument));
      break;
    case "pack":
      await pack(dist, join(dist, "release"), argument);
      await Deno.writeTextFile(
        join(dist, "NOTES.md"),
        `${releaseNotes(changelog, version)}\n`,
      );
      break;
    default:
      console.error(
        "release.ts check TAG | command SPECIFIER | pack OWNER/NAME [DIST]",
      );
      Deno.exit(2);
  }
}
