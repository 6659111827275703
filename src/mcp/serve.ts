// Serves MCP over a pair of streams until the client goes away or the process must end.
import {
  serveStdio,
  StdioServerTransport,
} from "@modelcontextprotocol/server/stdio";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { Log, Ports } from "../ports.ts";
import { createMcpServer } from "./server.ts";

/** How long an update may take to finish once the end has come, in milliseconds. */
const GRACE = 800;

/** What {@linkcode serveMcp} works with. */
export interface McpService {
  readonly version: string;
  readonly connect: (credentialFile: string | undefined) => Promise<Ports>;
  readonly log: Log;
  readonly stdin: Readable;
  /** Carries protocol lines, and nothing else. */
  readonly stdout: Writable;
  /** Ends the service. */
  readonly stop: AbortSignal;
  /** See `McpServerSettings.patience`. */
  readonly patience?: number;
}

/**
 * Tells when it closes, as it does of itself when a message is larger than it
 * takes: it reads no more then, so the end of stdin would never be seen.
 */
class ClosingTransport extends StdioServerTransport {
  readonly #closed = Promise.withResolvers<void>();
  readonly closed: Promise<void> = this.#closed.promise;

  override async close(): Promise<void> {
    await super.close();
    this.#closed.resolve();
  }
}

/** Serves until `stdin` ends or `stop` is given; then lets a write finish. */
export async function serveMcp(service: McpService): Promise<void> {
  const { version, connect, log, stdin, stdout, stop, patience } = service;
  const atWork = new Set<Promise<unknown>>();
  const world = {
    connect,
    log,
    track: <T>(work: Promise<T>) => {
      atWork.add(work);
      const done = () => void atWork.delete(work);
      work.then(done, done);
      return work;
    },
  };
  const transport = new ClosingTransport(stdin, stdout);
  const ended = Promise.race([
    transport.closed,
    once(stdin, "end"),
    once(stdin, "close"),
    once(stdin, "error"),
    once(stdout, "error"),
    new Promise((resolve) => stop.addEventListener("abort", resolve)),
  ]);
  const handle = serveStdio(
    ({ era }) =>
      createMcpServer({
        version,
        world,
        era,
        ...(patience === undefined ? {} : { patience }),
      }),
    {
      transport,
      onerror: (error) => log.info(`MCP: ${error.name}`),
    },
  );
  log.info("MCP: serving on stdin and stdout");
  await ended.catch((error) =>
    log.info(`MCP: the streams failed: ${error?.name}`)
  );
  await Promise.race([
    Promise.allSettled(atWork),
    new Promise((resolve) => setTimeout(resolve, GRACE)),
  ]);
  await handle.close();
}
