#!/usr/bin/env bash
# npm @modelcontextprotocol/inspector 2.12.0 and, for the older behaviour, 0.15.0
# (mcp-inspector --cli --method tools/call --tool-arg NAME=VALUE).
#
# A parameter is a string by the tool's input schema. With 0.15.0 it arrives as
# one. With 2.12.0 a code of six digits arrives as a number, whatever the schema
# says, unless it begins with 0: a server that checks its input refuses nine codes
# of ten, and one call in ten works. Within quotes for JSON (code='"123456"') it
# stays a string.
#
# One would guess that the schema decides, since the command asks the server for
# it, as 0.15.0 did, or that all values are strings.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for version in 0.15.0 2.12.0; do
  npm install --silent --no-audit --no-fund --prefix "$dir/$version" \
    "@modelcontextprotocol/inspector@$version" > "$dir/log" 2>&1
done

cat > "$dir/server.mjs" << 'END'
import { createInterface } from "node:readline";
const tool = {
  name: "refresh",
  inputSchema: { type: "object", properties: { code: { type: "string" } }, required: ["code"] },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  const result = {
    initialize: () => ({
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { name: "probe", version: "1" },
    }),
    "tools/list": () => ({ tools: [tool] }),
    "tools/call": () => ({ content: [{ type: "text", text: `got a ${typeof params.arguments.code}` }] }),
  }[method];
  if (id !== undefined && result) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: result() }));
  else if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: method } }));
}
END
mkdir "$dir/home"
call() { # VERSION VALUE
  HOME="$dir/home" "$dir/$1/node_modules/.bin/mcp-inspector" --cli node "$dir/server.mjs" \
    --method tools/call --tool-name refresh --tool-arg "code=$2" 2> "$dir/log" | grep -o 'got a [a-z]*'
}
saw=$(
  for version in 0.15.0 2.12.0; do
    for code in 123456 012345 '"123456"'; do echo "$version, $code: $(call $version "$code")"; done
  done
)
echo "$saw"
[ "$saw" = '0.15.0, 123456: got a string
0.15.0, 012345: got a string
0.15.0, "123456": got a string
2.12.0, 123456: got a number
2.12.0, 012345: got a string
2.12.0, "123456": got a string' ]
