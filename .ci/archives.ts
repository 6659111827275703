// The archives of a release: the program, its licences, its man page and completion scripts.
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { updsts } from "../tests/support/command.ts";
import { bundled, LICENCES, licences } from "./build.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The file name of the archive for `target`. */
export function archiveName(target: string): string {
  const kind = target.includes("windows") ? "zip" : "tar.gz";
  return `updsts-${denoJson.version}-${target}.${kind}`;
}

/** Where the files of a release are served. */
export function downloadUrl(repository: string): string {
  return `https://github.com/${repository}/releases/download/v${denoJson.version}`;
}

/** The man page, written by deno task reference. */
export const MAN_PAGE = join(ROOT, "docs", "man", "updsts.1");

/** The file of the completion script for each shell. */
const COMPLETIONS = {
  bash: "updsts.bash",
  zsh: "_updsts",
  fish: "updsts.fish",
  powershell: "updsts.ps1",
} as const;

/** The generated texts of an archive, by path: licences of packages, and completion scripts. */
export async function archiveTexts(): Promise<Map<string, string>> {
  const { metafile } = await bundled();
  const scripts = new Map([[LICENCES, await licences(metafile)]]);
  for (const [shell, name] of Object.entries(COMPLETIONS)) {
    const { code, stdout, stderr } = await updsts(["completion", shell]);
    if (code !== 0) throw new Error(`No completion for ${shell}: ${stderr}`);
    scripts.set(`completions/${name}`, stdout);
  }
  return scripts;
}

/** Packs `binary`, its documents and `texts` (by path in the archive) into `path`. */
export async function archive(
  binary: string,
  texts: ReadonlyMap<string, string>,
  path: string,
): Promise<void> {
  const windows = binary.endsWith(".exe");
  const stage = await Deno.makeTempDir({ prefix: "updsts-archive-" });
  try {
    const files = [join(ROOT, "LICENSE"), join(ROOT, "README.md")];
    if (!windows) files.push(MAN_PAGE);
    for (const file of files) {
      await Deno.copyFile(file, join(stage, basename(file)));
    }
    const program = join(stage, basename(binary));
    await Deno.copyFile(binary, program);
    if (Deno.build.os !== "windows") await Deno.chmod(program, 0o755);
    await Deno.mkdir(join(stage, "completions"));
    for (const [name, text] of texts) {
      const foreign = windows && !name.endsWith(".ps1");
      if (name.startsWith("completions/") && foreign) continue;
      await Deno.writeTextFile(join(stage, name), text);
    }
    if (windows) await zip(stage, path);
    else await tar(stage, path);
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function zip(directory: string, path: string): Promise<void> {
  const { zipSync } = await import("fflate");
  const entries: Record<string, Uint8Array> = {};
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const inner = isDirectory
      ? Array.from(
        Deno.readDirSync(join(directory, name)),
        (entry) => `${name}/${entry.name}`,
      )
      : [name];
    for (const file of inner) {
      entries[file] = await Deno.readFile(join(directory, file));
    }
  }
  await Deno.writeFile(path, zipSync(entries));
}

async function tar(directory: string, path: string): Promise<void> {
  const names = Array.from(Deno.readDirSync(directory), ({ name }) => name);
  // So that unpacking as root does not give files to a user ID of the build machine.
  const owner = Deno.build.os === "linux"
    ? ["--owner=0", "--group=0"]
    : ["--uid=0", "--gid=0"];
  const { success } = await new Deno.Command("tar", {
    args: ["-czf", path, ...owner, "-C", directory, ...names.sort()],
  }).output();
  if (!success) throw new Error(`Cannot pack ${path}`);
}
