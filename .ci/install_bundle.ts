// Installs the bundle for the current user, or removes it.
//
//   deno task install                      in DENO_INSTALL_ROOT, or else ~/.deno
//   deno task uninstall
//
// The installed program does not need the clone or npx: the bundle is copied,
// and so is Deno unless it is on the PATH.
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { shellQuoted } from "../src/shell_quoted.ts";
import { BUNDLE, shippedFlags } from "../tests/support/command.ts";
import { manPageText } from "./reference.ts";

const WINDOWS = Deno.build.os === "windows";

/** The directory that Deno installs programs in. */
function installRoot(): string {
  const named = Deno.env.get("DENO_INSTALL_ROOT");
  if (named) return resolve(Deno.env.get("INIT_CWD") ?? ".", named);
  const home = Deno.env.get(WINDOWS ? "USERPROFILE" : "HOME");
  if (!home) throw new Error("Cannot tell where to install: HOME is not set");
  return join(home, ".deno");
}

/** The directories of the PATH, without those that npx adds while it runs. */
function pathDirectories(): string[] {
  return (Deno.env.get("PATH") ?? "").split(delimiter)
    .filter((path) => !/[\\/]node_modules[\\/]/.test(path));
}

/** Whether `deno`, typed in a shell, is the Deno that runs this. */
export function isOnPath(): boolean {
  const found = pathDirectories()
    .map((path) => join(path, WINDOWS ? "deno.exe" : "deno")).find(existsSync);
  return found !== undefined &&
    Deno.realPathSync(found) === Deno.realPathSync(Deno.execPath());
}

/** Copies the file `from` to `to` in one step: what runs from there goes on. */
async function replace(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, `${to}.new`);
  await Deno.rename(`${to}.new`, to);
}

/** Keeps the Deno that runs this in `directory`: npm may clear its cache. */
async function keepDeno(directory: string): Promise<string> {
  const suffix = WINDOWS ? ".exe" : "";
  const kept = join(directory, `deno-${Deno.version.deno}${suffix}`);
  try {
    await Deno.link(Deno.execPath(), kept);
  } catch (error) {
    // On another disk, it is copied.
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      await replace(Deno.execPath(), kept);
    }
  }
  return kept;
}

/**
 * A POSIX shell script that runs `command`, with `cache` as its DENO_DIR: V8
 * rejects code that was cached under other flags, so this and other Deno
 * programs would invalidate each other's. Users who cannot write there keep the
 * usual one.
 */
export function shellScript(command: readonly string[], cache: string): string {
  const [directory, ...words] = [cache, ...command].map((word) =>
    shellQuoted(word, "linux")
  );
  return `#!/bin/sh
[ ! -w ${directory} ] || export DENO_DIR=${directory}
exec ${words.join(" ")} "$@"
`;
}

/** A command script of Windows that runs `command`. */
export function batchScript(command: readonly string[]): string {
  const words = command.map((word) => `"${word.replaceAll("%", "%%")}"`);
  return `@${words.join(" ")} %*\r\n`;
}

/**
 * A program that runs the bundle `main` on `deno`, with the shipped flags and
 * with `cache` as its DENO_DIR. For Windows, where no line of a command script
 * may be longer than 8,191 characters: the flags alone are.
 */
export function launcher(deno: string, main: string, cache: string): string {
  const args = ["run", "--no-config", ...shippedFlags(), main];
  return `// Made by deno task install.
// The program itself handles interrupts.
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

async function install(bin: string, directory: string): Promise<void> {
  const cache = join(directory, "cache");
  await Deno.mkdir(bin, { recursive: true });
  // The code in it is executed, so it is for its owner alone.
  await Deno.mkdir(cache, { recursive: true, mode: 0o700 });
  // Older chunks stay, for servers that still run. main.js comes last: it
  // leads to the others.
  const chunks = Array.from(Deno.readDirSync(BUNDLE), ({ name }) => name)
    .filter((name) => name !== "main.js");
  for (const name of [...chunks, "main.js"]) {
    await replace(join(BUNDLE, name), join(directory, name));
  }
  const deno = isOnPath() ? "deno" : await keepDeno(directory);
  const main = join(directory, "main.js");
  const run = [deno, "run", "--no-config"];
  const command = join(bin, "updsts");
  if (WINDOWS) {
    const started = join(directory, "launcher.js");
    await Deno.writeTextFile(started, launcher(deno, main, cache));
    run.push("--no-prompt", "--allow-run", started);
    await Deno.writeTextFile(`${command}.cmd`, batchScript(run));
  } else {
    run.push(...shippedFlags(), main);
  }
  await Deno.writeTextFile(`${command}.new`, shellScript(run, cache));
  if (!WINDOWS) await Deno.chmod(`${command}.new`, 0o755);
  await Deno.rename(`${command}.new`, command);
  if (!WINDOWS) {
    // man looks beside each directory of the PATH.
    const page = manPage(bin);
    await Deno.mkdir(dirname(page), { recursive: true });
    // By the bundle, since the packages of the sources may not be installed.
    Deno.env.set("UPDSTS_COMMAND", "bundle");
    await Deno.writeTextFile(page, await manPageText());
  }
  console.log(`Installed ${command}, which runs on ${deno}`);
  if (pathDirectories().includes(bin)) return;
  console.log(
    WINDOWS
      ? `Add ${bin} to the PATH, under "Edit environment variables for your account"`
      : `Add this line to your shell's start-up file:\n  export PATH="${bin}:$PATH"`,
  );
}

function manPage(bin: string): string {
  return join(bin, "..", "share", "man", "man1", "updsts.1");
}

async function uninstall(bin: string, directory: string): Promise<number> {
  try {
    await Deno.remove(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`updsts is not installed in ${join(bin, "..")}`);
    return 1;
  }
  for (const name of WINDOWS ? ["updsts", "updsts.cmd"] : ["updsts"]) {
    await Deno.remove(join(bin, name));
  }
  // An earlier version installed none.
  if (!WINDOWS) await Deno.remove(manPage(bin)).catch(() => {});
  return 0;
}

if (import.meta.main) {
  const [bin, directory] = [
    join(installRoot(), "bin"),
    join(installRoot(), "lib", "updsts"),
  ];
  if (Deno.args[0] === "uninstall") {
    Deno.exitCode = await uninstall(bin, directory);
  } else await install(bin, directory);
}
