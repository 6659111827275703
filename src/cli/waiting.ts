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
  // See Timepiece: the first setTimeout() takes longer than most of what we do.
  const late = AbortSignal.timeout(UNNOTICED);
  const say = () => output.note(message);
  late.addEventListener("abort", say);
  try {
    return await action();
  } finally {
    late.removeEventListener("abort", say);
  }
}
