// Keeps the questions of one process: one for each thing that is asked for, until somebody has heard its outcome.
import { UpdstsError } from "../errors.ts";
import type { Clock, CodeSource } from "../ports.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import { type Page, PageServer } from "./page_server.ts";
import { type CodeRequest, Question, QUESTION_LIFETIME } from "./question.ts";

/** A question that is open, as whoever asks for the session sees it. */
export interface OpenPage {
  readonly url: string;
  readonly prompt: Question["prompt"];
  /** A person does not want to. */
  decline(): void;
}

/** A refresh that may have to wait for a person. */
export interface PendingRefresh {
  /** When, and if, a person has to be asked. */
  readonly opened: Promise<OpenPage>;
  /** What it ended with; never rejects. */
  readonly outcome: Promise<RefreshResult | UpdstsError>;
  /** A ticket for somebody who is to come back for the outcome. */
  issueTicket(): string;
  /** Somebody has been told the outcome: it is kept for other tickets only. */
  acknowledge(ticket?: string): void;
}

/** Does the refresh, with codes from where it is told to. */
export type Refresh = (codes: CodeSource) => Promise<RefreshResult>;

/** The codes that persons are asked for, by what is asked for with them. */
export class PendingCodes {
  readonly #clock: Clock;
  readonly #pages: PageServer;
  readonly #pending = new Map<string, PendingRefresh>();
  readonly #promised = new Map<string, PendingRefresh>();
  readonly #open = new Set<Question>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#pages = new PageServer(clock);
  }

  /** What was asked for under `key`, if nobody has heard its outcome yet. */
  find(key: string): PendingRefresh | undefined {
    return this.#pending.get(key);
  }

  /** What `ticket` is for, if its outcome has not been told on it yet. */
  claim(ticket: string): PendingRefresh | undefined {
    return this.#promised.get(ticket);
  }

  /** Begins what is asked for under `key`; an outcome of before is forgotten. */
  begin(key: string, request: CodeRequest, refresh: Refresh): PendingRefresh {
    const opened = Promise.withResolvers<OpenPage>();
    let question: Question | undefined;
    let page: Page | undefined;
    const codes: CodeSource = {
      asksAgain: true,
      code: async (profile, device, refused) => {
        if (this.#closed) throw refused ?? closed();
        if (question === undefined) {
          const prompt = { ...request, profile, device };
          const asked = question = new Question(prompt, this.#clock);
          page = this.#pages.show(question);
          this.#open.add(question);
          this.#expireInTime(question);
          opened.resolve({
            url: page.url,
            prompt,
            decline: () => asked.decline(),
          });
        }
        return await question.code(profile, device, refused);
      },
    };
    const outcome = settled(refresh(codes)).then((outcome) => {
      question?.settle(outcome);
      page?.close();
      if (question !== undefined) this.#open.delete(question);
      // There is nothing to come back for: nobody was asked, or nobody came.
      if (question === undefined || question.state.kind === "expired") {
        this.#forget(pending);
      } else this.#forgetInTime(pending);
      return outcome;
    });
    const pending: PendingRefresh = {
      opened: opened.promise,
      outcome,
      issueTicket: () => {
        const ticket = crypto.randomUUID();
        this.#promised.set(ticket, pending);
        return ticket;
      },
      acknowledge: (ticket) => {
        remove(this.#pending, pending);
        if (ticket !== undefined) this.#promised.delete(ticket);
      },
    };
    this.#pending.set(key, pending);
    return pending;
  }

  /** Asks nobody any more, and closes all pages on which nothing was sent yet. */
  close(): void {
    this.#closed = true;
    for (const question of this.#open) question.decline(closed());
  }

  #expireInTime(question: Question): void {
    const timer = setTimeout(() => void question.state, QUESTION_LIFETIME + 1);
    Deno.unrefTimer(timer);
  }

  #forgetInTime(pending: PendingRefresh): void {
    const timer = setTimeout(() => this.#forget(pending), QUESTION_LIFETIME);
    Deno.unrefTimer(timer);
  }

  #forget(pending: PendingRefresh): void {
    remove(this.#pending, pending);
    remove(this.#promised, pending);
  }
}

function remove<T>(map: Map<string, T>, value: T): void {
  for (const [key, known] of map) if (known === value) map.delete(key);
}

function closed(): UpdstsError {
  return new UpdstsError(
    "CANCELLED",
    "Cannot get a session: updsts is ending",
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}

async function settled(
  work: Promise<RefreshResult>,
): Promise<RefreshResult | UpdstsError> {
  try {
    return await work;
  } catch (error) {
    return error instanceof UpdstsError
      ? error
      : new UpdstsError("INTERNAL", "Internal error: a defect of updsts", {
        cause: error,
      });
  }
}
