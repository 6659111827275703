// Requests a session from STS, and decides which requests may be sent again.
import type { Environment } from "../machine/environment.ts";
import type {
  Clock,
  Log,
  SessionIssuer,
  SessionRequest,
  Surroundings,
} from "../ports.ts";
import {
  type Answer,
  locateSts,
  type Place,
  requestSession,
} from "./client.ts";
import {
  connectionError,
  offsetTo,
  refusal,
  type Unspent,
  whyUnspent,
} from "./failures.ts";
import { createHttpClient, Deadline, post } from "./http.ts";

/** Time limit of all requests together, in milliseconds. */
const TIMEOUT = 30_000;

/** Time limit of `doctor`, in milliseconds. */
const REACH_TIMEOUT = 5_000;

/** The maximum number of requests, by reason; the time limit may end it earlier. */
const MAX_SENT: Readonly<Record<Unspent, number>> = {
  "throttled": 10,
  "connection refused": 3,
  "clock skew": 2,
};

/** Delays double from FIRST_DELAY to MAX_DELAY, in milliseconds. */
const FIRST_DELAY = 250;
const MAX_DELAY = 5_000;

/** Creates the issuer of sessions; `timeout` is in milliseconds. */
export function createIssuer(
  environment: Environment,
  clock: Clock,
  log: Log,
  userAgent = "updsts",
  timeout = TIMEOUT,
): SessionIssuer & Pick<Surroundings, "caBundle" | "reachSts"> {
  /** Sends the request again while the code is certainly unspent. */
  async function exchange(
    request: SessionRequest,
    place: Place,
  ): Promise<Answer> {
    using deadline = new Deadline(timeout);
    const { signal } = deadline;
    let offset = 0;
    const counts = { "throttled": 0, "connection refused": 0, "clock skew": 0 };
    for (let sent = 1;; sent++) {
      const time = new Date(clock.now().getTime() + offset);
      let outcome: Answer | Error;
      try {
        // A client per request: on a kept connection, the runtime itself resends
        // a request that was not answered, though the code may be spent.
        using client = createHttpClient(environment, request.caBundle);
        const delivery = { client, signal, userAgent };
        outcome = await requestSession(request, place, time, delivery);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        outcome = error;
      }
      const reason = whyUnspent(outcome, time);
      const delay = reason && delayBefore(reason, ++counts[reason]);
      if (delay === undefined || !await wait(delay, signal)) {
        if (!(outcome instanceof Error)) return outcome;
        throw connectionError(outcome, place, deadline);
      }
      if ("date" in outcome && reason === "clock skew") {
        offset += offsetTo(outcome.date, time);
      }
      log.info(`STS request ${sent}: ${reason}; sending it again`);
    }
  }

  return {
    rehearse: (target) =>
      Promise.try(() => {
        locateSts(target, environment);
        tryCaBundle(environment, target.caBundle);
      }),
    issue: async (request) => {
      const place = locateSts(request, environment);
      log.info(`STS endpoint: ${place.endpoint.origin}`);
      const answer = await exchange(request, place);
      log.info(`STS request id: ${answer.requestId ?? "none"}`);
      const now = clock.now();
      const ahead = Math.round(offsetTo(answer.date, now) / 1000);
      log.debug(
        `STS answered ${answer.status}, its clock ${Math.abs(ahead)} s ${
          ahead < 0 ? "behind" : "ahead of"
        } this one, as far as it said`,
      );
      if (answer.status === 200 && answer.session) return answer.session;
      throw refusal(answer, request, place, now);
    },
    caBundle: () => Promise.try(() => tryCaBundle(environment)),
    reachSts: async (target) => {
      const place = locateSts(target, environment);
      const { endpoint, proxy } = place;
      using deadline = new Deadline(REACH_TIMEOUT);
      const start = performance.now();
      try {
        using client = createHttpClient(environment, target.caBundle);
        const { status, date, requestId } = await post(
          endpoint,
          new Headers({ "content-type": "application/x-www-form-urlencoded" }),
          // STS answers an unsigned request with a refusal.
          "Action=GetCallerIdentity&Version=2011-06-15",
          { client, signal: deadline.signal, userAgent },
        );
        return {
          ...{ endpoint, proxy, status },
          milliseconds: Math.round(performance.now() - start),
          genuine: requestId !== undefined,
          clockOffset: date === undefined
            ? undefined
            : offsetTo(date, clock.now()),
        };
      } catch (error) {
        throw connectionError(error, place, deadline);
      }
    },
  };
}

/** Loads the configured certificate authorities and returns their path. */
function tryCaBundle(
  environment: Environment,
  configured?: string,
): string | undefined {
  const path = environment.get("AWS_CA_BUNDLE") ?? configured;
  if (path !== undefined) createHttpClient(environment, configured).close();
  return path;
}

/**
 * Milliseconds before the next request after `count` failures for `reason`, if
 * it may be sent. Half is random, so that many users do not retry at once.
 */
export function delayBefore(
  reason: Unspent,
  count: number,
  chance: () => number = Math.random,
): number | undefined {
  if (count >= MAX_SENT[reason]) return undefined;
  if (reason === "clock skew") return 0;
  const ceiling = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** count);
  return ceiling / 2 + chance() * ceiling / 2;
}

/** Waits; false if `signal` aborts first. */
function wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(!signal.aborted), milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
