// Sends and receives protocol lines on Deno's stdin and stdout: Node's streams take as long to load as the rest of the server.
import {
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type RequestId,
  type Transport,
} from "@modelcontextprotocol/server";
import type { Log } from "../ports.ts";
import { declinesNewer } from "./clients.ts";

export type Input = Pick<Deno.FsFile, "read">;

/** Stdout, which gets protocol lines only; writes do not block the event loop. */
export type Output = Pick<Deno.FsFile, "write">;

/** Maximal length of a line, in characters; a longer one ends the connection. */
const MAX_LINE = 10_000_000;

/** Reading pauses while more than this is unsent, in characters. */
const MAX_UNSENT = 8_000_000;

/** The response to a line that is not JSON, and so has no known id. */
const PARSE_ERROR =
  '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error: the line is not JSON"}}\n';

const encoder = new TextEncoder();

export class StdioTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  /** Resolves when stdin ends, stdout fails, or the transport is closed. */
  readonly ended: Promise<void>;
  readonly #input: Input;
  readonly #output: Output;
  readonly #log: Log;
  readonly #end = Promise.withResolvers<void>();
  /** Requests without a response so far. */
  readonly #unanswered = new Set<RequestId>();
  #closed = false;
  #broken = false;
  #unsent = "";
  #sending: Promise<void> | undefined;

  constructor(input: Input, output: Output, log: Log) {
    this.#input = input;
    this.#output = output;
    this.#log = log;
    this.ended = this.#end.promise;
  }

  start(): Promise<void> {
    this.#readAll().catch(({ name }) => this.#log.info(`MCP: stdin: ${name}`))
      .finally(this.#end.resolve);
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#end.resolve();
      this.onclose?.();
    }
    return Promise.resolve();
  }

  /** Resolves when `message` and all earlier ones are written. */
  async send(message: JSONRPCMessage): Promise<void> {
    if ("result" in message || "error" in message) {
      if (message.id !== undefined) this.#unanswered.delete(message.id);
    }
    await this.#write(`${JSON.stringify(message)}\n`);
  }

  /** Resolves when all requests have a written response, or after `limit` milliseconds. */
  async answered(limit: number): Promise<void> {
    const deadline = performance.now() + limit;
    while (!this.#broken && performance.now() < deadline) {
      if (this.#unanswered.size === 0 && this.#sending === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    let [begun, size]: [string[], number] = [[], 0];
    for (;;) {
      while (this.#unsent.length > MAX_UNSENT) await this.#sending;
      const count = await this.#input.read(buffer);
      if (count === null || this.#closed) return;
      const bytes = buffer.subarray(0, count);
      const lines = decoder.decode(bytes, { stream: true }).split("\n");
      const rest = lines.pop() ?? "";
      for (const line of lines) {
        this.#receive(begun.join("") + line);
        [begun, size] = [[], 0];
      }
      begun.push(rest);
      size += rest.length;
      if (size > MAX_LINE) return this.#log.info("MCP: a line is too long");
    }
  }

  #receive(line: string): void {
    if (line.trim() === "") return;
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(JSON.parse(line));
    } catch (error) {
      if (!(error instanceof SyntaxError)) {
        return this.#log.info("MCP: a line is not a message");
      }
      this.#log.info("MCP: a line is not JSON");
      this.#write(PARSE_ERROR).catch(() => {});
      return;
    }
    const declined = declinesNewer(message);
    if (declined !== undefined) {
      this.send(declined).catch(() => {});
      return;
    }
    if ("method" in message) {
      if ("id" in message) this.#unanswered.add(message.id);
      else if (message.method === "notifications/cancelled") {
        // The SDK does not respond to a cancelled request.
        const cancelled = message.params?.["requestId"];
        for (const id of this.#unanswered) {
          if (id === cancelled) this.#unanswered.delete(id);
        }
      }
    }
    this.onmessage?.(message);
  }

  /** Collects lines while a write is under way, and writes them together. */
  #write(text: string): Promise<void> {
    if (this.#closed || this.#broken) {
      return Promise.reject(new Error("The connection is closed"));
    }
    this.#unsent += text;
    return this.#sending ??= this.#writeUnsent();
  }

  async #writeUnsent(): Promise<void> {
    try {
      while (this.#unsent !== "") {
        let bytes = encoder.encode(this.#unsent);
        this.#unsent = "";
        while (bytes.length > 0) {
          bytes = bytes.subarray(await this.#output.write(bytes));
        }
      }
    } catch (error) {
      // The client has closed its end.
      this.#broken = true;
      this.#unsent = "";
      this.#end.resolve();
      throw error;
    } finally {
      this.#sending = undefined;
    }
  }
}
