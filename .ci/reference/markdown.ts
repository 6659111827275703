// The reference as Markdown, in the language of its translator.
import { OPTION_NAMES, optionOf } from "../../src/cli/options.ts";
import type { Content, OptionRow } from "./content.ts";

/** The words for an English text. */
export type Translate = (english: string) => string;

/** What depends on the language besides the words. */
export interface Edition {
  readonly translate: Translate;
  /** A link to the other edition. */
  readonly other: string;
}

/** The document, its tables and lines still to be laid out. */
export function markdown(content: Content, edition: Edition): string {
  const t = (english: string) => marked(edition.translate(english));
  return [
    "<!-- deno task reference -->",
    `# ${t("Reference")}`,
    t("Everything that can be typed, set and answered. Made of the program's own data by deno task reference; in a terminal, man updsts and --help say the same."),
    edition.other,

    `## ${t("Commands")}`,
    table(
      [t("command"), t("what it does")],
      content.commands.map(({ name, brief }) => [
        `[\`updsts ${name}\`](#updsts-${name})`,
        t(brief),
      ]),
    ),
    ...content.commands.flatMap((command) => [
      `### \`updsts ${command.name}\``,
      "```text\n" + command.usage + "\n```",
      ...command.about.map(t),
      ...command.options.length === 0 ? [] : [optionTable(command.options, t)],
      t("Besides, it takes the options of [every command](LINK).")
        .replace("LINK", `#${anchor(edition.translate(COMMON))}`),
      t("Examples:"),
      "```sh\n" + command.examples.join("\n") + "\n```",
    ]),

    `### ${t(COMMON)}`,
    optionTable(content.common, t),
    t("Without a command:"),
    optionTable(content.program, t),

    `## ${t("Values")}`,
    table(
      [t("value"), t("of"), t("what may stand there")],
      content.values.map(({ placeholder, words, meaning }) => [
        code(placeholder),
        words.map(code).join(", "),
        t(meaning),
      ]),
    ),
    t("A value stands behind its option after a blank or an equals sign, or right behind a letter: -n work, --profile=work, -nwork. Options may come before the command; commands and long options may be written in capitals, with underscores, and with dashes that a web page has made longer. These mean the same:"),
    table(
      [t("option"), t("also")],
      content.spellings.map(({ long, others }) => [
        code(long),
        others.map(code).join(", "),
      ]),
    ),

    `## ${t("Environment")}`,
    table(
      [t("variable"), t("meaning"), t("default")],
      content.variables.map(({ words, meaning, standard }) => [
        words.map(code).join(", "),
        t(meaning),
        standard === undefined ? "" : t(standard),
      ]),
    ),
    t("Requests are signed with the named profile's own key and nothing else: AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN, AWS_PROFILE and the like change nothing. The program cannot even read them."),

    `## ${t("Files")}`,
    table(
      [t("file"), t("meaning")],
      content.files.map(({ words, meaning }) => [
        words.map(code).join(", "),
        t(meaning),
      ]),
    ),

    `## ${t("Exit codes")}`,
    table(
      [t("code"), t("meaning")],
      content.exits.map(({ code, meaning }) => [String(code), t(meaning)]),
    ),

    `## ${t("Error codes")}`,
    t("An error is told on stderr, what failed and the state, then a hint of what to do. With --json, and to agents, it also has one of these stable words:"),
    table(
      [t("code"), t("exit"), t("meaning"), t("what to do")],
      content.errors.map(({ code: word, exit, meaning, remedy }) => [
        code(word),
        String(exit),
        t(meaning),
        t(remedy),
      ]),
    ),

    `## ${t("Output")}`,
    t(
      "Answers go to stdout, everything else to stderr. Colours are for terminals; control characters in names are spelled out. A call to STS that takes longer than a second says so, on a terminal.",
    ),
    t(
      "With --json, every outcome but an interrupt is one object on stdout: result if it went well, error with code, message and perhaps hint if not. It is described by [output.schema.json](output.schema.json).",
    ),

    `## ${t("MCP tools")}`,
    t("What the server, updsts mcp --mcp-server, offers to agents. Parameters that are left out, null or empty mean the default; unknown ones are refused."),
    ...content.tools.flatMap(({ name, title, description, parameters }) => [
      `### \`${name}\``,
      `**${t(title)}**`,
      t(description),
      table(
        [t("parameter"), t("required"), t("meaning"), t("default")],
        parameters.map(({ name, required, meaning, standard }) => [
          code(name),
          t(required ? "yes" : "no"),
          t(meaning),
          standard === undefined ? "" : t(standard),
        ]),
      ),
    ]),
  ].join("\n\n") + "\n";
}

const COMMON = "Options of every command";

function optionTable(rows: readonly OptionRow[], t: Translate): string {
  return table(
    [t("option"), t("default"), t("meaning")],
    rows.map(({ words, placeholder, meaning, standard }) => [
      words.map((word, at) =>
        code(
          at === words.length - 1 && placeholder !== undefined
            ? `${word} ${placeholder}`
            : word,
        )
      ).join(", "),
      standard === undefined ? "" : t(standard),
      t(meaning),
    ]),
  );
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)]
    .join("\n");
}

function code(text: string): string {
  return "`" + text + "`";
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** What a person types, in any text: options, names of variables, paths, commands. */
const TYPED = new RegExp(
  [
    /(?<![\w-])--?[a-z][\w-]*(?: (?:\d|NAME|work)\b)?(?:=work)?/,
    /(?<![\w-])- (?=reads|is|は)/,
    /~\/[\w./]*\w|~\/?(?= )/,
    /\b(?:updsts|man|deno task) (?:get|list|remove|prune|doctor|mcp --mcp-server|mcp|updsts|reference)\b/,
    /\b\w+_\w+\b|(?<!\w)_\w+/,
    /\b\d+(?:h\d+m|[hm])\b/,
  ].map(({ source }) => source).concat(
    `\\b(?:${placeholders().join("|")})\\b`,
  ).join("|"),
  "g",
);

function placeholders(): string[] {
  const words = OPTION_NAMES.map((name) => optionOf(name).value?.placeholder)
    .filter((word) => word !== undefined);
  return [...new Set(["PROFILE", "SHELL", ...words])];
}

/** `text` with what is typed marked as code. */
function marked(text: string): string {
  return text.replace(
    TYPED,
    (word) => code(word.trim()) + (word.endsWith(" ") ? " " : ""),
  );
}
