// The only error type that crosses the boundaries of this program.
import type { ErrorCode } from "./error_codes.ts";

export type { ErrorCode };

/** Names that differ between the command line and MCP: options, or parameters. */
export interface Names {
  /** The option for the name of the session's profile. */
  readonly sessionProfile: string;
  /** The option for the path of the credentials file. */
  readonly credentialsFile: string;
  /** The option that shows the endpoint of each request. */
  readonly verbose: string;
}

const OPTIONS: Names = {
  sessionProfile: "-sn",
  credentialsFile: "-c",
  verbose: "-v 1",
};

/** What to do about an error; a function if it names an option. */
export type Hint = string | ((names: Names) => string);

/** The optional parts of an {@linkcode UpdstsError}. */
export interface UpdstsErrorOptions {
  /** What to do about the error. */
  readonly hint?: Hint;
  /** The underlying error; shown at `-v 2` only. */
  readonly cause?: unknown;
}

/**
 * A failure that a person can act on.
 *
 * The message names the action and the state (`Cannot read …: …`). Neither
 * message nor hint ever holds a secret or a line of the credentials file.
 */
export class UpdstsError extends Error {
  /** Always `UpdstsError`. */
  override readonly name: string = "UpdstsError";
  /** Stable across versions. */
  readonly code: ErrorCode;
  readonly #hint: Hint | undefined;

  /** Creates an error from its code and message. */
  constructor(
    code: ErrorCode,
    message: string,
    { hint, ...cause }: UpdstsErrorOptions = {},
  ) {
    super(message, cause);
    this.code = code;
    this.#hint = hint;
  }

  /** What to do about it, with the options of the command line. */
  get hint(): string | undefined {
    return this.hintWith(OPTIONS);
  }

  /** What to do about it, with other names. */
  hintWith(names: Names): string | undefined {
    return typeof this.#hint === "function" ? this.#hint(names) : this.#hint;
  }
}
