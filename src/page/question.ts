// One question for a code: what it has come to, and how it can go on.
import { CODE_ATTEMPTS } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { Clock, CodeSource } from "../ports.ts";
import type { Secret } from "../secret.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";

/** How long a question stays open, in milliseconds: as long as a person may be away. */
export const QUESTION_LIFETIME = 600_000;

/** What the person is told of the question, besides profile and device. */
export interface CodeRequest {
  /** The credentials file, if it is not the usual one. */
  readonly file: string | undefined;
  /** Who asks, in its own words. */
  readonly client: string | undefined;
}

/** All that the person is told. */
export interface CodePrompt extends CodeRequest {
  readonly profile: string;
  readonly device: string;
}

/** What a question has come to. */
export type QuestionState =
  | {
    readonly kind: "open";
    /** What was wrong with the last code; undefined if there was none. */
    readonly wrong: "malformed" | "refused" | undefined;
    readonly attemptsLeft: number;
  }
  /** STS is being asked. */
  | { readonly kind: "checking" }
  | { readonly kind: "succeeded"; readonly result: RefreshResult }
  | { readonly kind: "failed"; readonly error: UpdstsError }
  | { readonly kind: "declined" }
  | { readonly kind: "expired" };

/** A question that a person answers on a page; the use case asks it for codes. */
export class Question implements CodeSource {
  readonly asksAgain = true;
  readonly prompt: CodePrompt;
  readonly #clock: Clock;
  readonly #expiresAt: number;
  #attempts = 0;
  #state: QuestionState = {
    kind: "open",
    wrong: undefined,
    attemptsLeft: CODE_ATTEMPTS,
  };
  #code = Promise.withResolvers<Secret>();
  #checked = Promise.withResolvers<void>();

  constructor(prompt: CodePrompt, clock: Clock) {
    this.prompt = prompt;
    this.#clock = clock;
    this.#expiresAt = clock.now().getTime() + QUESTION_LIFETIME;
  }

  /** What it has come to by now. */
  get state(): QuestionState {
    const late = this.#clock.now().getTime() >= this.#expiresAt;
    if (late && this.#state.kind === "open") this.#close("expired", expired());
    return this.#state;
  }

  /** The next code that the person sends. */
  async code(
    _profile: string,
    _device: string,
    refused?: UpdstsError,
  ): Promise<Secret> {
    if (refused !== undefined) {
      this.#code = Promise.withResolvers();
      this.#become({
        kind: "open",
        wrong: "refused",
        attemptsLeft: CODE_ATTEMPTS - this.#attempts,
      });
    }
    const { promise } = this.#code;
    // It may have become too late meanwhile: the look tells.
    void this.state;
    return await promise;
  }

  /** The person sends a code; returns when it is known what came of it. */
  async send(code: Secret): Promise<void> {
    if (this.state.kind === "open") {
      this.#attempts++;
      this.#checked = Promise.withResolvers();
      this.#state = { kind: "checking" };
      this.#code.resolve(code);
    }
    // The same form sent twice is one code: the second waits for the first.
    if (this.#state.kind === "checking") await this.#checked.promise;
  }

  /** The person sends what is no code: nothing is spent, nothing is counted. */
  sendMalformed(): void {
    const { state } = this;
    if (state.kind === "open") this.#state = { ...state, wrong: "malformed" };
  }

  /** The person does not want to, or cannot any more; has no effect on what is on its way to STS. */
  decline(reason: UpdstsError = declined()): void {
    if (this.state.kind === "open") this.#close("declined", reason);
  }

  /** What the use case ended with. */
  settle(outcome: RefreshResult | UpdstsError): void {
    // A refusal to answer has said so already.
    if (this.#state.kind === "declined" || this.#state.kind === "expired") {
      return;
    }
    this.#become(
      outcome instanceof UpdstsError
        ? { kind: "failed", error: outcome }
        : { kind: "succeeded", result: outcome },
    );
  }

  #become(state: QuestionState): void {
    this.#state = state;
    this.#checked.resolve();
  }

  #close(kind: "declined" | "expired", reason: UpdstsError): void {
    this.#state = { kind };
    this.#code.reject(reason);
  }
}

function declined(): UpdstsError {
  return new UpdstsError(
    "CODE_DECLINED",
    "Cannot get a session: the person declined to give the TOTP code",
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}

function expired(): UpdstsError {
  return new UpdstsError(
    "CODE_EXPIRED",
    `Cannot get a session: nobody typed the TOTP code within ${
      QUESTION_LIFETIME / 60_000
    } minutes of being asked`,
    { hint: "nothing was changed" },
  );
}
