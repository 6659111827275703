// Reads the code: from a person at the terminal, or from another program by stdin.
import { describeMalformedCode, readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { CodeSource } from "../ports.ts";
import { Secret } from "../secret.ts";
import { REAL_SYSTEM } from "./system.ts";

/** The number of mistyped codes after which the command gives up. */
const ATTEMPTS = 3;

/** How soon the system says that a terminal cannot be read, in milliseconds. */
const UNREADABLE_AFTER = 20;

/** A terminal; questions go to stderr, since stdout carries the answer. */
export interface Terminal {
  /** Opens the terminal for reading; undefined if there is none. */
  open(): TypedInput | undefined;
  /** Shows `text` to the person. */
  write(text: string): void;
  /** Shows `text` in place of the line above. */
  rewrite(text: string): void;
}

/** As of an open file; null or 0 at the end of input. */
type TypedInput = { read(bytes: Uint8Array): Promise<number | null> };

/** Escape sequences of arrow and function keys, and other control characters. */
const KEY_SEQUENCES = /\p{Cc}(?:\[[0-?]*[ -\/]*[@-~]|O[ -~])?/gu;

const QUESTION = "TOTP code: ";

/** Codes that a person types at a terminal. */
export class TerminalCodes implements CodeSource {
  readonly #terminal: Terminal;
  /** One for all questions: what is typed between two of them answers neither. */
  #nextLine: (() => Promise<string | undefined>) | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Whoever has answered once can be asked again. */
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
    // A job that lost its terminal may still write to it: what the person typed
    // would go to the shell, and to its history.
    const isReadable = line !== undefined &&
      await Promise.race([
        line.then(() => true, () => false),
        REAL_SYSTEM.sleep(UNREADABLE_AFTER).then(() => true),
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
    const said = refused?.message.replace(/\.$/, "") ??
      `Profile ${profile}, MFA device ${device}`;
    const hint = refused?.hint;
    this.#terminal.write(
      `${said}\n${hint === undefined ? "" : `hint: ${hint}\n`}`,
    );
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      this.#terminal.write(QUESTION);
      // A terminal that is closed meanwhile is at its end.
      const typed = await (line ?? nextLine()).catch(() => undefined);
      const code = readCode(this.#shown(typed));
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

  /** What was meant by the line that was typed, and a screen that shows that. */
  #shown(line: string | undefined): string {
    // The end of input ends no line on the screen.
    if (line === undefined || !/[\r\n]$/.test(line)) this.#terminal.write("\n");
    if (line === undefined) {
      throw new UpdstsError(
        "CODE_DECLINED",
        "Cannot get a session: no TOTP code was typed",
        { hint: "nothing was sent to AWS, and nothing was changed" },
      );
    }
    const typed = line.replace(/[\r\n]+$/, "");
    const meant = typed.replace(KEY_SEQUENCES, "");
    if (meant !== typed) this.#terminal.rewrite(QUESTION + meant);
    return meant;
  }
}

/** Gives each line to whoever waits for one when it is typed; undefined at the end of input. */
function typedLines(input: TypedInput): () => Promise<string | undefined> {
  let waiting: PromiseWithResolvers<string | undefined> | undefined;
  let isReading = false;
  const read = async () => {
    isReading = true;
    // A terminal hands over whole lines, and no longer ones.
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

/** After this time, in milliseconds, a note says that a code is expected on stdin. */
const NOTE_AFTER = 3_000;

/**
 * The code as the first line that says something in `stream`, to which another
 * program writes; `note` says that it is waited for.
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
      // No code is longer: this is the wrong stream.
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
        "check the program before the pipe: its first line is to be six digits",
    },
  );
}
