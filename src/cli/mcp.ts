// `updsts mcp`: shows the tools, or opens the other door.
import type { Context, ToolDescription } from "./context.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";

export default async function serve(
  { mcp, output }: Context,
  given: Given,
): Promise<void> {
  const files = filesOf(given);
  if (given.has("mcpServer")) {
    return await mcp.serve(files, output);
  }
  const tools = await mcp.describe();
  if (given.has("json")) output.answerJson({ result: tools });
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
