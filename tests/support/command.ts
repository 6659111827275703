// Runs the program as its users do: a process of its own, with the shipped flags.
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };

/** The root of the project. */
export const ROOT = new URL("../../", import.meta.url);

/** Where `deno task build` puts the bundle. */
export const BUNDLE = fileURLToPath(new URL("dist/updsts", ROOT));

/** What a process left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The arguments of `deno` that the task `updsts` gives, `main.ts` left out. */
export function shippedFlags(): string[] {
  const [program, command, ...rest] = denoJson.tasks.updsts.command.split(" ");
  if (program !== "deno" || command !== "run" || rest.pop() !== "main.ts") {
    throw new Error("The task updsts is no longer `deno run FLAGS main.ts`");
  }
  return rest;
}

/**
 * The full command line of the program: executable and arguments. The variable
 * UPDSTS_COMMAND names another form of it: `bundle` for what `deno task build`
 * made, a path, or words in a JSON array.
 */
export function commandLine(args: readonly string[]): [string, ...string[]] {
  const named = Deno.env.get("UPDSTS_COMMAND");
  if (named === "bundle") {
    return [...bundleCommand(BUNDLE), ...args];
  }
  if (named !== undefined) {
    const [command = named, ...first]: string[] = named.startsWith("[")
      ? JSON.parse(named)
      : [];
    return [command, ...first, ...args];
  }
  const main = fileURLToPath(new URL("main.ts", ROOT));
  return [Deno.execPath(), "run", ...shippedFlags(), main, ...args];
}

/** The command line of the bundle in `directory`, arguments left out. */
export function bundleCommand(directory: string): [string, ...string[]] {
  const main = join(directory, "main.js");
  return [Deno.execPath(), "run", "--no-config", ...shippedFlags(), main];
}

/** The variables without which Deno would fetch everything anew, or no program works. */
export async function baseEnvironment(): Promise<Record<string, string>> {
  // Windows opens no socket without it.
  const systemRoot = Deno.env.get("SystemRoot");
  return {
    DENO_DIR: await (denoDir ??= findDenoDir()),
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    PATH: Deno.env.get("PATH") ?? "",
    ...systemRoot === undefined ? {} : { SystemRoot: systemRoot },
  };
}

/**
 * What makes `home` the home directory on every system, and keeps what runs
 * away from the real one; with an empty string there is none.
 */
export function homeVariables(home: string): Record<string, string> {
  return {
    HOME: home,
    USERPROFILE: home,
    LOCALAPPDATA: home && join(home, "AppData", "Local"),
  };
}

/** Runs `updsts` as `run` runs any program. */
export async function updsts(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Finished> {
  const [command, ...rest] = commandLine(args);
  return await run(command, rest, env, input);
}

/** Runs any program with nothing of the environment but what `env` gives, and `input` on stdin. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Finished> {
  const child = new Deno.Command(command, {
    args: [...args],
    env: { ...await baseEnvironment(), ...env },
    clearEnv: true,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Whether `command` is on the PATH. */
export function isInstalled(command: string): boolean {
  const file = Deno.build.os === "windows" ? `${command}.exe` : command;
  return (Deno.env.get("PATH") ?? "").split(delimiter).some((directory) => {
    try {
      return Deno.statSync(join(directory, file)).isFile;
    } catch {
      return false;
    }
  });
}

let denoDir: Promise<string> | undefined;

async function findDenoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    cwd: ROOT,
  }).output();
  const info: { denoDir: string } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return info.denoDir;
}

/** Runs `code` as a dependency of the program would run: under the shipped flags. */
export async function underShippedFlags(
  code: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const directory = await Deno.makeTempDir({ prefix: "updsts-evil-" });
  try {
    const module = join(directory, "dependency.ts");
    await Deno.writeTextFile(module, code);
    const args = ["run", ...shippedFlags(), module];
    return await run(Deno.execPath(), args, env);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
