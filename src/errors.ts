// The one error type that crosses the boundaries of this program.

import type { ErrorCode } from "./error_codes.ts";

export type { ErrorCode };

/** What an {@linkcode UpdstsError} may add to its message. */
export interface UpdstsErrorOptions {
  /** What the person, or the agent, can do about it. */
  readonly hint?: string;
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
  /** What to do about it, if there is something. */
  readonly hint: string | undefined;

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
    this.hint = options.hint;
  }
}

/** A failure as programs get to read it: agents, and those that ask for JSON. */
export function toErrorAnswer({ code, message, hint }: UpdstsError): {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
} {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
