// Builds standalone binaries of the bundle, with the permissions of the task `updsts`.
//
//   deno task compile                      dist/TARGET/updsts, for this machine
//   deno task compile TARGET...            for these
//   deno task compile all                  for all of them
import { join, resolve } from "node:path";
import denoJson from "../deno.json" with { type: "json" };
import { BUNDLE, shippedFlags } from "../tests/support/command.ts";

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
  // Not for a binary, which holds all of its code: the first would leave out
  // what is loaded lazily, the second prepares code for a cache that it lacks.
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
    // Its directory is writable for others, and what is in it is executed.
    "--no-code-cache",
    // The maps, too, so that traces can be read.
    ...["--include", "."],
    ...(target === undefined ? [] : ["--target", target]),
    ...["--output", resolve(output), "main.js"],
  ];
}

if (import.meta.main) {
  const asked = Deno.args.includes("all") ? [...TARGETS] : Deno.args;
  const unknown = asked.find((it) => !TARGETS.some((target) => target === it));
  if (unknown !== undefined) {
    console.error(`${unknown} is not a target: use ${TARGETS.join(", ")}`);
    Deno.exit(2);
  }
  for (const target of asked.length === 0 ? [undefined] : asked) {
    const dist = join(BUNDLE, "..");
    const output = binaryPath(dist, target ?? Deno.build.target);
    console.log(`updsts ${denoJson.version}: ${output}`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: compileArguments(output, target),
      cwd: BUNDLE,
    }).spawn().status;
    if (code !== 0) Deno.exit(code);
  }
}
