// What the process tells its caller about how it went.
import type { ErrorCode } from "../errors.ts";

/** A defect, or something that has no code of its own. */
export const FAILURE = 1;
/** The command line is wrong. */
export const USAGE = 2;
const FILE = 3;
const REFUSED = 4;
const UNREACHED = 5;
const UNASKED = 6;
/** Told to end. */
export const INTERRUPTED = 130;

/**
 * What each exit code says, for the documents. The numbers are spelled out, so
 * that the bundle, which has no use for it, is made without it.
 */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  0: "Done, or there was nothing to do",
  1: "A defect of updsts, stdout cannot be written, or a problem that doctor found and that has no other code",
  2: "The command line is wrong, a code or a name that cannot be one included",
  3: "The credentials file, the config file, or a profile in them is wrong",
  4: "STS refused",
  5: "STS could not be reached, or what answered was of no use",
  6: "A code is needed, and nobody could be asked, or nobody gave one",
  130:
    "Interrupted, by Ctrl-C or a signal; a session that STS gave is written, unless that came twice",
};

const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  USAGE,
  CODE_MISSING: UNASKED,
  CODE_DECLINED: UNASKED,
  CODE_EXPIRED: UNASKED,
  CODE_NEEDED: UNASKED,
  CODE_INVALID: USAGE,
  DURATION_INVALID: USAGE,
  NAME_INVALID: USAGE,
  FILE_NOT_FOUND: FILE,
  FILE_UNUSABLE: FILE,
  FILE_UNREADABLE: FILE,
  FILE_UNWRITABLE: FILE,
  FILE_LOCKED: FILE,
  FILE_BUSY: FILE,
  PROFILE_NOT_FOUND: FILE,
  KEYS_MISSING: FILE,
  KEYS_TEMPORARY: FILE,
  DEVICE_MISSING: FILE,
  DEVICE_UNSUPPORTED: FILE,
  SETTING_INVALID: FILE,
  REGION_INVALID: FILE,
  BLOCK_BROKEN: FILE,
  BLOCK_NOT_FOUND: FILE,
  NAME_TAKEN: FILE,
  MFA_REFUSED: REFUSED,
  DEVICE_REFUSED: REFUSED,
  KEYS_REFUSED: REFUSED,
  STS_REFUSED: REFUSED,
  STS_THROTTLED: REFUSED,
  STS_FAILED: UNREACHED,
  STS_ANSWER_INVALID: UNREACHED,
  STS_UNREACHABLE: UNREACHED,
  STS_TIMEOUT: UNREACHED,
  STS_UNTRUSTED: UNREACHED,
  CA_BUNDLE_INVALID: UNREACHED,
  HOST_FORBIDDEN: UNREACHED,
  OUTPUT_UNWRITABLE: FAILURE,
  CANCELLED: FAILURE,
  INTERNAL: FAILURE,
};

/** The exit code for an error of this kind. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}
