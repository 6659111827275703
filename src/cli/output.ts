// The only module that writes to stdout and stderr; makes control characters visible.
import { UpdstsError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { hang, INVISIBLE, type Segment, type Tone, visible } from "./layout.ts";

export interface LineSink {
  write(text: string): void;
}

/** The capabilities of the terminals that stdout and stderr are. */
export interface Screen {
  /** Width of stdout; undefined if it is not a terminal. */
  readonly columns: number | undefined;
  /** Whether answers may have colours. */
  readonly colored: boolean;
  /** Width of stderr; undefined if it is not a terminal. */
  readonly noteColumns: number | undefined;
}

/** Green, yellow and red of the terminal's own palette. */
const COLORS: Readonly<Record<Tone, number>> = { good: 32, soon: 33, bad: 31 };

/** Writes answers to stdout, and everything else to stderr. */
export class Output implements Log {
  /** 0 shows errors and warnings, 1 the steps, 2 all details. */
  verbosity = 0;
  readonly screen: Screen;
  readonly #stdout: LineSink;
  readonly #stderr: LineSink;

  constructor(stdout: LineSink, stderr: LineSink, screen: Screen) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.screen = screen;
  }

  /** Whole lines, for commands: a person copies them. */
  answer(text: string): void {
    this.#stdout.write(`${visible(text)}\n`);
  }

  /** Text, wrapped to fit the terminal. */
  answerText(text: string): void {
    const room = this.screen.columns ?? Infinity;
    this.#stdout.write(`${hang("", visible(text), room)}\n`);
  }

  /** Lines in pieces, some of which have a colour. */
  answerLines(lines: readonly (readonly Segment[])[]): void {
    this.#stdout.write(lines.map((line) => `${this.#paint(line)}\n`).join(""));
  }

  /** One line of JSON. */
  answerJson(value: Readonly<Record<string, unknown>>): void {
    this.#stdout.write(`${formatJson(value)}\n`);
  }

  /** Reports an error on stderr; with `json`, as an answer. */
  fail(error: unknown, json: boolean): void {
    const { code, message, hint } = known(error);
    // JSON leaves out a hint that is undefined.
    if (json) return this.answerJson({ error: { code, message, hint } });
    this.note(oneLine(message), "updsts: ");
    if (hint !== undefined) this.note(oneLine(hint), "hint: ");
    if (this.verbosity < 2) return;
    for (const line of traces(error)) this.#stderr.write(`${visible(line)}\n`);
  }

  warn(message: string): void {
    this.note(message, "warning: ");
  }

  note(message: string, label = ""): void {
    const room = this.screen.noteColumns ?? Infinity;
    this.#stderr.write(`${hang(label, visible(message), room)}\n`);
  }

  info(message: string): void {
    if (this.verbosity >= 1) this.note(message);
  }

  debug(message: string): void {
    if (this.verbosity >= 2) this.note(message);
  }

  #paint(line: readonly Segment[]): string {
    return line.map(({ text, tone }) =>
      tone === undefined || !this.screen.colored
        ? visible(text)
        : `\x1b[${COLORS[tone]}m${visible(text)}\x1b[39m`
    ).join("").trimEnd();
  }
}

/** JSON without the control characters that JSON itself allows. */
function formatJson(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replace(
    INVISIBLE,
    (character) =>
      character.split("").map((unit) =>
        `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      ).join(""),
  );
}

/** `error`, or a defect without its message, which may quote a secret. */
function known(error: unknown): UpdstsError {
  return error instanceof UpdstsError
    ? error
    : new UpdstsError("INTERNAL", `Internal error: ${nameOf(error)}`, {
      hint: "this is a defect of updsts; -v 2 shows where it happened",
      cause: error,
    });
}

/** Without the full stop at the end of messages of STS: ours have none. */
function oneLine(text: string): string {
  return text.replace(/\r?\n/g, " ").replace(/(?<!\.)\.$/, "");
}

/** Where `error` and its causes were thrown, without the messages of others. */
function traces(error: unknown): string[] {
  const lines: string[] = [];
  let current = error;
  while (current instanceof Error && lines.length < 10) {
    if (current instanceof UpdstsError) {
      lines.push(`code: ${current.code}`, current.stack ?? current.message);
    } else {
      const frames = current.stack?.match(/^ +at .*$/gm) ?? [];
      lines.push([nameOf(current), ...frames].join("\n"));
    }
    current = current.cause;
  }
  return lines;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
