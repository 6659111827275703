// Reads whole regular files and stdin, one character a byte.
import { UpdstsError } from "../errors.ts";
import { readError } from "./system.ts";
import { asSystemReads } from "./place.ts";

/** The largest file that is read or written: 128 MiB. */
const MAX_BYTES = 128 * 1024 * 1024;

/** The most that is read from stdin, more than any credentials file: 1 MiB. */
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

/** A file as it was read, still open: the text and what is known of the file belong together. */
export interface OpenedFile {
  readonly file: Deno.FsFile;
  readonly info: Deno.FileInfo;
  readonly text: string;
}

/** Opens and reads the file at `path`, which is at `real` if that is known. */
export function openRegularFile(
  path: string,
  what: string,
  real?: string,
): OpenedFile {
  try {
    // Synchronously: for a file of this size, handing each step to another
    // thread takes longer than the step itself.
    const name = real ?? asSystemReads(path);
    // First of all: opening a FIFO would wait for a writer for ever.
    assertRegular(Deno.statSync(name), path, what);
    using opened = new DisposableStack();
    const file = opened.use(Deno.openSync(name));
    // Of the open file: its owner may have put a link to somebody else's file
    // there meanwhile, and gets the text.
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

/** Refuses more bytes than a file may have, to be read or written. */
export function assertSize(size: number, path: string, what: string): void {
  if (size <= MAX_BYTES) return;
  throw new UpdstsError(
    "FILE_UNUSABLE",
    `Cannot use the ${what}: ${path} has ${size} bytes, more than ${MAX_BYTES}`,
    { hint: "name a credentials file: this is another kind of file" },
  );
}

/** The whole text of a file that is open, of about `size` bytes. */
function readToEnd(file: Deno.FsFile, size: number): string {
  // A byte more, to see the end without asking for more room.
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

/** One character a byte: no byte is lost, whatever the encoding. */
export function decodeBytes(bytes: Uint8Array): string {
  // Most files are ASCII, which is read faster as UTF-8. Any other character
  // would be shorter than its bytes, or replaced.
  const text = utf8.decode(bytes);
  return text.length === bytes.length && !text.includes("\uFFFD")
    ? text
    : atob(bytes.toBase64());
}

/** The bytes that {@linkcode decodeBytes} made `text` of. */
export function encodeBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The standard input of the process. */
export type Stdin = Pick<typeof Deno.stdin, "readable" | "isTerminal">;

/**
 * The text of a credentials file from stdin, one character a byte.
 *
 * @throws {UpdstsError} `FILE_UNUSABLE`
 */
export async function readStdin(stdin: Stdin): Promise<string> {
  if (stdin.isTerminal()) {
    throw stdinUnusable(
      "it is a terminal",
      "pipe in the program that has them: op document get aws-keys | updsts get -c - -o FILE",
    );
  }
  let text = "";
  for await (const chunk of stdin.readable) {
    text += decodeBytes(chunk);
    if (text.length > MAX_STDIN_BYTES) {
      throw stdinUnusable(
        "there is more than 1 MiB",
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
