// Builds a standalone binary with exactly the permissions of the task `updsts`.
import denoJson from "../deno.json" with { type: "json" };
import { shippedFlags } from "../tests/support/command.ts";

// A binary fetches nothing anyway; building it may have to.
const flags = shippedFlags().filter((flag) =>
  flag !== "--cached-only" && flag !== "--no-remote"
);
const args = [
  "compile",
  ...flags,
  "--output",
  "dist/updsts",
  ...Deno.args,
  "main.ts",
];
console.log(`Compiling updsts ${denoJson.version}: deno ${args.join(" ")}`);
const { code } = await new Deno.Command(Deno.execPath(), {
  args,
  cwd: new URL("..", import.meta.url),
}).spawn().status;
Deno.exit(code);
