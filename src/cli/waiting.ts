// Tells who waits at a terminal that it is STS that takes its time.
import type { Output } from "./output.ts";

/** How long nobody wonders, in milliseconds. */
const UNNOTICED = 1_000;

/** Shows `message` if this is not disposed of within a second. */
export function sayWhenWaiting(output: Output, message: string): Disposable {
  // The first setTimeout() takes longer than most of what we do.
  const late = AbortSignal.timeout(UNNOTICED);
  const say = () => output.note(message);
  if (output.screen.attended) late.addEventListener("abort", say);
  return {
    [Symbol.dispose]: () => late.removeEventListener("abort", say),
  };
}
