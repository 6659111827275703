#!/usr/bin/env bash
# npm @apify/mcpc 0.2.6 and @modelcontextprotocol/inspector 2.12.0 (its command
# line, --cli).
#
# In initialize, mcpc announces roots, sampling and tasks for sampling; asked for
# either during a call, it answers «method not found». The inspector's command
# line announces no elicitation; asked for one, it answers «cancel», as if a person
# had closed the question. So a server that goes by what is announced asks mcpc in
# vain, and has to take no for an error; one that asks all the same takes an
# inspector where nobody sat for somebody who would not.
#
# One would guess that what a client announces is what it can do, neither more
# nor less: that is what the two sides exchange it for.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'cd /; HOME="$dir/home" "$dir/node_modules/.bin/mcpc" close @probe > /dev/null 2>&1 || true; rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  @apify/mcpc@0.2.6 @modelcontextprotocol/inspector@2.12.0 > "$dir/log" 2>&1

cat > "$dir/server.mjs" << 'END'
import { createInterface } from "node:readline";
const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }));
const questions = {
  roots: ["roots/list"],
  sampling: ["sampling/createMessage", {
    messages: [{ role: "user", content: { type: "text", text: "Hello" } }],
    maxTokens: 9,
  }],
  elicitation: ["elicitation/create", {
    message: "The code?",
    requestedSchema: { type: "object", properties: { code: { type: "string" } } },
  }],
};
let announced, call;
const answers = {};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method === "initialize") {
    announced = params.capabilities;
    const serverInfo = { name: "probe", version: "1" };
    send({ id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo } });
  } else if (method === "tools/list") {
    send({ id, result: { tools: [{ name: "ask", inputSchema: { type: "object" } }] } });
  } else if (method === "tools/call") {
    call = id;
    for (const [name, [method, params]] of Object.entries(questions)) send({ id: name, method, params });
  } else if (id in questions) {
    answers[id] = error ? `error ${error.code}` : result.action ?? "answered";
    if (Object.keys(answers).length < 3) continue;
    const text = Object.keys(questions)
      .map((name) => `${name} ${name in announced ? "announced" : "not announced"} and ${answers[name]}`);
    send({ id: call, result: { content: [{ type: "text", text: `saw: ${text.join(", ")}` }] } });
  } else if (id !== undefined) send({ id, error: { code: -32601, message: "Method not found" } });
}
END
cat > "$dir/servers.json" << END
{ "mcpServers": { "probe": { "command": "node", "args": ["$dir/server.mjs"] } } }
END
mkdir "$dir/home"
export HOME="$dir/home" PATH="$dir/node_modules/.bin:$PATH"
cd "$dir"
mcpc connect servers.json:probe @probe > log 2>&1
saw=$(
  echo "mcpc: $(mcpc @probe tools-call ask 2> log | grep -o 'roots [^"]*')"
  echo "inspector: $(mcp-inspector --cli node server.mjs --method tools/call --tool-name ask 2> log | grep -o 'roots [^"]*')"
)
echo "$saw"
[ "$saw" = "mcpc: roots announced and error -32601, sampling announced and error -32601, elicitation not announced and error -32601
inspector: roots announced and answered, sampling not announced and error -32603, elicitation not announced and cancel" ]
