#!/usr/bin/env bash
# npm @modelcontextprotocol/sdk 1.32.2 (v1), @modelcontextprotocol/client 2.4.0
# (v2).
#
# A tool with an output schema fails: isError, the reason as text, and details
# of the failure as structuredContent. The server of SDK v1 sends that on, since
# it checks no failure against the schema. Its client does: callTool throws «does not
# match the tool's output schema» in place of the result, so the reason never
# reaches whoever called. It does so only after listTools; before that, the same
# call returns the result. The client of v2 returns it always.
#
# One would guess that server and client of one package agree about what a tool
# may answer, and that listing the tools changes nothing in a later call.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.4.0 zod@4 > "$dir/log" 2>&1

cat > "$dir/server.mjs" << 'END'
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";
const server = new McpServer({ name: "probe", version: "1" });
server.registerTool("refresh", { outputSchema: { expires: z.string() } }, () => ({
  isError: true,
  content: [{ type: "text", text: "a code is needed" }],
  structuredContent: { code: "CODE_NEEDED" },
}));
await server.connect(new StdioServerTransport());
END
cat > "$dir/calls.mjs" << 'END'
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
for (const [name, Client, Stdio] of [["v1", ClientV1, StdioV1], ["v2", ClientV2, StdioV2]]) {
  const client = new Client({ name: "probe", version: "1" });
  await client.connect(new Stdio({ command: "node", args: [process.argv[2]] }));
  const call = () =>
    client.callTool({ name: "refresh", arguments: {} }).then(
      (result) => `isError ${result.isError}: ${result.content[0].text}`,
      (error) => `thrown: ${error.message.split(":")[1].trim()}`,
    );
  console.log(`${name}, before listTools: ${await call()}`);
  await client.listTools();
  console.log(`${name}, after listTools: ${await call()}`);
  await client.close();
}
END
saw=$(cd "$dir" && node calls.mjs server.mjs 2> "$dir/log")
echo "$saw"
[ "$saw" = "v1, before listTools: isError true: a code is needed
v1, after listTools: thrown: Structured content does not match the tool's output schema
v2, before listTools: isError true: a code is needed
v2, after listTools: isError true: a code is needed" ]
