// A home directory, an STS emulator and the real program, for end-to-end tests.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  baseEnvironment,
  commandLine,
  type Finished,
  homeVariables,
  run,
  updsts,
} from "./command.ts";
import { namesIn } from "./in_directory.ts";
import {
  type Behaviour,
  StsEmulator,
  type StsEmulatorOptions,
} from "./sts_emulator.ts";

/** The account of all scenarios. */
export const ALICE = {
  accountId: "123456789012",
  userName: "alice",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "canaryLongTerm/Secret+0123456789abcdefgh",
  device: "arn:aws:iam::123456789012:mfa/alice",
} as const;

/** The credentials file that every scenario begins with. */
export const GIVEN = `# keys of alice
[default]
aws_access_key_id = ${ALICE.accessKeyId}
aws_secret_access_key = ${ALICE.secretAccessKey}
mfa_device_arn = ${ALICE.device}

[other]
region = eu-west-1
`;

/** The block that updsts keeps for `profile`, whose session has that expiry. */
export function block(
  profile: string,
  expiration = "2020-01-01T00:00:00+00:00",
  name = `${profile}_sts`,
): string {
  return [
    `# \${{{ key=${profile} [auto update by updsts]`,
    `[${name}]`,
    "aws_access_key_id = ASIAEXAMPLESESSION00",
    "aws_secret_access_key = canaryLongTerm",
    "aws_session_token = canaryLongTerm",
    `expiration_datetime = ${expiration}`,
    "# $}}} [auto update by updsts]",
    "",
  ].join("\n");
}

/** STS is asked too often: the code is not spent. */
export const THROTTLED: Behaviour = {
  kind: "error",
  status: 400,
  code: "Throttling",
  message: "Rate exceeded",
};

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly hint?: string;
}

/** One user, one file, one STS. */
export class Scenario implements AsyncDisposable {
  readonly home: string;
  /** The credentials file. */
  readonly path: string;
  readonly sts: StsEmulator;

  private constructor(home: string, sts: StsEmulator) {
    this.home = home;
    this.path = join(home, ".aws", "credentials");
    this.sts = sts;
  }

  /** Makes the home directory and starts the emulator. */
  static async start(
    options: Partial<StsEmulatorOptions> & {
      given?: string | undefined;
      /** The config file. */
      config?: string | undefined;
      /** Where the home is made, if what is shown depends on its length. */
      below?: string;
    } = {},
  ): Promise<Scenario> {
    const { given = GIVEN, config, below = tmpdir(), ...stsOptions } = options;
    // Always as long as in any other run: what is shown on a screen depends on it.
    const name = crypto.randomUUID().slice(0, 8);
    const home = join(await Deno.realPath(below), `updsts-${name}`);
    await Deno.mkdir(home, { mode: 0o700 });
    const sts = new StsEmulator({
      accounts: [{ ...ALICE, devices: [{ serial: ALICE.device }] }],
      ...stsOptions,
    });
    const scenario = new Scenario(home, sts);
    await Deno.mkdir(join(home, ".aws"));
    await scenario.write(given);
    if (config !== undefined) await scenario.configure(config);
    return scenario;
  }

  /** The environment that leads the program to this scenario. */
  get env(): Record<string, string> {
    return {
      ...homeVariables(this.home),
      AWS_ENDPOINT_URL_STS: this.sts.url,
      TZ: "UTC",
    };
  }

  /** Puts the program under its name on a PATH, for shells to find. */
  async install(): Promise<{ readonly PATH: string }> {
    const bin = join(this.home, "bin");
    await Deno.mkdir(bin, { recursive: true });
    const command = commandLine([]).map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(
      join(bin, "updsts"),
      `#!/bin/sh\nexec ${command} "$@"\n`,
      { mode: 0o755 },
    );
    return { PATH: `${bin}:${Deno.env.get("PATH")}` };
  }

  /** A code that the emulator takes once. */
  code(): string {
    return this.sts.nextCode(ALICE.device);
  }

  /**
   * Runs `updsts` with `input` on stdin; whatever it does, it must not show a
   * secret or leave a file. CODE stands for a code that the emulator takes
   * once; a text is split at its spaces.
   */
  async updsts(
    words: string | readonly string[],
    env: Readonly<Record<string, string>> = {},
    input?: string,
  ): Promise<Finished> {
    const finished = await this.updstsBesideOthers(words, env, input);
    assert.deepEqual(
      this.files().filter((name) => name.startsWith(".updsts")),
      [],
      "something was left behind",
    );
    return finished;
  }

  /** Runs `updsts get` for the profile of all scenarios, with a fresh code. */
  get(env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.updsts("get default -t CODE", env);
  }

  /** How `doctor` exits, and what it finds: all of it, and a line each for what is not in order. */
  async doctor(
    words: string | readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    const args = typeof words === "string" ? words.split(" ") : words;
    const line = ["doctor", "--json", ...args.filter(Boolean)];
    const { code, stdout, stderr } = await this.updsts(line, env);
    assert.equal(stderr, "");
    const { result: findings }: { result: Finding[] } = JSON.parse(stdout);
    const bad = findings.filter(({ status }) => status !== "ok");
    const lines = bad.map(({ status, check, message, hint }) =>
      [`${status} ${check}: ${message}`, hint].filter(Boolean).join("; ")
    );
    return { code, findings, lines };
  }

  /** Runs `updsts` while others may be at work in the same directory. */
  async updstsBesideOthers(
    words: string | readonly string[],
    env: Readonly<Record<string, string>> = {},
    input?: string,
  ): Promise<Finished> {
    const args = this.#split(words);
    const finished = await updsts(args, { ...this.env, ...env }, input);
    this.assertNoSecret(finished.stdout + finished.stderr);
    return finished;
  }

  /** Starts `updsts` for a test that speaks with it, or ends it. */
  async spawn(
    words: string | readonly string[],
    stdin: "null" | "piped" = "null",
  ): Promise<Deno.ChildProcess> {
    const [command, ...args] = commandLine(this.#split(words));
    return new Deno.Command(command, {
      args,
      env: { ...await baseEnvironment(), ...this.env },
      clearEnv: true,
      stdin,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Waits until STS has been asked once. */
  async untilAsked(): Promise<void> {
    while (this.codesSent === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Runs `refresh`, which STS lets wait for half a second, and `meanwhile` then. */
  async whileAsked<Result>(
    refresh: () => Promise<Result>,
    meanwhile: () => unknown,
  ): Promise<Result> {
    this.sts.script({ kind: "delay_headers", ms: 500 });
    const running = refresh();
    await this.untilAsked();
    await meanwhile();
    return await running;
  }

  #split(words: string | readonly string[]): string[] {
    return (typeof words === "string" ? words.split(" ") : words)
      .map((word) => word === "CODE" ? this.code() : word);
  }

  /** Runs another program with the same environment. */
  run(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Finished> {
    return run(command, args, { ...this.env, ...env });
  }

  /** Fails if `text` holds the beginning of any secret of this scenario. */
  assertNoSecret(text: string): void {
    const secrets = this.sts.sessions.flatMap((session) => [
      session.secretAccessKey,
      session.sessionToken,
    ]);
    for (const secret of [ALICE.secretAccessKey, ...secrets]) {
      assert(!text.includes(secret.slice(0, 8)), "a secret is shown");
    }
  }

  /** How many requests brought a code to STS. */
  get codesSent(): number {
    return this.sts.requests.filter(({ code }) => code !== undefined).length;
  }

  /** What is in the directory of the credentials file. */
  files(): string[] {
    return namesIn(join(this.home, ".aws"));
  }

  read(): Promise<string> {
    return Deno.readTextFile(this.path);
  }

  write(text: string): Promise<void> {
    return Deno.writeTextFile(this.path, text, { mode: 0o600 });
  }

  /** Writes the config file. */
  configure(text: string): Promise<void> {
    return Deno.writeTextFile(join(this.home, ".aws", "config"), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sts.close();
    await Deno.remove(this.home, { recursive: true });
  }
}

/** The key and its secret that stand under `profile` in a credentials file. */
export function valueIn(text: string, profile: string, key: string): string {
  const section = text.split(/^(?=\[)/m)
    .find((section) => section.startsWith(`[${profile}]`));
  const line = section?.split("\n")
    .find((line) => line.startsWith(`${key} = `));
  assert(line !== undefined, `no ${key} in [${profile}]`);
  return line.slice(`${key} = `.length);
}

/** A port of loopback that nothing listens on. */
export function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
