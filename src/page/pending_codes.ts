// Refreshes that wait for a person's code: one for each request, until its outcome has been returned.
import { UpdstsError } from "../errors.ts";
import type { Clock, CodeSource } from "../ports.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import { PageServer } from "./page_server.ts";
import {
  type CodePrompt,
  type CodeRequest,
  type Outcome,
  Question,
  QUESTION_LIFETIME,
} from "./question.ts";

/** A page on which a person can type the code. */
export interface OpenPage {
  /** The current address; it is a secret that permits to answer. */
  readonly url: string;
  readonly prompt: CodePrompt;
}

/** A refresh that may have to wait for a person. */
export class PendingRefresh {
  /** The key of the request; undefined after its outcome was returned. */
  key: string | undefined;
  readonly tickets: Set<string> = new Set();
  /** When an outcome that was not fetched is dropped, in milliseconds. */
  forgottenAt = Infinity;
  /** When, and if, a person has to be asked. */
  readonly opened: Promise<OpenPage>;
  /** The outcome; never rejects. */
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

  /** A ticket for a client that will come back for the outcome. */
  issueTicket(): string {
    const ticket = crypto.randomUUID();
    this.tickets.add(ticket);
    return ticket;
  }

  /** The outcome has been told: it is kept for other tickets only. */
  acknowledge(ticket?: string): void {
    this.key = undefined;
    if (ticket !== undefined) this.tickets.delete(ticket);
    if (this.tickets.size === 0) this.forgottenAt = 0;
  }
}

/** The refreshes of one process that wait for a person. */
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

  /** The refresh for `key` whose outcome has not been returned. */
  find(key: string): PendingRefresh | undefined {
    return this.#kept().find((pending) => pending.key === key);
  }

  /** The refresh for `ticket` whose outcome has not been returned. */
  claim(ticket: string): PendingRefresh | undefined {
    return this.#kept().find(({ tickets }) => tickets.has(ticket));
  }

  /** Begins what is asked for under `key`: `refresh` gets its codes from the page. */
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
        if (this.#closed) throw refused ?? ending();
        if (question === undefined) {
          const prompt = { ...request, profile, device };
          const asked = new Question(prompt, this.#clock);
          opened.resolve(this.#open(asked));
          question = asked;
        }
        return await question.code(refused);
      },
    };
    const outcome = refresh(codes).catch(failure).then((outcome) => {
      question?.end(outcome);
      // No page was opened, or it expired: no call will fetch the outcome.
      const forgotten = question === undefined ||
        outcome instanceof UpdstsError && outcome.code === "CODE_EXPIRED";
      const now = this.#clock.now().getTime();
      pending.forgottenAt = forgotten ? 0 : now + QUESTION_LIFETIME;
      if (question !== undefined) this.#questions.delete(question);
      if (this.#closed && this.#questions.size === 0) this.#pages.close();
      return outcome;
    });
    const pending = new PendingRefresh(key, opened.promise, outcome);
    this.#pending.add(pending);
    return pending;
  }

  /** Opens no more pages, and ends the questions for which no code is being checked. */
  close(): void {
    this.#closed = true;
    for (const question of this.#questions) question.withdraw(ending());
    // The port stays bound while a code is being checked.
    if (this.#questions.size === 0) this.#pages.close();
  }

  #open(question: Question): OpenPage {
    const url = this.#pages.show(question);
    this.#questions.add(question);
    // Waiting calls learn in time that the page has expired.
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
      if (pending.forgottenAt <= now) this.#pending.delete(pending);
    }
    return [...this.#pending];
  }
}

function ending(): UpdstsError {
  return new UpdstsError(
    "CANCELLED",
    "Cannot get a session: updsts is ending",
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}

function failure(error: unknown): UpdstsError {
  return error instanceof UpdstsError
    ? error
    : new UpdstsError("INTERNAL", "Internal error: a defect of updsts", {
      cause: error,
    });
}
