// Refreshes that wait for a code from a person, kept until their outcome is delivered.
import { UpdstsError } from "../errors.ts";
import type { Clock, CodeSource } from "../ports.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import { PageServer } from "./page_server.ts";
import {
  cancelled,
  type CodePrompt,
  type CodeRequest,
  type Outcome,
  Question,
  QUESTION_LIFETIME,
  toUpdstsError,
} from "./question.ts";

const ENDING = "updsts is ending";

export interface OpenPage {
  /** The current address; knowing it is enough to answer. */
  readonly url: string;
  readonly prompt: CodePrompt;
}

export class PendingRefresh {
  /** Identifies the request; undefined once the outcome is delivered. */
  key: string | undefined;
  readonly tickets: Set<string> = new Set();
  /** When an outcome that is not collected is dropped, in milliseconds of the clock. */
  expiresAt = Infinity;
  /** Resolves when a person has to be asked. */
  readonly opened: Promise<OpenPage>;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;

  constructor(
    key: string,
    opened: Promise<OpenPage>,
    outcome: Promise<Outcome>,
  ) {
    this.key = key;
    this.opened = opened;
    this.outcome = outcome;
  }

  /** Issues a ticket with which a client collects the outcome later. */
  issueTicket(): string {
    const ticket = crypto.randomUUID();
    this.tickets.add(ticket);
    return ticket;
  }

  /** Marks the outcome as delivered: it is kept for other tickets only. */
  acknowledge(ticket?: string): void {
    this.key = undefined;
    if (ticket !== undefined) this.tickets.delete(ticket);
    if (this.tickets.size === 0) this.expiresAt = 0;
  }
}

export class PendingCodes {
  readonly #clock: Clock;
  readonly #pages: PageServer;
  readonly #pending = new Set<PendingRefresh>();
  readonly #questions = new Set<Question>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#pages = new PageServer(clock);
  }

  /** The refresh with `key` whose outcome is not delivered yet. */
  find(key: string): PendingRefresh | undefined {
    return this.#kept().find((pending) => pending.key === key);
  }

  /** The refresh for which `ticket` was issued, if it is not acknowledged. */
  claim(ticket: string): PendingRefresh | undefined {
    return this.#kept().find(({ tickets }) => tickets.has(ticket));
  }

  /** Starts `refresh` with codes from a page, which opens when the first code is needed. */
  begin(
    key: string,
    request: CodeRequest,
    refresh: (codes: CodeSource) => Promise<RefreshResult>,
  ): PendingRefresh {
    const opened = Promise.withResolvers<OpenPage>();
    let question: Question | undefined;
    const codes: CodeSource = {
      asksAgain: true,
      code: async (profile, device, refused) => {
        if (this.#closed) throw refused ?? cancelled(ENDING);
        if (question === undefined) {
          const prompt = { ...request, profile, device };
          const asked = new Question(prompt, this.#clock);
          opened.resolve(this.#open(asked));
          question = asked;
        }
        return await question.code(refused);
      },
    };
    const outcome = refresh(codes).catch(toUpdstsError).then((outcome) => {
      question?.end(outcome);
      // A client does not come back for a page that was not opened or not used.
      const isDropped = question === undefined ||
        outcome instanceof UpdstsError && outcome.code === "CODE_EXPIRED";
      const now = this.#clock.now().getTime();
      pending.expiresAt = isDropped ? 0 : now + QUESTION_LIFETIME;
      if (question !== undefined) this.#questions.delete(question);
      if (this.#closed && this.#questions.size === 0) this.#pages.close();
      return outcome;
    });
    const pending = new PendingRefresh(key, opened.promise, outcome);
    this.#pending.add(pending);
    return pending;
  }

  /** Opens no further pages, and ends each question unless a code is being checked. */
  close(): void {
    this.#closed = true;
    for (const question of this.#questions) {
      question.withdraw(cancelled(ENDING));
    }
    // Otherwise the port stays open until the code has been checked.
    if (this.#questions.size === 0) this.#pages.close();
  }

  #open(question: Question): OpenPage {
    const url = this.#pages.show(question);
    this.#questions.add(question);
    // Ends the wait for the outcome even if the page is never loaded.
    const timer = setTimeout(() => question.expire(), QUESTION_LIFETIME);
    Deno.unrefTimer(timer);
    return {
      get url() {
        return url();
      },
      prompt: question.prompt,
    };
  }

  #kept(): PendingRefresh[] {
    const now = this.#clock.now().getTime();
    for (const pending of this.#pending) {
      if (pending.expiresAt <= now) this.#pending.delete(pending);
    }
    return [...this.#pending];
  }
}
