// Reads a whole file, one character a byte, if it is one that can be read to its end.
import { UpdstsError } from "../errors.ts";
import { isNetworkPath } from "./paths.ts";

/** The largest file that is taken for a credentials file: 128 MiB. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * The text of the file at `path`. `what` names it in messages.
 *
 * @throws {UpdstsError} `FILE_NOT_FOUND`, `FILE_UNUSABLE`, `FILE_UNREADABLE`
 */
export function readRegularFile(path: string, what: string): string {
  try {
    // One after the other and at once: for a file of this size, handing each
    // step to another thread takes longer than the step itself.
    const info = Deno.statSync(path);
    // Before it is opened: opening a FIFO would wait for a writer for ever.
    assertRegular(info, path, what);
    return decodeBytes(Deno.readFileSync(path));
  } catch (error) {
    throw readError(error, path, what);
  }
}

/** Refuses what is no regular file, or too large. */
export function assertRegular(
  info: Deno.FileInfo,
  path: string,
  what: string,
): void {
  if (!info.isFile) {
    throw new UpdstsError(
      "FILE_UNUSABLE",
      `Cannot use the ${what}: ${path} is ${
        info.isDirectory ? "a directory" : "not a regular file"
      }`,
    );
  }
  if (info.size > MAX_BYTES) {
    throw new UpdstsError(
      "FILE_UNUSABLE",
      `Cannot use the ${what}: ${path} has ${info.size} bytes, more than ${MAX_BYTES}`,
    );
  }
}

/** All that is in a file that is open. */
export function readToEnd(file: Deno.FsFile, size: number): string {
  // A byte more, to see the end without asking for more room.
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) return decodeBytes(bytes.subarray(0, length));
    length += count;
    if (length < bytes.length) continue;
    const more = new Uint8Array(2 * length);
    more.set(bytes);
    bytes = more;
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
// The runtime's Latin-1 is Windows-1252 (as the web's is), which has other
// characters for some of the bytes from 0x80 to 0x9F.
const latin1 = new TextDecoder("latin1");

/** One character a byte: no byte is lost, whatever the encoding. */
export function decodeBytes(bytes: Uint8Array): string {
  // Most files are ASCII, and the runtime reads that as UTF-8 up to four times
  // as fast as Latin-1. Any other character would be shorter than its bytes, or
  // replaced.
  const text = utf8.decode(bytes);
  if (text.length === bytes.length && !text.includes("\uFFFD")) return text;
  const others = latin1.decode(
    Uint8Array.from({ length: 0x20 }, (_, index) => 0x80 + index),
  );
  return latin1.decode(bytes).replace(
    /[^\0-\xFF]/g,
    (character) => String.fromCharCode(0x80 + others.indexOf(character)),
  );
}

/** The bytes that {@linkcode decodeBytes} made `text` of. */
export function encodeBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** What the operating system said, without a path or a number. */
export function systemMessage(error: unknown): string {
  // The runtime's own words advise to run with all permissions.
  if (error instanceof Deno.errors.NotCapable) {
    return "it is a part of the system that updsts may not open";
  }
  if (isHeld(error)) return "another program has it open";
  const message = error instanceof Error ? error.message : String(error);
  // Windows speaks in whole sentences, and ours goes on.
  return (message.split(" (os error")[0] ?? message).replace(/\.$/, "");
}

/** Whether `error` comes from the operating system, and not from a defect. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error &&
    ("code" in error || error instanceof Deno.errors.NotCapable ||
      /\(os error \d+\)/.test(error.message));
}

/** Whether `error` carries one of these codes of the operating system. */
export function hasSystemCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error &&
    codes.some((code) => code === error.code);
}

/** Whether another program has the file open, and lets nobody else have it. */
export function isHeld(
  error: unknown,
  os: typeof Deno.build.os = Deno.build.os,
): boolean {
  if (os !== "windows") return false;
  const cause = error instanceof UpdstsError ? error.cause : error;
  // Of an open file, and of a part of it that is locked.
  return hasSystemCode(cause, "EBUSY") || cause instanceof Deno.errors.Busy ||
    cause instanceof Error && /\(os error 3[23]\)/.test(cause.message);
}

/** Which programs those are. */
export const HELD_HINT =
  "close it in the program that has it open, an editor perhaps, or wait: a virus scanner, a backup or a program that syncs files is done in a moment";

/** Why the file at `path` could not be read, in our own words. */
export function readError(error: unknown, path: string, what: string): Error {
  if (error instanceof UpdstsError) return error;
  if (error instanceof Deno.errors.NotFound) {
    return new UpdstsError(
      "FILE_NOT_FOUND",
      `Cannot read the ${what}: ${path} does not exist`,
      {
        hint:
          "create it with `aws configure`, or name another one with -c or AWS_SHARED_CREDENTIALS_FILE",
        cause: error,
      },
    );
  }
  const special = error instanceof Deno.errors.NotCapable;
  return new UpdstsError(
    special ? "FILE_UNUSABLE" : "FILE_UNREADABLE",
    `Cannot read the ${what}: ${path}: ${
      special && isNetworkPath(path) ? ON_NETWORK : systemMessage(error)
    }`,
    { hint: special ? specialHint(path) : readHint(error), cause: error },
  );
}

/** The sandbox takes the name of a server for a device. */
const ON_NETWORK = "it is on the network, where updsts may not open anything";

function readHint(error: unknown): string {
  return isHeld(error) ? HELD_HINT : "check the path and its permissions";
}

function specialHint(path: string): string {
  return isNetworkPath(path)
    ? "give the share a drive letter (net use), and name the file by that"
    : "name a file of your own";
}
