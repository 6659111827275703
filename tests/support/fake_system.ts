// A system whose time passes only when somebody waits, and things that happen in it.
import type { System } from "../../src/machine/system.ts";

/** Waiting takes no time here, and what is planned for that while happens. */
export class FakeSystem implements System {
  readonly os: typeof Deno.build.os;
  rename: System["rename"] = Deno.renameSync;
  link: System["link"] = Deno.linkSync;
  #now = 0;
  #granted = false;
  readonly #plans: { readonly at: number; readonly action: () => void }[] = [];

  constructor(os: typeof Deno.build.os = Deno.build.os) {
    this.os = os;
  }

  now(): number {
    return this.#now;
  }

  /** Has `action` happen when `milliseconds` have been waited for. */
  after(milliseconds: number, action: () => void): void {
    this.#plans.push({ at: this.#now + milliseconds, action });
    this.#plans.sort((a, b) => a.at - b.at);
  }

  sleep(milliseconds: number): Promise<void> {
    // Nobody waits for a lock that was free.
    if (this.#granted) {
      this.#granted = false;
      return new Promise(() => {});
    }
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
    this.#now = Math.max(end, this.#now);
    return aMoment();
  }

  async lock(file: Deno.FsFile): Promise<void> {
    this.#granted = file.tryLockSync(true);
    for (let done = this.#granted; !done; done = file.tryLockSync(true)) {
      await aMoment();
    }
  }
}

/** Others get their turn. */
function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
