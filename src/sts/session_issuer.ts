// Asks STS for a session: one request that carries the code, and clear failures.
import { UpdstsError } from "../errors.ts";
import type {
  Clock,
  Log,
  Session,
  SessionIssuer,
  SessionRequest,
  StsTarget,
} from "../ports.ts";
import { Secret } from "../secret.ts";
import { toLocalIso } from "../timestamps.ts";
import type { Environment } from "../machine/environment.ts";
import { createHttpClient } from "./http_client.ts";
import { proxyFor } from "./proxy.ts";
import {
  connectionError,
  requireEndpoint,
  requireReachable,
} from "./connection_errors.ts";
import { type Circumstances, refusal } from "./refusals.ts";
import { type Answer, requestSession } from "./sts_exchange.ts";
import {
  delayBefore,
  isConnectionRefused,
  MAX_SENT,
  offsetTo,
  type Unspent,
  whyUnspent,
} from "./sts_retry.ts";

/** The time for one answer, all tries together, in milliseconds. */
const TIMEOUT = 30_000;

/** What an {@linkcode AwsSessionIssuer} may be told besides its world. */
export interface IssuerOptions {
  /** In milliseconds. */
  readonly timeout?: number;
  readonly userAgent?: string;
}

/** STS over the runtime's own `fetch`. */
export class AwsSessionIssuer implements SessionIssuer {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timeout: number;
  readonly #userAgent: string;

  /** STS as `environment` leads to it. */
  constructor(
    environment: Environment,
    clock: Clock,
    log: Log,
    { timeout = TIMEOUT, userAgent = "updsts" }: IssuerOptions = {},
  ) {
    this.#environment = environment;
    this.#clock = clock;
    this.#log = log;
    this.#timeout = timeout;
    this.#userAgent = userAgent;
  }

  async rehearse(target: StsTarget): Promise<void> {
    await requireReachable(target);
    createHttpClient(this.#environment).close();
  }

  async issue(request: SessionRequest): Promise<Session> {
    const endpoint = requireEndpoint(request);
    const circumstances: Circumstances = {
      request,
      endpoint,
      timeout: this.#timeout,
      proxy: proxyFor(endpoint, this.#environment),
    };
    this.#log.info(`STS endpoint: ${endpoint.origin}`);
    const answer = await this.#exchange(request, circumstances);
    this.#log.info(`STS request id: ${answer.requestId ?? "none"}`);
    const ahead = offsetTo(answer, this.#clock.now());
    this.#log.debug(
      `STS answered ${answer.status}, its clock ${
        Math.round(ahead / 1000)
      } s ahead of this one, as far as it said`,
    );
    if (answer.status !== 200) {
      throw refusal(answer, circumstances, this.#clock.now());
    }
    return toSession(answer);
  }

  /** Sends the request until its answer counts, or the code may be spent. */
  async #exchange(
    request: SessionRequest,
    circumstances: Circumstances,
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeout);
    let offset = 0;
    // Each reason has its own patience.
    const sentFor = new Map<Unspent, number>();
    const mayAgain = async (reason: Unspent | undefined) => {
      if (reason === undefined) return false;
      const count = (sentFor.get(reason) ?? 0) + 1;
      sentFor.set(reason, count);
      if (count >= MAX_SENT[reason]) return false;
      return await wait(delayBefore(reason, count), signal);
    };
    for (let sent = 1;; sent++) {
      const time = new Date(this.#clock.now().getTime() + offset);
      let reason: Unspent | undefined;
      try {
        // One for each request: on a connection that it has kept, the runtime
        // sends a request again by itself if the server closes without an
        // answer, though the code may be spent.
        using client = createHttpClient(this.#environment);
        const answer = await requestSession(request, {
          ...{ client, signal, time, userAgent: this.#userAgent },
        });
        reason = whyUnspent(answer, time);
        if (!await mayAgain(reason)) return answer;
        if (reason === "clock skew") offset += offsetTo(answer, time);
      } catch (error) {
        reason = isConnectionRefused(error) ? "connection refused" : undefined;
        if (!await mayAgain(reason)) {
          throw connectionError(error, circumstances, signal.aborted);
        }
      }
      this.#log.info(`STS request ${sent}: ${reason}; sending it again`);
    }
  }
}

/** Waits; false if there is no time for it. */
async function wait(
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve());
  await promise;
  clearTimeout(timer);
  return !signal.aborted;
}

function toSession({ credentials = {} }: Answer): Session {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } =
    credentials;
  if (
    !AccessKeyId || !SecretAccessKey || !SessionToken ||
    Expiration === undefined || !isWritable(Expiration)
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
    accessKeyId: AccessKeyId,
    secretAccessKey: new Secret(SecretAccessKey),
    sessionToken: new Secret(SessionToken),
    expiration: Expiration,
  };
}

/** Whether the credentials file can say `time`, whose year has four digits there. */
function isWritable(time: Date): boolean {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;
  return !Number.isNaN(time.getTime()) && shape.test(toLocalIso(time));
}
