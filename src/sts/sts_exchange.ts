// One request to STS on the wire: signed, sent once, and answered or not.
import { AwsV4Signer } from "aws4fetch";
import type { SessionRequest } from "../ports.ts";
import { readElement } from "./sts_xml.ts";

/** More than any answer of STS; what is longer is not from STS. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** What was answered, read to its end. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The clock of who answered, if it said. */
  readonly date: string | undefined;
  readonly requestId: string | undefined;
}

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

/** Why STS refused, in its own words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The refusal in `answer`; undefined if it is not one of AWS. */
export function readRefusal({ body }: Answer): Refusal | undefined {
  const code = readElement(body, "ErrorResponse", "Code");
  const message = readElement(body, "ErrorResponse", "Message") ?? "";
  return code === undefined || !/^[\w.:-]{1,100}$/.test(code)
    ? undefined
    : { code, message };
}

/** How to send: by which client, and until when. */
export interface Delivery {
  readonly client: Deno.HttpClient;
  readonly signal: AbortSignal;
}

const FORM = "application/x-www-form-urlencoded; charset=utf-8";

/** Signs a request for a session as of `time`, and sends it. */
export async function requestSession(
  request: SessionRequest,
  endpoint: URL,
  time: Date,
  { userAgent, ...delivery }: Delivery & { readonly userAgent: string },
): Promise<Answer> {
  const form = new URLSearchParams({
    Action: "GetSessionToken",
    Version: "2011-06-15",
    DurationSeconds: String(request.durationSeconds),
    SerialNumber: request.device,
    TokenCode: request.code.reveal(),
  }).toString();
  const { headers } = await new AwsV4Signer({
    url: endpoint.href,
    method: "POST",
    headers: { "content-type": FORM, "user-agent": userAgent },
    body: form,
    accessKeyId: request.accessKeyId,
    secretAccessKey: request.secretAccessKey.reveal(),
    service: "sts",
    region: request.region,
    datetime: time.toISOString().replace(/[:-]|\.\d{3}/g, ""),
  }).sign();
  return await post(endpoint, headers, form, delivery);
}

/** Asks who we are without saying so: STS answers, and refuses. */
export function requestWithoutSignature(
  endpoint: URL,
  delivery: Delivery,
): Promise<Answer> {
  const form = "Action=GetCallerIdentity&Version=2011-06-15";
  return post(endpoint, new Headers({ "content-type": FORM }), form, delivery);
}

async function post(
  url: URL,
  headers: Headers,
  body: string,
  delivery: Delivery,
): Promise<Answer> {
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
      status: response.status,
      date: response.headers.get("date") ?? undefined,
      requestId: response.headers.get("x-amzn-requestid") ?? undefined,
      body: await readAtMost(response, MAX_ANSWER_BYTES),
    };
  } catch (error) {
    // What the runtime's fetch throws has no type of its own.
    throw error instanceof TypeError ? new NetworkError(error) : error;
  }
}

async function readAtMost(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new AnswerTooLong();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
