// The official MCP clients, of both protocol eras, behind one face for the tests.
import { Client as ModernClient } from "@modelcontextprotocol/client";
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

/** What the client shows to a person: a form, or a link. */
export interface ShownQuestion {
  readonly message: string;
  readonly fields: readonly string[];
  readonly url: string | undefined;
}

/** What the person, or the client in their name, does. */
export type Reply =
  | { action: "accept"; content?: Record<string, string | number> }
  | { action: "decline" | "cancel" };

/** A person at the client. */
export type Person = (question: ShownQuestion) => Reply | Promise<Reply>;

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
const QUESTION = z.object({
  message: z.string(),
  requestedSchema: z.object({ properties: z.record(z.string(), z.unknown()) })
    .optional(),
  url: z.string().optional(),
});

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
    command,
    args: rest,
    env: { ...await baseEnvironment(), ...env },
    stderr: "pipe" as const,
  };
  const answer = async (params: unknown) => {
    const { message, requestedSchema, url } = QUESTION.parse(params);
    const fields = Object.keys(requestedSchema?.properties ?? {});
    return await person?.({ message, fields, url }) ??
      { action: "cancel" as const };
  };
  const capabilities = person === undefined ? {} : { elicitation };
  return era === "legacy"
    ? await connectLegacy(server, capabilities, answer)
    : await connectModern(server, capabilities, answer);
}

interface ServerProcess {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly stderr: "pipe";
}
type Answer = (params: unknown) => Promise<Reply>;

/** What a client declares of elicitation. */
export type Elicitation = {
  form?: Record<string, never>;
  url?: Record<string, never>;
};

async function connectLegacy(
  server: ServerProcess,
  capabilities: { elicitation?: Elicitation },
  answer: Answer,
): Promise<TestClient> {
  const client = new LegacyClient(CLIENT, { capabilities });
  if (capabilities.elicitation !== undefined) {
    client.setRequestHandler(
      ElicitRequestSchema,
      ({ params }: { params: unknown }) => answer(params),
    );
  }
  const transport = new LegacyTransport(server);
  const stderr = collect(transport.stderr);
  await client.connect(transport);
  const heard = overhear(transport);
  return face({
    heard,
    instructions: client.getInstructions(),
    protocolVersion: undefined,
    list: () => client.listTools(),
    call: (name, args, signal) =>
      client.callTool({ name, arguments: args }, undefined, { signal }),
    close: () => client.close(),
    stderr,
  });
}

async function connectModern(
  server: ServerProcess,
  capabilities: { elicitation?: Elicitation },
  answer: Answer,
): Promise<TestClient> {
  const client = new ModernClient(CLIENT, {
    capabilities,
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  if (capabilities.elicitation !== undefined) {
    client.setRequestHandler(
      "elicitation/create",
      ({ params }) => answer(params),
    );
  }
  const transport = new ModernTransport(server);
  const stderr = collect(transport.stderr);
  await client.connect(transport);
  const heard = overhear(transport);
  return face({
    heard,
    instructions: client.getInstructions(),
    protocolVersion: client.getNegotiatedProtocolVersion(),
    list: () => client.listTools(),
    call: (name, args, signal) =>
      client.callTool({ name, arguments: args }, { signal }),
    close: () => client.close(),
    stderr,
  });
}

function collect(stream: unknown): () => string {
  let text = "";
  const readable = stream as Readable | null;
  readable?.on("data", (chunk: unknown) => text += String(chunk));
  return () => text;
}

/** All that the server sends from now on, requests and notifications included. */
function overhear(
  transport: { onmessage?: ((...args: never[]) => void) | undefined },
): () => string {
  let heard = "";
  const { onmessage } = transport;
  transport.onmessage = (...args) => {
    heard += JSON.stringify(args[0]);
    onmessage?.(...args);
  };
  return () => heard;
}

function face(client: {
  heard: () => string;
  instructions: string | undefined;
  protocolVersion: string | undefined;
  list: () => Promise<{ tools: unknown[] }>;
  call: (
    name: string,
    args: Record<string, unknown>,
    signal: AbortSignal,
  ) => Promise<unknown>;
  close: () => Promise<void>;
  stderr: () => string;
}): TestClient {
  let tools: Promise<ToolDefinition[]> | undefined;
  const listTools = () =>
    tools ??= client.list().then(({ tools }) =>
      z.array(toolDefinition).parse(tools)
    );
  return {
    instructions: client.instructions,
    protocolVersion: client.protocolVersion,
    listTools,
    call: async (name, args = {}, signal = new AbortController().signal) => {
      const raw = await client.call(name, args, signal);
      const result = toolResult.parse(raw);
      if (!result.isError) await assertMatchesSchema(name, result, listTools);
      return result;
    },
    stderr: client.stderr,
    heard: client.heard,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

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
