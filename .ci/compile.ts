// Builds standalone binaries with exactly the permissions of the task `updsts`.
//
//   deno task compile                      for this machine: dist/updsts
//   deno task compile TARGET...            dist/TARGET/updsts, for these
//   deno task compile all                  for all of them
import { join } from "node:path";
import { parseArgs } from "node:util";
import denoJson from "../deno.json" with { type: "json" };
import { shippedFlags } from "../tests/support/command.ts";

/** Every system that there is a binary for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
] as const;

/** Where the binary for `target` goes in `directory`. */
export function binaryPath(directory: string, target: string): string {
  const suffix = target.includes("windows") ? ".exe" : "";
  return `${directory}/${target}/updsts${suffix}`;
}

/** What comes with a package and is never loaded: types, sources, maps, documents. */
const NEVER_LOADED = /\.(?:[cm]?ts|map|md)$/;

/** The files of the program's packages that are never loaded. */
export async function neverLoaded(): Promise<string[]> {
  const { npmPackages }: {
    npmPackages: Record<string, { name: string; version: string }>;
  } = await denoInfo("main.ts");
  const { npmCache }: { npmCache: string } = await denoInfo();
  const found = new Set<string>();
  for (const registry of Deno.readDirSync(npmCache)) {
    if (!registry.isDirectory) continue;
    for (const { name, version } of Object.values(npmPackages)) {
      const directory = join(npmCache, registry.name, name, version);
      for (const file of filesBelow(directory)) {
        if (NEVER_LOADED.test(file)) found.add(file);
      }
    }
  }
  return [...found];
}

async function denoInfo(...args: readonly string[]) {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...args],
    cwd: new URL("..", import.meta.url),
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function* filesBelow(directory: string): Generator<string> {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(directory)];
  } catch (error) {
    // Packages of another registry.
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const { name, isDirectory } of entries) {
    const path = join(directory, name);
    if (isDirectory) yield* filesBelow(path);
    else yield path;
  }
}

/** The arguments of `deno` that build the binary `output`, for this machine if no target is named. */
export async function compileArguments(
  output: string,
  target?: string,
): Promise<string[]> {
  // Of no use in a binary, which holds all of its code: see the next ones.
  const atStart = [
    "--unstable-lazy-dynamic-imports",
    "--cached-only",
    "--no-remote",
  ];
  return [
    "compile",
    ...shippedFlags().filter((flag) => !atStart.includes(flag)),
    "--deny-import",
    "--exclude-unused-npm",
    ...(await neverLoaded()).flatMap((file) => ["--exclude", file]),
    // It would lie in a directory that others can write to, and be run.
    "--no-code-cache",
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    output,
    "main.ts",
  ];
}

if (import.meta.main) {
  const { values: { directory }, positionals } = parseArgs({
    args: Deno.args,
    options: { directory: { type: "string", default: "dist" } },
    allowPositionals: true,
  });
  const asked = positionals.includes("all") ? [...TARGETS] : positionals;
  const unknown = asked.find((target) => !TARGETS.some((it) => it === target));
  if (unknown !== undefined) {
    console.error(
      `No such target: ${unknown}; there are ${TARGETS.join(", ")}`,
    );
    Deno.exit(2);
  }
  const builds = asked.length === 0
    ? [{ output: `${directory}/updsts`, target: undefined }]
    : asked.map((target) => ({
      output: binaryPath(directory, target),
      target,
    }));
  for (const { output, target } of builds) {
    console.log(`updsts ${denoJson.version}: ${output}`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: await compileArguments(output, target),
      cwd: new URL("..", import.meta.url),
    }).spawn().status;
    if (code !== 0) Deno.exit(code);
  }
}
