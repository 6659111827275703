// Puts the bundle on the PATH as Deno installs programs, or takes it away again.
//
//   deno task install                      in DENO_INSTALL_ROOT, else in ~/.deno
//   deno task uninstall
//
// What is installed needs neither the clone nor npx: the bundle is copied beside
// it, and so is Deno where nobody would find the one that runs this.
import { join, resolve } from "node:path";
import { shippedFlags } from "../tests/support/command.ts";
import { BUNDLE } from "./build.ts";
import { isOnPath } from "./deno_on_path.ts";

const WINDOWS = Deno.build.os === "windows";

/** The directory that Deno installs programs in. */
function installRoot(): string {
  const named = Deno.env.get("DENO_INSTALL_ROOT");
  if (named) return resolve(Deno.env.get("INIT_CWD") ?? ".", named);
  const home = Deno.env.get(WINDOWS ? "USERPROFILE" : "HOME");
  if (!home) throw new Error("Cannot tell where to install: HOME is not set");
  return join(home, ".deno");
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Copies the bundle to `directory`; what an older one left there stays for servers that still run from it. */
async function copyBundle(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const names = Array.from(Deno.readDirSync(BUNDLE), ({ name }) => name);
  // Last what leads to the others.
  names.sort((a, b) => Number(a === "main.js") - Number(b === "main.js"));
  for (const name of names) {
    const fresh = join(directory, `${name}.new`);
    await Deno.copyFile(join(BUNDLE, name), fresh);
    await Deno.rename(fresh, join(directory, name));
  }
}

/** Keeps the Deno that runs this in `directory`, too, whatever becomes of npx's cache. */
async function keepDeno(directory: string): Promise<string> {
  const suffix = WINDOWS ? ".exe" : "";
  const kept = join(directory, `deno-${Deno.version.deno}${suffix}`);
  if (exists(kept)) return kept;
  try {
    await Deno.link(Deno.execPath(), kept);
  } catch {
    // On another disk.
    await Deno.copyFile(Deno.execPath(), `${kept}.new`);
    if (!WINDOWS) await Deno.chmod(`${kept}.new`, 0o755);
    await Deno.rename(`${kept}.new`, kept);
  }
  return kept;
}

/**
 * What `deno install` wrote as the command `updsts` for POSIX, with `cache` as
 * its DENO_DIR: V8 rejects code that was cached under other flags, so this and
 * other Deno programs would spoil each other's. Whoever cannot write there, of
 * several users, keeps the usual one.
 */
export function withCache(cache: string, script: string): string {
  const quoted = `'${cache.replaceAll("'", `'\\''`)}'`;
  const line = `[ ! -w ${quoted} ] || export DENO_DIR=${quoted}\n`;
  const changed = script.replace(/^(?=exec deno )/m, () => line);
  if (changed === script) {
    throw new Error("deno install writes another command");
  }
  return changed;
}

/** What `deno install` wrote as the command `updsts`, led to the executable `deno`. */
export function ledTo(deno: string, script: string): string {
  const batch = `@"${deno.replaceAll("%", "%%")}" `;
  const shell = `exec '${deno.replaceAll("'", `'\\''`)}' `;
  const led = script.replace(
    /^(@|exec )?deno (?=["r])/m,
    (_, start) => start === "@" ? batch : shell,
  );
  if (led === script) throw new Error("deno install writes another command");
  return led;
}

/**
 * A program that runs the bundle `main` on `deno`, with the shipped flags and
 * with `cache` as its DENO_DIR.
 *
 * For Windows, where no line of a command script may be longer than 8,191
 * characters, and the flags alone are.
 */
export function launcher(deno: string, main: string, cache: string): string {
  const args = ["run", "--no-config", ...shippedFlags(), main];
  return `// Made by deno task install.
// What an interrupt does is for the program to say.
for (const signal of Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : []) {
  Deno.addSignalListener(signal, () => {});
}
const { code } = await new Deno.Command(${JSON.stringify(deno)}, {
  args: [...${JSON.stringify(args)}, ...Deno.args],
  env: { DENO_DIR: ${JSON.stringify(cache)} },
}).spawn().status;
Deno.exit(code);
`;
}

if (import.meta.main) {
  const root = installRoot();
  const directory = join(root, "lib", "updsts");
  const deno = async (...args: readonly string[]): Promise<void> => {
    // Elsewhere, it would warn of a configuration that it does not use.
    const options = { args: [...args], cwd: root };
    const child = new Deno.Command(Deno.execPath(), options).spawn();
    const { code } = await child.status;
    if (code !== 0) Deno.exit(code);
  };
  if (Deno.args[0] === "uninstall") {
    if (!exists(directory)) {
      console.error(`updsts is not installed in ${root}`);
      Deno.exit(1);
    }
    await deno("uninstall", "--global", "--root", root, "updsts");
    await Deno.remove(directory, { recursive: true });
  } else {
    await copyBundle(directory);
    const onPath = isOnPath();
    const runner = onPath ? Deno.execPath() : await keepDeno(directory);
    const main = join(directory, "main.js");
    const started = WINDOWS ? join(directory, "launcher.js") : main;
    const cache = join(directory, "cache");
    // What is in there is run: it is for its owner alone.
    await Deno.mkdir(cache, { recursive: true, mode: 0o700 });
    if (WINDOWS) {
      await Deno.writeTextFile(started, launcher(runner, main, cache));
    }
    const flags = WINDOWS ? ["--no-prompt", "--allow-run"] : shippedFlags();
    await deno(
      ...["install", "--global", "--force", "--root", root],
      ...["--name", "updsts", ...flags, started],
    );
    for (const name of WINDOWS ? ["updsts.cmd", "updsts"] : ["updsts"]) {
      const command = join(root, "bin", name);
      let script = await Deno.readTextFile(command);
      if (!WINDOWS) script = withCache(cache, script);
      if (!onPath) script = ledTo(runner, script);
      await Deno.writeTextFile(command, script);
    }
    if (!onPath) console.log(`It runs on ${runner}`);
  }
}
