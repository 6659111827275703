// What `doctor` finds: one thing that is in order, or is not.
import { type ErrorCode, UpdstsError } from "../errors.ts";

/** One thing that was looked at. Holds no secret. */
export interface Finding {
  /** What was looked at: `file`, `profile default`, `clock`. */
  readonly check: string;
  /** A problem keeps something from working; a warning does not yet. */
  readonly status: "ok" | "warning" | "problem";
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The error that a refresh would end with, if it would. */
  readonly code?: ErrorCode;
}

/** All is well with `check`. */
export function ok(check: string, message: string): Finding {
  return { check, status: "ok", message };
}

/** Something about `check` should be mended. */
export function warning(check: string, message: string, hint: string): Finding {
  return { check, status: "warning", message, hint };
}

/** Something about `check` must be mended. */
export function problem(
  check: string,
  code: ErrorCode,
  message: string,
  hint?: string,
): Finding {
  return {
    check,
    status: "problem",
    message,
    code,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The problem that `error` tells of; what is no {@linkcode UpdstsError} is thrown on. */
export function problemOf(check: string, error: unknown): Finding {
  if (!(error instanceof UpdstsError)) throw error;
  return problem(check, error.code, error.message, error.hint);
}
