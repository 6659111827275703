// What real clients do that nothing they declare tells; found by driving each of them (`deno task test:clients`).
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import * as z from "zod";

/** A client, and what is done for it. */
export interface KnownClient {
  /** As it begins its name in `clientInfo`. */
  readonly name: string;
  /** The version that was driven. */
  readonly version: string;
  /** Led to the revision 2025-11-25, where it asks its person better. */
  readonly declineNewer?: true;
  /** Parameters that it adds to a model's call, without effect here. */
  readonly addsParameters?: readonly string[];
  /** What was seen. */
  readonly why: string;
}

/** The clients for which something is done. */
export const KNOWN_CLIENTS: readonly KnownClient[] = [
  {
    ...{ name: "claude-code", version: "2.1.332", declineNewer: true },
    why:
      "In 2026-07-28 its dialog stays after the code is typed, until the person picks «I'm done»",
  },
  {
    ...{ name: "copilot-cli", version: "1.0.102", declineNewer: true },
    why:
      "In 2026-07-28 it fails on input_required («expected CallToolResult»), and nobody is asked",
  },
  {
    ...{ name: "gemini-cli-mcp-client", version: "0.61.0" },
    addsParameters: ["wait_for_previous"],
    why:
      "It adds wait_for_previous to the schema of each tool, and hands it on",
  },
];

const discovery = z.object({
  id: z.union([z.string(), z.number()]),
  method: z.literal("server/discover"),
  params: z.object({
    _meta: z.object({
      "io.modelcontextprotocol/clientInfo": z.object({ name: z.string() }),
    }),
  }),
});

/**
 * What declines revision 2026-07-28 to the client that asks by `message`, as a
 * server that does not know it would; undefined if the client is well served.
 */
export function declinesNewer(
  message: JSONRPCMessage,
): JSONRPCMessage | undefined {
  const { data } = discovery.safeParse(message);
  const name = data?.params._meta["io.modelcontextprotocol/clientInfo"].name;
  const declined = KNOWN_CLIENTS.some((known) =>
    known.declineNewer === true && name?.startsWith(known.name)
  );
  if (data === undefined || !declined) return undefined;
  return {
    ...{ jsonrpc: "2.0", id: data.id },
    error: { code: -32601, message: "Method not found" },
  };
}
