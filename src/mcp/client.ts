// What the client at the other end can do, and how it calls itself, in the way of its protocol era.
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";

/** `legacy` are the revisions of 2025, `modern` is 2026-07-28 and later. */
export type Era = "legacy" | "modern";

/** What a client may declare of elicitation; anything else counts as nothing. */
const capabilities = z.object({
  elicitation: z.object({
    form: z.unknown().optional(),
    url: z.unknown().optional(),
  }).optional(),
}).catch({});

const information = z.object({
  name: z.string(),
  title: z.string().optional(),
}).optional().catch(undefined);

/** A name longer than this is cut: it is shown to a person. */
const MAX_NAME = 60;

/** The client of one connection. */
export class ConnectedClient {
  readonly server: McpServer;
  readonly era: Era;

  constructor(server: McpServer, era: Era) {
    this.server = server;
    this.era = era;
  }

  /** Whether it can show a person a link and a form. */
  abilities(context: ServerContext): { url: boolean; form: boolean } {
    const declared = this.era === "legacy"
      ? this.server.server.getClientCapabilities()
      : envelopeOf(context)[CLIENT_CAPABILITIES_META_KEY];
    const { elicitation } = capabilities.parse(declared);
    return {
      url: elicitation?.url !== undefined,
      // An empty capability means forms, as it did before there were others.
      form: elicitation !== undefined &&
        (elicitation.form !== undefined || elicitation.url === undefined),
    };
  }

  /** Its name for a person to read. */
  name(context: ServerContext): string | undefined {
    const declared = this.era === "legacy"
      ? this.server.server.getClientVersion()
      : envelopeOf(context)[CLIENT_INFO_META_KEY];
    const info = information.parse(declared);
    const name = (info?.title ?? info?.name)?.trim();
    return name === undefined || name === ""
      ? undefined
      : Array.from(name).slice(0, MAX_NAME).join("");
  }
}

function envelopeOf({ mcpReq }: ServerContext): Record<string, unknown> {
  return { ...mcpReq.envelope };
}
