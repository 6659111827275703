// A server that keeps connections open, as AWS does, and then closes one in silence.
import assert from "node:assert/strict";
import { Scenario } from "../support/scenario.ts";

const THROTTLED =
  "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";

/** Answers the first request and keeps its connection; reads all others, and closes. */
class SilentServer implements AsyncDisposable {
  /** The codes that came, in order. */
  readonly codes: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #done: Promise<void>;

  constructor() {
    this.#done = this.#accept();
  }

  get url(): string {
    const { port } = this.#listener.addr;
    return `http://127.0.0.1:${port}`;
  }

  async #accept(): Promise<void> {
    const open: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      open.push(this.#serve(connection).catch(() => {}));
    }
    await Promise.all(open);
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    using _closed = connection;
    const buffer = new Uint8Array(65_536);
    let text = "";
    for (;;) {
      const read = await connection.read(buffer);
      if (read === null) return;
      text += new TextDecoder().decode(buffer.subarray(0, read));
      const code = /TokenCode=(\d{6})/.exec(text)?.[1];
      if (code === undefined) continue;
      this.codes.push(code);
      text = "";
      if (this.codes.length > 1) return;
      await connection.write(
        new TextEncoder().encode(
          "HTTP/1.1 400 Bad Request\r\nContent-Type: text/xml\r\n" +
            `Content-Length: ${THROTTLED.length}\r\n\r\n${THROTTLED}`,
        ),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#done.catch(() => {});
  }
}

Deno.test("get sends a code once more after it was throttled, and never again when the connection is closed", async () => {
  // Once the runtime sent it a third time by itself, on a new connection.
  await using scenario = await Scenario.start();
  await using server = new SilentServer();
  const { code, stderr } = await scenario.get({
    AWS_ENDPOINT_URL_STS: server.url,
  });
  assert.equal(code, 5);
  assert.match(stderr, /lost the connection[^]*the code may be spent/);
  assert.equal(server.codes.length, 2);
});
