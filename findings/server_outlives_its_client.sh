#!/usr/bin/env bash
# npm @modelcontextprotocol/sdk 1.32.2 (v1) and @modelcontextprotocol/server 2.4.0
# (v2), with clients of @modelcontextprotocol/sdk 1.32.2 and @ai-sdk/mcp 1.0.102.
#
# A server of v1 is not told that its client has gone: at the end of its input,
# StdioServerTransport does not call onclose. If the client died, and the server
# holds anything open, as one with a web page or a timer does, it stays for good.
# In v2, onclose comes. A client that closes is no better if it is that of the AI
# SDK: it sends SIGTERM while the pipe is still open, so no server sees the end of
# its input, and one that finishes its work there does not get to it.
#
# One would guess that onclose tells of a closed transport in v1, too, and that
# clients end a server as the protocol has it: close its input, wait, and only
# then send a signal.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'cat "$dir"/*.pid 2> /dev/null | xargs -r kill 2> /dev/null || true; rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" @modelcontextprotocol/sdk@1.32.2 \
  @modelcontextprotocol/server@2.4.0 @ai-sdk/mcp@1.0.102 zod@4 > "$dir/log" 2>&1

cat > "$dir/server.mjs" << 'END'
import { appendFileSync, writeFileSync } from "node:fs";
const [version, name] = process.argv.slice(2);
const log = (text) => appendFileSync(`${name}.log`, `${text}\n`);
const v1 = "@modelcontextprotocol/sdk/server", v2 = "@modelcontextprotocol/server";
const { McpServer } = await import(version === "v1" ? `${v1}/mcp.js` : v2);
const { StdioServerTransport } = await import(version === "v1" ? `${v1}/stdio.js` : `${v2}/stdio`);
const server = new McpServer({ name: "probe", version: "1" });
server.registerTool("x", {}, () => ({ content: [] }));
server.server.onclose = () => log("onclose");
process.stdin.on("end", () => log("end of input"));
process.on("SIGTERM", () => {
  log("SIGTERM");
  process.exit();
});
setInterval(() => {}, 1000); // something that is open
writeFileSync(`${name}.pid`, `${process.pid}\n`);
await server.connect(new StdioServerTransport());
END
cat > "$dir/client.mjs" << 'END'
import { Experimental_StdioMCPTransport as AiStdio } from "@ai-sdk/mcp/mcp-stdio";
import { experimental_createMCPClient as createAiClient } from "@ai-sdk/mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
const [client, version, name] = process.argv.slice(2);
const command = { command: "node", args: ["server.mjs", version, name] };
if (client === "ai-sdk") {
  const ai = await createAiClient({ transport: new AiStdio(command) });
  await ai.close();
} else {
  const sdk = new Client({ name: "probe", version: "1" });
  await sdk.connect(new StdioClientTransport(command));
  if (client === "sdk") await sdk.close();
}
setTimeout(() => process.exit(), client === "died" ? 0 : 2000); // the signal comes before the end of the pipe
END
cd "$dir"
saw=$(
  for client in died sdk ai-sdk; do
    for version in v1 v2; do
      name=$client-$version
      node --no-warnings client.mjs $client $version $name 2> log
      sleep 3
      kill -0 "$(cat $name.pid)" 2> /dev/null && state="there" || state="gone"
      echo "$name: $(paste -sd , $name.log 2> /dev/null), $state 3 s later"
    done
  done
)
echo "$saw"
[ "$saw" = "died-v1: end of input, there 3 s later
died-v2: end of input,onclose, there 3 s later
sdk-v1: end of input,SIGTERM, gone 3 s later
sdk-v2: end of input,onclose,SIGTERM, gone 3 s later
ai-sdk-v1: SIGTERM, gone 3 s later
ai-sdk-v2: SIGTERM, gone 3 s later" ]
