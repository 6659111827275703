// The yardstick for the MCP server: the same SDK, and a tool that does nothing.
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

await serveStdio(() => {
  const server = new McpServer({ name: "idle", version: "1" });
  server.registerTool(
    "nothing",
    { inputSchema: z.object({ profile_name: z.string() }) },
    () => ({ content: [{ type: "text", text: "{}" }] }),
  );
  return server;
});
