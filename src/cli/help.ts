// The help: made of the grammar, and laid out for the terminal.
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  optionsOf,
} from "./commands.ts";
import { OPTION_NAMES, type OptionName, optionOf } from "./options.ts";
import type { Span } from "./output.ts";
import { layOutTexts } from "./table.ts";

/** As wide as the help is where nobody says how wide it may be. */
const USUAL_WIDTH = 80;

/** The lines of the help for a command, or for the program. */
export async function helpLines(
  command: CommandName | undefined,
  columns = USUAL_WIDTH,
): Promise<Span[][]> {
  return command === undefined
    ? await programHelp(columns)
    : await commandHelp(command, columns);
}

async function programHelp(columns: number): Promise<Span[][]> {
  const rows = COMMAND_NAMES.map((name) => ({
    label: name,
    text: COMMANDS[name].brief,
  }));
  return [
    line("USAGE"),
    ...await indented(["updsts COMMAND [options]"], columns),
    line(""),
    ...await layOutTexts([{
      label: { text: "" },
      text:
        "Trades a TOTP code for temporary AWS credentials, in your credentials file",
    }], columns),
    line(""),
    line("COMMANDS"),
    ...await table(rows, columns),
    line(""),
    line("OPTIONS"),
    ...await table([
      { label: "-h, --help", text: "Show this; behind a command, its options" },
      { label: "-V, --version", text: "Show the version" },
    ], columns),
    line(""),
    ...await layOutTexts([{
      label: { text: "" },
      text: "updsts COMMAND --help shows what a command takes",
    }], columns),
  ];
}

async function commandHelp(
  command: CommandName,
  columns: number,
): Promise<Span[][]> {
  const { usage, about, examples } = COMMANDS[command];
  const options = optionsOf(command);
  const rows = OPTION_NAMES.flatMap((name) => {
    const text = options[name];
    return text === undefined ? [] : [{ label: spelledOut(name), text }];
  });
  return [
    line("USAGE"),
    ...await indented([`updsts ${command} ${usage}`], columns),
    line(""),
    ...await layOutTexts([{ label: { text: "" }, text: about }], columns),
    line(""),
    line("EXAMPLES"),
    ...await indented(examples, columns),
    line(""),
    line("OPTIONS"),
    ...await table(rows, columns),
  ];
}

/** `-n, --profile NAME`. */
function spelledOut(name: OptionName): string {
  const { short, long, value } = optionOf(name);
  const words = short === undefined ? `    ${long}` : `${short}, ${long}`;
  return value === undefined ? words : `${words} ${value.placeholder}`;
}

function line(text: string): Span[] {
  return [{ text }];
}

function indented(
  texts: readonly string[],
  columns: number,
): Promise<Span[][]> {
  return layOutTexts(
    texts.map((text) => ({ label: { text: "" }, text })),
    columns,
    "  ",
  );
}

/** Labels in a column, or above their texts where that would leave these no room. */
async function table(
  rows: readonly { readonly label: string; readonly text: string }[],
  columns: number,
): Promise<Span[][]> {
  const labels = Math.max(...rows.map(({ label }) => label.length));
  if (labels + 24 <= columns) {
    return await layOutTexts(
      rows.map(({ label, text }) => ({ label: { text: `  ${label}` }, text })),
      columns,
    );
  }
  const stacked = await Promise.all(rows.map(async ({ label, text }) => [
    line(`  ${label}`),
    ...await layOutTexts([{ label: { text: "" }, text }], columns, "      "),
  ]));
  return stacked.flat();
}
