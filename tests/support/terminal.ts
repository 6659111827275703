// Terminals: one for a single command, and one of a given width with a shell in it, by tmux.
import { baseEnvironment, commandLine, run } from "./command.ts";
import type { Scenario } from "./scenario.ts";
import { needs, type Skipping, unless } from "./skipping.ts";

/** Skips where there can be no terminals; what they show was written down on Linux. */
export const screens: Skipping = Deno.build.os === "linux"
  ? needs("tmux", "bash")
  : unless(false, "screens are those of Linux");

/** Runs get at a pseudo-terminal; each question is answered by the next line. */
export async function atTerminal(
  scenario: Scenario,
  answers: readonly string[],
  {
    args = [],
    redirect = "",
    env = {},
    interrupted = false,
    closed = false,
    change,
  }: {
    args?: readonly string[];
    redirect?: string;
    env?: Readonly<Record<string, string>>;
    /** Whether Ctrl-C is typed as soon as STS has been asked. */
    interrupted?: boolean;
    /** Whether the terminal is closed then. */
    closed?: boolean;
    /** What happens while the first question is open. */
    change?: () => Promise<void>;
  } = {},
): Promise<{ code: number; screen: string }> {
  const command = commandLine(["get", "-n", "default", ...args])
    .map((word) => `'${word}'`).join(" ");
  const line = `${command} ${redirect}`;
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", line, "/dev/null"],
    env: {
      ...await baseEnvironment(),
      ...scenario.env,
      ...{ TERM: "xterm", ...env },
    },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const type = (text: string) => writer.write(new TextEncoder().encode(text));
  const disturb = async () => {
    await scenario.untilAsked();
    if (closed) child.kill("SIGKILL");
    else await type("\x03");
  };
  const disturbing = interrupted || closed ? disturb() : undefined;
  const open = [...answers];
  let screen = "";
  let asked = 0;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    screen += chunk;
    const questions = screen.split("TOTP code: ").length - 1;
    for (; asked < questions; asked++) {
      if (asked === 0) await change?.();
      // A question that nobody expected is declined: waiting would never end.
      const answer = open.shift() ?? "\x04";
      await type(answer);
    }
  }
  await disturbing;
  await writer.close().catch(() => {});
  const { code } = await child.status;
  scenario.assertNoSecret(screen);
  return { code, screen };
}

/** How long anything on a screen may take, in milliseconds. */
const PATIENCE = 20_000;

/** A tmux server of its own with one window. */
export class TmuxTerminal implements AsyncDisposable {
  readonly #socket: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(socket: string, env: Readonly<Record<string, string>>) {
    this.#socket = socket;
    this.#env = env;
  }

  /** Opens a terminal in which `updsts` works on `scenario`. */
  static async open(
    scenario: Scenario,
    { columns, rows }: { readonly columns: number; readonly rows: number },
  ): Promise<TmuxTerminal> {
    const { NO_COLOR: _, ...base } = await baseEnvironment();
    const env = {
      ...base,
      ...scenario.env,
      ...await scenario.install(),
      TERM: "xterm-256color",
      LC_ALL: "C.UTF-8",
    };
    const socket = `${scenario.home}/tmux`;
    const terminal = new TmuxTerminal(socket, env);
    await terminal.#tmux([
      ...["-f", "/dev/null", "new-session", "-d"],
      ...["-x", String(columns), "-y", String(rows)],
      // A shell that is not interactive drops the prompt of its environment.
      "env -u NO_COLOR -u HISTFILE PS1='$ ' bash --norc --noprofile +o history",
    ]);
    try {
      await terminal.#until((screen) => screen.trim() === "$");
      return terminal;
    } catch (error) {
      await terminal[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Types `command`, answers its questions if it has any, and waits for its
   * end. The whole screen, which had been cleared; with `styled`, as it is
   * written to a terminal.
   */
  async run(
    command: string,
    { answers = [], styled = false }: {
      readonly answers?: readonly {
        readonly to: string;
        readonly text: string;
      }[];
      readonly styled?: boolean;
    } = {},
  ): Promise<string> {
    // Shown before it runs: a screen that was empty would seem to be cleared.
    await this.#tmux(["send-keys", "clear"]);
    await this.#until((screen) => screen.trimEnd().endsWith("$ clear"));
    await this.#tmux(["send-keys", "Enter"]);
    await this.#until((screen) => screen.trim() === "$");
    await this.#tmux(["send-keys", "-l", command]);
    await this.#until((screen) => screen.trim().length > 1);
    await this.#tmux(["send-keys", "Enter"]);
    for (const [index, { to, text }] of answers.entries()) {
      await this.#until((screen) =>
        screen.trimEnd().endsWith(to) &&
        screen.split(to).length === index + 2
      );
      await this.#tmux(["send-keys", text, "Enter"]);
    }
    await this.#until((screen) => /\n\$$/.test(screen.trimEnd()));
    const screen = await this.#capture(styled ? ["-e"] : []);
    return screen.trimEnd().replace(/\n\$ ?$/, "\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux(["kill-server"]);
  }

  #capture(options: readonly string[] = []): Promise<string> {
    return this.#tmux(["capture-pane", "-p", ...options]);
  }

  async #until(holds: (screen: string) => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const screen = await this.#capture();
      if (holds(screen)) return;
      if (performance.now() > deadline) {
        throw new Error(
          `The screen never showed what was waited for:\n${screen}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #tmux(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run("tmux", [
      ...["-S", this.#socket],
      ...args,
    ], this.#env);
    if (code !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout;
  }
}

/** `screen` with all that differs from run to run made the same, width kept. */
export function steady(screen: string, scenario: Scenario): string {
  const home = "/home/alice/".padEnd(scenario.home.length, "x");
  return screen
    .replaceAll(scenario.home, home)
    .replaceAll(new URL(scenario.sts.url).port, "44444")
    .replace(/20(?!20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d/g, "2026-01-02T03:04:05")
    .replace(/^Waiting for STS .*\n/gm, "")
    .replace(/in \d+ ms/g, "in 5 ms")
    .replace(/\b(in\s+)\d+ s$/gm, "$115 s")
    .replace(/expired \d+ d ago/g, "expired 2000 d ago")
    .replace(/TOTP code: \d{6}/g, "TOTP code: 123456");
}
