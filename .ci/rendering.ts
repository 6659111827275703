// Renders one document as Markdown and as a man page.

/** A piece of a document. Texts mark what is typed by backticks, as in Markdown. */
export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | {
    readonly kind: "code";
    readonly language: "sh" | "text";
    readonly lines: readonly string[];
  }
  | {
    readonly kind: "table";
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };

/** `blocks` as Markdown, still to be formatted. */
export function toMarkdown(blocks: readonly Block[]): string {
  return blocks.map(markdownOf).join("\n\n") + "\n";
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${block.text}`;
    case "text":
      return block.text;
    case "code":
      return "```" + [block.language, ...block.lines, "```"].join("\n");
    case "table": {
      const line = (cells: readonly string[]) =>
        `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
      const rule = line(block.head.map(() => "---"));
      return [line(block.head), rule, ...block.rows.map(line)].join("\n");
    }
  }
}

/** `blocks` as the body of a man page, in man(7). */
export function toMan(blocks: readonly Block[]): string {
  const lines = blocks.flatMap(manLines);
  // A heading begins a paragraph by itself.
  return lines.filter((line, at) =>
    line !== ".PP" || !lines[at - 1]?.startsWith(".S")
  ).join("\n") + "\n";
}

function manLines(block: Block): string[] {
  switch (block.kind) {
    case "heading":
      return block.level === 2
        ? [`.SH ${plain(block.text).toUpperCase()}`]
        : [`.SS ${roff(plain(block.text))}`];
    case "text":
      return [".PP", ...prose(block.text)];
    case "code":
      return [".PP", ".EX", ...block.lines.map(roff), ".EE"];
    case "table":
      return block.rows.flatMap(([term = "", ...cells]) => [
        ".TP",
        `.B ${roff(plain(term))}`,
        ...prose(describe(block.head.slice(1), cells)),
      ]);
  }
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
