// Packs the binaries for a release, and checks that every file has the same version.
//
//   release.ts check TAG          the tag, deno.json and the changelog agree
//   release.ts command SPECIFIER  UPDSTS_COMMAND for the published program
//   release.ts pack OWNER/NAME [DIST]
//                                 DIST/release and DIST/NOTES.md, of DIST/TARGET
//
// A release holds, for each target, an archive and an MCP bundle; install.sh;
// and the SHA-256 of each file.
import { stop } from "esbuild";
import { zipSync } from "fflate";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { run, shippedFlags, updsts } from "../tests/support/command.ts";
import { bundled, LICENCES, licences } from "./build.ts";
import { binaryPath, TARGETS } from "./compile.ts";
import { AUTHOR, pinnedDeno, pluginFiles, SUMMARY } from "./plugin.ts";
import { manPageText } from "./reference.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { version } = denoJson;

/** The file of the completion script for each shell. */
const COMPLETIONS = {
  bash: "updsts.bash",
  zsh: "_updsts",
  fish: "updsts.fish",
  powershell: "updsts.ps1",
} as const;

/** Files by their path in an archive. */
type Files = Readonly<Record<string, Uint8Array>>;

/** The file name of the archive for `target`. */
export function archiveName(target: string): string {
  const kind = target.includes("windows") ? "zip" : "tar.gz";
  return `updsts-${version}-${target}.${kind}`;
}

/** The section of the changelog for a version; undefined without one. */
function releaseNotes(
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
    throw new Error(`docs/CHANGELOG.md has no section for ${version}`);
  }
}

/** The command line that runs a published program in its sandbox, as JSON. */
export function publishedCommand(specifier: string): string {
  // It is downloaded once, and the clone's frozen lock file does not have it.
  const local = ["--cached-only", "--no-remote"];
  const flags = shippedFlags().filter((flag) => !local.includes(flag));
  const apart = ["--quiet", "--no-config", "--no-lock"];
  return JSON.stringify(["deno", "run", ...apart, ...flags, specifier]);
}

/** The manifest of the MCP bundle for `target`. */
export function bundleManifest(target: string) {
  const binary = basename(binaryPath("", target));
  const [, , system = ""] = target.split("-");
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
    compatibility: { platforms: [system === "windows" ? "win32" : system] },
  };
}

/** The licences of the program and its packages. */
async function licenceFiles(): Promise<Files> {
  const { metafile } = await bundled();
  return {
    LICENSE: await Deno.readFile(join(ROOT, "LICENSE")),
    [LICENCES]: encoded(await licences(metafile)),
  };
}

/** What an archive for `target` holds besides the binary and the licences. */
async function documents(target: string): Promise<Files> {
  const windows = target.includes("windows");
  const files: Record<string, Uint8Array> = {
    "README.md": await Deno.readFile(join(ROOT, "README.md")),
    ...windows ? {} : { "updsts.1": encoded(await manPageText()) },
  };
  for (const [shell, name] of Object.entries(COMPLETIONS)) {
    if (windows && shell !== "powershell") continue;
    const { code, stdout, stderr } = await updsts(["completion", shell]);
    if (code !== 0) throw new Error(`No completion for ${shell}: ${stderr}`);
    files[`completions/${name}`] = encoded(stdout);
  }
  return files;
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Writes `files` to a directory, the binary executable, and packs it by `pack`, which tells whether it could. */
async function packed(
  files: Files,
  pack: (directory: string) => Promise<boolean>,
): Promise<void> {
  const stage = await Deno.makeTempDir({ prefix: "updsts-stage-" });
  try {
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(stage, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      const mode = /updsts(?:\.exe)?$/.test(name) ? 0o755 : 0o644;
      await Deno.writeFile(path, bytes, { mode });
    }
    if (!await pack(stage)) throw new Error("Cannot pack");
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function packArchive(files: Files, path: string): Promise<void> {
  if (path.endsWith(".zip")) return await Deno.writeFile(path, zipSync(files));
  await packed(files, async (stage) => {
    // So that unpacking as root does not give files to a user of the build machine.
    const options = ["--owner=0", "--group=0", "-C", stage];
    const names = Object.keys(files).sort();
    const { code } = await run("tar", ["-czf", path, ...options, ...names]);
    return code === 0;
  });
}

/** Packs an MCP bundle by the MCP project's own tool, which also checks it. */
async function packBundle(files: Files, outputPath: string): Promise<void> {
  const { packExtension } = await import("@anthropic-ai/mcpb");
  await packed(
    files,
    (extensionPath) =>
      packExtension({ extensionPath, outputPath, silent: true }),
  );
}

/** A line for each file in `directory`, as sha256sum writes it. */
async function sumsOf(directory: string): Promise<string> {
  const names = Array.from(Deno.readDirSync(directory), ({ name }) => name);
  const lines = names.sort().map(async (name) => {
    const bytes = await Deno.readFile(join(directory, name));
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    return `${new Uint8Array(hash).toHex()}  ${name}\n`;
  });
  return (await Promise.all(lines)).join("");
}

/** Fills `output` with all that a release holds, from `binaries`. */
async function pack(
  binaries: string,
  output: string,
  repository: string,
): Promise<void> {
  await Deno.mkdir(output, { recursive: true });
  const licences = await licenceFiles();
  for (const target of TARGETS) {
    const path = binaryPath(binaries, target);
    const [name, binary] = [basename(path), await Deno.readFile(path)];
    const files = { ...await documents(target), ...licences, [name]: binary };
    await packArchive(files, join(output, archiveName(target)));
    const manifest = JSON.stringify(bundleManifest(target), null, 2);
    await packBundle({
      ...licences,
      "manifest.json": encoded(manifest),
      [`server/${name}`]: binary,
    }, join(output, `updsts-${version}-${target}.mcpb`));
  }
  // What install.sh has filled in: of the archives, those that it may meet.
  const known: Record<string, string> = {
    VERSION: version,
    REPOSITORY: repository,
    DENO: await pinnedDeno(),
    SUMS: (await sumsOf(output)).match(/^.*\.tar\.gz$/gm)?.join("\n") ?? "",
  };
  const text = await Deno.readTextFile(join(ROOT, ".ci", "install.sh"));
  await Deno.writeTextFile(
    join(output, "install.sh"),
    text.replace(/@([A-Z]+)@/g, (place, word) => known[word] ?? place),
  );
  await Deno.writeTextFile(join(output, "SHA256SUMS"), await sumsOf(output));
}

async function main(
  [command, argument = "", dist = join(ROOT, "dist")]: readonly string[],
): Promise<number> {
  const changelog = await Deno.readTextFile(join(ROOT, "docs/CHANGELOG.md"));
  switch (command) {
    case "check":
      checkTag(argument, changelog);
      for (const [path, text] of Object.entries(await pluginFiles())) {
        if (await Deno.readTextFile(join(ROOT, path)) === text) continue;
        throw new Error(`${path} is out of date: run deno task plugin`);
      }
      return 0;
    case "command":
      console.log(publishedCommand(argument));
      return 0;
    case "pack": {
      await pack(dist, join(dist, "release"), argument);
      const notes = `${releaseNotes(changelog, version)}\n`;
      await Deno.writeTextFile(join(dist, "NOTES.md"), notes);
      return 0;
    }
    default:
      console.error(
        "release.ts check TAG | command SPECIFIER | pack OWNER/NAME [DIST]",
      );
      return 2;
  }
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  } finally {
    await stop();
  }
}
