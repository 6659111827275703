// The only way to stdout, and the way to stderr: nothing raw reaches a terminal.
import { toErrorAnswer, UpdstsError } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { Verbosity } from "./options.ts";
import { hang, learnWidths, wrap } from "./wrapping.ts";

/** Where lines of text go. */
export interface LineSink {
  write(text: string): void;
}

/** What is looked at, if somebody looks. */
export interface Screen {
  /** Width of the terminal that shows the answers; undefined if none does. */
  readonly columns: number | undefined;
  /** Whether answers may have colours. */
  readonly colored: boolean;
  /** Width of the terminal that shows what is no answer; undefined if none does. */
  readonly noteColumns: number | undefined;
  /** Whether a terminal shows what is no answer. */
  readonly attended: boolean;
}

/** What a colour says. */
export type Tone = "good" | "soon" | "bad";

/** A piece of a line. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

/** Green, yellow and red of the terminal's own palette. */
const COLORS: Readonly<Record<Tone, number>> = { good: 32, soon: 33, bad: 31 };

/** What a command says to the person who typed it. */
export class Output implements Log {
  verbosity: Verbosity = 0;
  readonly screen: Screen;
  readonly #stdout: LineSink;
  readonly #stderr: LineSink;

  /** Answers go to `stdout`, all else to `stderr`. */
  constructor(stdout: LineSink, stderr: LineSink, screen: Screen) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.screen = screen;
  }

  /** What was asked for; whole lines. */
  answer(text: string): void {
    this.#stdout.write(`${visible(text)}\n`);
  }

  /** The same in words, broken to fit the terminal. */
  async answerText(text: string): Promise<void> {
    const shown = visible(text);
    await learnWidths([shown]);
    this.#stdout.write(
      `${wrap(shown, this.screen.columns ?? Infinity).join("\n")}\n`,
    );
  }

  /** A program for a shell, which is not to be touched. */
  answerScript(script: string): void {
    this.#stdout.write(`${script}\n`);
  }

  /** The same, in pieces, some of which have a colour. */
  answerLines(lines: readonly (readonly Span[])[]): void {
    this.#stdout.write(lines.map((line) => `${this.#paint(line)}\n`).join(""));
  }

  /** What was asked for, as one line of JSON. */
  answerJson(value: Readonly<Record<string, unknown>>): void {
    this.answer(formatJson(value));
  }

  /** What `answerLines` would write, without colours. */
  plain(lines: readonly (readonly Span[])[]): string {
    return lines.map((line) => line.map(({ text }) => text).join("").trimEnd())
      .join("\n");
  }

  /** Says what went wrong; as an answer, if those are wanted as JSON. */
  async fail(error: unknown, json: boolean): Promise<void> {
    if (json) {
      this.#stdout.write(`${formatErrorJson(error)}\n`);
      return;
    }
    const room = this.screen.noteColumns ?? Infinity;
    const text = visible(formatError(error, this.verbosity));
    await learnWidths([text]);
    const lines = text.split("\n").map((line) => {
      const [label = ""] = /^(?:updsts|hint): /.exec(line) ?? [];
      return label === "" ? line : hang(label, line.slice(label.length), room);
    });
    this.#stderr.write(`${lines.join("\n")}\n`);
  }

  warn(message: string): void {
    this.#note(message, "warning: ");
  }

  note(message: string): void {
    this.#note(message);
  }

  info(message: string): void {
    if (this.verbosity >= 1) this.#note(message);
  }

  debug(message: string): void {
    if (this.verbosity >= 2) this.#note(message);
  }

  #paint(line: readonly Span[]): string {
    return line.map(({ text, tone }) =>
      tone === undefined || !this.screen.colored
        ? visible(text)
        : `\x1b[${COLORS[tone]}m${visible(text)}\x1b[39m`
    ).join("").trimEnd();
  }

  #note(text: string, label = ""): void {
    const room = this.screen.noteColumns ?? Infinity;
    this.#stderr.write(`${hang(label, visible(text), room)}\n`);
  }
}

/**
 * `text` with control characters spelled out, so that a name or an answer
 * cannot move the cursor, change colours or hide a line. Line ends stay.
 */
export function visible(text: string): string {
  // Most text is, and knowing so is quicker than looking for each character.
  if (/^[ -~\n]*$/.test(text)) return text;
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      character === "\n"
        ? character
        : `\\u{${
          (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")
        }}`,
  );
}

/** JSON that holds no control character, also none that JSON itself allows. */
export function formatJson(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      character.split("").map((unit) =>
        `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      ).join(""),
  );
}

/** An error as `--json` shows it. */
export function formatErrorJson(error: unknown): string {
  const known = error instanceof UpdstsError
    ? error
    : new UpdstsError("INTERNAL", `Internal error: ${nameOf(error)}`);
  return formatJson({ error: toErrorAnswer(known) });
}

/** `updsts: message`, the hint below it, and at verbosity 2 where it came from. */
export function formatError(error: unknown, verbosity: Verbosity): string {
  const lines: string[] = [];
  if (error instanceof UpdstsError) {
    lines.push(`updsts: ${oneLine(error.message)}`);
    if (error.hint !== undefined) lines.push(`hint: ${oneLine(error.hint)}`);
  } else {
    lines.push(
      `updsts: Internal error: ${oneLine(nameOf(error))}`,
      "hint: this is a defect of updsts; -v 2 shows where it happened",
    );
  }
  if (verbosity >= 2) lines.push(...traces(error));
  return lines.join("\n");
}

/** Without the full stop that STS ends with: no sentence of ours has one. */
function oneLine(text: string): string {
  return text.replace(/\r?\n/g, " ").replace(/(?<!\.)\.$/, "");
}

function traces(error: unknown): string[] {
  const lines: string[] = [];
  let current = error;
  while (current instanceof Error && lines.length < 10) {
    if (current instanceof UpdstsError) {
      lines.push(`code: ${current.code}`, current.stack ?? current.message);
    } else {
      lines.push(withoutMessage(current));
    }
    current = current.cause;
  }
  return lines;
}

/**
 * Where an error of somebody else's was thrown. Its message stays out: a parser
 * may well quote what it could not read, and that may be a secret.
 */
function withoutMessage(error: Error): string {
  const frames = error.stack?.match(/^ +at .*$/gm) ?? [];
  return [nameOf(error), ...frames].join("\n");
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
