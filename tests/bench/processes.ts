// Whole processes, side by side with an empty program, a minimal one, and other tools.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  baseEnvironment,
  commandLine,
  isInstalled,
} from "../support/command.ts";
import { ALICE, GIVEN, type Scenario } from "../support/scenario.ts";
import { largeFile } from "./core.ts";
import { type Candidate, median, type Row, time } from "./measure.ts";

/** Ten profiles, the first with a key and a device. */
export const TEN = GIVEN +
  Array.from({ length: 8 }, (_, index) => `[p${index}]\nregion = eu-west-1\n`)
    .join("");

const EMPTY = "empty program on Deno";
const MINIMAL = "minimal program that signs by hand";
const GET = "updsts get";
const AWS = "AWS CLI v1 sts get-session-token";
const AWS_LIST = "AWS CLI v1 configure list, 10,000 profiles";

/** Runs the processes of a scenario, and fails where one does. */
export class Processes {
  readonly #scenario: Scenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  async #run(
    [command, ...args]: readonly [string, ...string[]],
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const finished = await this.#scenario.run(command, args, env);
    if (finished.code !== 0) throw new Error(finished.stderr);
  }

  updsts(args: readonly string[], env = {}): Promise<void> {
    return this.#run(commandLine(args), env);
  }

  get(): Promise<void> {
    return this.updsts(this.getArguments());
  }

  getArguments(): string[] {
    return ["get", "-n", "default", "-t", this.#scenario.code()];
  }

  minimalArguments(): [string, ...string[]] {
    const { sts } = this.#scenario;
    return [
      Deno.execPath(),
      ...["run", "--allow-net", "--no-config"],
      fileURLToPath(new URL("minimal_get.ts", import.meta.url)),
      ...[sts.url, ALICE.accessKeyId, ALICE.secretAccessKey, ALICE.device],
      this.#scenario.code(),
    ];
  }

  minimal(): Promise<void> {
    return this.#run(this.minimalArguments());
  }

  async empty(): Promise<void> {
    const path = join(this.#scenario.home, "empty.ts");
    await Deno.writeTextFile(path, "");
    await this.#run([Deno.execPath(), "run", path]);
  }

  aws(): Promise<void> {
    return this.#run([
      ...["aws", "sts", "get-session-token"] as const,
      ...["--endpoint-url", this.#scenario.sts.url, "--region", "us-east-1"],
      ...["--profile", "default", "--serial-number", ALICE.device],
      ...["--token-code", this.#scenario.code()],
    ]);
  }

  async awsList(env: Readonly<Record<string, string>>): Promise<void> {
    await this.#run(
      ["aws", "configure", "list", "--profile", "profile-5"],
      env,
    );
  }
}

/** Commands of a moment. */
export function commandCandidates(processes: Processes): Candidate[] {
  const candidates: Candidate[] = [
    {
      name: EMPTY,
      against: EMPTY,
      measure: () => time(() => processes.empty()),
    },
    {
      name: "updsts --version",
      against: EMPTY,
      goal: 1.8,
      measure: () => time(() => processes.updsts(["--version"])),
    },
    {
      name: "updsts list, 10 profiles",
      against: EMPTY,
      goal: 1.8,
      measure: () => time(() => processes.updsts(["list"])),
    },
    {
      name: MINIMAL,
      against: MINIMAL,
      measure: () => time(() => processes.minimal()),
    },
    {
      name: GET,
      against: MINIMAL,
      goal: 2.5,
      measure: () => time(() => processes.get()),
    },
    {
      name: "MCP: start to the first tools/list",
      against: EMPTY,
      goal: 10,
      measure: async () => {
        const { client, milliseconds } = await connectMcp(
          commandLine(["mcp", "--mcp-server"]),
        );
        await client.close();
        return milliseconds;
      },
    },
  ];
  if (!isInstalled("aws")) return candidates;
  return [
    ...candidates,
    { name: AWS, against: AWS, measure: () => time(() => processes.aws()) },
    {
      name: `${GET}, again`,
      against: AWS,
      goal: 0.3,
      measure: () => time(() => processes.get()),
    },
  ];
}

/** `list` of a large file, beside what the AWS CLI does with one. */
export async function largeListCandidates(
  scenario: Scenario,
  processes: Processes,
): Promise<Candidate[]> {
  if (!isInstalled("aws")) return [];
  const path = join(scenario.home, "large");
  await Deno.writeFile(path, largeFile(10_000), { mode: 0o600 });
  const env = { AWS_SHARED_CREDENTIALS_FILE: path };
  return [
    {
      name: AWS_LIST,
      against: AWS_LIST,
      measure: () => time(() => processes.awsList(env)),
    },
    {
      name: "updsts list, 10,000 profiles",
      against: AWS_LIST,
      goal: 0.3,
      measure: () => time(() => processes.updsts(["list"], env)),
    },
  ];
}

/** Peak memory of whole processes, in MiB, as the system counts it. */
export function memoryCandidates(
  scenario: Scenario,
  processes: Processes,
): Candidate[] {
  if (!isInstalled("python3")) return [];
  const peak = async (command: readonly string[]) => {
    const { stdout } = await scenario.run("python3", [
      "-c",
      "import resource, subprocess, sys\n" +
      "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n" +
      "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
      ...command,
    ]);
    return Number(stdout) / 1024;
  };
  const minimal = `${MINIMAL}: peak memory`;
  return [
    {
      name: minimal,
      against: minimal,
      measure: () => peak(processes.minimalArguments()),
    },
    {
      name: `${GET}: peak memory`,
      against: minimal,
      goal: 2,
      measure: () => peak(commandLine(processes.getArguments())),
    },
  ];
}

/** A client of the server that `command` starts, and how long it took. */
async function connectMcp(
  [command, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ client: Client; milliseconds: number }> {
  const client = new Client({ name: "bench", version: "1" });
  const transport = new StdioClientTransport({
    command: command ?? "",
    args,
    env: { ...await baseEnvironment(), ...env },
    stderr: "ignore",
  });
  const milliseconds = await time(async () => {
    await client.connect(transport);
    await client.listTools();
  });
  return { client, milliseconds };
}

/** A thousand calls, one after the other, of our tool and of one that does nothing. */
export async function callRows(scenario: Scenario): Promise<Row[]> {
  const idle = await connectMcp([
    Deno.execPath(),
    ...["run", "--allow-all", "--quiet"],
    fileURLToPath(new URL("idle_server.ts", import.meta.url)),
  ]);
  const ours = await connectMcp(
    commandLine(["mcp", "--mcp-server"]),
    scenario.env,
  );
  const call = (client: Client, name: string) => () =>
    time(async () => {
      for (let index = 0; index < 1_000; index++) {
        await client.callTool({
          name,
          arguments: { profile_name: "default" },
        });
      }
    });
  const nothing = call(idle.client, "nothing");
  const information = call(ours.client, "updsts_get_credential_info");
  const yardsticks: number[] = [];
  const values: number[] = [];
  for (let round = 0; round < 10; round++) {
    const [yardstick, value] = [await nothing(), await information()];
    // The first round only warms the caches.
    if (round > 0) yardsticks.push(yardstick), values.push(value);
  }
  await Promise.all([idle.client.close(), ours.client.close()]);
  return [{
    name: "MCP: get_credential_info, 1,000 calls",
    against: "a tool that does nothing",
    value: median(values),
    yardstick: median(yardsticks),
    goal: 2,
    unit: "ms",
  }];
}

/** Many at once on one file: the slowest beside the median. */
export async function crowdRows(processes: Processes): Promise<Row[]> {
  const times = await Promise.all(
    Array.from({ length: 64 }, () => time(() => processes.get())),
  );
  return [{
    name: "64 get at once on one file: the slowest",
    against: "their median",
    value: Math.max(...times),
    yardstick: median(times),
    goal: 3,
    unit: "ms",
  }];
}
