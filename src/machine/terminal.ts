// Reads the code: from a person at the terminal, or from another program by stdin.
import { codeForm, readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { CodeSource } from "../ports.ts";
import { Secret } from "../secret.ts";
import { REAL_SYSTEM } from "./system.ts";

/** How often a person may mistype before the command gives up. */
const ATTEMPTS = 3;

/** How soon the system says that a terminal cannot be read, in milliseconds. */
const SOON = 20;

/** Where a person is asked: the question goes to stderr, so that stdout stays an answer. */
export interface Terminal {
  /** What the person types; undefined if there is no terminal to ask at. */
  open(): TypedInput | undefined;
  /** Shows `text` to the person. */
  write(text: string): void;
  /** Shows `text` in place of the line above. */
  rewrite(text: string): void;
}

/** What the person types, line by line. */
export interface TypedInput {
  /** As of an open file; null or 0 at the end of input. */
  read(bytes: Uint8Array): Promise<number | null>;
}

/** What keys send that write nothing: arrows, function keys; and all other control characters. */
const KEYS = /\p{Cc}(?:\[[0-?]*[ -\/]*[@-~]|O[ -~])?/gu;

const QUESTION = "TOTP code: ";

/** Codes that a person types. */
export class TerminalCodes implements CodeSource {
  readonly #terminal: Terminal;
  /** One for all questions; what is typed between two of them answers neither. */
  #lines: Lines | undefined;

  /** Codes typed at `terminal`. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Whoever has answered once can be asked again. */
  get asksAgain(): boolean {
    return this.#lines !== undefined;
  }

  async code(
    profile: string,
    device: string,
    refused?: UpdstsError,
  ): Promise<Secret> {
    const lines = this.#lines ??= openLines(this.#terminal);
    let line = lines?.next();
    // A terminal may be written to and not read, by an orphaned job, say: what
    // the person typed would go to the shell, and to its history.
    const isReadable = line !== undefined &&
      await Promise.race([
        line.then(() => true, () => false),
        REAL_SYSTEM.sleep(SOON).then(() => true),
      ]);
    if (lines === undefined || line === undefined || !isReadable) {
      throw new UpdstsError(
        "CODE_MISSING",
        "Cannot get a session: no TOTP code, and no terminal to ask at",
        {
          hint: "give the six digits with -t, or -t - to read them from stdin",
        },
      );
    }
    this.#terminal.write(
      refused === undefined
        ? `Profile ${profile}, MFA device ${device}\n`
        : againAfter(refused),
    );
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      this.#terminal.write(QUESTION);
      // One that is closed meanwhile is at its end.
      const typed = await (line ?? lines.next()).catch(() => undefined);
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
    if (line === undefined) throw declined();
    const typed = line.replace(/[\r\n]+$/, "");
    const meant = typed.replace(KEYS, "");
    if (meant !== typed) this.#terminal.rewrite(QUESTION + meant);
    return meant;
  }
}

/** The lines that are typed, each for whoever waits for it just then. */
class Lines {
  readonly #input: TypedInput;
  #waiting: PromiseWithResolvers<string | undefined> | undefined;
  #reading = false;

  constructor(input: TypedInput) {
    this.#input = input;
  }

  /** The next one; undefined at the end of input. */
  next(): Promise<string | undefined> {
    const { promise } = this.#waiting = Promise.withResolvers();
    if (!this.#reading) this.#read();
    return promise;
  }

  async #read(): Promise<void> {
    this.#reading = true;
    // A terminal hands over whole lines, and no longer ones.
    const bytes = new Uint8Array(4096);
    try {
      for (let count: number | null = 1; count;) {
        count = await this.#input.read(bytes);
        const line = new TextDecoder().decode(bytes.subarray(0, count ?? 0));
        this.#waiting?.resolve(count ? line : undefined);
        this.#waiting = undefined;
      }
    } catch (error) {
      this.#waiting?.reject(error);
      this.#waiting = undefined;
    } finally {
      this.#reading = false;
    }
  }
}

function openLines(terminal: Terminal): Lines | undefined {
  const input = terminal.open();
  return input && new Lines(input);
}

/** What STS said of the code before, and that there is another try. */
function againAfter({ message, hint }: UpdstsError): string {
  const said = message.replace(/\.$/, "");
  return hint === undefined ? `${said}\n` : `${said}\nhint: ${hint}\n`;
}

function declined(): UpdstsError {
  return new UpdstsError(
    "CODE_DECLINED",
    "Cannot get a session: no TOTP code was typed",
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}

/** How long a program may take for its code until a person is told what is waited for, in milliseconds. */
const SILENCE = 3_000;

/** The code as the first line that another program writes to our stdin. */
export class StreamCodes implements CodeSource {
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #note: (text: string) => void;

  /** The code that `stream` begins with; `note` says that it is waited for. */
  constructor(
    stream: ReadableStream<Uint8Array>,
    note: (text: string) => void,
  ) {
    this.#stream = stream;
    this.#note = note;
  }

  async code(): Promise<Secret> {
    let waiting = true;
    REAL_SYSTEM.sleep(SILENCE).then(() => {
      if (waiting) {
        this.#note(
          "Waiting for the TOTP code from the program that writes to stdin ...",
        );
      }
    });
    const text = await this.#read().finally(() => waiting = false);
    const line = text.split("\n").find((line) => line.trim() !== "")?.trim();
    const code = line === undefined ? undefined : readCode(line);
    if (code !== undefined) return new Secret(code);
    throw line === undefined
      ? new UpdstsError(
        "CODE_MISSING",
        "Cannot get a session: stdin gave no TOTP code",
        { hint: "check the program before the pipe: it wrote no line" },
      )
      : new UpdstsError(
        "CODE_INVALID",
        `Cannot use the TOTP code: the first line of stdin ${codeForm(line)}`,
        {
          hint:
            "check the program before the pipe: its first line is to be six digits",
        },
      );
  }

  /** What is written up to the end of the first line that says something. */
  async #read(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of this.#stream) {
      text += decoder.decode(chunk, { stream: true });
      // Nobody's code is longer: this is another stream than was meant.
      if (/\S.*\n/.test(text) || text.length > 1024) break;
    }
    return text;
  }
}
