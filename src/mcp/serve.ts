// Serves MCP over a pair of streams until the client goes away or the process must end.
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import {
  serveStdio,
  StdioServerTransport,
} from "@modelcontextprotocol/server/stdio";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { declinesNewer } from "./clients.ts";
import { createWorld, type WorldSettings } from "./create_world.ts";
import { Ending } from "./ending.ts";
import { createMcpServer } from "./server.ts";

/** How long the SDK may take to send the answers that there are, in milliseconds. */
const ANSWER_TIME = 20;

/** What JSON-RPC answers to a line that is no JSON; nobody can say which request it was. */
const PARSE_ERROR = JSON.stringify({
  jsonrpc: "2.0",
  id: null,
  error: { code: -32700, message: "Parse error: the line is no JSON" },
});

/** A line longer than this ends the connection anyway; in characters. */
const MAX_LINE = 10_000_000;

/** What {@linkcode serveMcp} works with. */
export interface McpService extends WorldSettings {
  readonly version: string;
  readonly stdin: Readable;
  /** Carries protocol lines, and nothing else. */
  readonly stdout: Writable;
  /** Ends the service. */
  readonly stop: AbortSignal;
}

/**
 * Tells when it closes, as it does of itself when a message is larger than it
 * takes: it reads no more then, so the end of stdin would never be seen.
 */
class ClosingTransport extends StdioServerTransport {
  readonly #closed = Promise.withResolvers<void>();
  readonly closed: Promise<void> = this.#closed.promise;

  override async start(): Promise<void> {
    const deliver = this.onmessage;
    this.onmessage = (message) => {
      const answer = declinesNewer(message);
      if (answer === undefined) deliver?.(message);
      else this.send(answer).catch(() => {});
    };
    await super.start();
  }

  override async close(): Promise<void> {
    await super.close();
    this.#closed.resolve();
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    try {
      await super.send(message);
    } catch (error) {
      // Nobody listens any more.
      await this.close();
      throw error;
    }
  }
}

/** Serves until `stdin` ends or `stop` is given; then lets STS answer and the file be written. */
export async function serveMcp(service: McpService): Promise<void> {
  const { version, log, stdin, stdout, stop } = service;
  const ending = new Ending();
  const world = createWorld(service, ending);
  const transport = new ClosingTransport(stdin, stdout);
  const ended = Promise.race([
    transport.closed,
    once(stdin, "end"),
    once(stdin, "close"),
    once(stdin, "error"),
    once(stdout, "error"),
    new Promise((resolve) => stop.addEventListener("abort", resolve)),
  ]);
  // Nobody may be there to read what is answered at the very end.
  stdout.on("error", () => {});
  const handle = serveStdio(
    ({ era }) => createMcpServer({ version, world, era }),
    {
      transport,
      onerror: (error) => log.info(`MCP: ${error.name}`),
    },
  );
  stdin.on(
    "data",
    malformedLines(() => {
      log.info("MCP: a line that is no JSON");
      stdout.write(`${PARSE_ERROR}\n`);
    }),
  );
  log.info("MCP: serving on stdin and stdout");
  await ended.catch((error) =>
    log.info(`MCP: the streams failed: ${error?.name}`)
  );
  ending.begin();
  world.pendingCodes.close();
  await ending.allDone();
  // The SDK sends an answer some ticks after the tool has given it.
  await new Promise((resolve) => setTimeout(resolve, ANSWER_TIME));
  await handle.close();
}

/**
 * A listener for chunks of a stream, which calls `report` for each line that is
 * no JSON: the SDK passes over them without a word.
 */
function malformedLines(
  report: () => void,
): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, MAX_LINE);
    for (const line of lines) {
      if (line.trim() !== "" && !isJson(line)) report();
    }
  };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
