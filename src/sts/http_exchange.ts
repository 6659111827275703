// One request on the wire: sent once, and answered as a whole or not at all.

/** More than any answer of STS; what is longer is not from STS. */
const MAX_ANSWER_BYTES = 1024 * 1024;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The connection did not come about, or was lost. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";

  /** For `cause`, which says why. */
  constructor(cause: Error) {
    super(reasonsOf(cause), { cause });
  }
}

/** The messages of `error` and of all its causes; the runtime hides them there. */
function reasonsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message}: ${reasonsOf(error.cause)}`;
}

/** The answer was longer than anything that STS says. */
export class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
}

/** How to send: by which client, and until when. */
export interface Delivery {
  readonly client: Deno.HttpClient;
  readonly signal: AbortSignal;
}

/** What is said of an answer before its body. */
export interface AnswerHead {
  readonly status: number;
  /** The clock of who answered, if it said. */
  readonly date: string | undefined;
  /** Of AWS: a UUID. Anything else is none, and may be what must not be shown. */
  readonly requestId: string | undefined;
}

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly head: AnswerHead;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * Posts a form and reads the answer.
 *
 * @throws {NetworkError | AnswerTooLong | Deno.errors.NotCapable} or what
 * `signal` was aborted with
 */
export async function post(
  url: URL,
  headers: Headers,
  body: string,
  delivery: Delivery,
): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      // A redirect would carry signature and code to another place.
      redirect: "manual",
      ...delivery,
    });
    return {
      head: {
        status: response.status,
        date: response.headers.get("date") ?? undefined,
        requestId: UUID.exec(response.headers.get("x-amzn-requestid") ?? "")
          ?.[0],
      },
      headers: response.headers,
      body: await readAtMost(response, MAX_ANSWER_BYTES),
    };
  } catch (error) {
    // What the runtime's fetch throws has no type of its own.
    throw error instanceof TypeError ? new NetworkError(error) : error;
  }
}

async function readAtMost(
  response: Response,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new AnswerTooLong();
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}
