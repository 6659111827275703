// Builds the MCP server from ports; which transport it speaks over is not its business.
import { McpServer } from "@modelcontextprotocol/server";
import { CodeElicitation } from "./code_elicitation.ts";
import { addGetCredentialInfo } from "./get_credential_info.ts";
import { addGetCredentialInfoList } from "./get_credential_info_list.ts";
import { addUpdateStsCredential } from "./update_sts_credential.ts";
import type { ToolWorld } from "./world.ts";

const INSTRUCTIONS = `\
updsts refreshes temporary AWS credentials for accounts that demand MFA. Secrets \
stay in the person's credentials file: you get names, key ids and expiry times.

To refresh a profile:
1. Look it up with updsts_get_credential_info, or find it with \
updsts_get_credential_info_list. Its session is the profile that is managed_by \
it; expires_in_seconds says how long that lasts.
2. If it has a totp_secret_name, and a tool mktotp_generate_token is there, get \
the code from that tool with this name, and give it as totp_token. Otherwise \
leave totp_token out: the person is then asked by the client, and you never see \
the code. Only if that fails with CODE_MISSING, ask the person for the code.
3. Call updsts_update_sts_credential. Give min_remaining, the seconds that you \
need: if the session lasts that long, nobody is asked and nothing is changed. A \
code works once: never repeat one.
4. Use updated_profile_name from the result, in AWS_PROFILE or --profile. \
Programs that run already may still hold the old credentials: start them again.

Never read the credentials file yourself.`;

/** How a server is built. */
export interface McpServerSettings {
  readonly version: string;
  readonly world: ToolWorld;
  /** Which revision the connection speaks: 2026-07-28 and later is modern. */
  readonly era: "legacy" | "modern";
  /** How long a person may take to type a code, in milliseconds. */
  readonly patience?: number;
}

/** A server with the three tools, for one connection. */
export function createMcpServer(
  { version, world, era, patience }: McpServerSettings,
): McpServer {
  const server = new McpServer(
    { name: "updsts", title: "updsts", version },
    { instructions: INSTRUCTIONS },
  );
  const elicitation = new CodeElicitation(server, era, patience);
  addUpdateStsCredential(server, world, elicitation);
  addGetCredentialInfo(server, world);
  addGetCredentialInfoList(server, world);
  return server;
}
