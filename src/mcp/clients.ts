// MCP clients: declared capabilities, and workarounds for known clients.
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCMessage,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";

/** Name prefixes of clients that get revision 2025-11-25, which they handle better (`deno task test:clients`). */
const DECLINE_NEWER = [
  // 2.1.332: in 2026-07-28 its dialog stays after the code is typed, until the
  // person picks «I'm done».
  "claude-code",
  // 1.0.102: in 2026-07-28 it fails on input_required («expected
  // CallToolResult») and does not ask the person.
  "copilot-cli",
];

/** Parameters that clients add to calls; they are ignored. */
export const ADDED_PARAMETERS = [
  // gemini-cli-mcp-client 0.61.0 adds it to the schema of each tool, and sends it.
  "wait_for_previous",
];

/**
 * The response to the `server/discover` of some clients, which makes them fall back
 * to revision 2025-11-25; undefined for other messages and clients.
 */
export function declinesNewer(
  message: JSONRPCMessage,
): JSONRPCMessage | undefined {
  if (
    !("method" in message && "id" in message) ||
    message.method !== "server/discover"
  ) return undefined;
  const { name } = fieldsOf(message.params?._meta?.[CLIENT_INFO_META_KEY]);
  const declined = typeof name === "string" &&
    DECLINE_NEWER.some((prefix) => name.startsWith(prefix));
  if (!declined) return undefined;
  return {
    ...{ jsonrpc: "2.0", id: message.id },
    error: { code: -32601, message: "Method not found" },
  };
}

/** Protocol revisions: of 2025 (`legacy`), or since 2026-07-28 (`modern`). */
export type Era = "legacy" | "modern";

/** Maximal length of a displayed name, in characters. */
const MAX_NAME = 60;

export class ConnectedClient {
  readonly server: Server;
  readonly era: Era;

  constructor(server: Server, era: Era) {
    this.server = server;
    this.era = era;
  }

  /** Whether the client declares that it can show links. */
  showsLinks(context: ServerContext): boolean {
    const declared = this.era === "legacy"
      ? this.server.getClientCapabilities()
      : fieldsOf(context.mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY];
    const elicitation = fieldsOf(fieldsOf(declared)["elicitation"]);
    return elicitation["url"] !== undefined;
  }

  displayName(context: ServerContext): string | undefined {
    const declared = fieldsOf(
      this.era === "legacy"
        ? this.server.getClientVersion()
        : fieldsOf(context.mcpReq.envelope)[CLIENT_INFO_META_KEY],
    );
    const { title = declared["name"] } = declared;
    const name = typeof title === "string" ? title.trim() : "";
    return name === ""
      ? undefined
      : Array.from(name).slice(0, MAX_NAME).join("");
  }
}

/** The fields of `value`; empty if it is not an object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
