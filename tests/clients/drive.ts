// Drives one real client through the flow: the tool is called without a code, a page appears, the code is typed there, the call ends.
import { delimiter, join } from "node:path";
import { z } from "zod";
import { baseEnvironment, commandLine, run } from "../support/command.ts";
import { Scenario } from "../support/scenario.ts";
import { ModelStandIn } from "./model.ts";

/** Where things are that a client's configuration names. */
export interface Place {
  readonly home: string;
  /** The empty directory that the client works in. */
  readonly project: string;
  /** The command of the MCP server. */
  readonly server: string;
  /** The variables that the configuration hands to the server. */
  readonly serverEnv: Readonly<Record<string, string>>;
  /** Of the model, without a path. */
  readonly model: string;
}

/** A way to run a client. */
export interface Mode {
  readonly args: readonly string[];
  /** What a person presses when something is on the screen; without, nobody is there. */
  readonly keys?: readonly {
    readonly at: RegExp;
    readonly press: readonly string[];
  }[];
}

/** One client, pinned. */
export interface Client {
  readonly title: string;
  readonly package: string;
  readonly version: string;
  readonly command: string;
  readonly env: (place: Place) => Readonly<Record<string, string>>;
  /** Files below the home, by their path. */
  readonly files: (place: Place) => Readonly<Record<string, string>>;
  readonly modes: Readonly<Record<string, Mode>>;
}

/** What came of a run. */
export interface Report {
  readonly clientInfo: string;
  readonly revision: string;
  readonly elicitation: string;
  /** The variables of the client that reached the server without being named. */
  readonly environment: readonly string[];
  /** Requests of the server to the client, and answers that ask for input. */
  readonly asked: string;
  readonly durations: readonly number[];
  readonly results: readonly string[];
  /** Who opened the page first. */
  readonly opened: "client" | "model" | "nobody";
  /** Of the session, as the AWS CLI reads it; undefined if it did not work. */
  readonly identity: string | undefined;
  readonly screen: string;
}

/** What a shell of a person may know, and a server may want to. */
const PROBES = {
  AWS_PROFILE: "default_sts",
  AWS_REGION: "eu-west-1",
  AWS_DEFAULT_REGION: "eu-west-1",
  AWS_SHARED_CREDENTIALS_FILE: "",
  AWS_CONFIG_FILE: "",
  AWS_CA_BUNDLE: "",
  SSL_CERT_FILE: "",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
} as const;

/** How long a run may take, in milliseconds. */
const LIMIT = Number(Deno.env.get('LIM') ?? 240_000);

/** Runs `client` in `mode`; `bin` has the clients. */
export async function drive(
  client: Client,
  mode: Mode,
  bin: readonly string[],
): Promise<Report> {
  await using scenario = await Scenario.start();
  const { home } = scenario;
  const person = new Person(scenario);
  await using model = new ModelStandIn(
    join(home, "model.log"),
    (link) => person.open(link, "model"),
  );
  const place: Place = {
    home,
    project: join(home, "project"),
    server: join(home, "bin", "updsts"),
    serverEnv: { AWS_ENDPOINT_URL_STS: scenario.sts.url },
    model: model.url,
  };
  await Deno.mkdir(place.project);
  await Deno.mkdir(join(home, "bin"));
  await script(join(home, "bin", "updsts"), await tapped(home));
  for (const browser of ["xdg-open", "browser"]) {
    await script(
      join(home, "bin", browser),
      `echo "$1" >> '${home}/opened.log'`,
    );
  }
  for (const [path, text] of Object.entries(client.files(place))) {
    const file = join(home, path);
    await Deno.mkdir(join(file, ".."), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  const ca = new URL("../fixtures/tls/ca.pem", import.meta.url).pathname;
  const env = {
    ...await baseEnvironment(),
    ...PROBES,
    AWS_SHARED_CREDENTIALS_FILE: scenario.path,
    AWS_CONFIG_FILE: `${scenario.path}.config`,
    AWS_CA_BUNDLE: ca,
    SSL_CERT_FILE: ca,
    HOME: home,
    PATH: [join(home, "bin"), ...bin, Deno.env.get("PATH")].join(delimiter),
    BROWSER: join(home, "bin", "browser"),
    DISPLAY: ":0",
    TERM: "xterm-256color",
    LC_ALL: "C.UTF-8",
    ...client.env(place),
  };
  await Deno.writeTextFile(`${scenario.path}.config`, "");
  const watching = person.watch(join(home, "opened.log"));
  const screen = mode.keys === undefined
    ? await runAlone(client, mode, place, env)
    : await runOnScreen(client, mode, place, env, model);
  await watching.stop();
  const identity = await scenario.run("aws", ["sts", "get-caller-identity"], {
    AWS_PROFILE: "default_sts",
    AWS_ENDPOINT_URL_STS: scenario.sts.url,
    AWS_DEFAULT_REGION: "us-east-1",
    PATH: Deno.env.get("PATH") ?? "",
  });
  const kept = Deno.env.get("UPDSTS_CLIENT_LOGS");
  if (kept !== undefined) {
    const directory = join(
      kept,
      `${client.command}-${crypto.randomUUID().slice(0, 4)}`,
    );
    await Deno.mkdir(directory, { recursive: true });
    for (
      const name of ["to", "from", "env", "stderr", "model.log", "opened.log"]
    ) {
      await Deno.copyFile(join(home, name), join(directory, name)).catch(
        () => {},
      );
    }
    await Deno.writeTextFile(join(directory, "screen"), screen);
    console.error(directory);
  }
  return {
    ...await readWire(home),
    environment: await arrived(home),
    durations: model.durations,
    results: model.results,
    opened: person.openedBy,
    identity: identity.code === 0 ? identity.stdout : identity.stderr,
    screen,
  };
}

/** Who sits in front of a browser. */
class Person {
  readonly #scenario: Scenario;
  readonly #links = new Set<string>();
  openedBy: Report["opened"] = "nobody";

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
      headers: { Origin: new URL(link).origin },
      body: new URLSearchParams({ code: this.#scenario.code() }),
    });
    await answer.text();
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

function script(path: string, text: string): Promise<void> {
  return Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** The server, with all that is said on the wire written down. */
async function tapped(home: string): Promise<string> {
  const command = commandLine(["mcp", "--mcp-server", "-v", "1"])
    .map((word) => `'${word}'`).join(" ");
  const { DENO_DIR } = await baseEnvironment();
  return `env > '${home}/env'
export DENO_DIR='${DENO_DIR}'
tee -a '${home}/to' | ${command} 2>> '${home}/stderr' | tee -a '${home}/from'`;
}

async function runAlone(
  client: Client,
  { args }: Mode,
  { project }: Place,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = new Deno.Command(client.command, {
    args: [...args],
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
  return `${decoder.decode(stdout)}\n${decoder.decode(stderr)}\nexit ${code}`;
}

async function runOnScreen(
  client: Client,
  { args, keys = [] }: Mode,
  { home, project }: Place,
  env: Readonly<Record<string, string>>,
  model: ModelStandIn,
): Promise<string> {
  const tmux = async (...words: string[]) =>
    (await run("tmux", ["-S", join(home, "tmux"), ...words], env)).stdout;
  const command = [client.command, ...args]
    .map((word) => `'${word}'`).join(" ");
  await tmux(
    ...["-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "50"],
    ...["-c", project, `env -u NO_COLOR ${command}; sleep 1000`],
  );
  const deadline = performance.now() + LIMIT;
  let [screen, pressed] = ["", ""];
  const history: string[] = [];
  try {
    while (!model.done && performance.now() < deadline) {
      await pause(300);
      const now = await tmux("capture-pane", "-p");
      if (now !== screen) history.push(screen = now);
      const key = keys.find(({ at }) => at.test(screen));
      // The same screen is not answered twice, unless it has changed between.
      if (key === undefined || pressed === screen) continue;
      pressed = screen;
      history.push(`>>> ${key.press.join(" ")}`);
      for (const press of key.press) {
        await tmux("send-keys", press);
        await pause(300);
      }
    }
    await pause(1_000);
    history.push(await tmux("capture-pane", "-p"));
  } finally {
    await tmux("kill-server");
  }
  return history.join("\n--------\n");
}

const message = z.looseObject({
  method: z.string().optional(),
  params: z.looseObject({
    protocolVersion: z.string().optional(),
    clientInfo: z.unknown().optional(),
    capabilities: z.looseObject({ elicitation: z.unknown().optional() }).optional(),
    _meta: z.record(z.string(), z.unknown()).optional(),
  }).optional(),
  result: z.looseObject({
    protocolVersion: z.string().optional(),
    resultType: z.string().optional(),
  }).optional(),
});

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

/** What was spoken. */
async function readWire(home: string) {
  const to = await messages(join(home, "to"));
  const from = await messages(join(home, "from"));
  const call = to.findLast(({ method }) => method === "tools/call");
  const meta = call?.params?._meta ?? {};
  const hello = to.find(({ method }) => method === "initialize")?.params;
  const revision = meta[`${META}/protocolVersion`] ??
    from.find(({ result }) => result?.protocolVersion !== undefined)?.result
      ?.protocolVersion;
  const capabilities = z.looseObject({ elicitation: z.unknown().optional() }).optional()
    .parse(meta[`${META}/clientCapabilities`]) ?? hello?.capabilities;
  return {
    clientInfo: JSON.stringify(meta[`${META}/clientInfo`] ?? hello?.clientInfo),
    revision: String(revision),
    elicitation: JSON.stringify(capabilities?.elicitation) ?? "no",
    asked: from.flatMap(({ method, result }) =>
      method === "elicitation/create"
        ? [method]
        : result?.resultType === "input_required"
        ? ["input_required"]
        : []
    ).join(", "),
  };
}

async function arrived(home: string): Promise<string[]> {
  const env = await Deno.readTextFile(join(home, "env")).catch(() => "");
  const names = env.split("\n").map((line) => line.split("=")[0] ?? "");
  return Object.keys(PROBES).filter((name) => names.includes(name));
}
