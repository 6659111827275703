// Serves MCP until the client disconnects or the process is asked to end.
import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { ICON } from "../icon.ts";
import { aborted } from "./ask_by_page.ts";
import { Backend, type BackendSettings } from "./backend.ts";
import { ConnectedClient, type Era } from "./clients.ts";
import { callTool, DEFINITIONS, TOOLS } from "./tools.ts";
import { type Input, type Output, StdioTransport } from "./transport.ts";

/** How long to wait at the end until the last answers are sent, in milliseconds. */
const FLUSH_TIMEOUT = 1_000;

const INSTRUCTIONS = `\
updsts refreshes temporary AWS credentials for accounts that require MFA. Secrets \
stay in the person's credentials file: you get names, key ids and expiry times.

To refresh a profile:
1. Look it up with updsts_get_credential_info, or find it with \
updsts_get_credential_info_list. Its session is the profile whose managed_by \
names it; expires_in_seconds is the time until that expires.
2. If it has a totp_secret_name, and a tool mktotp_generate_token is available, \
get the code from that tool with this name, and give it as totp_token. Otherwise \
leave totp_token out: the person types the code where you cannot see it. Never \
ask the person for the code yourself.
3. Call updsts_update_sts_credential. Give min_remaining, the seconds that you \
need: if the session lasts that long, no code is asked for and nothing is \
changed. A code works once: never repeat one. If the answer is CODE_NEEDED, show \
the person the link in code_page and call again with the same arguments.
4. Use updated_profile_name from the result, in AWS_PROFILE or --profile. \
Programs that are running may still use the old credentials: restart them.

Never read the credentials file yourself.`;

export interface McpService extends BackendSettings {
  readonly version: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stop: AbortSignal;
}

/** Serves until `stdin` ends or `stop` is aborted, then waits until sessions that STS issues are written. */
export async function serveMcp(service: McpService): Promise<void> {
  const { version, log, stdin, stdout, stop } = service;
  const backend = new Backend(service);
  const transport = new StdioTransport(stdin, stdout, log);
  const handle = serveStdio(
    ({ era }) => createServer(version, backend, era),
    { transport, onerror: ({ name }) => log.info(`MCP: ${name}`) },
  );
  log.info("MCP: serving on stdin and stdout");
  await Promise.race([transport.ended, aborted(stop)]);
  await backend.end();
  await transport.answered(FLUSH_TIMEOUT);
  await handle.close();
}

/** A server with the three tools, for one connection. */
function createServer(version: string, backend: Backend, era: Era): Server {
  const server = new Server(
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
      capabilities: { tools: { listChanged: false } },
      // Replaces the default validator, which is large: it checks forms, which are not used.
      jsonSchemaValidator: { getValidator: rejectForms },
      requestState: { verify: backend.pages.verify },
    },
  );
  const client = new ConnectedClient(server, era);
  server.setRequestHandler("tools/list", () => ({ tools: DEFINITIONS }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = TOOLS.find(({ name }) => name === params.name);
    if (tool === undefined) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Tool ${params.name} not found`,
      );
    }
    return await callTool(tool, params.arguments, { backend, client, context });
  });
  return server;
}

function rejectForms(): never {
  throw new Error("Form elicitation is not used");
}

/** Name, text and parameters of each tool, for the documentation. */
export function describeTools() {
  return TOOLS.map(({ name, title, description, parameters }) => ({
    ...{ name, title, description },
    parameters: Object.entries(parameters).map(
      ([name, { description, optional }]) => ({
        ...{ name, description },
        required: optional === undefined,
      }),
    ),
  }));
}
