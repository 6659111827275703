// Why the credentials file could not be written, in our own words.
import { UpdstsError } from "../errors.ts";
import { WHAT } from "./place.ts";
import {
  hasSystemCode,
  HELD_HINT,
  isHeld,
  isSystemError,
  systemMessage,
} from "./regular_file.ts";

/** Other programs do not let us. */
export function busy(path: string): UpdstsError {
  return new UpdstsError(
    "FILE_BUSY",
    `Cannot write the ${WHAT}: other programs keep changing ${path}`,
    { hint: "see which program keeps writing to it, then try again" },
  );
}

/** The same of an `error` of the system; any other as it is. */
export function writeError(error: unknown, path: string): unknown {
  if (error instanceof UpdstsError || !isSystemError(error)) return error;
  return new UpdstsError(
    "FILE_UNWRITABLE",
    `Cannot write the ${WHAT}: ${path}: ${systemMessage(error)}`,
    {
      hint: `${hintFor(error)}; nothing was changed`,
      cause: error,
    },
  );
}

function hintFor(error: unknown): string {
  if (isHeld(error)) return HELD_HINT;
  // Whatever the system calls it in its own language.
  return hasSystemCode(error, "ENOSPC", "EFBIG", "EDQUOT")
    ? "make room on the disk, then try again"
    : "check the permissions of the file and its directory";
}
