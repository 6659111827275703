// Has a person type the code on our page: shown by the client, or by the model to who calls.
import {
  inputRequired,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { UpdstsError } from "../errors.ts";
import type { Asking, PendingRefresh } from "../page/code_desk.ts";
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
    const { mcpReq } = context;
    const limit = AbortSignal.any([
      mcpReq.signal,
      AbortSignal.timeout(this.#world.patience.call),
    ]);
    const known = await this.#known(call);
    if (state !== undefined) {
      if (state.call !== call.key) throw strayState();
      if (known?.id !== state.id) throw overdue();
      return await this.#resume(call, known, state, context, limit);
    }
    const pending = known ?? call.begin();
    const asking = await firstOf(pending, limit);
    if (asking === undefined) return await ended(pending, mcpReq.signal, limit);
    // Asked already: nobody is asked anew.
    if (known !== undefined) {
      return await this.#wait(call, pending, asking, 1, context, limit);
    }
    if (!call.byClient) {
      throw new CodeNeeded(asking.page, asking.subject, call.command);
    }
    return this.#client.era === "legacy"
      ? await this.#askNow(call, pending, asking, context, limit)
      : await this.#askByAnswer(call, pending, asking);
  }

  /** What is under way for `call`, or has ended and not been told. */
  async #known({ key, isMetBy }: Call): Promise<PendingRefresh | undefined> {
    const known = this.#world.desk.find(key);
    const outcome = await Promise.race([known?.outcome, undefined]);
    if (
      outcome === undefined || outcome instanceof UpdstsError ||
      isMetBy(outcome)
    ) return known;
    known?.heard();
    return undefined;
  }

  async #askNow(
    call: Call,
    pending: PendingRefresh,
    asking: Asking,
    { mcpReq }: ServerContext,
    limit: AbortSignal,
  ): Promise<Outcome> {
    const { server } = this.#client.server;
    const elicitationId = crypto.randomUUID();
    const done = server.createElicitationCompletionNotifier(elicitationId);
    const over = new AbortController();
    try {
      const answer = elicitNow(this.#client, {
        mode: "url",
        elicitationId,
        url: asking.page,
        message: questionFor(asking.subject, "page"),
      }, AbortSignal.any([limit, over.signal]));
      const first = await Promise.race([answer, pending.outcome]);
      if (first instanceof UpdstsError || !("kind" in first)) {
        return await ended(pending, mcpReq.signal, limit);
      }
      switch (first.kind) {
        case "nobody":
          throw new CodeNeeded(asking.page, asking.subject, call.command);
        case "decline":
        case "cancel":
          asking.decline();
      }
      return await this.#wait(call, pending, asking, LEGS, { mcpReq }, limit);
    } finally {
      over.abort();
      // Else some clients go on showing their question.
      done().catch(() => {});
    }
  }

  async #askByAnswer(
    { key }: Call,
    { id }: PendingRefresh,
    { page, subject }: Asking,
  ): Promise<never> {
    const state = { id, call: key, leg: 0, askedAt: performance.now() };
    throw new QuestionRequired(inputRequired({
      requestState: await this.#world.states.mint(state),
      inputRequests: {
        [FIELD]: inputRequired.elicitUrl({
          message: questionFor(subject, "page"),
          url: page,
        }),
      },
    }));
  }

  async #resume(
    call: Call,
    pending: PendingRefresh,
    { leg, askedAt }: CarriedState,
    { mcpReq }: ServerContext,
    limit: AbortSignal,
  ): Promise<Outcome> {
    const asking = await firstOf(pending, limit);
    if (asking === undefined) return await ended(pending, mcpReq.signal, limit);
    if (leg === 0) {
      const response = inputResponse(mcpReq.inputResponses, FIELD);
      const refused = response.kind !== "elicit" ||
        response.action !== "accept";
      if (refused) {
        const quick = performance.now() - askedAt < QUICKEST_PERSON;
        if (quick || response.kind !== "elicit") {
          throw new CodeNeeded(asking.page, asking.subject, call.command);
        }
        asking.decline();
      }
    }
    return await this.#wait(call, pending, asking, leg + 1, { mcpReq }, limit);
  }

  /** Waits for the outcome as long as one call may; `leg` says the how-manieth it is. */
  async #wait(
    call: Call,
    pending: PendingRefresh,
    { page, subject }: Asking,
    leg: number,
    { mcpReq }: Pick<ServerContext, "mcpReq">,
    limit: AbortSignal,
  ): Promise<Outcome> {
    const outcome = await Promise.race([pending.outcome, aborted(limit)]);
    if (outcome !== undefined) {
      return await ended(pending, mcpReq.signal, limit);
    }
    if (this.#client.era === "modern" && leg < LEGS) {
      const state = { id: pending.id, call: call.key, leg, askedAt: 0 };
      throw new QuestionRequired(
        inputRequired({ requestState: await this.#world.states.mint(state) }),
      );
    }
    throw new CodeNeeded(page, subject, call.command);
  }
}

/** The outcome, which is told now; it is kept if nobody listens any more. */
async function ended(
  pending: PendingRefresh,
  cancel: AbortSignal,
  limit: AbortSignal,
): Promise<Outcome> {
  const outcome = await Promise.race([pending.outcome, aborted(limit)]);
  if (outcome === undefined || cancel.aborted) throw cancelled();
  pending.heard();
  return outcome;
}

/** What is asked, once it is; undefined if it ended, or had to, without. */
function firstOf(
  { outcome, asking }: PendingRefresh,
  limit: AbortSignal,
): Promise<Asking | undefined> {
  return Promise.race([
    outcome.then(() => undefined),
    asking,
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
