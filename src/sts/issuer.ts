// Asks STS for a session, with one request that carries the code; decides which requests are sent again.
import { UpdstsError } from "../errors.ts";
import type {
  Clock,
  Log,
  Session,
  SessionIssuer,
  SessionRequest,
  StsFacts,
  StsTarget,
} from "../ports.ts";
import { Secret } from "../secret.ts";
import { toLocalIso } from "../timestamps.ts";
import type { Environment } from "../machine/environment.ts";
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

/** The time for one answer, all tries together, in milliseconds. */
const TIMEOUT = 30_000;

/** The same where nothing is at stake. */
const REACH_TIMEOUT = 5_000;

/** How often a request may be sent, for each reason; the time limit ends it earlier. */
export const MAX_SENT: Readonly<Record<Unspent, number>> = {
  "throttled": 10,
  "connection refused": 3,
  "clock skew": 2,
};

/** Waiting times grow from here by doubling, in milliseconds. */
const FIRST_DELAY = 250;
const MAX_DELAY = 5_000;

/** STS over the runtime's own `fetch`. */
export class AwsSessionIssuer implements SessionIssuer {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timeout: number;
  readonly #userAgent: string;

  /** STS as `environment` leads to it; `timeout` is in milliseconds. */
  constructor(
    environment: Environment,
    clock: Clock,
    log: Log,
    userAgent = "updsts",
    timeout = TIMEOUT,
  ) {
    this.#environment = environment;
    this.#clock = clock;
    this.#log = log;
    this.#timeout = timeout;
    this.#userAgent = userAgent;
  }

  rehearse(target: StsTarget): Promise<void> {
    return Promise.try(() => {
      locateSts(target, this.#environment);
      tryCaBundle(this.#environment);
    });
  }

  async issue(request: SessionRequest): Promise<Session> {
    const place = locateSts(request, this.#environment);
    this.#log.info(`STS endpoint: ${place.endpoint.origin}`);
    const answer = await this.#exchange(request, place);
    this.#log.info(`STS request id: ${answer.requestId ?? "none"}`);
    const now = this.#clock.now();
    const ahead = Math.round(offsetTo(answer, now) / 1000);
    this.#log.debug(
      `STS answered ${answer.status}, its clock ${ahead} s ahead of this one, as far as it said`,
    );
    if (answer.status !== 200) throw refusal(answer, request, place, now);
    return toSession(answer);
  }

  /** Sends the request until its answer counts, or the code may be spent. */
  async #exchange(request: SessionRequest, place: Place): Promise<Answer> {
    using deadline = new Deadline(this.#timeout);
    const { signal } = deadline;
    let offset = 0;
    // Each reason has its own patience.
    const sentFor = {
      "throttled": 0,
      "connection refused": 0,
      "clock skew": 0,
    };
    for (let sent = 1;; sent++) {
      const time = new Date(this.#clock.now().getTime() + offset);
      const outcome = await this.#send(request, place, time, signal);
      const reason = whyUnspent(outcome, time);
      if (
        reason === undefined || ++sentFor[reason] >= MAX_SENT[reason] ||
        !await wait(delayBefore(reason, sentFor[reason]), signal)
      ) {
        if (!(outcome instanceof Error)) return outcome;
        throw connectionError(outcome, place, deadline);
      }
      if (reason === "clock skew" && !(outcome instanceof Error)) {
        offset += offsetTo(outcome, time);
      }
      this.#log.info(`STS request ${sent}: ${reason}; sending it again`);
    }
  }

  /** Sends the request once. */
  async #send(
    request: SessionRequest,
    place: Place,
    time: Date,
    signal: AbortSignal,
  ): Promise<Answer | Error> {
    try {
      // One for each request: on a connection that it has kept, the runtime
      // sends a request again by itself if the server closes without an
      // answer, though the code may be spent.
      using client = createHttpClient(this.#environment);
      const delivery = { client, signal };
      return await requestSession(
        request,
        place,
        time,
        this.#userAgent,
        delivery,
      );
    } catch (error) {
      if (error instanceof Error) return error;
      throw error;
    }
  }
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

/** Waits; false if there is no time for it. */
function wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(!signal.aborted), milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

function toSession({ credentials = {} }: Answer): Session {
  // White space around them is the work of what has handled the XML.
  const accessKeyId = credentials.AccessKeyId?.trim();
  const secretAccessKey = credentials.SecretAccessKey?.trim();
  const sessionToken = credentials.SessionToken?.trim();
  const { Expiration: expiration } = credentials;
  if (
    !accessKeyId || !secretAccessKey || !sessionToken ||
    expiration === undefined || !isWritable(expiration)
  ) {
    throw new UpdstsError(
      "STS_ANSWER_INVALID",
      "Cannot use the answer of STS: it holds no whole session",
      {
        hint:
          "check which endpoint answered (-v 1); the code may be spent: wait for the next one",
      },
    );
  }
  return {
    ...{ accessKeyId, expiration },
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
  };
}

/** Whether the credentials file can say `time`, whose year has four digits there. */
function isWritable(time: Date): boolean {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;
  return !Number.isNaN(time.getTime()) && shape.test(toLocalIso(time));
}

/** The file of certificate authorities in effect, once it has been tried. */
export function tryCaBundle(environment: Environment): string | undefined {
  const path = environment.get("AWS_CA_BUNDLE");
  if (path !== undefined) createHttpClient(environment).close();
  return path;
}

/** How STS answers at `target`, for `doctor`: asked who we are, without saying so. */
export async function reachSts(
  target: StsTarget,
  environment: Environment,
): Promise<StsFacts> {
  const place = locateSts(target, environment);
  const { endpoint, proxy } = place;
  using deadline = new Deadline(REACH_TIMEOUT);
  const { signal } = deadline;
  const headers = new Headers({
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
  });
  const form = "Action=GetCallerIdentity&Version=2011-06-15";
  const start = performance.now();
  try {
    using client = createHttpClient(environment);
    const said = await post(endpoint, headers, form, { client, signal });
    const answer = {
      status: said.status,
      milliseconds: Math.round(performance.now() - start),
      genuine: said.requestId !== undefined,
      clockOffset: said.date === undefined
        ? undefined
        : offsetTo(said, new Date()),
    };
    return { endpoint, proxy, answer };
  } catch (error) {
    const answer = connectionError(error, place, deadline);
    if (answer instanceof UpdstsError) return { endpoint, proxy, answer };
    throw answer;
  }
}
