// Gets a code from a person: the client opens the page, or the agent shows its link.
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

/** How long one call may block, in milliseconds: official clients time out after 60 s. */
export const MAX_CALL_TIME = 50_000;

/** How often a modern client is told to come back for the outcome. */
const MAX_RETURNS = 2;

/** Sooner responses are by the client itself rather than a person, in milliseconds. */
const MIN_PERSON_TIME = 1_000;

const INPUT_NAME = "totp_token";

/** State that a modern client sends back with its next call, signed. */
interface CarriedState {
  readonly ticket: string;
  readonly call: string;
  readonly returns: number;
  /** When the person was asked, in milliseconds of `performance.now()`. */
  readonly askedAt: number;
}

export interface CodeCall {
  /** Identifies the request: equal keys share one refresh. */
  readonly key: string;
  /** The command that does the same in a terminal. */
  readonly command: string;
  readonly client: ConnectedClient;
  readonly context: ServerContext;
  begin(): PendingRefresh;
  /** Whether an earlier result still satisfies the request. */
  isSatisfiedBy(result: RefreshResult): boolean;
  toResult(outcome: RefreshResult | UpdstsError): CallToolResult;
}

/** The answer to a call; since 2026-07-28 it may request input, and the client calls again. */
export type ToolAnswer = CallToolResult | InputRequiredResult;

interface WaitingCall extends CodeCall {
  readonly pending: PendingRefresh;
  readonly ticket: string | undefined;
  /** Aborted when the client cancels the call, or after the time of one call. */
  readonly limit: AbortSignal;
}

export class PageAsker {
  readonly #pendingCodes: PendingCodes;
  readonly #maxCallTime: number;
  /** Refreshes whose input request was not answered: some clients drop it. */
  readonly #unanswered = new WeakSet<PendingRefresh>();
  readonly #states = createRequestStateCodec<CarriedState>({
    key: crypto.getRandomValues(new Uint8Array(32)),
    // Practically unlimited: this module reports expiry with its own message.
    ttlSeconds: 365 * 86_400,
  });
  /** Refuses states that this process did not sign. */
  readonly verify = this.#states.verify;

  constructor(pendingCodes: PendingCodes, maxCallTime = MAX_CALL_TIME) {
    this.#pendingCodes = pendingCodes;
    this.#maxCallTime = maxCallTime;
  }

  /**
   * Returns the result of `call`, an input request, or the link to show.
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
        { hint: "its outcome was returned already, or the page expired" },
      );
    }
    const pending = known ?? call.begin();
    const limit = new AbortController();
    // AbortSignal.timeout() would keep its listeners in memory after the answer.
    const timer = setTimeout(() => limit.abort(), this.#maxCallTime);
    try {
      const signal = AbortSignal.any([context.mcpReq.signal, limit.signal]);
      const waiting = { ...call, pending, ticket, limit: signal };
      return await this.#ask(waiting, known !== undefined, state);
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(
    waiting: WaitingCall,
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
      const response = inputResponse(context.mcpReq.inputResponses, INPUT_NAME);
      return returns === 0 &&
          (response.kind !== "elicit" || response.action !== "accept")
        ? codeNeeded(page, command, isByPerson(askedAt))
        : await this.#wait(waiting, page, returns + 1);
    }
    // The page is open already: the person is not asked again.
    if (isKnown && !isUnanswered) return await this.#wait(waiting, page, 1);
    if (isUnanswered || !client.showsLinks(context)) {
      return codeNeeded(page, command);
    }
    if (client.era === "legacy") return await this.#askNow(waiting, page);
    this.#unanswered.add(pending);
    return inputRequired({
      requestState: await this.#stateAfter(waiting, 0),
      inputRequests: {
        [INPUT_NAME]: inputRequired.elicitUrl({
          message: questionFor(page.prompt),
          url: page.url,
        }),
      },
    });
  }

  /** The refresh of an earlier call, by `ticket` or else by key, whose outcome is not delivered yet. */
  async #known(
    { key, isSatisfiedBy }: CodeCall,
    ticket: string | undefined,
  ): Promise<PendingRefresh | undefined> {
    const known = ticket === undefined
      ? this.#pendingCodes.find(key)
      : this.#pendingCodes.claim(ticket);
    const outcome = await Promise.race([known?.outcome, undefined]);
    if (
      outcome === undefined || outcome instanceof UpdstsError ||
      isSatisfiedBy(outcome)
    ) return known;
    known?.acknowledge(ticket);
    return undefined;
  }

  /** Asks by an elicitation during the call, as in the revisions of 2025. */
  async #askNow(waiting: WaitingCall, page: OpenPage): Promise<ToolAnswer> {
    const { client: { server }, pending, limit } = waiting;
    const elicitationId = crypto.randomUUID();
    const done = server.createElicitationCompletionNotifier(elicitationId);
    const over = new AbortController();
    try {
      // Uses up the id 0: clients with version 1 of the SDK cannot cancel that request.
      server.ping().catch(() => {});
      const askedAt = performance.now();
      const signal = AbortSignal.any([limit, over.signal]);
      const isAccepted = server.request({
        method: "elicitation/create",
        params: {
          ...{ mode: "url", elicitationId, url: page.url },
          message: questionFor(page.prompt),
        },
        // `signal` limits the time instead.
      }, { signal, timeout: 2 ** 31 - 1 }).then(
        ({ action }) => action === "accept",
        // Rejected: cancelled here, or the client could not ask.
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

  /** Waits for the outcome; at the limit, has the client or the agent call again. */
  async #wait(
    waiting: WaitingCall,
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

  #stateAfter({ key, pending, ticket }: WaitingCall, returns: number) {
    return this.#states.mint({
      ticket: ticket ?? pending.issueTicket(),
      ...{ call: key, returns, askedAt: performance.now() },
    });
  }
}

/** Whether a response that comes now may be by a person asked at `askedAt`. */
function isByPerson(askedAt: number): boolean {
  return performance.now() - askedAt >= MIN_PERSON_TIME;
}

/** The result, acknowledged; if the call was cancelled, the outcome is kept for another call. */
async function outcomeOf(
  { context, pending, ticket, limit, toResult }: WaitingCall,
): Promise<CallToolResult> {
  const outcome = await Promise.race([pending.outcome, aborted(limit)]);
  if (outcome === undefined || context.mcpReq.signal.aborted) {
    throw new UpdstsError(
      "CANCELLED",
      "Cannot get a session: the call was cancelled, or took too long before a person could be asked",
    );
  }
  pending.acknowledge(ticket);
  return toResult(outcome);
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
