// Has a person type the code into a form of the client, for those whose browser is on another machine.
import {
  type ElicitRequestFormParams,
  inputRequired,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { UpdstsError } from "../errors.ts";
import type { CodeRequest } from "../page/question.ts";
import type { CodeSource } from "../ports.ts";
import { Secret } from "../secret.ts";
import type { ConnectedClient } from "./client.ts";
import { FIELD, questionFor, QuestionRequired } from "./code_needed.ts";
import { elicitNow, QUICKEST_PERSON } from "./elicit_now.ts";
import type { CarriedState, ToolWorld } from "./world.ts";

/** Thrown where the client has nobody to show a form to. */
export class NobodyThere extends Error {
  constructor() {
    super("The client has nobody to ask");
  }
}

/** What a call is, as far as a form is concerned. */
export interface FormCall {
  /** All that it asks for: an answer counts for no other call. */
  readonly key: string;
  readonly request: CodeRequest;
}

/** Forms, for one client. */
export class FormQuestions {
  readonly #world: ToolWorld;
  readonly #client: ConnectedClient;
  /** The questions that are open, by id: each answer counts once. */
  readonly #open = new Set<string>();

  constructor(world: ToolWorld, client: ConnectedClient) {
    this.#world = world;
    this.#client = client;
  }

  /** The source of codes for one call. */
  sourceFor(call: FormCall, context: ServerContext): CodeSource {
    const now = this.#client.era === "legacy";
    return {
      asksAgain: now,
      code: async (profile, device, refused) => {
        const params = form(
          questionFor({ ...call.request, profile, device }, "form"),
          refused,
        );
        const content = now
          ? await this.#askNow(params, context)
          : await this.#answerOrQuestion(call, params, context);
        return codeIn(content);
      },
    };
  }

  async #askNow(
    params: ElicitRequestFormParams,
    { mcpReq }: ServerContext,
  ): Promise<Readonly<Record<string, unknown>>> {
    const answer = await elicitNow(
      this.#client,
      params,
      AbortSignal.any([
        mcpReq.signal,
        AbortSignal.timeout(this.#world.patience.form),
      ]),
    );
    switch (answer.kind) {
      case "accept":
        return answer.content;
      case "nobody":
        throw new NobodyThere();
      case "aborted":
        throw overdue();
      default:
        throw declined(answer.kind);
    }
  }

  async #answerOrQuestion(
    { key }: FormCall,
    params: ElicitRequestFormParams,
    { mcpReq }: ServerContext,
  ): Promise<Readonly<Record<string, unknown>>> {
    const response = inputResponse(mcpReq.inputResponses, FIELD);
    if (response.kind !== "elicit") {
      const id = crypto.randomUUID();
      this.#open.add(id);
      const state = { id, call: key, leg: 0, askedAt: performance.now() };
      throw new QuestionRequired(inputRequired({
        requestState: await this.#world.states.mint(state),
        inputRequests: { [FIELD]: inputRequired.elicit(params) },
      }));
    }
    const state = mcpReq.requestState<CarriedState>();
    if (
      state === undefined || state.call !== key || !this.#open.delete(state.id)
    ) throw strayAnswer();
    const age = performance.now() - state.askedAt;
    if (response.action !== "accept") {
      throw age < QUICKEST_PERSON
        ? new NobodyThere()
        : declined(response.action);
    }
    if (age > this.#world.patience.form) throw overdue();
    return { ...response.content };
  }
}

function form(
  question: string,
  refused: UpdstsError | undefined,
): ElicitRequestFormParams {
  return {
    mode: "form",
    message: refused === undefined
      ? question
      : `AWS did not take that code: wait for the next one. ${question}`,
    requestedSchema: {
      type: "object",
      properties: {
        [FIELD]: {
          type: "string",
          title: "MFA code",
          description: "Six digits; they go to AWS, not to the model",
          // With room for blanks between them.
          minLength: 6,
          maxLength: 16,
        },
      },
      required: [FIELD],
    },
  };
}

/** Some clients make a number of it, which loses the zeros that it began with. */
function codeIn(content: Readonly<Record<string, unknown>>): Secret {
  const code = content[FIELD];
  if (typeof code === "string") return new Secret(code);
  if (typeof code === "number") {
    return new Secret(String(code).padStart(6, "0"));
  }
  throw new UpdstsError(
    "CODE_INVALID",
    "Cannot use the TOTP code: the client sent none",
  );
}

function declined(action: "decline" | "cancel"): UpdstsError {
  return new UpdstsError(
    "CODE_DECLINED",
    `Cannot get a session: the person ${
      action === "decline" ? "declined to give" : "dismissed the question for"
    } the TOTP code`,
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}

function strayAnswer(): UpdstsError {
  return new UpdstsError(
    "CODE_MISSING",
    "Cannot get a session: the answer belongs to no question that is open for this call",
    { hint: "call again without an answer to have the person asked anew" },
  );
}

function overdue(): UpdstsError {
  return new UpdstsError(
    "CODE_EXPIRED",
    "Cannot get a session: nobody gave the TOTP code in time",
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}
