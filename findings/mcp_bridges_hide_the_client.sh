#!/usr/bin/env bash
# npm mcp-proxy 6.7.19, supergateway 4.0.0 and mcp-remote 0.15.1, with a client
# of @modelcontextprotocol/sdk 1.32.2.
#
# A client that can show elicitations reaches a stdio server over each bridge.
# Behind mcp-proxy, and behind supergateway unless it is started with --stateful,
# the server sees another client, with a name of the bridge's own and without any
# capability, so it never asks the person. Behind mcp-remote the capabilities are
# there, and the name is the client's with « (via mcp-remote 0.15.1)» behind it,
# which a list of clients by name does not know.
#
# One would guess that a bridge between transports carries the messages of both
# sides as they are, initialize included: the tools do look and work the same.
#
# Needs npm. While it runs, supergateway listens on all interfaces, as it always does.
set -euo pipefail

dir=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; wait; rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" @modelcontextprotocol/sdk@1.32.2 \
  mcp-proxy@6.7.19 supergateway@4.0.0 mcp-remote@0.15.1 > "$dir/log" 2>&1

cat > "$dir/server.mjs" << 'END'
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
const server = new Server({ name: "probe", version: "1" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [] }));
server.setRequestHandler(CallToolRequestSchema, () => {
  const { elicitation } = server.getClientCapabilities();
  const text = `client ${server.getClientVersion().name}, elicitation ${elicitation ? "yes" : "no"}`;
  return { content: [{ type: "text", text }] };
});
await server.connect(new StdioServerTransport());
END
cat > "$dir/client.mjs" << 'END'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
const [name, command, ...args] = process.argv.slice(2);
const client = new Client({ name: "probe", version: "1" }, { capabilities: { elicitation: { url: {} } } });
await client.connect(command.startsWith("http:")
  ? new StreamableHTTPClientTransport(new URL(command))
  : new StdioClientTransport({ command, args, stderr: "ignore" }));
const { content } = await client.callTool({ name: "x" });
console.log(`${name}: ${content[0].text}`);
process.exit();
END
cd "$dir"
mkdir home
export HOME="$dir/home" PATH="$dir/node_modules/.bin:$PATH"
free() { node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
until_open() { for _ in $(seq 100); do (: > "/dev/tcp/127.0.0.1/$1") 2> /dev/null && return; sleep 0.2; done; }
proxy=$(free) stateless=$(free) stateful=$(free)
mcp-proxy --host 127.0.0.1 --port "$proxy" -- node server.mjs > log 2>&1 & pids+=($!)
gateway() { exec supergateway --stdio "node server.mjs" --outputTransport streamableHttp --port "$@"; }
gateway "$stateless" > log 2>&1 & pids+=($!)
gateway "$stateful" --stateful > log 2>&1 & pids+=($!)
for port in "$proxy" "$stateless" "$stateful"; do until_open "$port"; done

saw=$(
  node client.mjs "no bridge" node server.mjs
  node client.mjs mcp-proxy "http://127.0.0.1:$proxy/mcp"
  node client.mjs supergateway "http://127.0.0.1:$stateless/mcp"
  node client.mjs "supergateway --stateful" "http://127.0.0.1:$stateful/mcp"
  node client.mjs mcp-remote mcp-remote "http://127.0.0.1:$stateful/mcp" --allow-http
)
echo "$saw"
[ "$saw" = "no bridge: client probe, elicitation yes
mcp-proxy: client mcp-proxy, elicitation no
supergateway: client supergateway, elicitation no
supergateway --stateful: client probe, elicitation yes
mcp-remote: client probe (via mcp-remote 0.15.1), elicitation yes" ]
