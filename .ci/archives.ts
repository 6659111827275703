// The archives of a release: the program, its papers, its man page, and what completes it in shells.
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { updsts } from "../tests/support/command.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The man page, which a task makes of the grammar. */
export const MAN_PAGE = join(ROOT, "docs", "man", "updsts.1");

/** The shells that complete what is typed, and the file for each. */
const COMPLETIONS = {
  bash: "updsts.bash",
  zsh: "_updsts",
  fish: "updsts.fish",
  powershell: "updsts.ps1",
} as const;

/** Whether there is a file at `path`. */
export async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What `updsts completion` prints for each shell, by the name of its file. */
export async function completionScripts(): Promise<Map<string, string>> {
  const scripts = new Map<string, string>();
  for (const [shell, name] of Object.entries(COMPLETIONS)) {
    const { code, stdout, stderr } = await updsts(["completion", shell]);
    if (code !== 0) throw new Error(`No completion for ${shell}: ${stderr}`);
    scripts.set(name, stdout);
  }
  return scripts;
}

/** An archive of the kind that people of that system expect. */
export async function archive(
  binary: string,
  completions: ReadonlyMap<string, string>,
  path: string,
): Promise<void> {
  const windows = binary.endsWith(".exe");
  const stage = await Deno.makeTempDir({ prefix: "updsts-archive-" });
  try {
    const files = [join(ROOT, "LICENSE"), join(ROOT, "README.md")];
    if (!windows && await exists(MAN_PAGE)) files.push(MAN_PAGE);
    for (const file of files) {
      await Deno.copyFile(file, join(stage, basename(file)));
    }
    const program = join(stage, basename(binary));
    await Deno.copyFile(binary, program);
    if (Deno.build.os !== "windows") await Deno.chmod(program, 0o755);
    await Deno.mkdir(join(stage, "completions"));
    for (const [name, text] of completions) {
      if (windows && !name.endsWith(".ps1")) continue;
      await Deno.writeTextFile(join(stage, "completions", name), text);
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
  // Whoever unpacks it as root shall not get files of a user of the builder.
  const owner = Deno.build.os === "linux"
    ? ["--owner=0", "--group=0"]
    : ["--uid=0", "--gid=0"];
  const { success } = await new Deno.Command("tar", {
    args: ["-czf", path, ...owner, "-C", directory, ...names.sort()],
  }).output();
  if (!success) throw new Error(`Cannot pack ${path}`);
}
