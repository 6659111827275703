// Builds standalone binaries with exactly the permissions of the task `updsts`.
//
//   deno task compile                      for this machine: dist/updsts
//   deno task compile TARGET...            dist/TARGET/updsts, for these
//   deno task compile all                  for all of them
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

/** The arguments of `deno` that build the binary `output`, for this machine if no target is named. */
export function compileArguments(output: string, target?: string): string[] {
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
    ? [compileArguments(`${directory}/updsts`)]
    : asked.map((target) =>
      compileArguments(binaryPath(directory, target), target)
    );
  for (const args of builds) {
    console.log(`updsts ${denoJson.version}: deno ${args.join(" ")}`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: new URL("..", import.meta.url),
    }).spawn().status;
    if (code !== 0) Deno.exit(code);
  }
}
