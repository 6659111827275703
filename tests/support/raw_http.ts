// A small HTTP/1.1 server on bare sockets, for answers that no proper server
// would send: late, cut in half, or none at all. One request a connection.

import { setTimeout as sleep } from "node:timers/promises";

/** A request as it came over the wire; header names are in lower case. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export type HttpBody =
  | string
  | Uint8Array
  | Iterable<Uint8Array>
  | AsyncIterable<Uint8Array>;

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Anything but a string or bytes is sent piece by piece, as it comes. */
  readonly body: HttpBody;
}

/** How a response travels: the pauses are in milliseconds. */
export interface Delivery {
  readonly delayHeadersMs?: number;
  /** Headers and half of the body go at once, the rest after the pause. */
  readonly delayBodyMs?: number;
  /** The connection ends after half of the promised body. */
  readonly halfBody?: boolean;
}

/** What a handler wants done; without a response the connection is closed. */
export interface Reply {
  readonly response?: HttpResponse;
  readonly delivery?: Delivery;
}

export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class RawHttpServer {
  readonly origin: string;
  readonly #listener: Deno.Listener<Deno.Conn>;
  readonly #handle: (request: HttpRequest) => Reply;
  readonly #closing = new AbortController();
  readonly #connections = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;

  constructor(options: ListenOptions, handle: (request: HttpRequest) => Reply) {
    const { hostname, port, tls } = options;
    this.#listener = tls
      ? Deno.listenTls({ hostname, port, cert: tls.cert, key: tls.key })
      : Deno.listen({ hostname, port });
    const { addr } = this.#listener;
    if (addr.transport !== "tcp") throw new Error("Cannot listen: not TCP");
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    this.origin = `${tls ? "https" : "http"}://${host}:${addr.port}`;
    this.#handle = handle;
    this.#accepting = this.#accept();
  }

  /** Ends every connection at once, also those whose answer is held back. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return await this.#accepting;
    this.#closing.abort();
    this.#listener.close();
    for (const connection of this.#connections) this.#end(connection);
    await this.#accepting;
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      const task = this.#serve(connection);
      this.#running.add(task);
      task.finally(() => this.#running.delete(task));
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    try {
      const request = await readRequest(connection, this.origin);
      if (request) await this.#deliver(connection, this.#handle(request));
    } catch (error) {
      // Clients of failing servers hang up at any moment: not our failure.
      if (!isConnectionLoss(error)) throw error;
    } finally {
      this.#end(connection);
    }
  }

  #end(connection: Deno.Conn): void {
    if (this.#connections.delete(connection)) connection.close();
  }

  async #deliver(connection: Deno.Conn, reply: Reply): Promise<void> {
    const { response, delivery = {} } = reply;
    if (!response) return;
    const { signal } = this.#closing;
    if (delivery.delayHeadersMs) {
      await sleep(delivery.delayHeadersMs, undefined, { signal });
    }
    const { body, headers } = response;
    if (typeof body !== "string" && !(body instanceof Uint8Array)) {
      const framed = Object.keys(headers)
        .some((name) => name.toLowerCase() === "content-length");
      const framing = framed ? {} : { "Transfer-Encoding": "chunked" };
      await writeAll(connection, headOf(response, framing));
      return await this.#sendPieces(connection, body, !framed);
    }
    const bytes = typeof body === "string" ? encoder.encode(body) : body;
    const framing = { "Content-Length": String(bytes.length) };
    await writeAll(connection, headOf(response, framing));
    const half = delivery.delayBodyMs || delivery.halfBody
      ? bytes.length >> 1
      : bytes.length;
    await writeAll(connection, bytes.subarray(0, half));
    if (delivery.halfBody) return;
    if (delivery.delayBodyMs) {
      await sleep(delivery.delayBodyMs, undefined, { signal });
    }
    await writeAll(connection, bytes.subarray(half));
  }

  async #sendPieces(
    connection: Deno.Conn,
    body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    chunked: boolean,
  ): Promise<void> {
    const pieces = Symbol.asyncIterator in body
      ? body[Symbol.asyncIterator]()
      : body[Symbol.iterator]();
    const { signal } = this.#closing;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (true) {
        const next = await Promise.race([pieces.next(), aborted]);
        if (next.done) break;
        const size = `${next.value.length.toString(16)}\r\n`;
        if (chunked) await writeAll(connection, encoder.encode(size));
        await writeAll(connection, next.value);
        if (chunked) await writeAll(connection, encoder.encode("\r\n"));
      }
      if (chunked) await writeAll(connection, encoder.encode("0\r\n\r\n"));
    } finally {
      signal.removeEventListener("abort", stop);
      // Not awaited: a source that never answers must not hold up close().
      Promise.resolve(pieces.return?.()).catch(() => {});
    }
  }
}

function headOf(
  response: HttpResponse,
  framing: Readonly<Record<string, string>>,
): Uint8Array {
  // Through Headers, since a name may come in two spellings.
  const headers = new Headers({ ...framing, Connection: "close" });
  for (const [name, value] of Object.entries(response.headers)) {
    headers.set(name, value);
  }
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `HTTP/1.1 ${response.status} Emulated\r\n`;
  return encoder.encode(start + lines.join("") + "\r\n");
}

/** Nothing, if the connection ends before a whole request has come. */
async function readRequest(
  connection: Deno.Conn,
  origin: string,
): Promise<HttpRequest | undefined> {
  let received = new Uint8Array();
  const readMore = async (): Promise<boolean> => {
    const chunk = new Uint8Array(16_384);
    const count = await connection.read(chunk);
    if (count === null) return false;
    const longer = new Uint8Array(received.length + count);
    longer.set(received);
    longer.set(chunk.subarray(0, count), received.length);
    received = longer;
    return true;
  };
  let headEnd = -1;
  while ((headEnd = endOfHead(received)) < 0) {
    if (!await readMore()) return undefined;
  }
  const [start = "", ...lines] = decoder
    .decode(received.subarray(0, headEnd)).split("\r\n");
  const [method = "", target = "/"] = start.split(" ");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  const bodyStart = headEnd + 4;
  const bodyEnd = bodyStart + Number(headers.get("content-length") ?? 0);
  while (received.length < bodyEnd) {
    if (!await readMore()) return undefined;
  }
  const url = URL.parse(target, origin);
  if (!url) return undefined;
  return { method, url, headers, body: received.slice(bodyStart, bodyEnd) };
}

function endOfHead(bytes: Uint8Array): number {
  return bytes.findIndex((byte, at) =>
    byte === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 &&
    bytes[at + 3] === 10
  );
}

async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await connection.write(bytes.subarray(written));
  }
}

function isConnectionLoss(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.InvalidData ||
    error instanceof Error && error.name === "AbortError";
}
