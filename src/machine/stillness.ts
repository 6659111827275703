// Tells when a file that other programs have changed may be taken for whole.
import type { Difference, SeenBefore } from "../ports.ts";
import type { Timepiece } from "./timepiece.ts";

/** How long the file must have stayed as it is, in milliseconds. */
const STILL: Readonly<Record<Difference, number>> = {
  none: 0,
  changed: 500,
  // A program that truncates a file and writes it anew may pause on the way.
  lost: 10_000,
};

/** How long to wait for that in all. */
const PATIENCE: Readonly<Record<Difference, number>> = {
  none: 0,
  changed: 10_000,
  lost: 60_000,
};

/** What the file held when it was last looked at, and since when it has. */
interface Look {
  readonly text: string;
  readonly since: number;
  /** What has been done to it since it was known to be whole. */
  readonly difference: Difference;
}

/** Looks at a file again and again, until nobody writes to it any more. */
export class Stillness {
  readonly #seen: SeenBefore;
  readonly #time: Timepiece;
  readonly #start: number;
  #last: Look | undefined;

  /** Begins now; the file is to be compared with what was `seen` of it. */
  constructor(seen: SeenBefore, time: Timepiece) {
    this.#seen = seen;
    this.#time = time;
    this.#start = time.now();
  }

  /** Whether another program has changed the file. */
  get disturbed(): boolean {
    return this.#last !== undefined && this.#last.difference !== "none";
  }

  /**
   * How many milliseconds to wait before the next look at the file, which holds
   * `text` now; 0 if that is to be taken. Undefined if half of it seems to be
   * missing, and patience is at an end. `refused` says that nothing can be done
   * with the text, maybe for that very reason.
   */
  wait(text: string, refused = false): number | undefined {
    const now = this.#time.now();
    const { since, difference } = this.#last = this.#look(text, now);
    const kind = refused && difference === "changed" ? "lost" : difference;
    const still = since + STILL[kind] - now;
    if (still <= 0) return 0;
    const patience = this.#start + PATIENCE[kind] - now;
    if (patience > 0) return Math.min(still, patience);
    // Programs that replace the file again and again never leave it still, but
    // what they put there is whole.
    return kind === "lost" ? undefined : 0;
  }

  #look(text: string, now: number): Look {
    const { text: before, difference } = this.#seen;
    const last = this.#last;
    if (last?.text === text) return last;
    const still = last !== undefined && difference(last.text, text) === "none";
    const since = still ? last.since : now;
    return { text, since, difference: difference(before, text) };
  }
}
