// Reads TOTP codes.
import { UpdstsError } from "./errors.ts";
import { Secret } from "./secret.ts";

/** The number of codes that a person may type for one session. */
export const CODE_ATTEMPTS = 3;

/** With a larger difference of the clocks, codes may be wrong; in milliseconds. */
export const TOLERATED_SKEW = 15_000;

/** Seconds from `time` (in milliseconds since 1970) to the next TOTP code: all codes change at the same moments. */
export function secondsToNextCode(time: number): number {
  return 30 - Math.floor(time / 1000) % 30;
}

/**
 * The six digits of a code in the spellings of phones, pages and input methods:
 * `123 456`, `123-456`, `１２３４５６`. Undefined for any other text.
 */
export function readCode(text: string): string | undefined {
  // The usual form; the Unicode classes below are slow to compile.
  if (/^[0-9]{6}$/.test(text)) return text;
  // Removes blanks, characters without width, and dashes; but a dash before the
  // digits makes a negative number.
  const digits = text.replace(/[\s\p{Cf}]+/gu, "")
    .replace(/(?!^)[\p{Pd}\u2212\u30fc\uff70]+/gu, "")
    .replace(
      /[\uff10-\uff19]/g,
      (digit) => String(digit.charCodeAt(0) - 0xff10),
    );
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}

/**
 * The six digits of `code`, in whatever spelling.
 *
 * @throws {UpdstsError} `CODE_INVALID`
 */
export function requireCode(code: Secret): Secret {
  const digits = readCode(code.reveal());
  if (digits !== undefined) return new Secret(digits);
  throw new UpdstsError(
    "CODE_INVALID",
    "Cannot use the TOTP code: it is not six digits",
    { hint: "type the six digits that the MFA device shows now" },
  );
}

/** Describes `line`, which is not six digits, without quoting it. */
export function describeMalformedCode(line: string): string {
  if (/\0|^\ufffd\ufffd/.test(line)) {
    return "is in UTF-16: have the program write UTF-8";
  }
  if (/\p{L}/u.test(line)) return "has letters";
  if (readCode(line.replace(/[^0-9\uff10-\uff19\s-]/g, "")) !== undefined) {
    return "has other signs beside six digits";
  }
  const digits = line.replace(/[^0-9\uff10-\uff19]/g, "").length;
  return `has ${digits} ${digits === 1 ? "digit" : "digits"}`;
}
