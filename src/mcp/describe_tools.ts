// The tools for a person to read, asked of the server itself.
import {
  InMemoryTransport,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type McpServer,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import { createWorld, type WorldSettings } from "./create_world.ts";
import { Ending } from "./ending.ts";
import { createMcpServer } from "./server.ts";

const toolList = z.object({
  tools: z.array(z.object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    inputSchema: z.object({
      properties: z.record(z.string(), z.object({ description: z.string() })),
      required: z.array(z.string()).default([]),
    }),
  })),
});

/** Name, purpose and parameters of each tool. */
export async function describeTools(
  settings: WorldSettings & { readonly version: string },
) {
  const world = createWorld(settings, new Ending());
  const { version } = settings;
  const server = createMcpServer({ version, world, era: "legacy" });
  const { tools } = toolList.parse(await askForTools(server));
  return tools.map(({ name, title, description, inputSchema }) => ({
    name,
    title,
    description,
    parameters: Object.entries(inputSchema.properties).map(
      ([name, { description }]) => ({
        name,
        required: inputSchema.required.includes(name),
        description,
      }),
    ),
  }));
}

/** Plays the client for one question. */
async function askForTools(server: McpServer): Promise<unknown> {
  const [client, other] = InMemoryTransport.createLinkedPair();
  const answers = new Map<unknown, (result: unknown) => void>();
  client.onmessage = (message: JSONRPCMessage) => {
    if ("result" in message) answers.get(message.id)?.(message.result);
  };
  const ask = (request: Pick<JSONRPCRequest, "id" | "method" | "params">) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answers.set(request.id, resolve);
    return client.send({ jsonrpc: "2.0", ...request }).then(() => promise);
  };
  await server.connect(other);
  await client.start();
  await ask({
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "updsts", version: "0" },
    },
  });
  const tools = await ask({ id: 2, method: "tools/list", params: {} });
  await server.close();
  return tools;
}
