// What the process tells its caller about how it went.
import type { ErrorCode } from "../errors.ts";

/** A defect, or something that has no code of its own. */
export const FAILURE = 1;
/** Told to end. */
export const INTERRUPTED = 130;

/** The exit code for an error of this kind. */
export async function exitCodeOf(code: ErrorCode): Promise<number> {
  // Only who has failed needs the table, which says much more.
  const { ERROR_CODES } = await import("../error_codes.ts");
  return ERROR_CODES[code].exit;
}
