#!/usr/bin/env bash
# npm @mastra/mcp 2.0.0 with @mastra/core 1.71.0 and @genkit-ai/mcp 1.42.0 with genkit
# 1.42.0, beside @langchain/mcp-adapters 1.1.4 with @langchain/core 1.4.0.
#
# An application has an MCP server in its list under the name «credentials». In
# `initialize`, where a client says who it is, the clients of Mastra and Genkit say
# «credentials 1.0.0»: the server's name in the list, and neither the framework's
# nor the application's. The adapters for LangChain say their own name and version.
#
# One would guess that clientInfo names the client, as the protocol defines it: a
# server that tells a person who asks («… asks for a code»), or that treats a client
# by its name, is told its own name, and in each application another one.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" \
  @mastra/mcp@2.0.0 @mastra/core@1.71.0 @genkit-ai/mcp@1.42.0 genkit@1.42.0 \
  @langchain/mcp-adapters@1.1.4 @langchain/core@1.4.0 > "$dir/log" 2>&1

# A server that says what it is told in `initialize`, and has one tool.
cat > "$dir/server.mjs" << 'END'
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
const results = {
  initialize: ({ protocolVersion, clientInfo }) => {
    writeFileSync("client", `${clientInfo.name} ${clientInfo.version}`);
    return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "updater", version: "3.2.1" } };
  },
  "tools/list": () => ({ tools: [{ name: "get", inputSchema: { type: "object" } }] }),
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) {
    console.log(JSON.stringify({ jsonrpc: "2.0", id, result: results[method]?.(params) ?? {} }));
  }
}
END
cat > "$dir/mastra.mjs" << 'END'
import { MCPClient } from "@mastra/mcp";
const client = new MCPClient({ servers: { credentials: { command: "node", args: ["server.mjs"] } } });
await client.listTools();
process.exit();
END
cat > "$dir/genkit.mjs" << 'END'
import { createMcpClient } from "@genkit-ai/mcp";
import { genkit } from "genkit";
const client = createMcpClient({ name: "credentials", mcpServer: { command: "node", args: ["server.mjs"] } });
await client.getActiveTools(genkit({}));
process.exit();
END
cat > "$dir/langchain.mjs" << 'END'
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
const credentials = { transport: "stdio", command: "node", args: ["server.mjs"] };
await new MultiServerMCPClient({ mcpServers: { credentials } }).getTools();
process.exit();
END
cd "$dir"
saw=$(
  for framework in mastra genkit langchain; do
    echo "says nothing" > client
    node --no-warnings "$framework.mjs" > log 2>&1 || true
    echo "$framework: $(cat client)"
  done
)
echo "$saw"
[ "$saw" = "mastra: credentials 1.0.0
genkit: credentials 1.0.0
langchain: @langchain/mcp-adapters 1.1.4" ]
