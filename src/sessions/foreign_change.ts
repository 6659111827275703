// What other programs have done to a file between two looks at it.
import { compareOutsideBlocks } from "../credentials/compare.ts";
import type { Difference } from "../ports.ts";

/** Compares two texts of one file, one character a byte. */
export function foreignChange(before: string, now: string): Difference {
  const change = compareOutsideBlocks(before, now);
  if (change === "same") return "none";
  return change === "missing" ? "lost" : "changed";
}
