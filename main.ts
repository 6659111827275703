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
import { visible, wrap } from "./src/cli/layout.ts";
import type { Screen } from "./src/cli/output.ts";
import { UpdstsError } from "./src/errors.ts";
import type { CodeSource, Log, NamedFiles } from "./src/ports.ts";
import { ownCommand, takeProxyVariables } from "./src/machine/environment.ts";
import { onSignals, unblockedNotes, writeAll } from "./src/machine/process.ts";
import type { Terminal } from "./src/machine/terminal.ts";

// First of all: see there. What is imported above loads no package.
const proxyVariables = takeProxyVariables();

/** How notes are written while the MCP server runs: some clients never read them. */
let unblocked: ReturnType<typeof unblockedNotes> | undefined;

/** How long the last notes may take to be read, in milliseconds. */
const LAST_NOTES = 500;

/** What is no answer goes to stderr; if that cannot be written, nobody can be told. */
function writeNotes(text: string): void {
  if (unblocked !== undefined) return unblocked.write(text);
  try {
    writeAll(Deno.stderr, text);
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
  }
}

/** What shows what we write, if a terminal does. */
function screen(): Screen {
  const terminal = Deno.stdout.isTerminal();
  return {
    // Some pretend to have none.
    columns: terminal ? Deno.consoleSize().columns || undefined : undefined,
    colored: terminal && !Deno.noColor,
    noteColumns: Deno.stderr.isTerminal()
      ? Deno.consoleSize().columns || undefined
      : undefined,
    attended: Deno.stderr.isTerminal(),
  };
}

/** Where a person can be asked: a pipe may stand in for one stream or two. */
const terminal: Terminal = {
  open: () => {
    if (Deno.stdin.isTerminal()) return Deno.stdin;
    // Windows reads from no stream that is written to.
    const isSeen = Deno.stderr.isTerminal() || Deno.stdout.isTerminal();
    if (Deno.build.os === "windows" || !isSeen) return undefined;
    try {
      return Deno.openSync("/dev/tty");
    } catch {
      // The process has none that is its own.
      return undefined;
    }
  },
  write: (text: string) => {
    const { noteColumns = Infinity } = screen();
    const lines = visible(text).split("\n");
    writeNotes(lines.flatMap((line) => wrap(line, noteColumns)).join("\n"));
  },
  rewrite: (text: string) => {
    // Up, and the whole line away.
    if (Deno.stderr.isTerminal()) {
      writeNotes(`\x1b[A\x1b[2K\r${visible(text)}\n`);
    }
  },
};

const stdinCodes: CodeSource = {
  code: async () => {
    const { codeFromStream } = await import("./src/machine/terminal.ts");
    const note = (text: string) => writeNotes(`${text}\n`);
    return await codeFromStream(Deno.stdin.readable, note);
  },
};

let localPorts:
  | Promise<typeof import("./src/local_ports.ts")>
  | undefined;

/** Loads the ports when a command runs, so that `--help` does not wait for them. */
const connect: Connect = async (files, log) => {
  const { createLocalPorts } = await (localPorts ??= import(
    "./src/local_ports.ts"
  ));
  return createLocalPorts(files, log, {
    variable: (name) => proxyVariables.get(name) ?? Deno.env.get(name),
    terminal,
    stdin: Deno.stdin,
    userAgent: `updsts/${denoJson.version}`,
    directory: directory(),
  });
};

/** What the MCP server takes of the process. */
function mcpSettings(files: NamedFiles, log: Log) {
  return {
    version: denoJson.version,
    connect: (path: string | undefined) =>
      connect({ ...files, credentials: path }, log),
    clock: { now: () => new Date() },
    getCommand: `${ownCommand(import.meta)} get`,
    ...{ credentialFile: files.credentials, log },
    ...{ stdin: Deno.stdin, stdout: Deno.stdout },
  };
}

/**
 * Where the person is: a task of a clone runs in the clone, wherever it was
 * started.
 */
function directory(): string | undefined {
  try {
    const cwd = Deno.cwd();
    return cwd === import.meta.dirname ? Deno.env.get("INIT_CWD") ?? cwd : cwd;
  } catch {
    return undefined;
  }
}

const interrupt = () => Deno.exit(INTERRUPTED);

const handleSignals: Context["handleSignals"] = (first = interrupt) =>
  onSignals(first, interrupt);

/** Loads the MCP server when the command `mcp` runs. */
const mcp: McpDoor = {
  describe: async () => {
    const { describeTools } = await import("./src/mcp/serve.ts");
    return describeTools();
  },
  serve: async (files, log) => {
    unblocked = unblockedNotes(Deno.stderr);
    // stdout belongs to the protocol, also where a dependency prints something.
    console.log =
      console.info =
      console.debug =
      console.warn =
      console.error =
        (...parts: unknown[]) =>
          writeNotes(
            `${
              parts.map((part) =>
                typeof part === "string" ? part : Deno.inspect(part)
              ).join(" ")
            }\n`,
          );
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      log.warn(`Internal error: ${event.reason?.name}`);
    });
    const stop = new AbortController();
    handleSignals(() => stop.abort());
    // Read by zod: making code of a schema takes longer than one server ever
    // saves by it.
    Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
    const { serveMcp } = await import("./src/mcp/serve.ts");
    await serveMcp({ ...mcpSettings(files, log), stop: stop.signal });
  },
};

if (import.meta.main) {
  const code = await runCli(Deno.args, {
    version: denoJson.version,
    system: `Deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch}`,
    stdout: { write: (text) => writeAll(Deno.stdout, text) },
    stderr: { write: writeNotes },
    screen: screen(),
    connect,
    mcp,
    stdinCodes,
    handleSignals,
  });
  await unblocked?.written(LAST_NOTES);
  Deno.exit(code);
}
