// The only error type that crosses the boundaries of this program.

import type { ErrorCode } from "./error_codes.ts";

export type { ErrorCode };

/** What each door calls by a name of its own: an option, or a parameter. */
export interface Names {
  /** The name of the profile for the session. */
  readonly sessionProfile: string;
  /** The path of the credentials file. */
  readonly credentialsFile: string;
  /** What shows which endpoint is asked. */
  readonly verbose: string;
}

/** The names on the command line, which documents use, too. */
const OPTIONS: Names = {
  sessionProfile: "-sn",
  credentialsFile: "-c",
  verbose: "-v 1",
};

/** What the person, or the agent, can do; in the words of the door if it names something of that. */
export type Hint = string | ((names: Names) => string);

/** What an {@linkcode UpdstsError} may add to its message. */
export interface UpdstsErrorOptions {
  /** What can be done about it. */
  readonly hint?: Hint;
  /** The error underneath; never shown below `-v 2`. */
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
  /** The stable word for this failure. */
  readonly code: ErrorCode;
  readonly #hint: Hint | undefined;

  /** Makes an error with a code, a message, and optionally a hint and cause. */
  constructor(
    code: ErrorCode,
    message: string,
    options: UpdstsErrorOptions = {},
  ) {
    super(
      message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.#hint = options.hint;
  }

  /** What to do about it, if there is something, in the words of the command line. */
  get hint(): string | undefined {
    return this.hintWith(OPTIONS);
  }

  /** The same with the names of another door. */
  hintWith(names: Names): string | undefined {
    return typeof this.#hint === "function" ? this.#hint(names) : this.#hint;
  }
}
