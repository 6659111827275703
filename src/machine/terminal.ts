// Asks the person at the terminal for the code.
//
// The question goes to stderr, so that stdout stays an answer. The line is read
// from whichever standard stream is a terminal: opening /dev/tty would take all
// permissions that there are.
import { once } from "node:events";
import { ReadStream } from "node:tty";
import { readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { CodeSource } from "../ports.ts";
import { Secret } from "../secret.ts";

/** How often a person may mistype before the command gives up. */
const ATTEMPTS = 3;

/** The terminal of the process. */
export interface Terminal {
  /** The standard stream, 0 to 2, that is a terminal; undefined if none is. */
  readonly descriptor: number | undefined;
  /** Shows `text` to the person. */
  write(text: string): void;
  /** Shows `text` in place of the line above. */
  rewrite(text: string): void;
}

/** What keys send that write nothing: arrows, function keys; and all other control characters. */
const KEYS = /\p{Cc}(?:\[[0-?]*[ -\/]*[@-~]|O[ -~])?/gu;

const QUESTION = "TOTP code: ";

/** Codes that a person types. */
export class TerminalCodes implements CodeSource {
  readonly #terminal: Terminal;
  /** One for all questions; what is typed between two of them answers neither. */
  #lines: ReadStream | undefined;

  /** Codes typed at `terminal`. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get asksAgain(): boolean {
    return this.#terminal.descriptor !== undefined;
  }

  async code(
    profile: string,
    device: string,
    refused?: UpdstsError,
  ): Promise<Secret> {
    const { descriptor } = this.#terminal;
    if (descriptor === undefined) {
      throw new UpdstsError(
        "CODE_MISSING",
        "Cannot get a session: no TOTP code, and no terminal to ask at",
        {
          hint: "give the six digits with -t, or -t - to read them from stdin",
        },
      );
    }
    const lines = this.#opened(descriptor);
    this.#terminal.write(
      refused === undefined
        ? `Profile ${profile}, MFA device ${device}\n`
        : againAfter(refused),
    );
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const line = await this.#ask(lines);
      if (line === undefined) throw declined();
      const code = readCode(line);
      if (code !== undefined) return new Secret(code);
      this.#terminal.write("That is not six digits\n");
    }
    throw new UpdstsError(
      "CODE_INVALID",
      `Cannot use the TOTP code: ${ATTEMPTS} times, it was not six digits`,
      { hint: "type the six digits that the MFA device shows now" },
    );
  }

  #opened(descriptor: number): ReadStream {
    // Ctrl-D between two questions ends it.
    if (this.#lines === undefined || this.#lines.destroyed) {
      this.#lines = new ReadStream(descriptor);
      // A terminal may be closed while nobody is asked; that ends nothing.
      this.#lines.on("error", () => {});
    }
    return this.#lines;
  }

  /** The line that is typed, and a screen that shows it as it was meant. */
  async #ask(lines: ReadStream): Promise<string | undefined> {
    this.#terminal.write(QUESTION);
    const line = await nextLine(lines);
    // The end of input ends no line on the screen.
    if (line === undefined || !/[\r\n]$/.test(line)) this.#terminal.write("\n");
    if (line === undefined) return undefined;
    const typed = line.replace(/[\r\n]+$/, "");
    const meant = typed.replace(KEYS, "");
    if (meant !== typed) this.#terminal.rewrite(QUESTION + meant);
    return meant;
  }
}

/** What STS said of the code before, and that there is another try. */
function againAfter({ message, hint }: UpdstsError): string {
  const said = message.replace(/\.$/, "");
  return hint === undefined ? `${said}\n` : `${said}\nhint: ${hint}\n`;
}

/** A terminal hands over whole lines; undefined at the end of input. */
async function nextLine(lines: ReadStream): Promise<string | undefined> {
  const answered = new AbortController();
  const { signal } = answered;
  try {
    return await Promise.race([
      once(lines, "data", { signal }).then(([line]) => String(line)),
      once(lines, "end", { signal }).then(() => undefined),
    ]);
  } finally {
    answered.abort();
  }
}

function declined(): UpdstsError {
  return new UpdstsError(
    "CODE_DECLINED",
    "Cannot get a session: no TOTP code was typed",
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}

/** The code as the first line that another program writes to our stdin. */
export class StreamCodes implements CodeSource {
  readonly #stream: ReadableStream<Uint8Array>;

  /** The code that `stream` begins with. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#stream = stream;
  }

  async code(): Promise<Secret> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of this.#stream) {
      text += decoder.decode(chunk, { stream: true });
      // Nobody's code is longer: this is another stream than was meant.
      if (text.includes("\n") || text.length > 1024) break;
    }
    const [line = ""] = text.split("\n", 1);
    if (line.trim() !== "") return new Secret(line.trim());
    throw new UpdstsError(
      "CODE_MISSING",
      "Cannot get a session: stdin gave no TOTP code",
      { hint: "check the program before the pipe: it wrote no line" },
    );
  }
}
