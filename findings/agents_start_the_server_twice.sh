#!/usr/bin/env bash
# npm @openai/agents 0.20.0 (MCPServerStdio), beside @modelcontextprotocol/sdk
# 1.32.2.
#
# connect() starts a stdio server twice. The first process is asked for
# server/discover, which a server of the protocol before 2026-07-28 does not have;
# on that error the process is ended, and a second one is started for initialize.
# So whatever a server does at its start (a page, a lock, a question to a person,
# a line in a log) is done, undone and done again.
#
# One would guess that a server that answers «method not found» is asked by
# initialize the next moment, on the same pipe, as the error leaves it alive.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  @openai/agents@0.20.0 @modelcontextprotocol/sdk@1.32.2 zod@4 > "$dir/log" 2>&1

cat > "$dir/server.mjs" << 'END'
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
const log = (text) => appendFileSync(process.argv[2], `${text}\n`);
log("start");
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  log(method);
  if (id === undefined) continue;
  const answer = {
    initialize: {
      result: {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "probe", version: "1" },
      },
    },
    "tools/list": { result: { tools: [] } },
  }[method] ?? { error: { code: -32601, message: "Method not found" } };
  console.log(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
}
END
cat > "$dir/agents.mjs" << 'END'
import { MCPServerStdio } from "@openai/agents";
const server = new MCPServerStdio({ command: "node", args: ["server.mjs", process.argv[2]] });
await server.connect();
await server.listTools();
await server.close();
process.exit();
END
cat > "$dir/sdk.mjs" << 'END'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
const client = new Client({ name: "probe", version: "1" });
await client.connect(new StdioClientTransport({ command: "node", args: ["server.mjs", process.argv[2]] }));
await client.listTools();
await client.close();
process.exit();
END
cd "$dir"
saw=$(
  for client in sdk agents; do
    node --no-warnings $client.mjs $client.log 2> log
    echo "$client: $(grep -v notifications $client.log | paste -sd ,)"
  done
)
echo "$saw"
[ "$saw" = "sdk: start,initialize,tools/list
agents: start,server/discover,start,initialize,tools/list" ]
