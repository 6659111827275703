// A proxy that tells tests where a program wanted to go, and lets it through to this machine only.

/** A proxy on this machine that keeps what it was asked. */
export class RecordingProxy implements AsyncDisposable {
  /** The heads of the requests. */
  readonly heard: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.2", port: 0 });
  readonly #done = this.#accept();

  get url(): string {
    return `http://127.0.0.2:${this.#listener.addr.port}`;
  }

  /** Where the requests wanted to go. */
  get places(): string[] {
    return this.heard.map((head) => head.split("\r\n", 1)[0] ?? "");
  }

  async #accept(): Promise<void> {
    const open: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      open.push(this.#serve(connection).catch(() => {}));
    }
    await Promise.all(open);
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const size = await connection.read(buffer) ?? 0;
    const head = new TextDecoder().decode(buffer.subarray(0, size));
    this.heard.push(head);
    const port = /^CONNECT 127\.0\.0\.1:(\d+) /.exec(head)?.[1];
    if (port === undefined) return connection.close();
    const server = await Deno.connect({ port: Number(port) });
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    await Promise.all([
      connection.readable.pipeTo(server.writable),
      server.readable.pipeTo(connection.writable),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#done.catch(() => {});
  }
}
