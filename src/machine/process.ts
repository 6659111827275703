// The process: its signals, stdout and stderr.
import { UpdstsError } from "../errors.ts";

/** The signals that ask a process to end; on Windows, others end it at once. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** `deno task` and npx forward a signal: the same one within this time, in milliseconds, counts once. */
const REPEATED_WITHIN = 250;

/** Calls `first` when the process is asked to end, in place of ending it; asked again, `again`. */
export function onSignals(first: () => void, again: () => void): Disposable {
  const receivedAt = new Map<Deno.Signal, number>();
  const removals = SIGNALS.map((signal) => {
    const listener = () => {
      const now = performance.now();
      const before = receivedAt.get(signal);
      // The same signal twice means «at once»; two different signals may mean one request.
      if (before !== undefined && now - before > REPEATED_WITHIN) {
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

/** The most that is kept for a reader of stderr, in characters. */
const MAX_WAITING = 65_536;

/**
 * Writes notes for a reader who may never read: a full pipe would stop the
 * process at the next one. So they wait here, and what does not fit is dropped.
 */
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
          : `${dropped} notes were dropped, since nobody read them\n`;
        let bytes = encoder.encode(waiting + missing);
        [waiting, dropped] = ["", 0];
        while (bytes.length > 0) {
          bytes = bytes.subarray(await stream.write(bytes));
        }
      }
    } catch {
      // The reader has gone away, and nobody can be told.
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
    /** Settles when all is written, or nobody has read for `patience` milliseconds. */
    written: async (patience: number): Promise<void> => {
      const limit = new Promise((resolve) => setTimeout(resolve, patience));
      await Promise.race([writing, limit]);
    },
  };
}
