// HTML templates that escape their values.

/** HTML that is not escaped again. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Fills an HTML template: strings are escaped, undefined is left out. */
export function html(
  strings: TemplateStringsArray,
  ...values: (string | Markup | undefined)[]
): Markup {
  const pieces = strings.map((text, index) => text + escaped(values[index]));
  return new Markup(pieces.join(""));
}

function escaped(value: string | Markup | undefined): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  return maskInvisible(value).replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** Replaces control, format and line separator characters by U+FFFD: text from files cannot add a line. */
export function maskInvisible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}
