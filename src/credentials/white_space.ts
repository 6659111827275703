// What programs take for white space in a decoded text. They do not agree, so each has its own.

/** Whether a program takes the character of this code for white space. */
export type IsSpace = (code: number) => boolean;

/** As Python does: `str.isspace()`. */
export const isPythonSpace: IsSpace = (code) =>
  isGoSpace(code) || (code >= 0x1c && code <= 0x1f);

/** As Go does: `unicode.IsSpace`. */
export const isGoSpace: IsSpace = (code) =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0x85 ||
  (code >= 0xa0 && isSeparator(code));

/** As JavaScript does: `\s`, and `trim()`. */
export const isJavaScriptSpace: IsSpace = (code) =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff ||
  (code >= 0xa0 && isSeparator(code));

/** As any of them does. */
export const isAnySpace: IsSpace = (code) =>
  isPythonSpace(code) || code === 0xfeff;

/** What Unicode takes for separators, beside the space. */
function isSeparator(code: number): boolean {
  return code === 0xa0 || code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 ||
    code === 0x202f || code === 0x205f || code === 0x3000;
}

/** `text` without what any program takes for white space at either end. */
export function trimWhiteSpace(text: string, is: IsSpace = isAnySpace): string {
  return trimStart(trimEnd(text, is), is);
}

/** The same at the start only. */
export function trimStart(text: string, is: IsSpace): string {
  let start = 0;
  while (start < text.length && is(text.charCodeAt(start))) start++;
  return text.slice(start);
}

/** The same at the end only. */
export function trimEnd(text: string, is: IsSpace): string {
  let end = text.length;
  while (end > 0 && is(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}
