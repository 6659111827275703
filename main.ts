/**
 * The program `updsts`: builds the real ports, runs the command line, exits.
 *
 * @module
 */
import denoJson from "./deno.json" with { type: "json" };
import {
  type Connect,
  type Context,
  INTERRUPTED,
  type McpDoor,
} from "./src/cli/context.ts";
import { runCli } from "./src/cli/app.ts";
import { hang, visible } from "./src/cli/layout.ts";
import { UpdstsError } from "./src/errors.ts";
import { ownCommand, takeProxyVariables } from "./src/machine/environment.ts";
import { onSignals, unblockedNotes, writeAll } from "./src/machine/process.ts";
import type { Terminal } from "./src/machine/terminal.ts";

// Before anything else runs; what is imported above loads no package.
const proxyVariables = takeProxyVariables();

/** Set while the MCP server runs, since some clients never read stderr. */
let unblocked: ReturnType<typeof unblockedNotes> | undefined;

/** How long the last notes may take to be read, in milliseconds. */
const LAST_NOTES = 500;

/** Writes to stderr; if that fails, the error cannot be reported anywhere. */
function writeNotes(text: string): void {
  if (unblocked !== undefined) return unblocked.write(text);
  try {
    writeAll(Deno.stderr, text);
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
  }
}

/** The width of a terminal, which some do not know; undefined for anything else. */
function columnsOf(stream: { isTerminal(): boolean }): number | undefined {
  return stream.isTerminal()
    ? Deno.consoleSize().columns || Infinity
    : undefined;
}

const terminal: Terminal = {
  open: () => {
    if (Deno.stdin.isTerminal()) return Deno.stdin;
    // Windows cannot read from a stream that is written to.
    const isSeen = Deno.stderr.isTerminal() || Deno.stdout.isTerminal();
    if (Deno.build.os === "windows" || !isSeen) return undefined;
    try {
      return Deno.openSync("/dev/tty");
    } catch {
      // The process has no controlling terminal.
      return undefined;
    }
  },
  write: (text) =>
    writeNotes(hang("", visible(text), columnsOf(Deno.stderr) ?? Infinity)),
  rewrite: (text) => {
    // Moves up, and clears the line.
    if (Deno.stderr.isTerminal()) {
      writeNotes(`\x1b[A\x1b[2K\r${visible(text)}\n`);
    }
  },
};

/** Loads the ports when a command runs, so that `--help` does not wait for them. */
const connect: Connect = async (named, log) => {
  const { createLocalPorts } = await import("./src/local_ports.ts");
  return createLocalPorts(named, log, {
    variable: (name) => proxyVariables.get(name) ?? Deno.env.get(name),
    terminal,
    stdin: Deno.stdin,
    userAgent: `updsts/${denoJson.version}`,
    directory: directory(),
  });
};

/** The directory of the user: `deno task` runs in the clone, and sets INIT_CWD to it. */
function directory(): string | undefined {
  try {
    const cwd = Deno.cwd();
    return cwd === import.meta.dirname ? Deno.env.get("INIT_CWD") ?? cwd : cwd;
  } catch {
    // It was deleted.
    return undefined;
  }
}

const interrupt = () => Deno.exit(INTERRUPTED);

const handleSignals: Context["handleSignals"] = (first = interrupt) =>
  onSignals(first, interrupt);

/** Loads the MCP server when the command `mcp` runs. */
const mcp: McpDoor = {
  describe: async () => (await import("./src/mcp/serve.ts")).describeTools(),
  serve: async (files, log) => {
    unblocked = unblockedNotes(Deno.stderr);
    // stdout belongs to the protocol, also if a dependency prints something.
    const shown = (part: unknown) =>
      typeof part === "string" ? part : Deno.inspect(part);
    const print = (...parts: unknown[]) =>
      writeNotes(`${parts.map(shown).join(" ")}\n`);
    const methods = ["log", "info", "debug", "warn", "error"] as const;
    for (const method of methods) console[method] = print;
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      log.warn(`Internal error: ${event.reason?.name}`);
    });
    const stop = new AbortController();
    handleSignals(() => stop.abort());
    // zod reads this: compiling a schema takes longer than it ever saves here.
    Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
    const { serveMcp } = await import("./src/mcp/serve.ts");
    await serveMcp({
      version: denoJson.version,
      connect: (path) => connect({ ...files, credentials: path }, log),
      clock: { now: () => new Date() },
      getCommand: `${ownCommand(import.meta)} get`,
      credentialFile: files.credentials,
      log,
      stdin: Deno.stdin,
      stdout: Deno.stdout,
      stop: stop.signal,
    });
  },
};

if (import.meta.main) {
  const code = await runCli(Deno.args, {
    version: denoJson.version,
    system: `Deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch}`,
    stdout: { write: (text) => writeAll(Deno.stdout, text) },
    stderr: { write: writeNotes },
    screen: {
      columns: columnsOf(Deno.stdout),
      colored: Deno.stdout.isTerminal() && !Deno.noColor,
      noteColumns: columnsOf(Deno.stderr),
    },
    connect,
    mcp,
    handleSignals,
  });
  await unblocked?.written(LAST_NOTES);
  Deno.exit(code);
}
