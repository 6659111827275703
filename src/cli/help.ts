// The help, made of the grammar; and what `updsts mcp` shows of the tools.
import type { Context, ToolDescription } from "./context.ts";
import { filesOf } from "./context.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  commandOf,
  type Given,
  OPTION_NAMES,
  optionOf,
  optionsOf,
} from "./grammar.ts";
import { hang, layOutTexts, type Span } from "./layout.ts";
import type { Output } from "./output.ts";

/** Shows the help of a command, or of the program. */
export function showHelp(
  command: CommandName | undefined,
  output: Output,
  json: boolean,
): void {
  const columns = json ? 80 : output.screen.columns ?? 80;
  const sections = command === undefined
    ? programHelp(columns)
    : commandHelp(command, columns);
  const lines = sections.flatMap((section, index) =>
    index === 0 ? section : [[{ text: "" }], ...section]
  );
  if (!json) return output.answerLines(lines);
  const help = lines.map((line) =>
    line.map(({ text }) => text).join("").trimEnd()
  ).join("\n");
  output.answerJson({ result: { help } });
}

/** A heading, and the lines below it. */
type Section = readonly (readonly Span[])[];

function programHelp(columns: number): Section[] {
  const commands = COMMAND_NAMES.map((name) =>
    [name, commandOf(name).brief] as const
  );
  return [
    texts("USAGE", ["updsts COMMAND [options]"], columns),
    texts(
      undefined,
      [
        "Trades a TOTP code for temporary AWS credentials, and saves them in your credentials file",
      ],
      columns,
    ),
    table("COMMANDS", commands, columns),
    table("OPTIONS", [
      ["-h, --help", "Show this help; after a command, its options"],
      ["-V, --version", "Show the version"],
    ], columns),
    texts(
      undefined,
      ["updsts COMMAND --help shows the options of a command"],
      columns,
    ),
  ];
}

function commandHelp(command: CommandName, columns: number): Section[] {
  const { usage, about, examples } = commandOf(command);
  const meanings = optionsOf(command);
  const rows = OPTION_NAMES.flatMap((name) => {
    const { short, long, value } = optionOf(name);
    const words = [
      short === undefined ? "    " : `${short}, `,
      long,
      value === undefined ? "" : ` ${value.placeholder}`,
    ].join("");
    const text = meanings[name];
    return text === undefined ? [] : [[words, text] as const];
  });
  return [
    texts("USAGE", [`updsts ${command} ${usage}`], columns),
    texts(undefined, [about], columns),
    texts("EXAMPLES", examples, columns),
    table("OPTIONS", rows, columns),
  ];
}

function texts(
  heading: string | undefined,
  lines: readonly string[],
  columns: number,
): Section {
  if (heading === undefined) return lines.map((text) => wrapped(text, columns));
  return [
    [{ text: heading }],
    ...lines.map((text) => wrapped(text, columns, "  ")),
  ];
}

/** A text in one span, its lines wrapped and indented. */
function wrapped(text: string, columns: number, indent = ""): Span[] {
  return [{ text: hang(indent, text, columns) }];
}

/** Labels in a column, or above their texts where that would leave these no room. */
function table(
  heading: string,
  rows: readonly (readonly [string, string])[],
  columns: number,
): Section {
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = width + 26 <= columns
    ? layOutTexts(
      rows.map(([label, text]) => ({ label: { text: `  ${label}` }, text })),
      columns,
    )
    : rows.flatMap(([label, text]) => [
      [{ text: `  ${label}` }],
      wrapped(text, columns, "      "),
    ]);
  return [[{ text: heading }], ...lines];
}

/** `updsts mcp`: starts the server, or shows its tools. */
export async function mcp(
  { mcp, output }: Context,
  given: Given,
): Promise<void> {
  const files = filesOf(given);
  if (given.has("mcpServer")) {
    return await mcp.serve({ files, forms: given.has("form") }, output);
  }
  const tools = await mcp.describe(output);
  if (given.has("json")) return output.answerJson({ result: tools });
  for (const [index, tool] of tools.entries()) {
    if (index > 0) output.answer("");
    showTool(tool, output);
  }
}

function showTool(tool: ToolDescription, output: Output): void {
  output.answer(tool.name);
  output.answerText(`${tool.title}. ${tool.description}`, "  ");
  for (const { name, required, description } of tool.parameters) {
    output.answer(`    ${name}${required ? " (required)" : ""}`);
    output.answerText(description, "      ");
  }
}
