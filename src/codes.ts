// TOTP codes as people and programs spell them.

/**
 * The six digits that `text` stands for, as phones, pages and input methods
 * spell them: `123 456`, `123-456`, `１２３４５６`. Undefined if it is no code.
 */
export function readCode(text: string): string | undefined {
  // What most say; the classes of Unicode below take a while to make ready.
  if (/^[0-9]{6}$/.test(text)) return text;
  // What stands between: blanks and dashes of any script, and what takes no room.
  const digits = text.replace(/[\s\p{Pd}\p{Cf}\u2212\u30fc\uff70]+/gu, "")
    .replace(
      /[\uff10-\uff19]/g,
      (digit) => String(digit.charCodeAt(0) - 0xff10),
    );
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}
