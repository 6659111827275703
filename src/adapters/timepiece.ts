// The time that passes while something is waited for; tests have one in which it passes at once.

/** Tells how late it is, and waits. */
export interface Timepiece {
  /** Milliseconds since some moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The time of this machine, whatever its clock is set to meanwhile. */
export const REAL_TIME: Timepiece = {
  now: () => performance.now(),
  sleep: (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
