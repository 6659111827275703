// Builds a standalone binary with exactly the permissions of the task `updsts`.
import denoJson from "../deno.json" with { type: "json" };
import { shippedFlags } from "../tests/support/command.ts";

const args = [
  "compile",
  ...shippedFlags(),
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
