// The end of the server: what STS may have been asked for is waited for and written, and nothing new begins.
import { UpdstsError } from "../errors.ts";
import type { Change, Ports } from "../ports.ts";

/** How long a rehearsal may take to tidy up, in milliseconds. */
const REHEARSAL_TIME = 3_000;

/** Work that has to be waited for once STS has been asked. */
interface Work {
  readonly done: Promise<unknown>;
  asked: boolean;
}

/** Knows what is under way. */
export class Ending {
  #begun = false;
  readonly #works = new Set<Work>();
  readonly #rehearsals = new Set<Promise<void>>();

  /** From now on, STS is not asked and no file is opened any more. */
  begin(): void {
    this.#begun = true;
  }

  /** Waits until no session can be lost, and no file is left half-written. */
  async allDone(): Promise<void> {
    // One that takes longer waits for another program, and has no file yet.
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, REHEARSAL_TIME);
    await Promise.race([Promise.all(this.#rehearsals), limit.promise]);
    clearTimeout(timer);
    for (;;) {
      const asked = [...this.#works].filter(({ asked }) => asked);
      if (asked.length === 0) return;
      await Promise.race(asked.map(({ done }) => done));
    }
  }

  /** Does `work`, which asks STS by the ports that it is given. */
  async awaited<T>(
    ports: Ports,
    work: (ports: Ports) => Promise<T>,
  ): Promise<T> {
    const done = Promise.withResolvers<void>();
    const known: Work = { done: done.promise, asked: false };
    this.#works.add(known);
    try {
      return await work({
        ...ports,
        issuer: {
          rehearse: (target) => ports.issuer.rehearse(target),
          issue: async (request) => {
            this.#refuseIfBegun("nothing was sent to AWS");
            known.asked = true;
            try {
              return await ports.issuer.issue(request);
            } catch (error) {
              // There is no session to write; another code may be asked for.
              known.asked = false;
              throw error;
            }
          },
        },
      });
    } finally {
      this.#works.delete(known);
      done.resolve();
    }
  }

  /** Ports whose file is not left in the middle of being tried. */
  guarded(ports: Ports): Ports {
    const { file } = ports;
    return {
      ...ports,
      file: {
        path: file.path,
        read: () => file.read(),
        rehearse: (change) =>
          this.#rehearse((guard) => file.rehearse(guard(change))),
        update: (change, options) => file.update(change, options),
        settled: () => file.settled(),
      },
    };
  }

  /** It has a file beside the user's for as long as it takes. */
  async #rehearse(
    rehearse: (guard: (change: Change) => Change) => Promise<void>,
  ): Promise<void> {
    this.#refuseIfBegun("nothing was changed");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#rehearsals.add(promise);
    try {
      await rehearse((change) => (text) => {
        this.#refuseIfBegun("nothing was changed");
        return change(text);
      });
    } finally {
      this.#rehearsals.delete(promise);
      resolve();
    }
  }

  #refuseIfBegun(hint: string): void {
    if (!this.#begun) return;
    throw new UpdstsError(
      "CANCELLED",
      "Cannot get a session: the server is ending",
      { hint },
    );
  }
}
