// Has the person type the code into the client, so that the model never sees it.
import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import { UpdstsError } from "../errors.ts";
import type { CodeSource } from "../ports.ts";
import { Secret } from "../secret.ts";

/** How long the person may take, in milliseconds: a code lives no longer. */
const PATIENCE = 55_000;

/** The name of the one field, and of the one request. */
const FIELD = "totp_token";

/**
 * Thrown to the tool when it must answer with a question. Since revision
 * 2026-07-28 a server does not send requests: it answers that input is
 * required, and the client calls again with it.
 */
export class QuestionRequired extends Error {
  /** The answer that asks. */
  readonly question: InputRequiredResult;

  constructor(question: InputRequiredResult) {
    super("The person has to be asked");
    this.question = question;
  }
}

/** What a client may declare of elicitation; anything else counts as nothing. */
const capabilities = z.object({
  elicitation: z.object({
    form: z.unknown().optional(),
    url: z.unknown().optional(),
  }).optional(),
}).catch({});

/** What is to be known of a call before the person is asked. */
export interface Call {
  /** All that it asks for: an answer counts for no other call. */
  readonly call: string;
  /** The command that does the same in a terminal. */
  readonly command: string;
}

interface Question {
  /** The call that it was asked for: an answer counts for no other. */
  readonly call: string;
  readonly device: string;
  /** Milliseconds of the monotonic clock. */
  readonly askedAt: number;
}

/** Asks for codes on one connection, in the way of its protocol era. */
export class CodeElicitation {
  readonly #server: McpServer;
  readonly #era: "legacy" | "modern";
  readonly #patience: number;
  readonly #open = new Map<string, Question>();

  constructor(
    server: McpServer,
    era: "legacy" | "modern",
    patience: number = PATIENCE,
  ) {
    this.#server = server;
    this.#era = era;
    this.#patience = patience;
  }

  /** The source of codes for one call of a tool. */
  sourceFor(context: ServerContext, { call, command }: Call): CodeSource {
    return {
      code: async (profile, device) => {
        if (!this.#canAsk(context)) throw cannotAsk(command);
        const code = this.#era === "legacy"
          ? await this.#askNow(context, command, profile, device)
          : this.#answerOrQuestion(context, call, profile, device);
        if (typeof code === "string") return new Secret(code.trim());
        throw new UpdstsError(
          "CODE_INVALID",
          "Cannot use the TOTP code: the client sent none",
        );
      },
    };
  }

  #canAsk({ mcpReq }: ServerContext): boolean {
    const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope };
    const declared = this.#era === "legacy"
      ? this.#server.server.getClientCapabilities()
      : envelope[CLIENT_CAPABILITIES_META_KEY];
    const { elicitation } = capabilities.parse(declared);
    // An empty capability means forms, as it did before there were others.
    return elicitation !== undefined &&
      (elicitation.form !== undefined || elicitation.url === undefined);
  }

  async #askNow(
    { mcpReq }: ServerContext,
    command: string,
    profile: string,
    device: string,
  ): Promise<unknown> {
    const signal = AbortSignal.any([
      mcpReq.signal,
      AbortSignal.timeout(this.#patience),
    ]);
    try {
      const { action, content } = await mcpReq.elicitInput(
        form(profile, device),
        { signal, timeout: this.#patience * 2 },
      );
      if (action !== "accept") throw declined(action);
      return content?.[FIELD];
    } catch (error) {
      if (error instanceof UpdstsError) throw error;
      // Some clients say that they can ask, and then cannot.
      throw signal.aborted ? noAnswer(this.#patience) : cannotAsk(command);
    }
  }

  #answerOrQuestion(
    { mcpReq }: ServerContext,
    call: string,
    profile: string,
    device: string,
  ): unknown {
    const answer = inputResponse(mcpReq.inputResponses, FIELD);
    if (answer.kind !== "elicit") {
      throw new QuestionRequired(inputRequired({
        requestState: this.#ask(call, device),
        inputRequests: { [FIELD]: inputRequired.elicit(form(profile, device)) },
      }));
    }
    const question = this.#close(mcpReq.requestState());
    if (answer.action !== "accept") throw declined(answer.action);
    if (question?.call !== call || question.device !== device) {
      throw strayAnswer();
    }
    return answer.content?.[FIELD];
  }

  #ask(call: string, device: string): string {
    const askedAt = performance.now();
    for (const [id, question] of this.#open) {
      if (askedAt - question.askedAt > this.#patience) this.#open.delete(id);
    }
    const id = crypto.randomUUID();
    this.#open.set(id, { call, device, askedAt });
    return id;
  }

  /** The question that `state` stands for; only once, and not too late. */
  #close(state: unknown): Question | undefined {
    if (typeof state !== "string") return undefined;
    const question = this.#open.get(state);
    this.#open.delete(state);
    if (question === undefined) return undefined;
    const age = performance.now() - question.askedAt;
    if (age > this.#patience) throw noAnswer(this.#patience);
    return question;
  }
}

function form(profile: string, device: string) {
  return {
    mode: "form" as const,
    message:
      `updsts needs the six digits that the MFA device ${device} shows now, to refresh the AWS profile ${
        JSON.stringify(profile)
      }.`,
    requestedSchema: {
      type: "object" as const,
      properties: {
        [FIELD]: {
          type: "string" as const,
          title: "TOTP code",
          description: "Six digits; they go to AWS, not to the model",
        },
      },
      required: [FIELD],
    },
  };
}

function cannotAsk(command: string): UpdstsError {
  return new UpdstsError(
    "CODE_MISSING",
    "Cannot get a session: no TOTP code was given, and this client could not ask the person for one",
    {
      hint:
        `give totp_token, or have the person run, in a terminal: ${command}`,
    },
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

function noAnswer(patience: number): UpdstsError {
  return new UpdstsError(
    "CODE_DECLINED",
    `Cannot get a session: nobody gave the TOTP code within ${
      patience / 1000
    } s of being asked`,
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}
