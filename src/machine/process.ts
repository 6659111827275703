// The process: its signals, stdout and stderr.
import { UpdstsError } from "../errors.ts";

/** Signals that ask the process to end; on Windows, others end it at once. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Equal signals within this time, in milliseconds, count once: `deno task` and npx forward them. */
const FORWARDED_WITHIN = 250;

/** Calls `first` at the first signal, instead of ending the process, and `again` if the same signal is repeated. */
export function onSignals(first: () => void, again: () => void): Disposable {
  const receivedAt = new Map<Deno.Signal, number>();
  const removals = SIGNALS.map((signal) => {
    const listener = () => {
      const now = performance.now();
      const before = receivedAt.get(signal);
      // Different signals may come from one program that ends this one.
      if (before !== undefined && now - before > FORWARDED_WITHIN) {
        again();
      }
      receivedAt.set(signal, before ?? now);
      if (before === undefined && receivedAt.size === 1) first();
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return { [Symbol.dispose]: () => removals.forEach((remove) => remove()) };
}

const encoder = new TextEncoder();

/**
 * Writes all of `text`; ignores a reader that has closed the pipe (`| head`).
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
          "the command may have succeeded all the same: updsts list shows it",
        cause: error,
      },
    );
  }
}

/** How many unwritten characters of notes are kept. */
const MAX_WAITING = 65_536;

/** Writes notes without blocking on a full pipe: they are buffered, and dropped when the buffer is full. */
export function unblockedNotes(
  stream: { write(bytes: Uint8Array): Promise<number> },
) {
  let waiting = "";
  let dropped = 0;
  let writing: Promise<void> | undefined;
  const writeWaiting = async () => {
    try {
      while (waiting !== "" || dropped > 0) {
        const missing = dropped === 0
          ? ""
          : `${dropped} notes were dropped because they were not read\n`;
        let bytes = encoder.encode(waiting + missing);
        [waiting, dropped] = ["", 0];
        while (bytes.length > 0) {
          bytes = bytes.subarray(await stream.write(bytes));
        }
      }
    } catch {
      // The reader has closed the pipe.
    } finally {
      writing = undefined;
    }
  };
  return {
    write: (text: string): void => {
      if (waiting.length + text.length > MAX_WAITING) dropped++;
      else waiting += text;
      writing ??= writeWaiting();
    },
    /** Resolves when all is written, or after `timeout` milliseconds. */
    written: async (timeout: number): Promise<void> => {
      const limit = new Promise((resolve) => setTimeout(resolve, timeout));
      await Promise.race([writing, limit]);
    },
  };
}
