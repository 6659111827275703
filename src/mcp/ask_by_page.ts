// Has a person type the code on our page: shown by the client, or by the model to who calls.
import {
  inputRequired,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { UpdstsError } from "../errors.ts";
import type { OpenPage, PendingRefresh } from "../page/pending_codes.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import type { ConnectedClient } from "./client.ts";
import {
  cancelled,
  CodeNeeded,
  FIELD,
  overdue,
  questionFor,
  QuestionRequired,
  strayState,
} from "./code_needed.ts";
import { elicitNow, QUICKEST_PERSON } from "./elicit_now.ts";
import type { CarriedState, ToolWorld } from "./world.ts";

/** How often a client of the newer era comes back by itself. */
const LEGS = 2;

/** One call, as far as the person is concerned. */
export interface Call {
  /** All that it asks for: the same asks for the same. */
  readonly key: string;
  /** The command that does the same in a terminal. */
  readonly command: string;
  /** Whether the client is to show the page; else the model does. */
  readonly byClient: boolean;
  /** Begins what is asked for. */
  begin(): PendingRefresh;
  /** Whether an outcome of a while ago still is what is asked for. */
  isMetBy(result: RefreshResult): boolean;
}

type Outcome = RefreshResult | UpdstsError;

/** One call that waits for an outcome. */
interface Waiting {
  readonly call: Call;
  readonly pending: PendingRefresh;
  /** What the client came back with, if it did. */
  readonly ticket: string | undefined;
  /** The client does not want it any more. */
  readonly cancel: AbortSignal;
  /** That, or the call has taken as long as one may. */
  readonly limit: AbortSignal;
}

/** Questions on pages, for one client. */
export class PageQuestions {
  readonly #world: ToolWorld;
  readonly #client: ConnectedClient;

  constructor(world: ToolWorld, client: ConnectedClient) {
    this.#world = world;
    this.#client = client;
  }

  /**
   * The outcome of what `call` asks for.
   *
   * @throws {QuestionRequired} to have the client ask, or come back
   * @throws {CodeNeeded} if a person has to be shown the page
   */
  async outcome(
    call: Call,
    context: ServerContext,
    state: CarriedState | undefined,
  ): Promise<Outcome> {
    const { signal: cancel } = context.mcpReq;
    const limit = AbortSignal.any([
      cancel,
      AbortSignal.timeout(this.#world.patience.call),
    ]);
    if (state !== undefined && state.call !== call.key) throw strayState();
    const known = await this.#known(call, state?.id);
    if (state !== undefined) {
      if (known === undefined) throw overdue();
      const waiting = { call, pending: known, ticket: state.id, cancel, limit };
      return await this.#resume(waiting, state, context);
    }
    const pending = known ?? call.begin();
    const waiting = { call, pending, ticket: undefined, cancel, limit };
    const page = await firstOf(pending, limit);
    if (page === undefined) return await ended(waiting);
    // Asked already: nobody is asked anew.
    if (known !== undefined) return await this.#wait(waiting, page, 1);
    if (!call.byClient) {
      throw new CodeNeeded(page.url, page.prompt, call.command);
    }
    return this.#client.era === "legacy"
      ? await this.#askNow(waiting, page)
      : await this.#askByAnswer(waiting, page);
  }

  /** What is under way for `call`, or has ended and not been told: to the `ticket`, if there is one. */
  async #known(
    { key, isMetBy }: Call,
    ticket: string | undefined,
  ): Promise<PendingRefresh | undefined> {
    const { pendingCodes } = this.#world;
    const known = ticket === undefined
      ? pendingCodes.find(key)
      : pendingCodes.claim(ticket);
    const outcome = await Promise.race([known?.outcome, undefined]);
    if (
      outcome === undefined || outcome instanceof UpdstsError ||
      isMetBy(outcome)
    ) return known;
    known?.acknowledge(ticket);
    return undefined;
  }

  async #askNow(waiting: Waiting, page: OpenPage): Promise<Outcome> {
    const { call, pending, limit } = waiting;
    const { server } = this.#client.server;
    const elicitationId = crypto.randomUUID();
    const done = server.createElicitationCompletionNotifier(elicitationId);
    const over = new AbortController();
    try {
      const answer = elicitNow(this.#client, {
        mode: "url",
        elicitationId,
        url: page.url,
        message: questionFor(page.prompt, "page"),
      }, AbortSignal.any([limit, over.signal]));
      const first = await Promise.race([answer, pending.outcome]);
      if (first instanceof UpdstsError || !("kind" in first)) {
        return await ended(waiting);
      }
      switch (first.kind) {
        case "nobody":
          throw new CodeNeeded(page.url, page.prompt, call.command);
        case "decline":
        case "cancel":
          page.decline();
      }
      return await this.#wait(waiting, page, LEGS);
    } finally {
      over.abort();
      // Else some clients go on showing their question.
      done().catch(() => {});
    }
  }

  async #askByAnswer(
    waiting: Waiting,
    { url, prompt }: OpenPage,
  ): Promise<never> {
    throw new QuestionRequired(inputRequired({
      requestState: await this.#stateAfter(waiting, 0),
      inputRequests: {
        [FIELD]: inputRequired.elicitUrl({
          message: questionFor(prompt, "page"),
          url,
        }),
      },
    }));
  }

  async #resume(
    waiting: Waiting,
    { leg, askedAt }: CarriedState,
    { mcpReq }: ServerContext,
  ): Promise<Outcome> {
    const { call, pending, limit } = waiting;
    const page = await firstOf(pending, limit);
    if (page === undefined) return await ended(waiting);
    if (leg === 0) {
      const response = inputResponse(mcpReq.inputResponses, FIELD);
      const refused = response.kind !== "elicit" ||
        response.action !== "accept";
      if (refused) {
        const quick = performance.now() - askedAt < QUICKEST_PERSON;
        if (quick || response.kind !== "elicit") {
          throw new CodeNeeded(page.url, page.prompt, call.command);
        }
        page.decline();
      }
    }
    return await this.#wait(waiting, page, leg + 1);
  }

  /** Waits for the outcome as long as one call may; `leg` says the how-manieth it is. */
  async #wait(
    waiting: Waiting,
    { url, prompt }: OpenPage,
    leg: number,
  ): Promise<Outcome> {
    const { call, pending, limit } = waiting;
    const outcome = await Promise.race([pending.outcome, aborted(limit)]);
    if (outcome !== undefined) return await ended(waiting);
    if (this.#client.era === "modern" && leg < LEGS) {
      throw new QuestionRequired(
        inputRequired({ requestState: await this.#stateAfter(waiting, leg) }),
      );
    }
    throw new CodeNeeded(url, prompt, call.command);
  }

  /** What the client comes back with after the leg `leg`. */
  #stateAfter({ call, pending, ticket }: Waiting, leg: number) {
    return this.#world.states.mint({
      id: ticket ?? pending.issueTicket(),
      ...{ call: call.key, leg, askedAt: performance.now() },
    });
  }
}

/** The outcome, which is told now; it is kept if nobody listens any more. */
async function ended(
  { pending, ticket, cancel, limit }: Waiting,
): Promise<Outcome> {
  const outcome = await Promise.race([pending.outcome, aborted(limit)]);
  if (outcome === undefined || cancel.aborted) throw cancelled();
  pending.acknowledge(ticket);
  return outcome;
}

/** What is asked, once it is; undefined if it ended, or had to, without. */
function firstOf(
  { outcome, opened }: PendingRefresh,
  limit: AbortSignal,
): Promise<OpenPage | undefined> {
  return Promise.race([
    outcome.then(() => undefined),
    opened,
    aborted(limit),
  ]);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
