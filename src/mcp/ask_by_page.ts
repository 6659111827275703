// Asks a person for the code on the page, which the client opens or the model shows.
import {
  type CallToolResult,
  createRequestStateCodec,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { UpdstsError } from "../errors.ts";
import type {
  OpenPage,
  PendingCodes,
  PendingRefresh,
} from "../page/pending_codes.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import { codeNeeded, questionFor } from "./answers.ts";
import type { ConnectedClient } from "./clients.ts";

/** The time limit of a call, in milliseconds: official clients give up after 60 s. */
export const MAX_CALL_TIME = 50_000;

/** The number of times that a client of 2026-07-28 repeats a call by itself. */
const MAX_RETURNS = 2;

/** No person answers sooner, in milliseconds: such an answer is the client's own. */
const QUICKEST_PERSON = 1_000;

/** The name of the one input that is asked for. */
const FIELD = "totp_token";

/** The sealed `requestState` of revision 2026-07-28. */
interface CarriedState {
  /** For the outcome. */
  readonly ticket: string;
  /** The call that it is for. */
  readonly call: string;
  /** The number of repeated calls so far. */
  readonly returns: number;
  /** When the person was asked, in milliseconds of the monotonic clock. */
  readonly askedAt: number;
}

/** One call that needs a code. */
export interface CodeCall {
  /** Equal for identical requests. */
  readonly key: string;
  /** The command that does the same in a terminal. */
  readonly command: string;
  readonly client: ConnectedClient;
  readonly context: ServerContext;
  /** Begins what is asked for. */
  begin(): PendingRefresh;
  /** Whether an outcome of a while ago still is what is asked for. */
  isMetBy(result: RefreshResult): boolean;
  /** The answer when the refresh has ended. */
  answer(outcome: RefreshResult | UpdstsError): CallToolResult;
}

/** The answer to a call; in revision 2026-07-28 it may be a question. */
export type ToolAnswer = CallToolResult | InputRequiredResult;

/** A call while it waits for the outcome. */
interface Waiting extends CodeCall {
  readonly pending: PendingRefresh;
  /** The ticket of a repeated call. */
  readonly ticket: string | undefined;
  /** The client wants no answer any more, or the call has taken as long as one may. */
  readonly limit: AbortSignal;
}

/** Asks by pages, for all calls of one process. */
export class PageAsker {
  readonly #pendingCodes: PendingCodes;
  readonly #maxCallTime: number;
  /** Questions that a client was told to ask, and to which none has come back: some drop what they are told. */
  readonly #unanswered = new WeakSet<PendingRefresh>();
  readonly #states = createRequestStateCodec<CarriedState>({
    // One process serves all rounds.
    key: crypto.getRandomValues(new Uint8Array(32)),
    // The tool itself reports an expired state, with the next step.
    ttlSeconds: 365 * 86_400,
  });
  /** Refuses states that were tampered with. */
  readonly verify = this.#states.verify;

  constructor(pendingCodes: PendingCodes, maxCallTime = MAX_CALL_TIME) {
    this.#pendingCodes = pendingCodes;
    this.#maxCallTime = maxCallTime;
  }

  /**
   * The outcome of `call`; or a question, or the link that a person has to be
   * shown.
   *
   * @throws {UpdstsError} `CODE_EXPIRED`, `CANCELLED`
   */
  async answer(call: CodeCall): Promise<ToolAnswer> {
    const { context } = call;
    const state = context.mcpReq.requestState<CarriedState>();
    const ticket = state?.ticket;
    const isOther = state !== undefined && state.call !== call.key;
    const known = isOther ? undefined : await this.#known(call, ticket);
    if (state !== undefined && known === undefined) {
      throw new UpdstsError(
        "CODE_EXPIRED",
        "Cannot get a session: no question is open for this requestState with these arguments",
        { hint: "its outcome was already returned, or its page expired" },
      );
    }
    const pending = known ?? call.begin();
    const limit = new AbortController();
    // Not by AbortSignal.timeout(): that keeps what waits for it until its time
    // has come, though the call was answered long before.
    const timer = setTimeout(() => limit.abort(), this.#maxCallTime);
    try {
      const signal = AbortSignal.any([context.mcpReq.signal, limit.signal]);
      const waiting = { ...call, pending, ticket, limit: signal };
      return await this.#ask(waiting, known !== undefined, state);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The outcome of a call that is under way, a question, or the link. */
  async #ask(
    waiting: Waiting,
    isKnown: boolean,
    state: CarriedState | undefined,
  ): Promise<ToolAnswer> {
    const { client, command, context, pending, limit } = waiting;
    const page = await Promise.race([
      pending.outcome.then(() => undefined),
      pending.opened,
      aborted(limit),
    ]);
    if (page === undefined) return await outcomeOf(waiting);
    const isUnanswered = this.#unanswered.delete(pending);
    if (state !== undefined) {
      const { returns, askedAt } = state;
      const response = inputResponse(context.mcpReq.inputResponses, FIELD);
      return returns === 0 &&
          (response.kind !== "elicit" || response.action !== "accept")
        ? codeNeeded(page, command, isByPerson(askedAt))
        : await this.#wait(waiting, page, returns + 1);
    }
    // Asked already: nobody is asked anew.
    if (isKnown && !isUnanswered) {
      return await this.#wait(waiting, page, 1);
    }
    if (isUnanswered || !client.showsLinks(context)) {
      return codeNeeded(page, command);
    }
    if (client.era === "legacy") return await this.#askNow(waiting, page);
    this.#unanswered.add(pending);
    return inputRequired({
      requestState: await this.#stateAfter(waiting, 0),
      inputRequests: {
        [FIELD]: inputRequired.elicitUrl({
          message: questionFor(page.prompt),
          url: page.url,
        }),
      },
    });
  }

  /** The refresh of this call or `ticket` that is running, or whose outcome has not been returned. */
  async #known(
    { key, isMetBy }: CodeCall,
    ticket: string | undefined,
  ): Promise<PendingRefresh | undefined> {
    const known = ticket === undefined
      ? this.#pendingCodes.find(key)
      : this.#pendingCodes.claim(ticket);
    const outcome = await Promise.race([known?.outcome, undefined]);
    if (
      outcome === undefined || outcome instanceof UpdstsError ||
      isMetBy(outcome)
    ) return known;
    known?.acknowledge(ticket);
    return undefined;
  }

  /** Has the client show the page during the call, as the revisions of 2025 do. */
  async #askNow(waiting: Waiting, page: OpenPage): Promise<ToolAnswer> {
    const { client: { server }, pending, limit } = waiting;
    const elicitationId = crypto.randomUUID();
    const done = server.createElicitationCompletionNotifier(elicitationId);
    const over = new AbortController();
    try {
      // Clients that bundle the SDK's first version cannot take back a request with the id 0.
      server.ping().catch(() => {});
      const askedAt = performance.now();
      const signal = AbortSignal.any([limit, over.signal]);
      const isAccepted = server.request({
        method: "elicitation/create",
        params: {
          ...{ mode: "url", elicitationId, url: page.url },
          message: questionFor(page.prompt),
        },
        // Never by the SDK's own clock: `signal` is what counts.
      }, { signal, timeout: 2 ** 31 - 1 }).then(
        ({ action }) => action === "accept",
        // Taken back by us, or the client could not ask.
        () => signal.aborted,
      );
      return await Promise.race([isAccepted, pending.outcome]) === false
        ? codeNeeded(page, waiting.command, isByPerson(askedAt))
        : await this.#wait(waiting, page, MAX_RETURNS);
    } finally {
      over.abort();
      // Otherwise some clients keep their dialog open.
      done().catch(() => {});
    }
  }

  /** Waits for the outcome as long as one call may. */
  async #wait(
    waiting: Waiting,
    page: OpenPage,
    returns: number,
  ): Promise<ToolAnswer> {
    const { client, command, pending, limit } = waiting;
    const outcome = await Promise.race([pending.outcome, aborted(limit)]);
    if (outcome !== undefined) return await outcomeOf(waiting);
    return client.era === "modern" && returns < MAX_RETURNS
      ? inputRequired({
        requestState: await this.#stateAfter(waiting, returns),
      })
      : codeNeeded(page, command);
  }

  #stateAfter({ key, pending, ticket }: Waiting, returns: number) {
    return this.#states.mint({
      ticket: ticket ?? pending.issueTicket(),
      ...{ call: key, returns, askedAt: performance.now() },
    });
  }
}

/** Whether an answer to what was asked then may be a person's own. */
function isByPerson(askedAt: number): boolean {
  return performance.now() - askedAt >= QUICKEST_PERSON;
}

/** The outcome, which is told now; it is kept if the client does not listen any more. */
async function outcomeOf(
  { context, pending, ticket, limit, answer }: Waiting,
): Promise<CallToolResult> {
  const outcome = await Promise.race([pending.outcome, aborted(limit)]);
  if (outcome === undefined || context.mcpReq.signal.aborted) {
    throw new UpdstsError(
      "CANCELLED",
      "Cannot get a session: the call was cancelled, or took too long before anybody could be asked",
    );
  }
  pending.acknowledge(ticket);
  return answer(outcome);
}

/** Settles when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
