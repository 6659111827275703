// Packs the binaries into what people download, and checks that every file states one version.
//
//   release.ts check TAG          the tag, deno.json and the changelog agree
//   release.ts command SPECIFIER  UPDSTS_COMMAND for the published program
//   release.ts pack OWNER/NAME [DIST]
//                                 DIST/release and DIST/NOTES.md, of DIST/TARGET
//
// A release holds, for each target, an archive and an MCP bundle; an entry for
// the MCP registry; install.sh; and the SHA-256 of each file.
import { stop } from "esbuild";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { shippedFlags } from "../tests/support/command.ts";
import { archive, archiveName, archiveTexts } from "./archives.ts";
import { binaryPath, TARGETS } from "./compile.ts";
import { packBundle, registryEntry } from "./mcp_bundles.ts";
import { pinnedDeno, pluginFiles } from "./plugin.ts";

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

/** Fails unless the generated files in the repository are of this version. */
export async function checkFiles(): Promise<void> {
  for (const [path, text] of Object.entries(await pluginFiles())) {
    if (await Deno.readTextFile(join(ROOT, path)) !== text) {
      throw new Error(`${path} is out of date: run deno task plugin`);
    }
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

async function sha256(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Fills `output` with all that a release holds. */
export async function pack(
  binaries: string,
  output: string,
  repository: string,
): Promise<void> {
  await Deno.mkdir(output, { recursive: true });
  const write = (name: string, text: string) =>
    Deno.writeTextFile(join(output, name), text);
  const texts = await archiveTexts();
  const sums = new Map<string, string>();
  const bundles = new Map<string, string>();
  for (const target of TARGETS) {
    const binary = binaryPath(binaries, target);
    const path = join(output, archiveName(target));
    await archive(binary, texts, path);
    sums.set(target, await sha256(path));
    const bundle = `updsts-${version}-${target}.mcpb`;
    await packBundle(binary, target, texts, join(output, bundle));
    bundles.set(bundle, await sha256(join(output, bundle)));
  }
  await write(
    "server.json",
    `${JSON.stringify(registryEntry(repository, bundles), null, 2)}\n`,
  );
  await write("install.sh", await installScript(repository, sums));
  const names = Array.from(Deno.readDirSync(output), ({ name }) => name).sort();
  const lines = await Promise.all(
    names.map(async (name) => `${await sha256(join(output, name))}  ${name}\n`),
  );
  await write("SHA256SUMS", lines.join(""));
}

/** install.sh with the version, repository and archive hashes of this release filled in. */
async function installScript(
  repository: string,
  sums: ReadonlyMap<string, string>,
): Promise<string> {
  const lines = Array.from(sums)
    .filter(([target]) => !target.includes("windows"))
    .map(([target, sum]) => `${sum}  ${archiveName(target)}`);
  const known: Record<string, string> = {
    VERSION: version,
    REPOSITORY: repository,
    DENO: await pinnedDeno(),
    SUMS: lines.join("\n"),
  };
  const text = await Deno.readTextFile(join(ROOT, ".ci", "install.sh"));
  return text.replace(/@([A-Z]+)@/g, (place, word) => known[word] ?? place);
}

async function main(
  [command, argument = "", dist = join(ROOT, "dist")]: readonly string[],
): Promise<number> {
  const changelog = await Deno.readTextFile(join(ROOT, "docs/CHANGELOG.md"));
  switch (command) {
    case "check":
      checkTag(argument, changelog);
      await checkFiles();
      return 0;
    case "command":
      console.log(publishedCommand(argument));
      return 0;
    case "pack":
      await pack(dist, join(dist, "release"), argument);
      await Deno.writeTextFile(
        join(dist, "NOTES.md"),
        `${releaseNotes(changelog, version)}\n`,
      );
      return 0;
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
