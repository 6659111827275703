// Long-term keys that another program writes to our stdin, so that they need be in no file.
import { UpdstsError } from "../errors.ts";
import { decodeBytes } from "./regular_file.ts";

/** More than any credentials file: 1 MiB. */
const MAX_BYTES = 1024 * 1024;

/** The standard input of the process. */
export interface Stdin {
  readonly readable: ReadableStream<Uint8Array>;
  isTerminal(): boolean;
}

/**
 * The text of a credentials file from stdin, one character a byte.
 *
 * @throws {UpdstsError} `FILE_UNUSABLE`
 */
export async function readStdin(stdin: Stdin): Promise<string> {
  // Somebody would type, and nobody would know for what.
  if (stdin.isTerminal()) {
    throw new UpdstsError(
      "FILE_UNUSABLE",
      "Cannot read the credentials from stdin: it is a terminal",
      {
        hint:
          "pipe in the program that has them: op document get aws-keys | updsts get -c - -o FILE",
      },
    );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin.readable) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new UpdstsError(
        "FILE_UNUSABLE",
        "Cannot read the credentials from stdin: there is more than 1 MiB",
        { hint: "pipe in the text of a credentials file, and nothing else" },
      );
    }
    chunks.push(chunk);
  }
  if (size === 0) {
    throw new UpdstsError(
      "FILE_UNUSABLE",
      "Cannot read the credentials from stdin: it is empty",
      { hint: "check the program before the pipe: it wrote nothing" },
    );
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return decodeBytes(bytes);
}
