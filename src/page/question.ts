// One request for a code: the state of its form, and the actions of the person.
import { CODE_ATTEMPTS, readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { Secret } from "../secret.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";

/** How long a question stays open, in milliseconds. */
export const QUESTION_LIFETIME = 600_000;

/** The part of the prompt that the caller gives. */
export type CodeRequest = Pick<CodePrompt, "file" | "client">;

/** The request for a code, as the page shows it. */
export interface CodePrompt {
  readonly profile: string;
  readonly device: string;
  /** Path of the credentials file if it is not the default one. */
  readonly file: string | undefined;
  /** Name of the client, as declared by itself. */
  readonly client: string | undefined;
}

export type Outcome = RefreshResult | UpdstsError;

export type QuestionState =
  | {
    readonly kind: "open";
    /** Why the last code was not accepted; undefined before the first one. */
    readonly wrong: "malformed" | "refused" | undefined;
    readonly attemptsLeft: number;
  }
  | { readonly kind: "checking" }
  | { readonly kind: "ended"; readonly outcome: Outcome };

/** A question that a person answers on a page. */
export class Question {
  readonly prompt: CodePrompt;
  readonly #clock: Clock;
  readonly #expiresAt: number;
  #attemptsLeft = CODE_ATTEMPTS;
  #state: QuestionState;
  #lastCode: string | undefined;
  #code = Promise.withResolvers<Secret>();
  #changed = Promise.withResolvers<void>();

  constructor(prompt: CodePrompt, clock: Clock) {
    this.prompt = prompt;
    this.#clock = clock;
    this.#expiresAt = clock.now().getTime() + QUESTION_LIFETIME;
    this.#state = this.#open(undefined);
  }

  /** The current state; an open question that has expired ends. */
  get state(): QuestionState {
    if (this.#state.kind === "open" && this.timeLeft <= 0) this.end(expired());
    return this.#state;
  }

  /** Time until the question expires, in milliseconds. */
  get timeLeft(): number {
    return this.#expiresAt - this.#clock.now().getTime();
  }

  /** Waits for the next code; `refused` reopens the form after a refused one. */
  async code(refused?: UpdstsError): Promise<Secret> {
    if (refused !== undefined) {
      this.#code = Promise.withResolvers();
      this.#become(this.#open("refused"));
    }
    const { promise } = this.#code;
    // Reading the state ends the question if it has expired.
    void this.state;
    return await promise;
  }

  async settled(): Promise<QuestionState> {
    while (this.state.kind === "checking") await this.#changed.promise;
    return this.state;
  }

  /** Submits the text of the field; returns when it has been checked. */
  async submit(text: string): Promise<QuestionState> {
    // Another tab may have sent a code; this one stays unused until its result is known.
    while (this.state.kind === "checking") await this.settled();
    if (this.state.kind !== "open") return this.state;
    const code = readCode(text);
    if (code === undefined) this.#become(this.#open("malformed"));
    // AWS has refused this code already: it is not sent twice.
    else if (code === this.#lastCode) this.#become(this.#open("refused"));
    else {
      this.#attemptsLeft--;
      this.#lastCode = code;
      this.#become({ kind: "checking" });
      this.#code.resolve(new Secret(code));
    }
    return await this.settled();
  }

  /** Declines, after a code that is being checked. */
  async decline(): Promise<QuestionState> {
    while (this.state.kind === "checking") await this.settled();
    this.withdraw();
    return this.state;
  }

  /** Ends an open question even if the system clock was set back. */
  expire(): void {
    this.withdraw(expired());
  }

  /** Ends the question unless a code is being checked. */
  withdraw(reason: UpdstsError = declined()): void {
    if (this.state.kind === "open") this.end(reason);
  }

  /** Ends the question; only the first call has an effect. */
  end(outcome: Outcome): void {
    if (this.#state.kind === "ended") return;
    this.#become({ kind: "ended", outcome });
    if (outcome instanceof UpdstsError) this.#code.reject(outcome);
  }

  #open(wrong: "malformed" | "refused" | undefined): QuestionState {
    return { kind: "open", wrong, attemptsLeft: this.#attemptsLeft };
  }

  #become(state: QuestionState): void {
    this.#state = state;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** The error for a refresh that ends before a code is sent to AWS. */
export function cancelled(state: string): UpdstsError {
  return new UpdstsError("CANCELLED", `Cannot get a session: ${state}`, {
    hint: "nothing was sent to AWS, and nothing was changed",
  });
}

/** `error` itself, or `INTERNAL` with `error` as its cause. */
export function toUpdstsError(error: unknown): UpdstsError {
  return error instanceof UpdstsError
    ? error
    : new UpdstsError("INTERNAL", "Internal error: a defect of updsts", {
      cause: error,
    });
}

function declined(): UpdstsError {
  return new UpdstsError(
    "CODE_DECLINED",
    "Cannot get a session: the person declined to give the TOTP code",
    { hint: "nothing was changed" },
  );
}

function expired(): UpdstsError {
  return new UpdstsError(
    "CODE_EXPIRED",
    `Cannot get a session: the TOTP code was not typed within ${
      QUESTION_LIFETIME / 60_000
    } minutes`,
    { hint: "nothing was changed" },
  );
}
