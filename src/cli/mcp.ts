// `updsts mcp`: shows the tools, or opens the other door.
import type { Context } from "./context.ts";
import { verbosityOf } from "./flags.ts";
import type { McpFlags } from "./mcp_command.ts";

export default async function mcp(
  this: Context,
  { mcpServer, credentialFile, ...flags }: McpFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = verbosityOf(flags);
  if (mcpServer) await this.mcp.serve(credentialFile, output);
  else output.answer(await this.mcp.describe(output));
}
