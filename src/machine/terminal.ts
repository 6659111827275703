// Reads a code from a person at the terminal, or from stdin.
import { describeMalformedCode, readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { CodeSource } from "../ports.ts";
import { Secret } from "../secret.ts";
import { REAL_SYSTEM } from "./system.ts";

const ATTEMPTS = 3;

/** Time within which reading an unreadable terminal fails, in milliseconds. */
const READ_ERROR_TIME = 20;

/** The terminal of a person; output goes to stderr, because stdout holds the result. */
export interface Terminal {
  /** The input; undefined without a terminal. */
  open(): TypedInput | undefined;
  write(text: string): void;
  /** Replaces the line above by `text`. */
  rewrite(text: string): void;
}

/** Input whose `read` returns null or 0 at its end. */
type TypedInput = { read(bytes: Uint8Array): Promise<number | null> };

/** Sequences of arrow and function keys, and other control characters. */
const KEY_SEQUENCES = /\p{Cc}(?:\[[0-?]*[ -\/]*[@-~]|O[ -~])?/gu;

const QUESTION = "TOTP code: ";

export class TerminalCodes implements CodeSource {
  readonly #terminal: Terminal;
  /** Shared by all questions: text typed between two of them is not an answer. */
  #nextLine: (() => Promise<string | undefined>) | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Whether the person can be asked again: after the first question. */
  get asksAgain(): boolean {
    return this.#nextLine !== undefined;
  }

  async code(
    profile: string,
    device: string,
    refused?: UpdstsError,
  ): Promise<Secret> {
    const input = this.#nextLine ? undefined : this.#terminal.open();
    const nextLine = this.#nextLine ??= input && typedLines(input);
    let line = nextLine?.();
    // A background job can write to its terminal but not read it: the shell, and
    // its history, would get the code.
    const isReadable = line !== undefined &&
      await Promise.race([
        line.then(() => true, () => false),
        REAL_SYSTEM.sleep(READ_ERROR_TIME).then(() => true),
      ]);
    if (nextLine === undefined || !isReadable) {
      throw new UpdstsError(
        "CODE_MISSING",
        "Cannot get a session: no TOTP code, and no terminal to ask at",
        {
          hint: "give the six digits with -t, or -t - to read them from stdin",
        },
      );
    }
    const heading = refused?.message.replace(/\.$/, "") ??
      `Profile ${profile}, MFA device ${device}`;
    const hint = refused?.hint;
    this.#terminal.write(
      `${heading}\n${hint === undefined ? "" : `hint: ${hint}\n`}`,
    );
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      this.#terminal.write(QUESTION);
      // A closed terminal counts as the end of input.
      const typed = await (line ?? nextLine()).catch(() => undefined);
      const code = readCode(this.#withoutKeys(typed));
      if (code !== undefined) return new Secret(code);
      this.#terminal.write("That is not six digits\n");
      line = undefined;
    }
    throw new UpdstsError(
      "CODE_INVALID",
      `Cannot use the TOTP code: ${ATTEMPTS} times, it was not six digits`,
      { hint: "type the six digits that the MFA device shows now" },
    );
  }

  /** The line without control sequences, which are also removed from the screen. */
  #withoutKeys(line: string | undefined): string {
    // At the end of input, the cursor is still in the line of the question.
    if (line === undefined || !/[\r\n]$/.test(line)) this.#terminal.write("\n");
    if (line === undefined) {
      throw new UpdstsError(
        "CODE_DECLINED",
        "Cannot get a session: no TOTP code was typed",
        { hint: "nothing was sent to AWS, and nothing was changed" },
      );
    }
    const typed = line.replace(/[\r\n]+$/, "");
    const text = typed.replace(KEY_SEQUENCES, "");
    if (text !== typed) this.#terminal.rewrite(QUESTION + text);
    return text;
  }
}

/** A function that waits for the next line, undefined at the end of input; other lines are dropped. */
function typedLines(input: TypedInput): () => Promise<string | undefined> {
  let waiting: PromiseWithResolvers<string | undefined> | undefined;
  let isReading = false;
  const read = async () => {
    isReading = true;
    // A terminal delivers whole lines, of at most 4096 bytes.
    const bytes = new Uint8Array(4096);
    try {
      for (let count: number | null = 1; count;) {
        count = await input.read(bytes);
        const line = new TextDecoder().decode(bytes.subarray(0, count ?? 0));
        waiting?.resolve(count ? line : undefined);
        waiting = undefined;
      }
    } catch (error) {
      waiting?.reject(error);
      waiting = undefined;
    } finally {
      isReading = false;
    }
  };
  return () => {
    const { promise } = waiting = Promise.withResolvers();
    if (!isReading) read();
    return promise;
  };
}

/** How long to wait for stdin before a note says so, in milliseconds. */
const NOTE_AFTER = 3_000;

/**
 * Reads the code from the first line of `stream` that is not blank.
 *
 * @throws {UpdstsError} `CODE_MISSING`, `CODE_INVALID`
 */
export async function codeFromStream(
  stream: ReadableStream<Uint8Array>,
  note: (text: string) => void,
): Promise<Secret> {
  let waiting = true;
  REAL_SYSTEM.sleep(NOTE_AFTER).then(() => {
    if (waiting) {
      note(
        "Waiting for the TOTP code from the program that writes to stdin ...",
      );
    }
  });
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      // Longer text is not a code.
      if (/\S.*\n/.test(text) || text.length > 1024) break;
    }
  } finally {
    waiting = false;
  }
  const line = text.split("\n").find((line) => line.trim() !== "")?.trim();
  if (line === undefined) {
    throw new UpdstsError(
      "CODE_MISSING",
      "Cannot get a session: stdin gave no TOTP code",
      { hint: "check the program before the pipe: it wrote no line" },
    );
  }
  const code = readCode(line);
  if (code !== undefined) return new Secret(code);
  throw new UpdstsError(
    "CODE_INVALID",
    `Cannot use the TOTP code: the first line of stdin ${
      describeMalformedCode(line)
    }`,
    {
      hint:
        "check the program before the pipe: its first line must be six digits",
    },
  );
}
