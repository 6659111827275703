// Builds standalone binaries of the bundle, with exactly the permissions of the task `updsts`.
//
//   deno task compile                      dist/TARGET/updsts, for this machine
//   deno task compile TARGET...            for these
//   deno task compile all                  for all of them
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import denoJson from "../deno.json" with { type: "json" };
import { shippedFlags } from "../tests/support/command.ts";
import { BUNDLE } from "./build.ts";

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
  return join(directory, target, `updsts${suffix}`);
}

/**
 * The arguments of `deno` that build the binary `output` of the bundle in the
 * current directory, for this machine if no target is named.
 */
export function compileArguments(output: string, target?: string): string[] {
  // Of no use in a binary, which holds all of its code: see the next ones. The
  // first would leave out what is loaded lazily; the second prepares all code
  // for a cache that a binary does not have.
  const atStart = [
    "--unstable-lazy-dynamic-imports",
    "--v8-flags=--no-lazy",
    "--cached-only",
    "--no-remote",
  ];
  return [
    ...["compile", "--no-config", "--no-check"],
    ...shippedFlags().filter((flag) => !atStart.includes(flag)),
    "--deny-import",
    // It would lie in a directory that others can write to, and be run.
    "--no-code-cache",
    // The maps, too, so that traces can be read.
    ...["--include", "."],
    ...(target === undefined ? [] : ["--target", target]),
    ...["--output", resolve(output), "main.js"],
  ];
}

if (import.meta.main) {
  const { values: { directory }, positionals } = parseArgs({
    args: Deno.args,
    options: { directory: { type: "string", default: join(BUNDLE, "..") } },
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
    ? [{ output: binaryPath(directory, Deno.build.target), target: undefined }]
    : asked.map((target) => ({
      output: binaryPath(directory, target),
      target,
    }));
  for (const { output, target } of builds) {
    console.log(`updsts ${denoJson.version}: ${resolve(output)}`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: compileArguments(output, target),
      cwd: BUNDLE,
    }).spawn().status;
    if (code !== 0) Deno.exit(code);
  }
}
