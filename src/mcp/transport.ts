// Sends and receives the protocol's lines over the runtime's stdin and stdout: Node's streams take as long to load as the rest of the server.
import {
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type RequestId,
  type Transport,
} from "@modelcontextprotocol/server";
import type { Log } from "../ports.ts";
import { declinesNewer } from "./clients.ts";

/** The stream of the client's messages. */
export interface Input {
  read(buffer: Uint8Array): Promise<number | null>;
}

/** The stream of the server's messages; a write does not block the event loop. */
export interface Output {
  write(bytes: Uint8Array): Promise<number>;
}

/** A line longer than this ends the connection; in characters. */
const MAX_LINE = 10_000_000;

/** While the client leaves more than this unread, nothing more is read of it; in characters. */
const MAX_UNREAD = 8_000_000;

/** The answer to a line that is not JSON; nobody can say which request it was. */
const PARSE_ERROR =
  '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error: the line is not JSON"}}\n';

const encoder = new TextEncoder();

/** A transport of the SDK, for one connection. */
export class StdioTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  /** Settles when the client sends no more, or reads no more. */
  readonly ended: Promise<void>;
  readonly #input: Input;
  readonly #output: Output;
  readonly #log: Log;
  readonly #end = Promise.withResolvers<void>();
  /** Requests of the client that have no answer yet. */
  readonly #open = new Set<RequestId>();
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

  /** Settles when `message`, and all before it, is written. */
  async send(message: JSONRPCMessage): Promise<void> {
    if ("result" in message || "error" in message) {
      if (message.id !== undefined) this.#open.delete(message.id);
    }
    await this.#write(`${JSON.stringify(message)}\n`);
  }

  /** Settles when every request is answered and all is written, or after `limit` milliseconds. */
  async answered(limit: number): Promise<void> {
    const deadline = performance.now() + limit;
    while (!this.#broken && performance.now() < deadline) {
      if (this.#open.size === 0 && this.#sending === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    let [begun, size]: [string[], number] = [[], 0];
    for (;;) {
      while (this.#unsent.length > MAX_UNREAD) await this.#sending;
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
      if ("id" in message) this.#open.add(message.id);
      else if (message.method === "notifications/cancelled") {
        // The SDK does not answer it any more.
        const cancelled = message.params?.["requestId"];
        for (const id of this.#open) {
          if (id === cancelled) this.#open.delete(id);
        }
      }
    }
    this.onmessage?.(message);
  }

  /** Writes what there is in one go, and what comes meanwhile in the next. */
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
      // The client does not read any more.
      this.#broken = true;
      this.#unsent = "";
      this.#end.resolve();
      throw error;
    } finally {
      this.#sending = undefined;
    }
  }
}
