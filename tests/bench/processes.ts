// Whole processes, side by side with an empty program, a minimal one, and other tools.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  baseEnvironment,
  BUNDLE,
  bundleCommand,
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
/** The forms of the program, side by side. */
const FORMS = ["sources", "bundle"] as const;
type Form = typeof FORMS[number];

const MCP = "MCP, start to the first tools/list";
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

  updsts(form: Form, args: readonly string[], env = {}): Promise<void> {
    return this.#run(commandOf(form, args), env);
  }

  get(form: Form): Promise<void> {
    return this.updsts(form, this.getArguments());
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

/** The command line of one form of the program. */
function commandOf(
  form: Form,
  args: readonly string[],
): [string, ...string[]] {
  return form === "bundle"
    ? [...bundleCommand(fileURLToPath(BUNDLE)), ...args]
    : commandLine(args);
}

/** The milliseconds from the start of the MCP server to its first `tools/list`. */
async function startMcp(form: Form): Promise<number> {
  const { client, milliseconds } = await connectMcp(
    commandOf(form, ["mcp", "--mcp-server"]),
  );
  await client.close();
  return milliseconds;
}

/** Commands of a moment, in both forms. */
export function commandCandidates(processes: Processes): Candidate[] {
  const name = (form: Form, what: string) => `${form}: ${what}`;
  const aws = isInstalled("aws")
    ? (goal: number) => [{ against: AWS, goal }]
    : () => [];
  return [
    {
      name: EMPTY,
      comparisons: [],
      measure: () => time(() => processes.empty()),
    },
    {
      name: MINIMAL,
      comparisons: [],
      measure: () => time(() => processes.minimal()),
    },
    ...isInstalled("aws")
      ? [{
        name: AWS,
        comparisons: [],
        measure: () => time(() => processes.aws()),
      }]
      : [],
    ...FORMS.map((form) => ({
      name: name(form, "--version"),
      comparisons: [
        form === "bundle" ? { against: EMPTY, goal: 1.1 } : { against: EMPTY },
      ],
      measure: () => time(() => processes.updsts(form, ["--version"])),
    })),
    ...FORMS.map((form) => ({
      name: name(form, "list, 10 profiles"),
      comparisons: [
        form === "bundle" ? { against: EMPTY, goal: 1.4 } : { against: EMPTY },
      ],
      measure: () => time(() => processes.updsts(form, ["list"])),
    })),
    ...FORMS.map((form) => ({
      name: name(form, "get"),
      comparisons: form === "bundle"
        ? [{ against: MINIMAL, goal: 2.3 }, ...aws(0.2)]
        : [{ against: MINIMAL }, ...aws(0.45)],
      measure: () => time(() => processes.get(form)),
    })),
    ...FORMS.map((form) => ({
      name: name(form, MCP),
      comparisons: form === "bundle"
        ? [
          { against: EMPTY, goal: 5.5 },
          { against: name("sources", MCP), goal: 1 },
        ]
        : [{ against: EMPTY }],
      measure: () => startMcp(form),
    })),
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
      comparisons: [],
      measure: () => time(() => processes.awsList(env)),
    },
    {
      name: "bundle: list, 10,000 profiles",
      comparisons: [{ against: AWS_LIST, goal: 0.3 }],
      measure: () => time(() => processes.updsts("bundle", ["list"], env)),
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
      comparisons: [],
      measure: () => peak(processes.minimalArguments()),
    },
    {
      name: "bundle: get: peak memory",
      comparisons: [{ against: minimal, goal: 2 }],
      measure: () => peak(commandOf("bundle", processes.getArguments())),
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
    commandOf("bundle", ["mcp", "--mcp-server"]),
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
    name: "bundle: MCP get_credential_info, 1,000 calls",
    value: median(values),
    least: Math.min(...values),
    unit: "ms",
    ratios: [{
      against: "a tool that does nothing",
      yardstick: median(yardsticks),
      goal: 2,
    }],
  }];
}

/** Many at once on one file: the slowest beside the median. */
export async function crowdRows(processes: Processes): Promise<Row[]> {
  const times = await Promise.all(
    Array.from({ length: 64 }, () => time(() => processes.get("bundle"))),
  );
  return [{
    name: "bundle: 64 get at once on one file, the slowest",
    value: Math.max(...times),
    least: Math.min(...times),
    unit: "ms",
    ratios: [{ against: "their median", yardstick: median(times), goal: 3 }],
  }];
}
