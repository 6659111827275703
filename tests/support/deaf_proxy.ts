// A proxy that tells tests where a program wanted to go, and lets nothing through.

/** A proxy on this machine, which hears where requests go and serves none. */
export class DeafProxy implements AsyncDisposable {
  /** The first lines of what it was asked. */
  readonly heard: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.2", port: 0 });
  readonly #done = this.#accept();

  get url(): string {
    return `http://127.0.0.2:${this.#listener.addr.port}`;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      using _closed = connection;
      const buffer = new Uint8Array(4096);
      const size = await connection.read(buffer) ?? 0;
      const text = new TextDecoder().decode(buffer.subarray(0, size));
      this.heard.push(text.split("\r\n", 1)[0] ?? "");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#done.catch(() => {});
  }
}
