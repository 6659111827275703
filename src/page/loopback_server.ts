// HTTP/1.1 on 127.0.0.1 for a browser: one small request a connection, limited in time and number.
// `Deno.serve` does not limit idle connections, so any local process could use up all file descriptors.

export interface LoopbackRequest {
  readonly method: string;
  /** The request target, not decoded. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Handles a request, or the HTTP status for an invalid one. */
type Respond = (request: LoopbackRequest | number) => Promise<LoopbackAnswer>;

const LOOPBACK = "127.0.0.1";
/** In bytes; large, because browsers send the cookies of all ports of 127.0.0.1. */
const MAX_HEAD = 32_768;
/** In bytes; the form is smaller. */
const MAX_BODY = 1024;
/** How many connections may wait for their client; one more closes the oldest. */
const MAX_WAITING = 64;
/** How long a client may take to send a request or read a response, in milliseconds. */
const MAX_TIME = 5_000;
/** The pause after a failed accept, in milliseconds. */
const FAILURE_PAUSE = 100;
/** Failures in succession after which the server counts as failing. */
const MAX_FAILURES = 20;

/** A server that listens from its construction and does not keep the process alive. */
export class LoopbackServer {
  /** Address and port, as in the header `Host`. */
  readonly host: string;
  readonly #listener: Deno.TcpListener;
  readonly #waiting = new Map<Deno.TcpConn, ReturnType<typeof setTimeout>>();
  #failures = 0;
  #closed = false;

  /** @throws if no port can be opened */
  constructor(respond: Respond) {
    this.#listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
    this.#listener.unref();
    this.host = `${LOOPBACK}:${this.#listener.addr.port}`;
    this.#accept(respond);
  }

  /** Whether accepting keeps failing; the server keeps its port and tries on. */
  get failing(): boolean {
    return this.#failures >= MAX_FAILURES;
  }

  /** Stops listening; requests that are being handled still get a response. */
  close(): void {
    this.#closed = true;
    this.#listener.close();
    for (const connection of this.#waiting.keys()) this.#end(connection);
  }

  async #accept(respond: Respond): Promise<void> {
    while (!this.#closed) {
      try {
        this.#serve(await this.#listener.accept(), respond);
        this.#failures = 0;
      } catch {
        this.#failures++;
        await new Promise<void>((resolve) =>
          Deno.unrefTimer(setTimeout(resolve, FAILURE_PAUSE))
        );
      }
    }
  }

  async #serve(connection: Deno.TcpConn, respond: Respond): Promise<void> {
    connection.unref();
    try {
      this.#waitFor(connection);
      // A firewall rule may redirect other machines here.
      if (connection.remoteAddr.hostname !== LOOPBACK) return;
      const request = await readRequest(connection);
      if (request === undefined) return;
      this.#stopWaiting(connection);
      const answer = await respond(request);
      this.#waitFor(connection);
      await write(connection, answer);
      await connection.closeWrite();
      // Closing with unread data would reset the connection, and lose the response.
      const dropped = new Uint8Array(MAX_HEAD);
      while (await connection.read(dropped) !== null);
    } catch {
      // The browser disconnected or was too slow.
    } finally {
      this.#end(connection);
    }
  }

  /** Closes `connection` if it takes too long, or is the oldest of too many. */
  #waitFor(connection: Deno.TcpConn): void {
    const timer = setTimeout(() => this.#end(connection), MAX_TIME);
    Deno.unrefTimer(timer);
    this.#waiting.set(connection, timer);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MAX_WAITING && oldest) this.#end(oldest);
  }

  #stopWaiting(connection: Deno.TcpConn): void {
    clearTimeout(this.#waiting.get(connection));
    this.#waiting.delete(connection);
  }

  #end(connection: Deno.TcpConn): void {
    this.#stopWaiting(connection);
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  }
}

/** Reads a request; an HTTP status if it is invalid, undefined if the connection ended. */
async function readRequest(
  connection: Deno.TcpConn,
): Promise<LoopbackRequest | number | undefined> {
  // One character a byte.
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(MAX_HEAD);
  let text = "";
  const readMore = async () => {
    const length = await connection.read(buffer);
    text += decoder.decode(buffer.subarray(0, length ?? 0));
    return length !== null;
  };
  let end: number;
  while ((end = text.indexOf("\r\n\r\n")) < 0 && text.length < MAX_HEAD) {
    if (!await readMore()) return undefined;
  }
  if (end < 0 || end > MAX_HEAD) return 431;
  const [start = "", ...lines] = text.slice(0, end).split("\r\n");
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(start) ?? [];
  if (method === undefined || path === undefined) return 400;
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = /^([\w-]+):([\t -~\x80-\uffff]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return 400;
    // Cookies of other programs may contain any byte.
    headers.append(name, value.replace(/[^ -~]/g, "?"));
  }
  // Browsers do not send forms in chunks.
  if (headers.has("transfer-encoding")) return 411;
  const length = headers.get("content-length") ?? "0";
  if (!/^\d+$/.test(length)) return 400;
  if (Number(length) > MAX_BODY) return 413;
  const bodyEnd = end + 4 + Number(length);
  while (text.length < bodyEnd) if (!await readMore()) return undefined;
  return { method, path, headers, body: text.slice(end + 4, bodyEnd) };
}

async function write(
  connection: Deno.TcpConn,
  { status, headers, body = "" }: LoopbackAnswer,
): Promise<void> {
  const content = new TextEncoder().encode(body);
  const lines = Object.entries({
    ...headers,
    "Content-Length": content.length,
    Connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = new TextEncoder().encode(`HTTP/1.1 ${status} \r\n${lines}\r\n`);
  for (const part of [head, content]) {
    for (let sent = 0; sent < part.length;) {
      sent += await connection.write(part.subarray(sent));
    }
  }
}
