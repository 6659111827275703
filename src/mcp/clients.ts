// The client of the server: its declared capabilities, and known behaviour that it does not declare.
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCMessage,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";

/** A client, and what is done for it; found by driving each of them (`deno task test:clients`). */
export interface KnownClient {
  /** As it begins its name in `clientInfo`. */
  readonly name: string;
  /** The version that was driven. */
  readonly version: string;
  /** Led to the revision 2025-11-25, where it asks its person better. */
  readonly declineNewer?: true;
  /** Parameters that it adds to a model's call, without effect here. */
  readonly addsParameters?: readonly string[];
  /** The observed behaviour. */
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

/**
 * What declines revision 2026-07-28 to the client that asks by `message`, as a
 * server that does not know it would; undefined if the client is well served.
 */
export function declinesNewer(
  message: JSONRPCMessage,
): JSONRPCMessage | undefined {
  if (
    !("method" in message && "id" in message) ||
    message.method !== "server/discover"
  ) return undefined;
  const name = clientName(message.params?._meta?.[CLIENT_INFO_META_KEY]);
  const declined = KNOWN_CLIENTS.some((known) =>
    known.declineNewer === true && name?.startsWith(known.name)
  );
  if (!declined) return undefined;
  return {
    ...{ jsonrpc: "2.0", id: message.id },
    error: { code: -32601, message: "Method not found" },
  };
}

/** `legacy` are the revisions of 2025, `modern` is 2026-07-28 and later. */
export type Era = "legacy" | "modern";

/** A name longer than this is cut: it is shown to a person. */
const MAX_NAME = 60;

/** The client of one connection. */
export class ConnectedClient {
  readonly server: Server;
  readonly era: Era;

  constructor(server: Server, era: Era) {
    this.server = server;
    this.era = era;
  }

  /** Whether it declares that it can show a person a link. */
  showsLinks(context: ServerContext): boolean {
    const declared = this.era === "legacy"
      ? this.server.getClientCapabilities()
      : fieldsOf(context.mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY];
    const elicitation = fieldsOf(fieldsOf(declared)["elicitation"]);
    return elicitation["url"] !== undefined;
  }

  /** Its name for a person to read. */
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

function clientName(declared: unknown): string | undefined {
  const { name } = fieldsOf(declared);
  return typeof name === "string" ? name : undefined;
}

/** The fields of `value`; none if it is not an object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
