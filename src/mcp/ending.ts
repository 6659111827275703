// The end of the server: what STS may have been asked for is waited for and written, and nothing new begins.
import { UpdstsError } from "../errors.ts";
import type { RefreshHooks } from "../sessions/refresh_session.ts";

/** A refresh that has to be waited for once STS has been asked. */
interface Work {
  readonly done: Promise<unknown>;
  asked: boolean;
}

/** Knows what is under way. */
export class Ending {
  #begun = false;
  readonly #works = new Set<Work>();

  /** From now on, STS is not asked any more. */
  begin(): void {
    this.#begun = true;
  }

  /** Waits until no session can be lost. */
  async allDone(): Promise<void> {
    for (;;) {
      const asked = [...this.#works].filter(({ asked }) => asked);
      if (asked.length === 0) return;
      await Promise.race(asked.map(({ done }) => done));
    }
  }

  /** Does `work`, a refresh with these hooks. It is `cancelled` if nobody wants it any more. */
  async track<T>(
    work: (hooks: RefreshHooks) => Promise<T>,
    cancelled?: AbortSignal,
  ): Promise<T> {
    const done = Promise.withResolvers<void>();
    const known: Work = { done: done.promise, asked: false };
    this.#works.add(known);
    try {
      return await work({
        sending: () => {
          if (this.#begun) throw nothingSent("the server is ending");
          if (cancelled?.aborted) throw nothingSent("the call was cancelled");
          known.asked = true;
        },
        answered: (error) => {
          // There is no session to write; another code may be asked for.
          if (error !== undefined) known.asked = false;
        },
      });
    } finally {
      this.#works.delete(known);
      done.resolve();
    }
  }
}

function nothingSent(why: string): UpdstsError {
  return new UpdstsError("CANCELLED", `Cannot get a session: ${why}`, {
    hint: "nothing was sent to AWS, and nothing was changed",
  });
}
