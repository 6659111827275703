// Generates the reference, and the man page, from the grammar, the error codes and the variables.
//
//   deno task reference
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  COMMON_OPTIONS,
  inOrder,
  OPTION_NAMES,
  type OptionName,
  OPTIONS,
  optionsOf,
  PLACEHOLDERS,
  type ValueKind,
} from "../src/cli/grammar.ts";
import { EXIT_CODES } from "../src/error_codes.ts";
import { RUNTIME_VARIABLES, VARIABLES } from "../src/machine/environment.ts";
import { homeVariables, run, updsts } from "../tests/support/command.ts";

const ROOT = new URL("..", import.meta.url);

/** A piece of a document: in Markdown, and as lines of man(7). Texts mark what is typed by backticks. */
interface Block {
  readonly markdown: string;
  readonly man: readonly string[];
}

/** Notes on a command that its `--help` does not have. */
const NOTES: Readonly<Partial<Record<CommandName, readonly string[]>>> = {
  get: [
    "Without `-t`, it asks for the code after everything else has been checked. The question goes to stderr; the answer is read from stdin, stderr or stdout, whichever is a terminal. Without a terminal, the command fails with exit code 6.",
    "If STS refuses the code, it asks again, up to three times in all.",
  ],
  list: [
    "The table fits the width of the terminal: on a narrow terminal, KIND and MANAGED BY are left out, and rows wrap. Expired sessions are red; those with less than 15 minutes left are yellow.",
    "Values are masked unless the key is known to be harmless and the value has the form that the key requires.",
  ],
  remove: [
    "Lines between the opening tag and the section header stay, since they belong to the profile above.",
  ],
  doctor: [
    "With a profile, it rehearses what `get` does, up to the request: its problems are errors and warnings of `get`. No key or code is sent.",
  ],
  completion: [
    "Names that a shell might execute, because they contain a dollar sign, a quote or a semicolon, are not proposed. Names with a space, `@`, `=` or `:` are quoted.",
  ],
  mcp: [
    "The server supports the protocol revision 2026-07-28 and those of 2025. A person types the code on a page of this machine; the agent never sees it.",
  ],
};

/** The values that options of each kind take. */
const VALUES: Readonly<Record<ValueKind, string>> = {
  profile:
    "A profile of the file; the name of its session selects the same profile",
  name: "A name that is valid in a section header",
  code:
    "Six digits; a space or a hyphen between them is allowed. `-` reads a line from stdin",
  duration: "Seconds, or hours, minutes and seconds: `5400`, `90m`, `1h30m`",
  device: "An ARN, or the serial number of a hardware token",
  path:
    "A file; `~/` is expanded. For the credentials file, `-` is stdin, and the session needs a file of its own",
  level:
    "0: errors and warnings. 1: also file, region, endpoint and request ID. 2: details for a bug report",
};

/** The common content of the reference and the man page. */
async function reference(): Promise<Block[]> {
  return [
    heading(2, "Commands"),
    table(
      ["command", "what it does"],
      COMMAND_NAMES.map((name) => [
        `[\`updsts ${name}\`](#updsts-${name})`,
        marked(COMMANDS[name].brief),
      ]),
    ),
    ...COMMAND_NAMES.flatMap(commandBlocks),
    heading(3, "Options of every command"),
    optionTable(COMMON_OPTIONS),
    text("Without a command:"),
    optionTable(optionsOf(undefined)),

    heading(2, "Values"),
    table(["value", "what is valid", "options"], valueRows()),
    text(
      "The value of an option follows it after a space or an equals sign; after a letter, also directly: `-n work`, `--profile=work`, `-nwork`. Options may come before the command. Long options may be written with underscores. These mean the same:",
    ),
    table(
      ["option", "also"],
      OPTION_NAMES.flatMap((name) => {
        const { long, also } = OPTIONS[name];
        return also === undefined ? [] : [[code([long]), code([also])]];
      }),
    ),

    heading(2, "Environment"),
    table(
      ["variable", "meaning", "default"],
      // Variables with the same meaning share a row.
      Array.from(
        Map.groupBy(
          Object.entries({ ...VARIABLES, ...RUNTIME_VARIABLES }),
          ([, meaning]) => meaning,
        ),
        ([meaning, entries]) => [
          code(entries.map(([name]) => name)),
          ...withDefault(meaning),
        ],
      ),
    ),
    text(
      "Requests are signed with the named profile's own key only. The program cannot read `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.",
    ),

    heading(2, "Files"),
    table(["file", "meaning"], [
      ["`~/.aws/credentials`", "Long-term keys, and the blocks of updsts"],
      ["`~/.aws/config`", "Region, device and endpoint of profiles; read only"],
    ]),

    heading(2, "Exit codes"),
    table(
      ["code", "meaning"],
      Object.entries(EXIT_CODES)
        .map(([code, { meaning }]) => [code, marked(meaning)]),
    ),

    heading(2, "Error codes"),
    text(
      "An error goes to stderr: what failed and the state, then a hint that says what to do. With `--json`, and for agents, it also has one of these codes, which stay the same in later versions:",
    ),
    table(
      ["code", "exit", "meaning: what to do"],
      Object.entries(EXIT_CODES).flatMap(([exit, { errors }]) =>
        Object.entries(errors)
          .map(([name, meaning]) => [code([name]), exit, marked(meaning)])
      ),
    ),

    heading(2, "Output"),
    text(
      "Results go to stdout, everything else to stderr. Only terminals get colours; control characters in names are escaped. On a terminal, a call to STS that takes longer than a second is reported.",
    ),
    text(
      "With `--json`, each outcome except an interrupt is one object on stdout: `result` on success; `error` with `code`, `message` and often `hint` on failure. [output.schema.json](output.schema.json) is its schema.",
    ),

    heading(2, "MCP tools"),
    text(
      "The server, `updsts mcp --mcp-server`, offers these tools to agents. A parameter that is left out, null or empty has its default; unknown parameters are refused.",
    ),
    ...await toolBlocks(),
  ];
}

/** The text of docs/REFERENCE.md. */
export async function referenceText(): Promise<string> {
  const title = `<!-- deno task reference -->

# Reference

All commands, options, variables, codes and tools, generated from the program's own data by \`deno task reference\`; \`man updsts\` and \`--help\` say the same.`;
  const blocks = (await reference()).map(({ markdown }) => markdown);
  return await formatted([title, ...blocks].join("\n\n"));
}

/** The man page, which installations and archives get. */
export async function manPageText(): Promise<string> {
  const man: Block[] = [
    heading(2, "Name"),
    text("updsts - trade a TOTP code for temporary AWS credentials"),
    heading(2, "Synopsis"),
    listing("text", COMMAND_NAMES.map((name) => usageOf(name))),
    heading(2, "Description"),
    text(
      "Trades the long-term key of a profile and a code of its MFA device for a session, and writes the session into a managed block of the credentials file. Every other byte of the file stays as it was. The same program is a server of the Model Context Protocol for agents. Secrets are never shown.",
    ),
    ...await reference(),
  ];
  return `.TH UPDSTS 1 ${await releaseDate()} "updsts"\n${toMan(man)}`;
}

function heading(level: 2 | 3, text: string): Block {
  const title = plain(text);
  return {
    markdown: `${"#".repeat(level)} ${text}`,
    man: [level === 2 ? `.SH ${title.toUpperCase()}` : `.SS ${roff(title)}`],
  };
}

function text(text: string): Block {
  return { markdown: text, man: [".PP", ...prose(text)] };
}

function listing(language: "sh" | "text", lines: readonly string[]): Block {
  return {
    markdown: "```" + [language, ...lines, "```"].join("\n"),
    man: [".PP", ".EX", ...lines.map(roff), ".EE"],
  };
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Block {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = line(head.map(() => "---"));
  return {
    markdown: [line(head), rule, ...rows.map(line)].join("\n"),
    man: rows.flatMap(([term = "", ...cells]) => [
      ...[".TP", `.B ${roff(plain(term))}`],
      ...prose(describe(head.slice(1), cells)),
    ]),
  };
}

function usageOf(name: CommandName): string {
  return `updsts ${name} ${COMMANDS[name].usage}`;
}

function commandBlocks(name: CommandName): Block[] {
  const { about, options, examples } = COMMANDS[name];
  return [
    heading(3, `\`updsts ${name}\``),
    listing("text", [usageOf(name)]),
    text(marked(about)),
    ...(NOTES[name] ?? []).map(text),
    ...Object.keys(options).length === 0 ? [] : [optionTable(options)],
    text(
      "It also takes the [options of every command](#options-of-every-command). Examples:",
    ),
    listing("sh", examples),
  ];
}

function optionTable(
  options: Readonly<Partial<Record<OptionName, string>>>,
): Block {
  const rows = inOrder(options).map(([name, meaning]) => {
    const { short, long, value } = OPTIONS[name];
    const words = short === undefined ? [] : [short];
    words.push(value === undefined ? long : `${long} ${PLACEHOLDERS[value]}`);
    return [code(words), ...withDefault(meaning)];
  });
  return table(["option", "meaning", "default"], rows);
}

function valueRows(): string[][] {
  return Object.entries(VALUES).map(([kind, valid]) => {
    const options = OPTION_NAMES.map((name) => OPTIONS[name])
      .filter(({ value }) => value === kind);
    const placeholder = options[0]?.value === undefined
      ? ""
      : PLACEHOLDERS[options[0].value];
    return [code([placeholder]), valid, code(options.map(({ long }) => long))];
  });
}

/** A meaning, and the default that the help gives in brackets. */
function withDefault(text: string): [meaning: string, standard: string] {
  const [found = "", standard = ""] = / ?\(default: ([^)]*)\)/.exec(text) ?? [];
  return [marked(text.replace(found, "")), marked(standard)];
}

function code(words: readonly string[]): string {
  return words.map((word) => "`" + word + "`").join(", ");
}

/** Marks as code what is typed in `text` of the grammar: options, paths, keys, variables, placeholders. */
function marked(text: string): string {
  const typed =
    /(?<![\w-])--?[a-z][\w-]*|(?<![\w-])-(?= reads)|~\/[\w./]*\w|~|\b\w*_\w+|\b(?:PROFILE|NAME)\b|\b\d+[hm]\b|\bupdsts (?:list|doctor)\b/g;
  return text.replace(typed, (word) => code([word]));
}

interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly description: string;
  }[];
}

/** The tools as the server describes them. */
async function toolBlocks(): Promise<Block[]> {
  const env = homeVariables("/");
  const { stdout, stderr, code: exit } = await updsts(["mcp", "--json"], env);
  if (exit !== 0) throw new Error(`updsts mcp failed: ${stderr}`);
  const { result }: { result: readonly Tool[] } = JSON.parse(stdout);
  return result.flatMap(({ name, title, description, parameters }) => [
    heading(3, `\`${name}\``),
    text(`**${title}**`),
    text(marked(description)),
    table(
      ["parameter", "meaning", "required", "default"],
      parameters.map(({ name, required, description }) => {
        const [meaning, standard] = withDefault(
          description.replace(/; (default: .+)$/, " ($1)"),
        );
        return [code([name]), meaning, required ? "yes" : "no", standard];
      }),
    ),
  ]);
}

/** The date of the newest release, by the changelog. */
async function releaseDate(): Promise<string> {
  const changelog = await Deno.readTextFile(new URL("docs/CHANGELOG.md", ROOT));
  const newest = /^## \[\d[^\]]*\] - (\d{4}-\d\d-\d\d)$/m;
  const [, date] = newest.exec(changelog) ?? [];
  if (date === undefined) throw new Error("docs/CHANGELOG.md has no release");
  return date;
}

/** As `deno fmt` formats it. */
async function formatted(markdown: string): Promise<string> {
  const args = ["fmt", "--no-config", "--quiet", "--ext=md", "-"];
  const done = await run(Deno.execPath(), args, {}, markdown);
  if (done.code !== 0) throw new Error(done.stderr);
  return done.stdout;
}

/** The body of the man page. */
function toMan(blocks: readonly Block[]): string {
  const lines = blocks.flatMap(({ man }) => man);
  // A heading begins a paragraph by itself.
  return lines.filter((line, at) =>
    line !== ".PP" || !lines[at - 1]?.startsWith(".S")
  ).join("\n") + "\n";
}

/** What the columns after the first say, as sentences; all but the main one by name. */
function describe(head: readonly string[], cells: readonly string[]): string {
  return cells.flatMap((cell, at) => {
    if (cell === "") return [];
    const [name = ""] = at === 0 ? [] : head.slice(at);
    const text = name === "" ? cell : `${capital(name)}: ${cell}`;
    return [text.endsWith(".") ? text : `${text}.`];
  }).join(" ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `text` without the marks of Markdown. */
function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/`|\*\*/g, "");
}

/** A paragraph: each sentence begins a line, and no line is long. */
function prose(text: string): string[] {
  return plain(text).split(/(?<=[.!?]) (?=\S)/)
    .flatMap((sentence) => sentence.match(/\S.{0,69}(?!\S)/g) ?? []).map(roff);
}

/** `line` with nothing in it that roff interprets; hyphens that are typed stay hyphens. */
function roff(line: string): string {
  return line.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replace(/^(?=[.'])/, "\\&");
}

if (import.meta.main) {
  const path = new URL("docs/REFERENCE.md", ROOT);
  await Deno.writeTextFile(path, await referenceText());
}
