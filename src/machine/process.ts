// The process: the signals that end it, and what it writes.
import { UpdstsError } from "../errors.ts";

/** Those by which a process is asked to end; on Windows, others end it at once. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** What comes this soon after a signal, in milliseconds, is the same one: `deno task` and npx send it on. */
const SAME_SIGNAL = 250;

/** Calls `first` when the process is asked to end, in place of ending it; asked again, `again`. */
export function onSignals(first: () => void, again: () => void): Disposable {
  const heard = new Map<Deno.Signal, number>();
  const heeds = SIGNALS.map((signal) => {
    const heed = () => {
      const now = performance.now();
      const before = heard.get(signal);
      // Who asks twice will not wait; who asks in two ways may only be thorough.
      if (before !== undefined && now - before > SAME_SIGNAL) {
        again();
      }
      heard.set(signal, before ?? now);
      if (before === undefined && heard.size === 1) first();
    };
    Deno.addSignalListener(signal, heed);
    return () => Deno.removeSignalListener(signal, heed);
  });
  return { [Symbol.dispose]: () => heeds.forEach((forget) => forget()) };
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
