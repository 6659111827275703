// HTTP/1.1 on 127.0.0.1 for a browser: one small request for each connection, with limits of time and number.
//
// `Deno.serve` sets no limit to idle connections, and ends when they use up
// the descriptors of the process; any process of this machine can do that.

/** A whole request. */
export interface LoopbackRequest {
  readonly method: string;
  /** The target, as it was sent. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer, with a header for each entry. */
export interface LoopbackAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Answers a request, or the HTTP status of an invalid one. */
type Respond = (request: LoopbackRequest | number) => Promise<LoopbackAnswer>;

const LOOPBACK = "127.0.0.1";
/** Browsers send the cookies of all programs on this machine along. In bytes. */
const MAX_HEAD = 32_768;
/** More than any form of ours, in bytes. */
const MAX_BODY = 1024;
/** The maximum number of idle connections; one more closes the oldest. */
const MAX_WAITING = 64;
/** The time limit for reading a request or writing an answer, in milliseconds. */
const MAX_TIME = 5_000;
/** The pause after a connection could not be accepted, in milliseconds. */
const FAILURE_PAUSE = 100;
/** After so many failures in succession another server is needed. */
const MAX_FAILURES = 20;

/** Listens from the start; does not keep the process alive. */
export class LoopbackServer {
  /** The expected `Host` header. */
  readonly host: string;
  readonly #listener: Deno.TcpListener;
  readonly #waiting = new Map<Deno.TcpConn, ReturnType<typeof setTimeout>>();
  #failures = 0;
  #closed = false;

  /** @throws if this machine does not let us listen */
  constructor(respond: Respond) {
    this.#listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
    this.#listener.unref();
    this.host = `${LOOPBACK}:${this.#listener.addr.port}`;
    this.#accept(respond);
  }

  /** Whether it has failed to accept connections for a while; it keeps its port and retries. */
  get failing(): boolean {
    return this.#failures >= MAX_FAILURES;
  }

  /** Stops listening; what is being answered is answered still. */
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
      // A rule of the firewall may bring others.
      if (connection.remoteAddr.hostname !== LOOPBACK) return;
      const request = await readRequest(connection);
      if (request === undefined) return;
      this.#stopWaiting(connection);
      const answer = await respond(request);
      this.#waitFor(connection);
      await write(connection, answer);
      await connection.closeWrite();
      // Closing before all has been read could take the answer away again.
      const dropped = new Uint8Array(MAX_HEAD);
      while (await connection.read(dropped) !== null);
    } catch {
      // The browser has gone, or was too slow.
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

/** A request, or the HTTP status of an invalid one; undefined if the connection ended early. */
async function readRequest(
  connection: Deno.TcpConn,
): Promise<LoopbackRequest | number | undefined> {
  // One character a byte, whatever it is.
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
    // Cookies of others may hold anything.
    headers.append(name, value.replace(/[^ -~]/g, "?"));
  }
  // Browsers send a form whole.
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
