// Serves MCP over a pair of streams until the client goes away or the process must end.
import {
  serveStdio,
  StdioServerTransport,
} from "@modelcontextprotocol/server/stdio";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { UpdstsError } from "../errors.ts";
import type { Change, CredentialsFile, Log, Ports } from "../ports.ts";
import { createMcpServer } from "./server.ts";

/** How long an update may take to finish once the end has come, in milliseconds. */
const GRACE = 800;

/** How long the SDK may take to send the answers that there are. */
const ANSWER_TIME = 20;

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
  const ending = new Ending();
  const world = {
    connect: async (credentialFile: string | undefined) => {
      const ports = await connect(credentialFile);
      return { ...ports, file: ending.guarded(ports.file) };
    },
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
  await Promise.race([Promise.allSettled(atWork), sleep(GRACE)]);
  ending.begin();
  await ending.allWritten();
  // The SDK sends an answer some ticks after the tool has given it.
  await sleep(ANSWER_TIME);
  await handle.close();
}

/** Lets no write begin once time is up, and waits for those under way. */
class Ending {
  #begun = false;
  readonly #writing = new Set<Promise<void>>();

  begin(): void {
    this.#begun = true;
  }

  async allWritten(): Promise<void> {
    await Promise.all(this.#writing);
  }

  guarded(file: CredentialsFile): CredentialsFile {
    return {
      path: file.path,
      read: () => file.read(),
      rehearse: (change) =>
        this.#write((guard) => file.rehearse(guard(change))),
      update: (change) => this.#write((guard) => file.update(guard(change))),
    };
  }

  /** Under way is a write once it is shown the text: then it has a file open. */
  async #write(
    write: (guard: (change: Change) => Change) => Promise<void>,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    try {
      await write((change) => (text) => {
        this.#writing.add(promise);
        if (this.#begun) {
          throw new UpdstsError(
            "CANCELLED",
            "Cannot write the credentials file: the server is ending",
          );
        }
        return change(text);
      });
    } finally {
      this.#writing.delete(promise);
      resolve();
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
