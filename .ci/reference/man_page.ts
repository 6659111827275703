// The man page, in mdoc.
import type { Content, OptionRow } from "./content.ts";

/** As wide as a line of its source may be. */
const WIDTH = 78;

/** The page of what was released on `date`: `2026-11-24`. */
export function manPage(
  content: Content,
  date: string,
): string {
  return [
    '.\\" Made by deno task reference.',
    `.Dd ${spelledOut(date)}`,
    ".Dt UPDSTS 1",
    ".Os",
    ".Sh NAME",
    ".Nm updsts",
    ".Nd trade a TOTP code for temporary AWS credentials",
    ".Sh SYNOPSIS",
    ...content.commands.flatMap(({ usage }) => [
      ".Nm",
      `.${usageMacros(usage.replace(/^updsts /, ""))}`,
    ]),
    ".Sh DESCRIPTION",
    ".Nm",
    ...prose(
      "trades the long-term key of a profile and a code of its MFA device for a session, and writes that into a block of the credentials file that it owns. Every other byte of the file stays as it was. The same program serves agents by the Model Context Protocol.",
    ),
    ".Pp",
    ...prose(
      "Secrets are never shown. Answers go to stdout, everything else to stderr.",
    ),
    ".Sh COMMANDS",
    ...content.commands.flatMap(({ name, usage, about, options }) => [
      `.Ss ${name}`,
      ...literal([usage]),
      ...about.flatMap((paragraph) => [".Pp", ...prose(paragraph)]),
      ...options.length === 0 ? [] : optionList(options),
    ]),
    ".Sh OPTIONS",
    ...prose("Every command takes these:"),
    ...optionList(content.common),
    ".Pp",
    ...prose("Without a command:"),
    ...optionList(content.program),
    ".Pp",
    ...prose("What may stand behind them:"),
    ...tagged(
      content.values.map(({ placeholder, words, meaning }) => ({
        tag: `Ar ${placeholder} No of ${
          words.map((word) => `Fl ${word.slice(1)}`).join(" , ")
        }`,
        text: meaning,
      })),
    ),
    ".Pp",
    ...prose("Long options may be written with underscores and in capitals."),
    ...content.spellings.flatMap(({ long, others }) =>
      others.flatMap((other) => [
        `.Fl ${other.slice(1)}`,
        "means the same as",
        `.Fl ${long.slice(1)} .`,
      ])
    ),
    ".Sh ENVIRONMENT",
    ...tagged(content.variables.map(({ words, meaning, standard }) => ({
      tag: `Ev ${words.join(" , ")}`,
      text: withDefault(meaning, standard),
    }))),
    ".Sh FILES",
    ...tagged(content.files.map(({ words, meaning }) => ({
      tag: `Pa ${words.join(" , ")}`,
      text: meaning,
    }))),
    ".Sh EXIT STATUS",
    ...tagged(content.exits.map(({ code, meaning }) => ({
      tag: String(code),
      text: meaning,
    }))),
    ".Sh EXAMPLES",
    ...content.commands.flatMap(({ brief, examples }, at) => [
      ...at === 0 ? [] : [".Pp"],
      ...prose(`${brief}:`),
      ...literal(examples),
    ]),
    ".Sh DIAGNOSTICS",
    ...prose(
      "An error says what failed, the state, and where there is one a hint. With --json it also has one of these words as its code:",
    ),
    ...tagged(content.errors.map(({ code, exit, meaning, remedy }) => ({
      tag: `Sy ${code} Pq exit ${exit}`,
      text: `${meaning}. ${remedy}`,
    }))),
    ".Sh SEE ALSO",
    ".Lk https://github.com/updsts/updsts updsts",
    ".Sh SECURITY CONSIDERATIONS",
    ...prose(
      "The program runs in a sandbox: it connects to hosts of STS and to this machine only, reads no variable but those above, and starts no other program. The credentials file holds long-term keys in the clear, as the AWS CLI wants it: it should be readable by its owner alone, and no agent should be let read it.",
    ),
  ].join("\n") + "\n";
}

/** `November 24, 2026`. */
function spelledOut(date: string): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("en-US", {
    dateStyle: "long",
    timeZone: "UTC",
  });
}

function usageMacros(usage: string): string {
  const [command = "", ...words] = usage.match(/[[\]]|[^\s[\]]+/g) ?? [];
  const macros = words.map((word) => {
    if (word === "[") return "Oo";
    if (word === "]") return "Oc";
    return word.startsWith("-") ? `Fl ${word.slice(1)}` : `Ar ${word}`;
  });
  return ["Cm", command, ...macros].join(" ");
}

function optionList(rows: readonly OptionRow[]): string[] {
  return tagged(rows.map(({ words, placeholder, meaning, standard }) => ({
    tag: words.map((word) =>
      [
        `Fl ${word.slice(1)}`,
        ...placeholder === undefined ? [] : [`Ar ${placeholder}`],
      ].join(" ")
    ).join(" , "),
    text: withDefault(meaning, standard),
  })));
}

function withDefault(meaning: string, standard: string | undefined): string {
  return standard === undefined ? meaning : `${meaning}. Default: ${standard}`;
}

function tagged(
  items: readonly { readonly tag: string; readonly text: string }[],
): string[] {
  return [
    ".Bl -tag -width Ds",
    ...items.flatMap(({ tag, text }) => [`.It ${tag}`, ...prose(`${text}.`)]),
    ".El",
  ];
}

/** Lines that are shown as they are. */
function literal(lines: readonly string[]): string[] {
  return [".Bd -literal -offset indent", ...lines.map(escaped), ".Ed"];
}

/** A paragraph: each sentence on lines of its own, none of them long. */
function prose(text: string): string[] {
  return text.replace(/\.\.$/, ".").split(/(?<=[.!?]) (?=\S)/)
    .flatMap((sentence) => wrapped(sentence)).map(escaped);
}

function wrapped(sentence: string): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** `line` with nothing in it that mdoc takes for its own; hyphens that are typed stay hyphens. */
function escaped(line: string): string {
  return line.replaceAll("\\", "\\e")
    .replace(
      /(?<!\w)--?(?=\S|$)|(?<!\w)-(?=\s)/g,
      (dashes) => dashes.replaceAll("-", "\\-"),
    )
    .replace(/^(?=[.'])/, "\\&");
}
