// Decides which requests to STS are sent again: those that cannot have spent the code.
import type {
  RetryErrorInfo,
  RetryStrategyV2,
  RetryToken,
} from "@smithy/types";
import type { Log } from "../ports.ts";

/** A throttled request may be sent this often; the time limit ends it earlier. */
const MAX_THROTTLED = 10;
/** A request whose connection was refused may be sent this often. */
const MAX_REFUSED = 3;
/** Waiting times grow from here by doubling, in milliseconds. */
const FIRST_DELAY = 250;
const MAX_DELAY = 5_000;

/** What STS, or a proxy, calls a signature with a date too far off. */
const CLOCK_SKEW_NAMES = [
  "SignatureDoesNotMatch",
  "RequestExpired",
  "RequestInTheFuture",
  "RequestTimeTooSkewed",
  "InvalidSignatureException",
];

/** Why a request was sent again. */
export type Unspent = "throttled" | "connection refused" | "clock skew";

/**
 * The retry strategy of the AWS SDK, reduced to what leaves the code unspent:
 * a refused connection, a throttled request, and, once, a signature whose date
 * the SDK has corrected since. After a timeout or a 5xx the code may be spent.
 */
export class UnspentRetryStrategy implements RetryStrategyV2 {
  readonly #log: Log;
  /** Why the last request was, or would have been, sent again. */
  lastRefusal: Unspent | undefined;

  /** Tells `log` of every request that is sent again. */
  constructor(log: Log) {
    this.#log = log;
  }

  acquireInitialRetryToken(): Promise<RetryToken> {
    return Promise.resolve(retryToken(0, 0));
  }

  refreshRetryTokenForRetry(
    token: RetryToken,
    { error, errorType }: RetryErrorInfo,
  ): Promise<RetryToken> {
    const sent = token.getRetryCount() + 1;
    const reason = whyUnspent(error, errorType);
    const again = reason !== undefined && sent < MAX_SENT[reason];
    this.lastRefusal = reason;
    if (!again) return Promise.reject(new Error("Not sent again"));
    const ceiling = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** sent);
    // Half of it by chance, so that many users do not come back as one.
    const delay = reason === "clock skew"
      ? 0
      : ceiling / 2 + Math.random() * ceiling / 2;
    this.#log.info(`STS request ${sent}: ${reason}; sending it again`);
    return Promise.resolve(retryToken(sent, delay));
  }

  recordSuccess(): void {}
}

const MAX_SENT: Readonly<Record<Unspent, number>> = {
  "throttled": MAX_THROTTLED,
  "connection refused": MAX_REFUSED,
  "clock skew": 2,
};

function whyUnspent(
  error: unknown,
  errorType: RetryErrorInfo["errorType"],
): Unspent | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isConnectionRefused(error)) return "connection refused";
  const { status, clockSkewCorrected } = metadataOf(error);
  if (status === undefined || status < 400 || status > 499) return undefined;
  if (errorType === "THROTTLING") return "throttled";
  if (clockSkewCorrected && CLOCK_SKEW_NAMES.includes(error.name)) {
    return "clock skew";
  }
  return undefined;
}

/** Whether nothing can have been sent, for nobody listened. Linux, macOS, Windows. */
function isConnectionRefused(error: Error): boolean {
  return error instanceof TypeError &&
    /\(Connect\).*\(os error (?:111|61|10061)\)/.test(reasonsOf(error));
}

/** The messages of `error` and of all its causes; the runtime hides them there. */
export function reasonsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message}: ${reasonsOf(error.cause)}`;
}

/** What the SDK notes about an answer. */
export function metadataOf(
  error: unknown,
): { status?: number; clockSkewCorrected: boolean; requestId?: string } {
  if (!(error instanceof Error) || !("$metadata" in error)) {
    return { clockSkewCorrected: false };
  }
  const metadata: Record<string, unknown> = { ...Object(error.$metadata) };
  const { httpStatusCode: status, requestId } = metadata;
  return {
    ...(typeof status === "number" ? { status } : {}),
    ...(typeof requestId === "string" ? { requestId } : {}),
    clockSkewCorrected: metadata["clockSkewCorrected"] === true,
  };
}

function retryToken(count: number, delay: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => delay };
}
