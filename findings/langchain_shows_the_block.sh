#!/usr/bin/env bash
# npm @langchain/mcp-adapters 1.1.4 with @langchain/core 1.4.0.
#
# A tool of an MCP server answers with structured content and, as the protocol
# recommends, the same JSON in one block of text. The message that the model gets is
# then neither of the two, but the block itself written out as JSON, with both in it:
# {"type":"text","text":"{\"seconds\":3600}","structuredContent":{"seconds":3600}}.
# With the text alone, the message is the text. With two blocks of text beside the
# structured content, it is the two texts.
#
# One would guess that structured content adds something for programs (it is also in
# the message's artifact), and does not change what the model reads; and that what is
# right for two blocks is so for one. A server that follows the recommendation pays
# with each answer sent twice, once with every quote escaped.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" \
  @langchain/mcp-adapters@1.1.4 @langchain/core@1.4.0 > "$dir/log" 2>&1

cat > "$dir/server.mjs" << 'END'
import { createInterface } from "node:readline";
const structuredContent = { seconds: 3600 };
const json = { type: "text", text: JSON.stringify(structuredContent) };
const answers = {
  text: { content: [json] },
  both: { content: [json], structuredContent },
  three: { content: [{ type: "text", text: "valid" }, json], structuredContent },
};
const results = {
  initialize: ({ protocolVersion }) => (
    { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "updater", version: "1.0.0" } }
  ),
  "tools/list": () => ({
    tools: Object.keys(answers).map((name) => ({ name, inputSchema: { type: "object" } })),
  }),
  "tools/call": ({ name }) => answers[name],
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) {
    console.log(JSON.stringify({ jsonrpc: "2.0", id, result: results[method]?.(params) ?? {} }));
  }
}
END
cat > "$dir/ask.mjs" << 'END'
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
const updater = { transport: "stdio", command: "node", args: ["server.mjs"] };
for (const tool of await new MultiServerMCPClient({ mcpServers: { updater } }).getTools()) {
  const message = await tool.invoke({ type: "tool_call", id: "1", name: tool.name, args: {} });
  console.log(`${tool.name}: ${message.text}`);
}
process.exit();
END
cd "$dir"
saw=$(node --no-warnings ask.mjs 2> log)
echo "$saw"
[ "$saw" = 'text: {"seconds":3600}
both: {"type":"text","text":"{\"seconds\":3600}","structuredContent":{"seconds":3600}}
three: valid{"seconds":3600}' ]
