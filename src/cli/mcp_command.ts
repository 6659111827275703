// The grammar of `updsts mcp`; what it does is in mcp.ts, loaded when it runs.
import { buildCommand } from "@stricli/core";
import type { Context } from "./context.ts";
import { commonAliases, type CommonFlags, commonFlags } from "./flags.ts";

/** What `updsts mcp` takes. */
export interface McpFlags extends CommonFlags {
  readonly mcpServer?: boolean;
}

export const mcpCommand = buildCommand<McpFlags, [], Context>({
  loader: () => import("./mcp.ts"),
  parameters: {
    flags: {
      mcpServer: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "Serve MCP on stdin and stdout",
      },
      ...commonFlags,
    },
    aliases: commonAliases,
  },
  docs: {
    brief: "Serve agents by MCP; without --mcp-server, show the tools",
    customUsage: ["[--mcp-server] [options]"],
    fullDescription: [
      "With --mcp-server, speaks the Model Context Protocol on stdin and stdout,",
      "for a client to start. Without it, shows the tools that agents get.",
      "",
      "Examples:",
      "  updsts mcp",
      "  updsts mcp --mcp-server -v 1",
    ].join("\n"),
  },
});
