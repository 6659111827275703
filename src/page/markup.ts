// HTML whose parts are escaped.

/** A piece of HTML. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a template: text is escaped, undefined is omitted. */
type Part = string | number | Markup | readonly Markup[] | undefined;

/** A piece of HTML from a template. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(
    strings.map((piece, index) => piece + textOf(parts[index])).join(""),
  );
}

function textOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part !== "string" && typeof part !== "number") {
    return part.map(({ text }) => text).join("");
  }
  return visible(String(part)).replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** `text` with a mark for what would end the line, turn the direction of writing, or show nothing. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}
