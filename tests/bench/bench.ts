// Prints the table of docs/CONTRIBUTING.md: medians of rounds, and their ratios to yardsticks of the same run.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseFile } from "../../src/credentials/parse.ts";
import { refreshEdits } from "../../src/credentials/session_edits.ts";
import { applyEdits } from "../../src/credentials/text.ts";
import { decodeBytes } from "../../src/machine/read.ts";
import { REHEARSED } from "../../src/sessions/plan.ts";
import {
  baseEnvironment,
  BUNDLE,
  bundleCommand,
  commandLine,
  isInstalled,
} from "../support/command.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";

/** A thing to measure. */
interface Candidate {
  readonly name: string;
  /** Yardsticks by their names, with the ratio not to be exceeded, if there is one. */
  readonly ratios?: Readonly<Record<string, number | undefined>>;
  /** Milliseconds, or another unit. */
  readonly measure: () => Promise<number> | number;
}

/** Milliseconds that `action` takes. */
async function time(action: () => unknown): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/**
 * Measures all, round by round and in any order, so that what else the machine
 * does affects all alike, and prints a line of the table for each ratio.
 */
async function compare(
  candidates: readonly Candidate[],
  rounds: number,
  unit = "ms",
): Promise<void> {
  const measured = new Map<string, number[]>();
  for (const { name } of candidates) measured.set(name, []);
  for (let round = 0; round <= rounds; round++) {
    const shuffled = candidates.map((candidate) => ({
      ...candidate,
      at: Math.random(),
    })).sort((one, other) => one.at - other.at);
    for (const { name, measure } of shuffled) {
      const value = await measure();
      // The first round only warms the caches.
      if (round > 0) measured.get(name)?.push(value);
    }
  }
  const sorted = (name: string) =>
    measured.get(name)?.toSorted((a, b) => a - b) ?? [];
  const median = (name: string) => sorted(name)[rounds >> 1] ?? NaN;
  for (const { name, ratios = {} } of candidates) {
    const [middle, least] = [median(name), sorted(name)[0] ?? NaN]
      .map((value) => value.toFixed(value < 100 ? 1 : 0));
    const amount = `| ${name} | ${middle} ${unit} | ${least}`;
    if (Object.keys(ratios).length === 0) console.log(`${amount} | | | |`);
    for (const [against, goal] of Object.entries(ratios)) {
      const ratio = median(name) / median(against);
      const met = goal === undefined
        ? "|"
        : `at most ${goal} | ${ratio <= goal ? "met" : "not met"}`;
      console.log(`${amount} | ${ratio.toFixed(2)} x ${against} | ${met} |`);
    }
  }
}

const EMPTY = "empty program on Deno";
const MINIMAL = "minimal program that signs by hand";
const AWS = "AWS CLI v1 sts get-session-token";
const AWS_LIST = "AWS CLI v1 configure list, 10,000 profiles";
const MCP = "MCP, start to the first tools/list";
const withAws = isInstalled("aws");

/** The forms of the program, side by side. */
type Form = "sources" | "bundle";
type Command = readonly [string, ...string[]];

/** The command line of one form of the program. */
function commandOf(form: Form, args: readonly string[]): Command {
  return form === "bundle"
    ? [...bundleCommand(BUNDLE), ...args]
    : commandLine(args);
}

/** A credentials file of so many profiles, over 200 bytes each, and a block at its end. */
function largeFile(profiles: number): Uint8Array<ArrayBuffer> {
  const filler = Array.from(
    { length: profiles },
    (_, index) =>
      `[profile-${index}]
aws_access_key_id = AKIA${String(index).padStart(16, "0")}
aws_secret_access_key = ${"x".repeat(40)}
# ${"note ".repeat(20)}
region = eu-west-1
`,
  ).join("");
  return new TextEncoder().encode(
    `${filler}# \${{{ key=profile-1 [auto update by updsts]
[profile-1_sts]
aws_access_key_id = ASIA
aws_secret_access_key = x
aws_session_token = x
expiration_datetime = 2025-10-05T15:30:00+09:00
# $}}} [auto update by updsts]
`,
  );
}

function refresh(bytes: Uint8Array): string {
  const text = decodeBytes(bytes);
  const [key, name] = ["profile-1", "profile-1_sts"];
  return applyEdits(text, refreshEdits(parseFile(text), key, name, REHEARSED));
}

// The sources are measured, and the bundle beside them.
Deno.env.delete("UPDSTS_COMMAND");
const ROUNDS = Number(Deno.args[0] ?? 15);
const few = Math.ceil(ROUNDS / 3);

// Ten profiles, the first with a key and a device.
const others = Array.from({ length: 8 }, (_, index) => `[p${index}]\n`);
await using scenario = await Scenario.start({ given: GIVEN + others.join("") });
const empty = join(scenario.home, "empty.ts");
await Deno.writeTextFile(empty, "");
const large = join(scenario.home, "large");
const largeBytes = largeFile(10_000);
await Deno.writeFile(large, largeBytes, { mode: 0o600 });

/** Measures a process, which must not fail. */
function timed(command: () => Command, env = {}): () => Promise<number> {
  return () =>
    time(async () => {
      const [program, ...args] = command();
      const { code, stderr } = await scenario.run(program, args, env);
      if (code !== 0) throw new Error(stderr);
    });
}

function get(form: Form): Command {
  return commandOf(form, ["get", "-n", "default", "-t", scenario.code()]);
}

function minimal(): Command {
  return [
    ...[Deno.execPath(), "run", "--allow-net", "--no-config"] as const,
    fileURLToPath(new URL("minimal_get.ts", import.meta.url)),
    ...[scenario.sts.url, ALICE.accessKeyId, ALICE.secretAccessKey],
    ...[ALICE.device, scenario.code()],
  ];
}

function aws(): Command {
  return [
    ...["aws", "sts", "get-session-token", "--region", "us-east-1"] as const,
    ...["--endpoint-url", scenario.sts.url, "--profile", "default"],
    ...["--serial-number", ALICE.device, "--token-code", scenario.code()],
  ];
}

/** The milliseconds from the start of the MCP server to its first `tools/list`. */
async function startMcp(form: Form): Promise<number> {
  const [command, ...args] = commandOf(form, ["mcp", "--mcp-server"]);
  const client = new Client({ name: "bench", version: "1" });
  const env = await baseEnvironment();
  const transport = new StdioClientTransport({
    ...{ command, args, env, stderr: "ignore" },
  });
  const milliseconds = await time(async () => {
    await client.connect(transport);
    await client.listTools();
  });
  await client.close();
  return milliseconds;
}

/** Peak memory of a process in MiB, as the system counts it. */
async function peakMemory(command: Command): Promise<number> {
  const { stdout } = await scenario.run("python3", [
    "-c",
    `import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)`,
    ...command,
  ]);
  return Number(stdout) / 1024;
}

/** One command in both forms; the goals are those of the bundle. */
function inBothForms(
  name: string,
  goals: Readonly<Record<string, number>>,
  measure: (form: Form) => () => Promise<number>,
): Candidate[] {
  const yardsticks = Object.keys(goals);
  const without = yardsticks.map((yardstick) => [yardstick, undefined]);
  return [
    {
      name: `sources: ${name}`,
      ratios: Object.fromEntries(without),
      measure: measure("sources"),
    },
    { name: `bundle: ${name}`, ratios: goals, measure: measure("bundle") },
  ];
}

console.log(`Deno ${Deno.version.deno}, ${ROUNDS} rounds, ${Deno.build.target}

| what | median | least | ratio of medians | goal | |
| --- | --- | --- | --- | --- | --- |`);
await compare([
  {
    name: EMPTY,
    measure: timed(() => [Deno.execPath(), "run", empty]),
  },
  { name: MINIMAL, measure: timed(minimal) },
  ...withAws ? [{ name: AWS, measure: timed(aws) }] : [],
  ...inBothForms(
    "--version",
    { [EMPTY]: 1.1 },
    (form) => timed(() => commandOf(form, ["--version"])),
  ),
  ...inBothForms(
    "list, 10 profiles",
    { [EMPTY]: 1.4 },
    (form) => timed(() => commandOf(form, ["list"])),
  ),
  ...inBothForms(
    "get",
    { [MINIMAL]: 2.3, ...withAws ? { [AWS]: 0.2 } : {} },
    (form) => timed(() => get(form)),
  ),
  ...inBothForms(MCP, { [EMPTY]: 5.5 }, (form) => () => startMcp(form)),
], ROUNDS);
if (withAws) {
  const env = { AWS_SHARED_CREDENTIALS_FILE: large };
  const args = ["configure", "list", "--profile", "profile-5"] as const;
  await compare([
    { name: AWS_LIST, measure: timed(() => ["aws", ...args], env) },
    {
      name: "bundle: list, 10,000 profiles",
      ratios: { [AWS_LIST]: 0.3 },
      measure: timed(() => commandOf("bundle", ["list"]), env),
    },
  ], few);
}
// In process, beside reading the bytes of the file at all.
const DECODING = "decoding 10,000 profiles, finding line ends";
await compare([
  {
    name: DECODING,
    measure: () =>
      time(() => new TextDecoder().decode(largeBytes).split("\n").length),
  },
  {
    name: "refreshing a block in 10,000 profiles",
    ratios: { [DECODING]: 6 },
    measure: () => time(() => refresh(largeBytes)),
  },
], 5 * ROUNDS);
if (isInstalled("python3")) {
  await compare(
    [
      { name: `${MINIMAL}: memory`, measure: () => peakMemory(minimal()) },
      {
        name: "bundle: get: peak memory",
        ratios: { [`${MINIMAL}: memory`]: 2 },
        measure: () => peakMemory(get("bundle")),
      },
    ],
    few,
    "MiB",
  );
}
