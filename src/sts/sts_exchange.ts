// One request for a session: signed by the SDK, sent once, and answered or not.
import {
  type Credentials,
  GetSessionTokenCommand,
  STSServiceException,
} from "@aws-sdk/client-sts";
import type { SessionRequest } from "../ports.ts";
import type { AnswerHead, Delivery } from "./http_exchange.ts";
import { createRequestHandler, createStsClient } from "./sts_client.ts";
import { readChoice } from "./sts_endpoint.ts";

/** What was answered, as the SDK reads it. */
export interface Answer extends AnswerHead {
  /** What STS gave, whole or not; undefined if it gave nothing. */
  readonly credentials: Partial<Credentials> | undefined;
  /** Why it gave nothing, if STS said so. */
  readonly refusal: Refusal | undefined;
}

/** Why STS refused, in its own words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** When and as whom to ask. */
export interface Signing extends Delivery {
  /** The time to sign with. */
  readonly time: Date;
  readonly userAgent: string;
}

/** Signs a request for a session, and sends it. */
export async function requestSession(
  request: SessionRequest,
  { time, userAgent, ...delivery }: Signing,
): Promise<Answer> {
  const requestHandler = createRequestHandler(userAgent, delivery);
  const client = createStsClient({
    ...readChoice(request),
    accessKeyId: request.accessKeyId,
    secretAccessKey: request.secretAccessKey.reveal(),
    clockOffset: time.getTime() - Date.now(),
    requestHandler,
  });
  const command = new GetSessionTokenCommand({
    DurationSeconds: request.durationSeconds,
    SerialNumber: request.device,
    TokenCode: request.code.reveal(),
  });
  let credentials: Answer["credentials"];
  let refusal: Refusal | undefined;
  try {
    ({ Credentials: credentials } = await client.send(command));
  } catch (error) {
    // Once an answer has come, what fails is the reading of it.
    if (requestHandler.answer() === undefined) throw error;
    refusal = readRefusal(error);
  }
  const answer = requestHandler.answer();
  if (answer === undefined) throw new Error("The SDK asked nobody");
  return { ...answer.head, credentials, refusal };
}

/** How AWS names an error: in words, which hold no hash. */
const CODE = /^(?!.*[0-9a-f]{8})[a-z][a-z.:_-]{0,99}$/i;

/** The refusal that `error` stands for; undefined if it is not one of AWS. */
function readRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof STSServiceException) || !("Code" in error)) {
    return undefined;
  }
  const { Code: code, message } = error;
  return typeof code === "string" && CODE.test(code)
    ? { code, message: typeof message === "string" ? message : "" }
    : undefined;
}
