// Writes text to a stream of the process, whole and in order.
import { UpdstsError } from "../errors.ts";

const encoder = new TextEncoder();

/**
 * Writes all of `text`. A reader that has gone away (`| head`) is no error.
 *
 * @throws {UpdstsError} `OUTPUT_UNWRITABLE`
 */
export function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  const bytes = encoder.encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += stream.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return;
    const message = error instanceof Error ? error.message : String(error);
    throw new UpdstsError(
      "OUTPUT_UNWRITABLE",
      `Cannot write the answer: ${message.replace(/\.? \(os error.*/, "")}`,
      {
        hint:
          "what was asked for may have been done all the same: updsts list shows it",
        cause: error,
      },
    );
  }
}
