// The end of the server: what STS may have been asked for is waited for and written, and nothing new begins.
import { UpdstsError } from "../errors.ts";
import type { Change, Ports } from "../ports.ts";

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
    await Promise.allSettled(this.#rehearsals);
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
        update: (change) => file.update(change),
      },
    };
  }

  /** Under way is a rehearsal once it is shown the text: then it has a file open. */
  async #rehearse(
    rehearse: (guard: (change: Change) => Change) => Promise<void>,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    try {
      await rehearse((change) => (text) => {
        this.#refuseIfBegun("nothing was changed");
        this.#rehearsals.add(promise);
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
