// Builds the MCP server from ports; which transport it speaks over is not its business.
import { McpServer } from "@modelcontextprotocol/server";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/server/validators/cf-worker";
import { ICON } from "../icon.ts";
import { ConnectedClient, type Era } from "./client.ts";
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
leave totp_token out: the person types the code where you cannot see it. Never \
ask the person for the code yourself.
3. Call updsts_update_sts_credential. Give min_remaining, the seconds that you \
need: if the session lasts that long, nobody is asked and nothing is changed. A \
code works once: never repeat one. If the answer is CODE_NEEDED, show the person \
the link in code_page and call again with the same arguments.
4. Use updated_profile_name from the result, in AWS_PROFILE or --profile. \
Programs that run already may still hold the old credentials: start them again.

Never read the credentials file yourself.`;

/** How a server is built. */
export interface McpServerSettings {
  readonly version: string;
  readonly world: ToolWorld;
  /** Which revision the connection speaks: 2026-07-28 and later is modern. */
  readonly era: Era;
}

/** A server with the three tools, for one connection. */
export function createMcpServer(
  { version, world, era }: McpServerSettings,
): McpServer {
  const server = new McpServer(
    {
      name: "updsts",
      title: "updsts: AWS sessions with MFA",
      version,
      websiteUrl: "https://github.com/updsts/updsts",
      icons: [{
        src: `data:image/svg+xml;base64,${btoa(ICON)}`,
        mimeType: "image/svg+xml",
        sizes: ["any"],
      }],
    },
    {
      instructions: INSTRUCTIONS,
      // The tools stay the same while it runs.
      capabilities: { tools: { listChanged: false } },
      // The other one makes code of schemas, and is five times as large.
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
      // Speaks for states that were tampered with; ours are looked at by the tool.
      requestState: { verify: world.states.verify },
    },
  );
  addUpdateStsCredential(server, world, new ConnectedClient(server, era));
  addGetCredentialInfo(server, world);
  addGetCredentialInfoList(server, world);
  return server;
}
