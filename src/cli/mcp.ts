// `updsts mcp`: shows the tools, or opens the other door.
import type { Context, ToolDescription } from "./context.ts";
import type { CommonFlags } from "./flags.ts";

/** What `updsts mcp` takes. */
export interface McpFlags extends CommonFlags {
  readonly mcpServer?: boolean;
}

export default async function mcp(
  this: Context,
  { mcpServer, credentialFile, ...flags }: McpFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = flags.verbose ?? 0;
  if (mcpServer) return await this.mcp.serve(credentialFile, output);
  const tools = await this.mcp.describe(output);
  if (flags.json) output.answerJson({ result: tools });
  else output.answer(describe(tools));
}

function describe(tools: readonly ToolDescription[]): string {
  return tools.map(({ name, title, description, parameters }) =>
    [
      name,
      `  ${title}. ${description}`,
      ...parameters.flatMap(({ name, required, description }) => [
        `    ${name}${required ? " (required)" : ""}`,
        `      ${description}`,
      ]),
    ].join("\n")
  ).join("\n\n");
}
