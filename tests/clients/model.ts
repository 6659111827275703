// Stands in for the model of an agent's client, in the dialects of four model APIs: it calls one tool, shows a person the link that the tool answers with, and calls again.
import { z } from "zod";

/** What a client has told its model, as far as this one cares. */
interface Told {
  /** The tool to call, by the name that the client gave it; undefined if it is not there. */
  readonly tool: Tool | undefined;
  /** The texts of all tool results, oldest first. */
  readonly results: readonly string[];
}

interface Tool {
  readonly name: string;
  /** The Responses API groups the tools of a server. */
  readonly namespace?: string | undefined;
}

/** What the model says: words, and perhaps a call of the tool. */
interface Said {
  readonly text: string;
  readonly call?: { readonly tool: Tool; readonly id: string } | undefined;
}

type Json = Record<string, unknown>;

/** One model API. */
interface Dialect {
  readonly path: RegExp;
  told(body: unknown): Told;
  /** Server-sent events, each with the name that some clients go by. */
  events(said: Said): readonly Json[];
  /** The same as one object, for requests that want no stream. */
  whole(said: Said): Json;
}

const TOOL = /updsts_update_sts_credential$/;

/** What the tool is called with, each time. */
export const ARGUMENTS = { profile_name: "default" } as const;

/** The link to a page of updsts, wherever it stands in a text. */
export const LINK = /http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}/;

/** A result is a text, or a list of parts, or an object with either. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function find(
  tools: readonly { name?: string | undefined }[] | undefined,
): Tool | undefined {
  const name = tools?.map(({ name }) => name).find((name) =>
    name !== undefined && TOOL.test(name)
  );
  return name === undefined ? undefined : { name };
}

const named = z.looseObject({ name: z.string().optional() });

const anthropicRequest = z.object({
  tools: z.array(named).optional(),
  messages: z.array(z.object({ content: z.unknown() })),
});
const anthropicResult = z.object({
  type: z.literal("tool_result"),
  content: z.unknown(),
});

const ANTHROPIC: Dialect = {
  path: /\/v1\/messages$/,
  told: (body) => {
    const { tools, messages } = anthropicRequest.parse(body);
    return {
      tool: find(tools),
      results: messages.flatMap(({ content }) =>
        Array.isArray(content) ? content : []
      ).flatMap((part) => {
        const { data } = anthropicResult.safeParse(part);
        return data === undefined ? [] : [textOf(data.content)];
      }),
    };
  },
  events: ({ text, call }) => [
    { type: "message_start", message: anthropicMessage([], null) },
    {
      type: "content_block_start",
      index: 0,
      content_block: { type: "text", text: "" },
    },
    {
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text },
    },
    { type: "content_block_stop", index: 0 },
    ...call === undefined ? [] : [
      {
        type: "content_block_start",
        index: 1,
        content_block: {
          ...{ type: "tool_use", id: call.id, name: call.tool.name, input: {} },
        },
      },
      {
        type: "content_block_delta",
        index: 1,
        delta: {
          type: "input_json_delta",
          partial_json: JSON.stringify(ARGUMENTS),
        },
      },
      { type: "content_block_stop", index: 1 },
    ],
    {
      type: "message_delta",
      delta: {
        stop_reason: call === undefined ? "end_turn" : "tool_use",
        stop_sequence: null,
      },
      usage: { output_tokens: 9 },
    },
    { type: "message_stop" },
  ],
  whole: ({ text, call }) =>
    anthropicMessage(
      [
        { type: "text", text },
        ...call === undefined ? [] : [{
          ...{ type: "tool_use", id: call.id, name: call.tool.name },
          input: ARGUMENTS,
        }],
      ],
      call === undefined ? "end_turn" : "tool_use",
    ),
};

function anthropicMessage(content: Json[], reason: string | null): Json {
  return {
    ...{ id: "msg_1", type: "message", role: "assistant", model: "stand-in" },
    ...{ content, stop_reason: reason, stop_sequence: null },
    usage: { input_tokens: 9, output_tokens: 9 },
  };
}

const chatRequest = z.object({
  tools: z.array(z.object({ function: named.optional() })).optional(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
});

const CHAT: Dialect = {
  path: /\/chat\/completions$/,
  told: (body) => {
    const { tools, messages } = chatRequest.parse(body);
    return {
      tool: find(
        tools?.flatMap((tool) =>
          tool.function === undefined ? [] : [tool.function]
        ),
      ),
      results: messages.filter(({ role }) => role === "tool")
        .map(({ content }) => textOf(content)),
    };
  },
  events: (said) => [
    chatChunk("chat.completion.chunk", {
      ...{ index: 0, finish_reason: null },
      delta: chatMessage(said),
    }),
    chatChunk("chat.completion.chunk", {
      ...{ index: 0, finish_reason: chatReason(said), delta: {} },
    }),
  ],
  whole: (said) =>
    chatChunk("chat.completion", {
      ...{ index: 0, finish_reason: chatReason(said) },
      message: chatMessage(said),
    }),
};

function chatChunk(object: string, choice: Json): Json {
  return {
    ...{ id: "chat_1", object, created: 1, model: "stand-in" },
    choices: [choice],
    usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
  };
}

function chatMessage({ text, call }: Said): Json {
  return {
    ...{ role: "assistant", content: text },
    ...call === undefined ? {} : {
      tool_calls: [{
        ...{ index: 0, id: call.id, type: "function" },
        function: {
          name: call.tool.name,
          arguments: JSON.stringify(ARGUMENTS),
        },
      }],
    },
  };
}

function chatReason({ call }: Said): string {
  return call === undefined ? "stop" : "tool_calls";
}

const responsesTool = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  tools: z.array(named).optional(),
});
const responsesRequest = z.object({
  tools: z.array(responsesTool).optional(),
  input: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
});
/** Tools that came later, as the answer to a search for them. */
const foundTools = z.object({ tools: z.array(responsesTool) });

const RESPONSES: Dialect = {
  path: /\/responses$/,
  told: (body) => {
    const { tools = [], input } = responsesRequest.parse(body);
    const items = typeof input === "string" ? [] : input;
    const all = [
      ...tools,
      ...items.flatMap((item) => foundTools.safeParse(item).data?.tools ?? []),
    ];
    const groups = all.flatMap(({ name: namespace, tools }) => {
      const tool = find(tools);
      return tool === undefined ? [] : [{ ...tool, namespace }];
    });
    return {
      tool: groups[0] ?? find(all),
      results: items.filter(({ type }) => type === "function_call_output")
        .map((item) => textOf(item["output"])),
    };
  },
  events: (said) => {
    const output = responsesOutput(said);
    return [
      { type: "response.created", response: { id: "resp_1" } },
      ...output.flatMap((item, index) => [
        { type: "response.output_item.added", output_index: index, item },
        { type: "response.output_item.done", output_index: index, item },
      ]),
      { type: "response.completed", response: RESPONSES.whole(said) },
    ];
  },
  whole: (said) => ({
    ...{ id: "resp_1", object: "response", status: "completed" },
    output: responsesOutput(said),
    usage: { input_tokens: 9, output_tokens: 9, total_tokens: 18 },
  }),
};

function responsesOutput({ text, call }: Said): Json[] {
  return [
    {
      ...{ type: "message", id: "msg_1", role: "assistant" },
      content: [{ type: "output_text", text, annotations: [] }],
    },
    ...call === undefined ? [] : [{
      ...{ type: "function_call", id: `fc_${call.id}`, call_id: call.id },
      ...call.tool,
      arguments: JSON.stringify(ARGUMENTS),
    }],
  ];
}

const geminiRequest = z.object({
  tools: z.array(z.object({
    functionDeclarations: z.array(named).optional(),
  })).optional(),
  contents: z.array(z.object({
    parts: z.array(z.looseObject({
      functionResponse: z.looseObject({ response: z.unknown() }).optional(),
    })).optional(),
  })),
});

const GEMINI: Dialect = {
  path: /:(?:streamGenerateContent|generateContent)$/,
  told: (body) => {
    const { tools, contents } = geminiRequest.parse(body);
    return {
      tool: find(tools?.flatMap((tool) => tool.functionDeclarations ?? [])),
      results: contents.flatMap(({ parts = [] }) =>
        parts.flatMap(({ functionResponse }) =>
          functionResponse === undefined
            ? []
            : [textOf(functionResponse.response)]
        )
      ),
    };
  },
  events: (said) => [GEMINI.whole(said)],
  whole: ({ text, call }) => ({
    candidates: [{
      content: {
        role: "model",
        parts: [
          { text },
          ...call === undefined ? [] : [{
            functionCall: {
              ...{ id: call.id, name: call.tool.name },
              // Gemini CLI adds it to each tool, and models set it.
              args: { ...ARGUMENTS, wait_for_previous: true },
            },
          }],
        ],
      },
      ...{ finishReason: "STOP", index: 0 },
    }],
    usageMetadata: {
      ...{ promptTokenCount: 9, candidatesTokenCount: 9, totalTokenCount: 18 },
    },
  }),
};

const DIALECTS = [ANTHROPIC, CHAT, RESPONSES, GEMINI];

/** A model on this machine that goes through the flow once. */
export class ModelStandIn implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #log: string;
  readonly #shown: (link: string) => void;
  #results: readonly string[] = [];
  #done = false;
  #lastCallAt = 0;
  /** How long each call of the tool took until its result was told, in milliseconds. */
  readonly durations: number[] = [];

  /** `shown` is told each link that the model shows; requests go to the file `log`. */
  constructor(log: string, shown: (link: string) => void) {
    this.#log = log;
    this.#shown = shown;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** Where it listens, without a path. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Whether it has said its last word. */
  get isDone(): boolean {
    return this.#done;
  }

  /** Whether the last answer of the tool was a session. */
  get isContent(): boolean {
    return this.#results.at(-1)?.includes("updated_profile_name") === true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    await Deno.writeTextFile(
      this.#log,
      `${request.method} ${pathname}${search}\n${text}\n`,
      { append: true },
    );
    const dialect = DIALECTS.find(({ path }) => path.test(pathname));
    if (dialect === undefined || request.method !== "POST") {
      return Response.json({ data: [], models: [], input_tokens: 9 });
    }
    const body: Json = JSON.parse(text);
    const said = this.#say(dialect.told(body));
    const streams = body["stream"] === true ||
      pathname.endsWith(":streamGenerateContent");
    if (!streams) return Response.json(dialect.whole(said));
    const events = dialect.events(said).map((event) => {
      const name = typeof event["type"] === "string"
        ? `event: ${event["type"]}\n`
        : "";
      return `${name}data: ${JSON.stringify(event)}\n\n`;
    });
    if (dialect === CHAT) events.push("data: [DONE]\n\n");
    return new Response(events.join(""), {
      headers: { "Content-Type": "text/event-stream" },
    });
  }

  #say({ tool, results }: Told): Said {
    // Clients also ask for titles and the like, without tools.
    if (tool === undefined) return { text: "{}" };
    if (results.length > this.#results.length) {
      this.durations.push(performance.now() - this.#lastCallAt);
      this.#results = results;
    }
    const last = results.at(-1);
    const link = last?.includes("CODE_NEEDED")
      ? LINK.exec(last)?.[0]
      : undefined;
    if (last !== undefined && link === undefined) {
      this.#done = true;
      return { text: "Done." };
    }
    if (link !== undefined) this.#shown(link);
    if (results.length === MOST_CALLS) {
      this.#done = true;
      return { text: "Giving up." };
    }
    this.#lastCallAt = performance.now();
    return {
      text: link === undefined
        ? "I refresh the session."
        : `Please type the code here: ${link}`,
      call: { tool, id: `call_${results.length + 1}` },
    };
  }
}

/** Who needs more calls goes in circles. */
const MOST_CALLS = 5;
