// One question for a code: the state of its form, and the actions of a person.
import { CODE_ATTEMPTS, readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { Secret } from "../secret.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";

/** The lifetime of a question, in milliseconds. */
export const QUESTION_LIFETIME = 600_000;

/** What the page shows besides profile and device. */
export interface CodeRequest {
  /** The credentials file, if it is not the usual one. */
  readonly file: string | undefined;
  /** The client that asks, as it calls itself. */
  readonly client: string | undefined;
}

/** What the page shows. */
export interface CodePrompt extends CodeRequest {
  readonly profile: string;
  readonly device: string;
}

/** The outcome of a refresh. */
export type Outcome = RefreshResult | UpdstsError;

/** The state of the form. */
export type QuestionState =
  | {
    readonly kind: "open";
    /** Why the last code was not taken; undefined if there was none. */
    readonly wrong: "malformed" | "refused" | undefined;
    readonly attemptsLeft: number;
  }
  /** STS is being asked. */
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

  /** The state by now. */
  get state(): QuestionState {
    if (this.#state.kind === "open" && this.timeLeft <= 0) this.end(expired());
    return this.#state;
  }

  /** The time left for a code, in milliseconds. */
  get timeLeft(): number {
    return this.#expiresAt - this.#clock.now().getTime();
  }

  /** The next code that the person sends; `refused` says why the last one will not do. */
  async code(refused?: UpdstsError): Promise<Secret> {
    if (refused !== undefined) {
      this.#code = Promise.withResolvers();
      this.#become(this.#open("refused"));
    }
    const { promise } = this.#code;
    // It may have expired meanwhile: reading the state ends it.
    void this.state;
    return await promise;
  }

  /** The state as soon as no code is being checked. */
  async settled(): Promise<QuestionState> {
    while (this.state.kind === "checking") await this.#changed.promise;
    return this.state;
  }

  /** The person sends what is in the field; returns when it has been checked. */
  async submit(text: string): Promise<QuestionState> {
    // Another tab may have sent a code: this one is unspent until that is known.
    while (this.state.kind === "checking") await this.settled();
    if (this.state.kind !== "open") return this.state;
    const code = readCode(text);
    if (code === undefined) this.#become(this.#open("malformed"));
    // The same form sent twice is one code; AWS has refused it.
    else if (code === this.#lastCode) this.#become(this.#open("refused"));
    else {
      this.#attemptsLeft--;
      this.#lastCode = code;
      this.#become({ kind: "checking" });
      this.#code.resolve(new Secret(code));
    }
    return await this.settled();
  }

  /** The person does not want to go on, whatever becomes of a code that is being checked. */
  async decline(): Promise<QuestionState> {
    while (this.state.kind === "checking") await this.settled();
    this.withdraw();
    return this.state;
  }

  /** Its time is over, whatever the clock says: that may have been set back. */
  expire(): void {
    this.withdraw(expired());
  }

  /** Ends the question unless a code is being checked. */
  withdraw(reason: UpdstsError = declined()): void {
    if (this.state.kind === "open") this.end(reason);
  }

  /** Ends the question; the first outcome holds. */
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
