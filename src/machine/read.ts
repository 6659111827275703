// Reads regular files and stdin as text with one character a byte.
import { UpdstsError } from "../errors.ts";
import { readError } from "./system.ts";
import { withoutParentNames } from "./place.ts";

/** Maximal size of a file that is read or written. */
const MAX_BYTES = 128 * 1024 * 1024;

/** Maximal size of a credentials file from stdin. */
const MAX_STDIN_BYTES = 1024 * 1024;

/**
 * The text of the file at `path`. `what` names it in messages.
 *
 * @throws {UpdstsError} `FILE_NOT_FOUND`, `FILE_UNUSABLE`, `FILE_UNREADABLE`
 */
export function readRegularFile(path: string, what: string): string {
  const { file, text } = openRegularFile(path, what);
  file.close();
  return text;
}

/** An open file and what was read through its handle, so that text and info belong together. */
export interface OpenedFile {
  readonly file: Deno.FsFile;
  readonly info: Deno.FileInfo;
  readonly text: string;
}

/** Opens and reads the file at `path`; `real` is its resolved path, if known. */
export function openRegularFile(
  path: string,
  what: string,
  real?: string,
): OpenedFile {
  try {
    // Synchronous calls are faster than asynchronous ones for small files.
    const name = real ?? withoutParentNames(path);
    // Before opening: opening a FIFO would wait for a writer.
    assertRegular(Deno.statSync(name), path, what);
    using opened = new DisposableStack();
    const file = opened.use(Deno.openSync(name));
    // Again for the open file: its owner may have replaced it by a link to the
    // file of another user, and would receive that text.
    const info = file.statSync();
    assertRegular(info, path, what);
    const text = readToEnd(file, info.size);
    opened.move();
    return { file, info, text };
  } catch (error) {
    throw readError(error, path, what);
  }
}

function assertRegular(
  { isFile, isDirectory, size }: Deno.FileInfo,
  path: string,
  what: string,
): void {
  if (isFile) return assertSize(size, path, what);
  throw new UpdstsError(
    "FILE_UNUSABLE",
    `Cannot use the ${what}: ${path} is ${
      isDirectory ? "a directory" : "not a regular file"
    }`,
  );
}

/** Refuses more bytes than may be read or written. @throws {UpdstsError} `FILE_UNUSABLE` */
export function assertSize(size: number, path: string, what: string): void {
  if (size <= MAX_BYTES) return;
  throw new UpdstsError(
    "FILE_UNUSABLE",
    `Cannot use the ${what}: ${path} has ${size} bytes, more than ${MAX_BYTES}`,
    { hint: "name a credentials file: this is a different kind of file" },
  );
}

function readToEnd(file: Deno.FsFile, size: number): string {
  // One byte more, to reach the end without enlarging the buffer.
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) return decodeBytes(bytes.subarray(0, length));
    length += count;
    if (length < bytes.length) continue;
    bytes = new Uint8Array(bytes.buffer.transfer(2 * length));
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes each byte as one character: no byte is lost, whatever the encoding. */
export function decodeBytes(bytes: Uint8Array): string {
  // Decoding ASCII as UTF-8 is faster; other text has fewer characters than
  // bytes, or U+FFFD.
  const text = utf8.decode(bytes);
  return text.length === bytes.length && !text.includes("\uFFFD")
    ? text
    : atob(bytes.toBase64());
}

/** The inverse of {@linkcode decodeBytes}. */
export function encodeBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export type Stdin = Pick<typeof Deno.stdin, "readable" | "isTerminal">;

/**
 * Reads a credentials file from stdin.
 *
 * @throws {UpdstsError} `FILE_UNUSABLE`
 */
export async function readStdin(stdin: Stdin): Promise<string> {
  if (stdin.isTerminal()) {
    throw stdinUnusable(
      "it is a terminal",
      "pipe in the program that holds the keys: op document get aws-keys | updsts get -c - -o FILE",
    );
  }
  let text = "";
  for await (const chunk of stdin.readable) {
    text += decodeBytes(chunk);
    if (text.length > MAX_STDIN_BYTES) {
      throw stdinUnusable(
        "it has more than 1 MiB",
        "pipe in the text of a credentials file, and nothing else",
      );
    }
  }
  if (text !== "") return text;
  throw stdinUnusable(
    "it is empty",
    "check the program before the pipe: it wrote nothing",
  );
}

function stdinUnusable(state: string, hint: string): UpdstsError {
  return new UpdstsError(
    "FILE_UNUSABLE",
    `Cannot read the credentials from stdin: ${state}`,
    { hint },
  );
}
