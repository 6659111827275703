// TOTP codes in the spellings of people and programs.
import { UpdstsError } from "./errors.ts";
import { Secret } from "./secret.ts";

/** How many codes a person may try for one session. */
export const CODE_ATTEMPTS = 3;

/**
 * The six digits that `text` stands for, as phones, pages and input methods
 * spell them: `123 456`, `123-456`, `１２３４５６`. Undefined if it is no code.
 */
export function readCode(text: string): string | undefined {
  // What most say; the classes of Unicode below take a while to make ready.
  if (/^[0-9]{6}$/.test(text)) return text;
  // What stands between: blanks and dashes of any script, and what takes no
  // room. A dash before them all makes a number, which is no code.
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

/** What is wrong about `line`, which is not six digits, without a word of it. */
export function codeForm(line: string): string {
  if (/\0/.test(line) || /^\ufffd\ufffd/.test(line)) {
    return "is in UTF-16: have the program write UTF-8";
  }
  const digits = line.replace(/[^0-9\uff10-\uff19]/g, "").length;
  if (/\p{L}/u.test(line)) return "has letters";
  if (readCode(line.replace(/[^0-9\uff10-\uff19\s-]/g, "")) !== undefined) {
    return "has other signs beside six digits";
  }
  return `has ${digits} ${digits === 1 ? "digit" : "digits"}`;
}
