// The help, generated from the grammar, and `updsts mcp`.
import { type Context, filesOf } from "./context.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  inOrder,
  OPTIONS,
  optionsOf,
  type OptionValues,
  PLACEHOLDERS,
} from "./grammar.ts";
import { hang } from "./layout.ts";

/** The help of a command, or of the program, wrapped to fit `columns`. */
export function helpText(
  command: CommandName | undefined,
  columns = 80,
): string {
  const indented = (texts: readonly string[]) =>
    texts.map((text) => hang("  ", text, columns)).join("\n");
  const rows = inOrder(optionsOf(command)).map(([name, meaning]) => {
    const { short, long, value } = OPTIONS[name];
    const typed = value === undefined ? long : `${long} ${PLACEHOLDERS[value]}`;
    const label = short === undefined ? `    ${typed}` : `${short}, ${typed}`;
    return [label, meaning] as const;
  });
  const options = `OPTIONS\n${table(rows, columns)}`;
  if (command !== undefined) {
    const { usage, about, examples } = COMMANDS[command];
    return [
      `USAGE\n${indented([`updsts ${command} ${usage}`])}`,
      hang("", about, columns),
      `EXAMPLES\n${indented(examples)}`,
      options,
    ].join("\n\n");
  }
  const briefs = COMMAND_NAMES.map((name) =>
    [name, COMMANDS[name].brief] as const
  );
  return [
    `USAGE\n${indented(["updsts COMMAND [options]"])}`,
    hang(
      "",
      "Trades a TOTP code for temporary AWS credentials, and saves them in your credentials file",
      columns,
    ),
    `COMMANDS\n${table(briefs, columns)}`,
    options,
    hang("", "updsts COMMAND --help shows the options of a command", columns),
  ].join("\n\n");
}

/** Labels in a column, or above their texts on a narrow terminal. */
function table(
  rows: readonly (readonly [label: string, text: string])[],
  columns: number,
): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 4;
  return rows.map(([label, text]) =>
    width + 24 <= columns
      ? hang(`  ${label}`.padEnd(width), text, columns)
      : `  ${label}\n${hang("      ", text, columns)}`
  ).join("\n");
}

/** `updsts mcp`: starts the server, or shows its tools. */
export async function mcp(
  { mcp, output }: Context,
  options: OptionValues,
): Promise<void> {
  const files = filesOf(options);
  if (options.has("mcpServer")) {
    return await mcp.serve(files, output);
  }
  const tools = await mcp.describe();
  if (options.has("json")) return output.answerJson({ result: tools });
  const room = output.screen.columns ?? Infinity;
  const texts = tools.map(({ name, title, description, parameters }) =>
    [
      name,
      hang("  ", `${title}. ${description}`, room),
      ...parameters.flatMap(({ name, required, description }) => [
        `    ${name}${required ? " (required)" : ""}`,
        hang("      ", description, room),
      ]),
    ].join("\n")
  );
  output.answer(texts.join("\n\n"));
}
