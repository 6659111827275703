// A time that passes only when somebody waits, and things that happen in it.
import type { Timepiece } from "../../src/machine/timepiece.ts";

/** Waiting takes no time here, and what is planned for that while happens. */
export class FakeTime implements Timepiece {
  #now = 0;
  readonly #plans: { readonly at: number; readonly action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  /** Has `action` happen when `milliseconds` have been waited for. */
  after(milliseconds: number, action: () => void): void {
    this.#plans.push({ at: this.#now + milliseconds, action });
    this.#plans.sort((a, b) => a.at - b.at);
  }

  sleep(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (
      let next = this.#plans[0];
      next && next.at <= end;
      next = this.#plans[0]
    ) {
      this.#plans.shift();
      this.#now = next.at;
      next.action();
    }
    this.#now = end;
    return Promise.resolve();
  }
}
