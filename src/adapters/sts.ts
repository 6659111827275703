// Asks STS for a session: one request that carries the code, and clear failures.
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { UpdstsError } from "../errors.ts";
import type {
  Clock,
  Log,
  Session,
  SessionIssuer,
  SessionRequest,
} from "../ports.ts";
import { Secret } from "../secret.ts";
import type { Environment } from "./environment.ts";
import { createHttpClient } from "./http_client.ts";
import { proxyFor } from "./proxy.ts";
import { createStsClient } from "./sts_client.ts";
import { type Exchange, stsError } from "./sts_errors.ts";
import { UnspentRetryStrategy } from "./sts_retry.ts";

/** The time for one answer, all tries together, in milliseconds. */
const TIMEOUT = 30_000;

/** More than any answer of STS; what is longer is not from STS. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** STS by the AWS SDK. Each call makes, and closes, its own client. */
export class AwsSessionIssuer implements SessionIssuer {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timeout: number;

  /** STS as `environment` leads to it. `timeout` is in milliseconds. */
  constructor(
    environment: Environment,
    clock: Clock,
    log: Log,
    timeout: number = TIMEOUT,
  ) {
    this.#environment = environment;
    this.#clock = clock;
    this.#log = log;
    this.#timeout = timeout;
  }

  async issue(request: SessionRequest): Promise<Session> {
    using http = await createHttpClient(this.#environment);
    const exchange: Exchange = { requests: 0 };
    const retries = new UnspentRetryStrategy(this.#log);
    const client = createStsClient(request, this.#environment, {
      retryStrategy: retries,
      requestHandler: new FetchHttpHandler({
        customFetch: (input) => send(new Request(input), http, exchange),
      }),
    });
    const abortSignal = AbortSignal.timeout(this.#timeout);
    try {
      const { Credentials: credentials } = await client.send(
        new GetSessionTokenCommand({
          DurationSeconds: request.durationSeconds,
          SerialNumber: request.device,
          TokenCode: request.code,
        }),
        { abortSignal },
      );
      return toSession(credentials);
    } catch (error) {
      throw stsError(error, {
        request,
        region: request.region,
        exchange,
        refused: retries.lastRefusal,
        timedOut: abortSignal.aborted,
        timeout: this.#timeout,
        now: this.#clock.now(),
        proxy: exchange.url && proxyFor(exchange.url, this.#environment),
      });
    } finally {
      client.destroy();
      this.#log.info(`STS endpoint: ${exchange.url?.origin ?? "none"}`);
      this.#log.info(`STS request id: ${exchange.requestId ?? "none"}`);
      this.#log.debug(
        `STS requests: ${exchange.requests}, last status: ${
          exchange.status ?? "none"
        }, its date: ${exchange.date ?? "none"}`,
      );
    }
  }
}

/** One request on the wire, its answer read to the end and noted down. */
async function send(
  request: Request,
  client: Deno.HttpClient,
  exchange: Exchange,
): Promise<Response> {
  exchange.url = new URL(request.url);
  exchange.requests++;
  // What an earlier try was answered is not the answer to this one.
  delete exchange.status;
  delete exchange.date;
  delete exchange.requestId;
  // A redirect would carry signature and code to another place.
  const response = await fetch(request, { client, redirect: "manual" });
  exchange.status = response.status;
  exchange.date = response.headers.get("date") ?? undefined;
  exchange.requestId = response.headers.get("x-amzn-requestid") ?? undefined;
  const body = await readAtMost(response, MAX_ANSWER_BYTES);
  return new Response(body.size === 0 ? null : body, {
    status: response.status,
    headers: response.headers,
  });
}

async function readAtMost(response: Response, limit: number): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) {
      throw new UpdstsError(
        "STS_ANSWER_INVALID",
        `Cannot use the answer of ${
          new URL(response.url).host
        }: it has more than ${limit} bytes`,
        {
          hint:
            "check which endpoint answered (-v 1); the code may be spent: wait for the next one",
        },
      );
    }
    chunks.push(chunk);
  }
  return new Blob(chunks);
}

function toSession(
  credentials: {
    AccessKeyId?: string | undefined;
    SecretAccessKey?: string | undefined;
    SessionToken?: string | undefined;
    Expiration?: Date | undefined;
  } = {},
): Session {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } =
    credentials;
  if (
    !AccessKeyId || !SecretAccessKey || !SessionToken ||
    Expiration === undefined || Number.isNaN(Expiration.getTime())
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
