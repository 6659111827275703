// TOTP codes as people and programs spell them.

/** What stands between the digits: blanks and dashes of any script, and what takes no room. */
const SEPARATORS = /[\s\p{Pd}\p{Cf}\u2212\u30fc\uff70]+/gu;

/**
 * The six digits that `text` stands for, as phones, pages and input methods
 * spell them: `123 456`, `123-456`, `１２３４５６`. Undefined if it is no code.
 */
export function readCode(text: string): string | undefined {
  // What most say: SEPARATORS take a while to make ready.
  if (/^[0-9]{6}$/.test(text)) return text;
  const digits = text.replace(SEPARATORS, "").replace(
    /[\uff10-\uff19]/g,
    (digit) => String(digit.charCodeAt(0) - 0xff10),
  );
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}
