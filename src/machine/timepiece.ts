// The time that passes while something is waited for; tests have one in which it passes at once.

/** How long to wait for other programs, in milliseconds: while nothing is at stake, and when a code is spent. */
export const PATIENCE = 10_000;
export const LAST_PATIENCE = 60_000;

/** Tells how late it is, and waits. */
export interface Timepiece {
  /** Milliseconds since some moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The time of this machine, whatever its clock is set to meanwhile. */
export const REAL_TIME: Timepiece = {
  now: () => performance.now(),
  // The runtime loads modules of Node for the first setTimeout(), which takes an
  // otherwise empty program 7 ms.
  sleep: (milliseconds) =>
    new Promise((resolve) =>
      AbortSignal.timeout(milliseconds)
        .addEventListener("abort", () => resolve(), { once: true })
    ),
};
