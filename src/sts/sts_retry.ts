// Decides which requests to STS are sent again: those that cannot have spent the code.
import { type AnswerHead, NetworkError } from "./http_exchange.ts";
import type { Answer } from "./sts_exchange.ts";

/** Why a request left the code unspent. */
export type Unspent = "throttled" | "connection refused" | "clock skew";

/** How often a request may be sent, for each reason; the time limit ends it earlier. */
export const MAX_SENT: Readonly<Record<Unspent, number>> = {
  "throttled": 10,
  "connection refused": 3,
  "clock skew": 2,
};

/** Waiting times grow from here by doubling, in milliseconds. */
const FIRST_DELAY = 250;
const MAX_DELAY = 5_000;

/** A signature is good for five minutes to either side, in milliseconds. */
const MAX_SKEW = 300_000;

/** What AWS services call it when they are asked too often. */
const THROTTLING = [
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
];

/** What STS, or a proxy, calls a signature with a date too far off. */
const CLOCK_SKEW = [
  "SignatureDoesNotMatch",
  "RequestExpired",
  "RequestInTheFuture",
  "RequestTimeTooSkewed",
  "InvalidSignatureException",
];

/** Why `answer`, to a request signed as of `time`, left the code unspent, if it did. */
export function whyUnspent(
  answer: Pick<Answer, "status" | "date" | "refusal">,
  time: Date,
): Unspent | undefined {
  if (answer.status < 400 || answer.status > 499) return undefined;
  const { code } = answer.refusal ?? {};
  if (code === undefined) return undefined;
  if (THROTTLING.includes(code)) return "throttled";
  const skewed = Math.abs(offsetTo(answer, time)) >= MAX_SKEW;
  return skewed && CLOCK_SKEW.includes(code) ? "clock skew" : undefined;
}

/** How far the clock of who answered is ahead of `time`, in milliseconds; 0 if unknown. */
export function offsetTo(
  { date }: Pick<AnswerHead, "date">,
  time: Date,
): number {
  const said = new Date(date ?? NaN);
  const year = said.getUTCFullYear();
  // What is signed has four digits for the year.
  return year >= 1970 && year <= 9999 ? said.getTime() - time.getTime() : 0;
}

/** Whether nothing can have been sent, for nobody listened. Linux, macOS, Windows. */
export function isConnectionRefused(error: unknown): boolean {
  return error instanceof NetworkError &&
    /\(Connect\).*\(os error (?:111|61|10061)\)/.test(error.message);
}

/**
 * How long to wait before request `sent` + 1, in milliseconds: half of it by
 * chance, so that many users do not come back as one.
 */
export function delayBefore(
  reason: Unspent,
  sent: number,
  chance: () => number = Math.random,
): number {
  if (reason === "clock skew") return 0;
  const ceiling = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** sent);
  return ceiling / 2 + chance() * ceiling / 2;
}
