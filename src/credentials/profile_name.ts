// Profile names: which can stand in a section header, and how bytes become one.
import { UpdstsError } from "../errors.ts";
import { trimWhiteSpace } from "./white_space.ts";

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** `text` in UTF-8, one character a byte, as the files are scanned. */
export function encodeText(text: string): string {
  if (isAscii(text)) return text;
  return Array.from(utf8.encode(text), (byte) => String.fromCharCode(byte))
    .join("");
}

/** The text that UTF-8 `bytes` (one character a byte) stand for, to be shown. */
export function decodeText(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  return utf8Decoder.decode(
    Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
  );
}

/** Whether `bytes` (one character a byte) are UTF-8. */
export function isUtf8(bytes: string): boolean {
  // What is not shows up as U+FFFD, which has three bytes of its own.
  return isAscii(bytes) || encodeText(decodeText(bytes)) === bytes;
}

/**
 * Refuses a name that no section header can hold, or that the AWS SDKs would
 * read as something else. `what` names the parameter for the message.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export function assertProfileName(name: string, what: string): void {
  const reason = whyNoProfileName(name);
  if (reason === undefined) return;
  throw new UpdstsError("NAME_INVALID", `Cannot use ${what}: ${reason}`, {
    hint: "give the name as it stands between [ and ] in the credentials file",
  });
}

/**
 * Refuses a name for the session's profile that programs would read
 * differently in a header.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export function assertSessionName(name: string): void {
  // Go's parser and others cut a header there, and would read the session's
  // keys into the profile above.
  const reason = whyNoProfileName(name) ??
    (/[#;]/.test(name)
      ? `${JSON.stringify(name)} holds # or ;, where some programs end a header`
      : undefined);
  if (reason === undefined) return;
  throw new UpdstsError(
    "NAME_INVALID",
    `Cannot use the name for the session's profile: ${reason}`,
    { hint: "choose another name with -sn; nothing was changed" },
  );
}

function whyNoProfileName(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return "it holds a line end or another control character";
  }
  if (/[[\]]/.test(name)) return "it holds a square bracket";
  if (name !== trimWhiteSpace(name)) return "it begins or ends with a space";
  // Readers take a blank and one of these for the start of a comment.
  if (/\s[#;]/.test(name)) return "it holds a space followed by # or ;";
  // The AWS SDK for JavaScript rejects a whole file for these.
  if (/^(profile )?__proto__$/.test(name)) return "the AWS SDKs reject it";
  return undefined;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}
