// Drives one real client through the flow: the tool is called without a code, a page appears, the code is typed there, the call ends.
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  baseEnvironment,
  commandLine,
  homeVariables,
  run,
} from "../support/command.ts";
import { Scenario } from "../support/scenario.ts";
import { ModelStandIn } from "./model.ts";

/** What a client's configuration names. */
export interface Place {
  /** The empty directory that the client works in. */
  readonly project: string;
  /** The command of the MCP server. */
  readonly server: string;
  /** Where the model listens, without a path. */
  readonly model: string;
}

/** What a person presses, once, when something is on the screen. */
export interface Key {
  readonly at: RegExp;
  readonly press: readonly string[];
  /** Not before the client has asked for the server's tools. */
  readonly ready?: true;
}

/** A client, pinned, and how it is led to the model of this machine. */
export interface Client {
  readonly title: string;
  /** On npm. */
  readonly package: string;
  readonly version: string;
  readonly command: string;
  /** How long it waits for a call, as it was seen with a server that never answers. */
  readonly limit: string;
  /** Variables that its snippet hands on, so that they do not count as arrived. */
  readonly named?: readonly string[];
  readonly env: (place: Place) => Readonly<Record<string, string>>;
  /** Its configuration: texts of files, by their path below the home directory. */
  readonly files: (place: Place) => Readonly<Record<string, string>>;
  /** What a person runs in a shell before. */
  readonly prepare?: (place: Place) => string;
  /** Arguments that answer a prompt and end. */
  readonly print: readonly string[];
  /** Arguments that open it on a terminal, and what its person presses there. */
  readonly screen: {
    readonly args: readonly string[];
    readonly keys: readonly Key[];
  };
}

/** Whether somebody sits at the client. */
export type Mode = "print" | "screen";

/** What came of a run. */
export interface Report {
  /** As on the wire, each. */
  readonly clientInfo: string;
  readonly revision: string;
  readonly elicitation: string;
  /** Those of {@linkcode PROBES} that reached the server without being named. */
  readonly environment: readonly string[];
  /** How long each call of the tool took, in milliseconds. */
  readonly durations: readonly number[];
  /** Who had the page opened first. */
  readonly openedBy: "client" | "model" | "nobody";
  /** Whether the AWS CLI can use the session. */
  readonly works: boolean;
  /** All that the client showed. */
  readonly screen: string;
}

/** What the shell of a person may have set, and a server may want to know. */
export const PROBES = [
  "AWS_CA_BUNDLE",
  "AWS_CONFIG_FILE",
  "AWS_DEFAULT_REGION",
  "AWS_PROFILE",
  "AWS_REGION",
  "AWS_SHARED_CREDENTIALS_FILE",
  "HTTPS_PROXY",
  "NO_PROXY",
  "SSL_CERT_FILE",
] as const;

/** How long a run may take, in milliseconds. */
const LIMIT = 120_000;

/** Runs `client`, which is in a directory of `bin`; what was said is copied to `logs`. */
export async function drive(
  client: Client,
  mode: Mode,
  { bin, logs }: { readonly bin: readonly string[]; readonly logs: string },
): Promise<Report> {
  await using scenario = await Scenario.start();
  const { home, path, sts } = scenario;
  const log = join(home, "log");
  const person = new Person(scenario);
  await using model = new ModelStandIn(
    join(log, "model"),
    (link) => person.open(link, "model"),
  );
  const place: Place = {
    project: join(home, "project"),
    server: join(home, "bin", "updsts"),
    model: model.url,
  };
  await write(join(place.project, "README.md"), "");
  await write(join(log, "opened"), "");
  await write(place.server, await tapped(log));
  // Clients open a browser by one of these.
  const browser = `#!/bin/sh\necho "$1" >> '${log}/opened'\n`;
  for (const name of ["xdg-open", "open"]) {
    await write(join(home, "bin", name), browser);
  }
  const config = join(home, ".aws", "config");
  await write(config, `[default]\nendpoint_url = ${sts.url}\n`);
  for (const [file, text] of Object.entries(client.files(place))) {
    await write(join(home, file), text);
  }
  const ca = fileURLToPath(new URL("../fixtures/tls/ca.pem", import.meta.url));
  const env = {
    ...await baseEnvironment(),
    ...homeVariables(home),
    AWS_CA_BUNDLE: ca,
    AWS_CONFIG_FILE: config,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_PROFILE: "default_sts",
    AWS_REGION: "us-east-1",
    AWS_SHARED_CREDENTIALS_FILE: path,
    // Nobody listens there: no client reaches more than this machine.
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1,localhost",
    SSL_CERT_FILE: ca,
    BROWSER: join(home, "bin", "open"),
    // Else some take it that there is no browser.
    DISPLAY: ":0",
    LC_ALL: "C.UTF-8",
    PATH: [join(home, "bin"), ...bin, Deno.env.get("PATH")].join(delimiter),
    TERM: "xterm-256color",
    ...client.env(place),
  };
  const here = { project: place.project, env, log };
  if (client.prepare !== undefined) {
    const { code, stdout, stderr } = await run(
      "sh",
      ["-ec", `cd '${place.project}'\n${client.prepare(place)}`],
      env,
    );
    if (code !== 0) throw new Error(`${client.title}: ${stdout}${stderr}`);
  }
  const watching = person.watch(join(log, "opened"));
  const screen = mode === "print"
    ? await runAlone([client.command, ...client.print], here)
    : await runOnScreen(client, here, model);
  await watching.stop();
  await write(join(log, "screen"), screen);
  await Deno.mkdir(logs, { recursive: true });
  for await (const { name } of Deno.readDir(log)) {
    await Deno.copyFile(join(log, name), join(logs, name));
  }
  const identity = await scenario.run("aws", [
    ...["--profile", "default_sts", "--region", "us-east-1"],
    ...["--endpoint-url", sts.url, "sts", "get-caller-identity"],
  ]);
  return {
    ...await readWire(log),
    durations: model.durations,
    openedBy: person.openedBy,
    works: identity.code === 0 && model.isContent,
    screen,
  };
}

/** What a client runs with. */
interface Here {
  readonly project: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
}

/** Writes a file that may be run, in a directory that may be missing. */
async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, text, { mode: 0o755 });
}

/** Who sits in front of a browser. */
class Person {
  readonly #scenario: Scenario;
  readonly #links = new Set<string>();
  openedBy: Report["openedBy"] = "nobody";

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Opens the page, and types the code on it. */
  async open(link: string, by: "client" | "model"): Promise<void> {
    if (this.#links.has(link)) return;
    this.#links.add(link);
    if (this.#links.size === 1) this.openedBy = by;
    const page = await fetch(link);
    await page.text();
    // As long as it takes to look at the phone.
    await pause(2_000);
    const answer = await fetch(link, {
      method: "POST",
      headers: {
        Origin: new URL(link).origin,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: `code=${this.#scenario.code()}`,
    });
    await answer.text();
    if (!answer.ok) console.error(`The page answered ${answer.status}`);
  }

  /** Opens what the client had its browser open. */
  watch(log: string): { stop(): Promise<void> } {
    let stopped = false;
    const watching = (async () => {
      while (!stopped) {
        const links = await Deno.readTextFile(log).catch(() => "");
        for (const link of links.split("\n").filter((line) => line !== "")) {
          this.open(link, "client").catch((error) => console.error(error));
        }
        await pause(100);
      }
    })();
    return {
      stop: () => {
        stopped = true;
        return watching;
      },
    };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The server, with its environment and all that is said on the wire written down. */
async function tapped(log: string): Promise<string> {
  const command = commandLine([])
    .map((word) => `'${word}'`).join(" ");
  const { DENO_DIR } = await baseEnvironment();
  return `#!/bin/sh
cd '${log}' && env > environment
export DENO_DIR='${DENO_DIR}'
tee -a to_server | ${command} "$@" 2>> stderr | tee -a from_server
`;
}

/** Runs a command to its end, with nobody there. */
async function runAlone(
  [command, ...args]: readonly [string, ...string[]],
  { project, env }: Here,
): Promise<string> {
  const child = new Deno.Command(command, {
    args,
    cwd: project,
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(limit);
  const decoder = new TextDecoder();
  return `${decoder.decode(stdout)}${decoder.decode(stderr)}exit ${code}\n`;
}

/** Runs a client on a terminal until its model has said the last word. */
async function runOnScreen(
  { command, screen: { args, keys } }: Client,
  { project, env, log }: Here,
  model: ModelStandIn,
): Promise<string> {
  const tmux = async (...words: string[]) =>
    (await run("tmux", ["-S", join(project, "..", "tmux"), ...words], env))
      .stdout;
  const words = [command, ...args].map((word) => `'${word}'`).join(" ");
  await tmux(
    ...["-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "50"],
    ...["-c", project, `env -u NO_COLOR ${words}; sleep ${LIMIT}`],
  );
  const deadline = performance.now() + LIMIT;
  const history: string[] = [];
  const pressed = new Set<Key>();
  const look = async () => {
    const screen = await tmux("capture-pane", "-p");
    if (screen !== history.at(-1)) history.push(screen);
    return screen;
  };
  try {
    while (!model.isDone && performance.now() < deadline) {
      await pause(300);
      const screen = await look();
      const key = keys.find((key) => !pressed.has(key) && key.at.test(screen));
      if (key === undefined) continue;
      if (key.ready === true && !await listsTools(log)) continue;
      pressed.add(key);
      for (const press of key.press) {
        await tmux("send-keys", press);
        await pause(300);
      }
    }
    await pause(1_000);
    await look();
  } finally {
    await tmux("kill-server");
  }
  return history.join(`${"-".repeat(160)}\n`);
}

const capabilitiesSchema = z.looseObject({
  elicitation: z.record(z.string(), z.unknown()).optional(),
}).optional();
const message = z.looseObject({
  method: z.string().optional(),
  params: z.looseObject({
    protocolVersion: z.string().optional(),
    clientInfo: z.unknown().optional(),
    capabilities: z.unknown().optional(),
    _meta: z.record(z.string(), z.unknown()).optional(),
  }).optional(),
  result: z.looseObject({
    protocolVersion: z.string().optional(),
  }).optional(),
});

async function listsTools(log: string): Promise<boolean> {
  const said = await messages(join(log, "to_server"));
  return said.some(({ method }) => method === "tools/list");
}

async function messages(file: string) {
  const text = await Deno.readTextFile(file).catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return [message.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

const META = "io.modelcontextprotocol";

/** What was spoken, and what of the environment arrived. */
async function readWire(log: string) {
  const to = await messages(join(log, "to_server"));
  const from = await messages(join(log, "from_server"));
  const env = await Deno.readTextFile(join(log, "environment"))
    .catch(() => "");
  const names = env.split("\n").map((line) => line.split("=")[0] ?? "");
  const hello = to.find(({ method }) => method === "initialize")?.params;
  const answer = from.find(({ result }) =>
    result?.protocolVersion !== undefined
  )?.result;
  // Since 2026-07-28 each request says it.
  const meta = to.findLast(({ method }) => method === "tools/call")?.params
    ?._meta;
  const revision = meta?.[`${META}/protocolVersion`] ??
    answer?.protocolVersion;
  const capabilities = capabilitiesSchema.parse(
    meta?.[`${META}/clientCapabilities`] ?? hello?.capabilities,
  );
  return {
    clientInfo: JSON.stringify(
      meta?.[`${META}/clientInfo`] ?? hello?.clientInfo,
    ),
    revision: String(revision),
    elicitation: Object.keys(capabilities?.elicitation ?? {}).join(", "),
    environment: PROBES.filter((name) => names.includes(name)),
  };
}
