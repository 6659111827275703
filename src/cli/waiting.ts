// Tells who waits at a terminal that it is STS that takes its time.
import type { Output } from "./output.ts";

/** How long nobody wonders, in milliseconds. */
const UNNOTICED = 1_000;

/** What `action` gives; `message` is shown if that takes longer than a second. */
export async function sayWhenWaiting<T>(
  output: Output,
  message: string,
  action: () => Promise<T>,
): Promise<T> {
  if (!output.screen.attended) return await action();
  const timer = setTimeout(() => output.note(message), UNNOTICED);
  try {
    return await action();
  } finally {
    clearTimeout(timer);
  }
}
