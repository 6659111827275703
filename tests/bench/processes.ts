// Measures whole processes side by side in one run: medians, and ratios to a yardstick.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { join } from "node:path";
import {
  baseEnvironment,
  commandLine,
  isInstalled,
  run,
} from "../support/command.ts";
import { Scenario } from "../support/scenario.ts";

const ROUNDS = Number(Deno.args[0] ?? 15);

interface Candidate {
  readonly name: string;
  /** The candidate whose median counts as 1. */
  readonly against: string;
  readonly measure: () => Promise<number>;
}

/** Milliseconds that `action` takes. */
async function time(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("Nothing was measured");
  return middle;
}

await using scenario = await Scenario.start();
const empty = join(scenario.home, "empty.ts");
await Deno.writeTextFile(empty, "");

async function process(args: readonly string[]): Promise<number> {
  const [command, ...rest] = commandLine(args);
  return await time(async () => {
    const { code, stderr } = await run(command, rest, scenario.env);
    if (code !== 0) throw new Error(stderr);
  });
}

/** From the start of the server to its first answer to tools/list. */
async function connectMcp(): Promise<{ client: Client; ms: number }> {
  const [command, ...args] = commandLine(["mcp", "--mcp-server"]);
  const client = new Client({ name: "bench", version: "1" });
  const env = { ...await baseEnvironment(), ...scenario.env };
  const ms = await time(async () => {
    await client.connect(
      new StdioClientTransport({ command, args, env, stderr: "ignore" }),
    );
    await client.listTools();
  });
  return { client, ms };
}

const server = await connectMcp();
const EMPTY = "empty program on Deno";
const candidates: Candidate[] = [
  {
    name: EMPTY,
    against: EMPTY,
    measure: () => time(() => run(Deno.execPath(), ["run", empty])),
  },
  {
    name: "updsts --version",
    against: EMPTY,
    measure: () => process(["--version"]),
  },
  { name: "updsts list", against: EMPTY, measure: () => process(["list"]) },
  {
    name: "updsts get, local STS",
    against: EMPTY,
    measure: () => process(["get", "-n", "default", "-t", scenario.code()]),
  },
  {
    name: "MCP: start to first tools/list",
    against: EMPTY,
    measure: async () => {
      const { client, ms } = await connectMcp();
      await client.close();
      return ms;
    },
  },
  {
    name: "MCP: get_credential_info, one call",
    against: EMPTY,
    measure: () =>
      time(() =>
        server.client.callTool({
          name: "updsts_get_credential_info",
          arguments: { profile_name: "default" },
        })
      ),
  },
];
if (isInstalled("aws")) {
  candidates.push({
    name: "AWS CLI v1 sts get-session-token, same STS",
    against: "updsts get, local STS",
    measure: () =>
      time(async () => {
        const { code, stderr } = await run("aws", [
          ...["sts", "get-session-token", "--endpoint-url", scenario.sts.url],
          ...["--region", "us-east-1", "--profile", "default"],
          ...["--token-code", scenario.code()],
          ...["--serial-number", "arn:aws:iam::123456789012:mfa/alice"],
        ], scenario.env);
        if (code !== 0) throw new Error(stderr);
      }),
  });
}

// Round by round, so that what else the machine does hits all of them alike.
const measured = new Map(candidates.map(({ name }) => [name, [] as number[]]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const { name, measure } of candidates) {
    const ms = await measure();
    // The first round only warms the caches.
    if (round > 0) measured.get(name)?.push(ms);
  }
}
await server.client.close();

console.log(`Medians of ${ROUNDS} rounds, Deno ${Deno.version.deno}\n`);
for (const { name, against } of candidates) {
  const ms = median(measured.get(name) ?? []);
  const ratio = ms / median(measured.get(against) ?? []);
  const cells = [name.padEnd(44), `${ms.toFixed(1)} ms`.padStart(10)];
  const yardstick = against === name ? "" : `${ratio.toFixed(2)} x ${against}`;
  console.log([...cells, yardstick].join("  ").trimEnd());
}
