// The official MCP clients, of both protocol eras, behind one face for the tests.
import {
  Client as ModernClient,
  type JSONRPCMessage,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { z } from "zod";
import { baseEnvironment, commandLine } from "./command.ts";

/** `legacy`: the v1 client, up to 2025-11-25. `modern`: the v2 client, 2026-07-28. */
export type Era = "legacy" | "modern";
export const ERAS = ["legacy", "modern"] as const;

/** What the client shows to a person. */
const shown = z.object({ message: z.string(), url: z.string() });

/** What the person, or the client in their name, does. */
export type Reply = { action: "accept" | "decline" | "cancel" };

/** A person at the client. */
export type Person = (
  question: z.infer<typeof shown>,
) => Reply | Promise<Reply>;

const toolResult = z.object({
  content: z.array(z.object({ type: z.literal("text"), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
/** What a tool answered. */
export type ToolResult = z.infer<typeof toolResult>;

/** What a failure says to the model: words, a line for each thing. */
export function errorOf(result: unknown) {
  const { isError, content } = toolResult.parse(result);
  const text = content[0]?.text ?? "";
  assert.equal(isError, true, text);
  const [code, message, ...rest] = /^([A-Z_]+): ([^]*)$/.exec(text)?.slice(1)
    .flatMap((part) => part.split(/\n(?=hint: |code_page: |next_step: )/)) ??
    [];
  const of = (name: string) =>
    rest.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().default(""),
    code_page: z.url().optional(),
    next_step: z.string(),
  }).parse({
    ...{ code, message, hint: of("hint") },
    ...{ code_page: of("code_page"), next_step: of("next_step") },
  });
}

const toolDefinition = z.looseObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  inputSchema: z.looseObject({
    properties: z.record(
      z.string(),
      z.looseObject({ description: z.string() }),
    ),
    required: z.array(z.string()).optional(),
  }),
  outputSchema: z.looseObject({ type: z.literal("object") }),
  annotations: z.record(z.string(), z.unknown()),
});
/** A tool as the server announces it. */
export type ToolDefinition = z.infer<typeof toolDefinition>;

/** A connected client. */
export interface TestClient extends AsyncDisposable {
  readonly instructions: string | undefined;
  readonly protocolVersion: string | undefined;
  listTools(): Promise<ToolDefinition[]>;
  /** Calls a tool; an answer that is no error must match its output schema. */
  call(
    name: string,
    args?: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<ToolResult>;
  /** All that the server wrote to stderr. */
  stderr(): string;
  /** Everything that the server sent, for leak checks. */
  heard(): string;
}

const CLIENT = { name: "updsts-tests", version: "1.0.0" };

/** Starts `updsts mcp --mcp-server` with the shipped flags and connects. */
export async function connect(
  era: Era,
  env: Readonly<Record<string, string>>,
  { person, args = [], elicitation = { form: {} } }: {
    readonly person?: Person;
    readonly args?: readonly string[];
    /** What the client declares of it, if there is a person. */
    readonly elicitation?: Elicitation;
  } = {},
): Promise<TestClient> {
  const [command, ...rest] = commandLine(["mcp", "--mcp-server", ...args]);
  const server = {
    ...{ command, args: rest, env: { ...await baseEnvironment(), ...env } },
    stderr: "pipe" as const,
  };
  const answer = async ({ params }: { params: unknown }): Promise<Reply> =>
    await person?.(shown.parse(params)) ?? { action: "cancel" };
  const capabilities = person === undefined ? {} : { elicitation };
  const isLegacy = era === "legacy";
  const transport = isLegacy
    ? new LegacyTransport(server)
    : new ModernTransport(server);
  let [stderr, heard] = ["", ""];
  const notes = transport.stderr as Readable | null;
  notes?.on("data", (chunk: unknown) => stderr += String(chunk));
  const { client, list, call } = isLegacy
    ? legacyClient(capabilities, person && answer)
    : modernClient(capabilities, person && answer);
  await client.connect(transport);
  // Requests and notifications of the server included.
  const { onmessage } = transport;
  transport.onmessage = (message: JSONRPCMessage) => {
    heard += JSON.stringify(message);
    onmessage?.(message);
  };
  let tools: Promise<ToolDefinition[]> | undefined;
  const listTools = () =>
    tools ??= Promise.resolve<unknown>(list()).then((answer) =>
      z.object({ tools: z.array(toolDefinition) }).parse(answer).tools
    );
  return {
    instructions: client.getInstructions(),
    protocolVersion: client instanceof ModernClient
      ? client.getNegotiatedProtocolVersion()
      : undefined,
    listTools,
    call: async (name, args = {}, signal = new AbortController().signal) => {
      const request = { name, arguments: args };
      const result = toolResult.parse(await call(request, { signal }));
      if (!result.isError) await assertMatchesSchema(name, result, listTools);
      return result;
    },
    stderr: () => stderr,
    heard: () => heard,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

type Capabilities = { elicitation?: Elicitation };
type Answer = (request: { params: unknown }) => Promise<Reply>;
type Call = (
  request: { name: string; arguments: Record<string, unknown> },
  options: { signal: AbortSignal },
) => Promise<unknown>;

function legacyClient(capabilities: Capabilities, answer?: Answer) {
  const client = new LegacyClient(CLIENT, { capabilities });
  if (answer) client.setRequestHandler(ElicitRequestSchema, answer);
  const call: Call = (request, options) =>
    client.callTool(request, undefined, options);
  return { client, list: () => client.listTools(), call };
}

function modernClient(capabilities: Capabilities, answer?: Answer) {
  const client = new ModernClient(CLIENT, {
    capabilities,
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  if (answer) client.setRequestHandler("elicitation/create", answer);
  const call: Call = (request, options) => client.callTool(request, options);
  return { client, list: () => client.listTools(), call };
}

/** What a client declares of elicitation. */
export type Elicitation = {
  form?: Record<string, never>;
  url?: Record<string, never>;
};

async function assertMatchesSchema(
  name: string,
  { content, structuredContent }: ToolResult,
  listTools: () => Promise<ToolDefinition[]>,
): Promise<void> {
  const tool = (await listTools()).find((tool) => tool.name === name);
  const validate = new Ajv2020({ strict: false }).compile(
    tool?.outputSchema ?? false,
  );
  assert(validate(structuredContent), JSON.stringify(validate.errors));
  assert.deepEqual(JSON.parse(content[0]?.text ?? ""), structuredContent);
}

/** What the server sent: an answer, or something of its own accord. */
const message = z.looseObject({
  jsonrpc: z.string(),
  id: z.union([z.number(), z.null()]).optional(),
  error: z.looseObject({ code: z.number() }).optional(),
});
/** A line of stdout, as it is and what it says. */
export type WireMessage = z.infer<typeof message> & { readonly text: string };

/** No server of a test lives longer, in milliseconds. */
const MAX_LIFE = 60_000;

/** A client that speaks the protocol by hand, in either era. */
export class Wire {
  readonly child: Deno.ChildProcess;
  /** The answer to `initialize`, in the era that has one. */
  initialized: Promise<WireMessage> = Promise.reject(new Error("modern"));
  nextId = 0;
  stderr = "";
  #stdout = "";
  readonly #meta: Record<string, unknown> | undefined;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers = new Map<number, PromiseWithResolvers<WireMessage>>();
  readonly #lines: WireMessage[] = [];
  #reading: Promise<void> | undefined;
  #notes: Promise<void> | undefined;

  private constructor(
    child: Deno.ChildProcess,
    meta: Record<string, unknown> | undefined,
  ) {
    this.child = child;
    this.#meta = meta;
    this.#writer = child.stdin.getWriter();
    this.initialized.catch(() => {});
    const late = setTimeout(() => child.kill("SIGKILL"), MAX_LIFE);
    child.status.finally(() => clearTimeout(late));
  }

  static async start(
    { env }: { readonly env: Readonly<Record<string, string>> },
    era: Era,
    {
      client: name = "wire",
      elicitation,
      readsLate = false,
      readsNotes = true,
      runtimeFlags = [],
    }: {
      readonly client?: string;
      readonly elicitation?: Elicitation;
      /** Whether stdout is read only when {@linkcode read} is called. */
      readonly readsLate?: boolean;
      /** Whether stderr is read before the end. */
      readonly readsNotes?: boolean;
      readonly runtimeFlags?: readonly string[];
    } = {},
  ): Promise<Wire> {
    const words = ["mcp", "--mcp-server", "-v", "2"];
    const [command, first = "", ...rest] = commandLine(words);
    const child = new Deno.Command(command, {
      args: [first, ...runtimeFlags, ...rest],
      env: { ...await baseEnvironment(), ...env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const clientInfo = { name, version: "1" };
    const capabilities = elicitation === undefined ? {} : { elicitation };
    const prefix = "io.modelcontextprotocol/";
    const wire = new Wire(
      child,
      era === "legacy" ? undefined : {
        [`${prefix}protocolVersion`]: "2026-07-28",
        [`${prefix}clientInfo`]: clientInfo,
        [`${prefix}clientCapabilities`]: capabilities,
      },
    );
    if (!readsLate) wire.read();
    if (readsNotes) wire.#readNotes();
    if (era === "legacy") {
      wire.initialized = wire.request("initialize", {
        ...{ protocolVersion: "2025-06-18", capabilities, clientInfo },
      });
      wire.initialized.catch(() => {});
      await wire.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
      if (!readsLate) await wire.initialized;
    }
    return wire;
  }

  async send(...lines: readonly string[]): Promise<void> {
    const text = lines.map((line) => `${line}\n`).join("");
    await this.sendBytes(new TextEncoder().encode(text));
  }

  async sendBytes(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#writer.write(bytes);
  }

  /** The bytes of the next request. */
  messageFor(method: string, params: object): Uint8Array<ArrayBuffer> {
    const id = this.nextId++;
    const meta = this.#meta === undefined ? {} : { _meta: this.#meta };
    const all = { jsonrpc: "2.0", id, method, params: { ...params, ...meta } };
    return new TextEncoder().encode(`${JSON.stringify(all)}\n`);
  }

  /** Sends a request; its answer. */
  async request(method: string, params: object): Promise<WireMessage> {
    const answer = Promise.withResolvers<WireMessage>();
    this.#answers.set(this.nextId, answer);
    await this.sendBytes(this.messageFor(method, params));
    return await answer.promise;
  }

  /** Calls a tool; its answer. */
  call(name: string, args: object, more: object = {}): Promise<WireMessage> {
    return this.request("tools/call", { name, arguments: args, ...more });
  }

  /** Reads what the server sends from now on. */
  read(): void {
    this.#reading ??= this.#readAll();
  }

  /** Waits for the end of the process. */
  async finish() {
    this.#readNotes();
    await this.#writer.close().catch(() => {});
    const { code } = await this.child.status;
    await Promise.all([this.#reading, this.#notes]);
    const [stdout, stderr] = [this.#stdout, this.stderr];
    return { ...{ stdout, stderr, code }, lines: this.#lines };
  }

  #readNotes(): void {
    this.#notes ??= (async () => {
      const text = this.child.stderr.pipeThrough(new TextDecoderStream());
      for await (const chunk of text) this.stderr += chunk;
    })();
  }

  async #readAll(): Promise<void> {
    let rest = "";
    const chunks = this.child.stdout.pipeThrough(new TextDecoderStream());
    for await (const chunk of chunks) {
      this.#stdout += chunk;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) {
        const said = { ...message.parse(JSON.parse(text)), text };
        this.#lines.push(said);
        if (typeof said.id === "number") {
          this.#answers.get(said.id)?.resolve(said);
        }
      }
    }
    assert.equal(rest, "", "the last line is not whole");
    for (const [id, { reject }] of this.#answers) {
      reject(new Error(`The server ended without an answer to ${id}`));
    }
  }
}
