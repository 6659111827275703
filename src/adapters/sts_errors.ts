// Turns what can go wrong between us and STS into errors that a person can act on.
import { UpdstsError } from "../errors.ts";
import type { SessionRequest } from "../ports.ts";
import { metadataOf, reasonsOf, type Unspent } from "./sts_retry.ts";

/** What was seen on the wire. */
export interface Exchange {
  /** How many requests were sent, or at least begun. */
  requests: number;
  url?: URL;
  /** Of the last answer. */
  status?: number;
  date?: string | undefined;
  requestId?: string | undefined;
}

/** What a message about the way to STS may need. */
export interface Connection {
  readonly region: string;
  readonly exchange: Exchange;
  readonly timedOut: boolean;
  /** In milliseconds. */
  readonly timeout: number;
  readonly proxy: string | undefined;
}

/** All that a message may need. */
export interface Circumstances extends Connection {
  readonly request: SessionRequest;
  /** Why the last request would have been sent again. */
  readonly refused: Unspent | undefined;
  readonly now: Date;
}

/** A clock that is further off than this is worth a word, in milliseconds. */
const TOLERATED_SKEW = 15_000;
/** How long a TOTP code lives, in seconds. */
const CODE_PERIOD = 30;

const KEY_ERRORS = [
  "InvalidClientTokenId",
  "SignatureDoesNotMatch",
  "IncompleteSignature",
  "MissingAuthenticationToken",
  "UnrecognizedClientException",
  "InvalidAccessKeyId",
  "AuthFailure",
];

const MAY_BE_SPENT =
  "the code may be spent: wait for the next one, then try again";

/** The error for `error`, which came out of a call to STS. */
export function stsError(
  error: unknown,
  circumstances: Circumstances,
): UpdstsError {
  if (error instanceof UpdstsError) return error;
  if (circumstances.refused === "throttled") return throttled(error);
  const lost = connectionError(error, circumstances);
  if (lost !== undefined) return lost;
  const { status } = metadataOf(error);
  return status === undefined
    ? unreadable(error, circumstances)
    : refusal(error, status, circumstances);
}

/** The error for `error` if no whole answer came; else undefined. */
export function connectionError(
  error: unknown,
  connection: Connection,
): UpdstsError | undefined {
  if (connection.timedOut) return timeout(error, connection);
  if (error instanceof Deno.errors.NotCapable) {
    return forbidden(error, connection);
  }
  if (connection.exchange.requests === 0) return unusableEndpoint(error);
  return connection.exchange.status === undefined
    ? unreachable(error, connection)
    : undefined;
}

function refusal(
  error: unknown,
  status: number,
  circumstances: Circumstances,
): UpdstsError {
  const { request, exchange } = circumstances;
  const name = error instanceof Error ? error.name : "";
  const said = awsText(error);
  if (status >= 500) {
    return new UpdstsError(
      "STS_FAILED",
      `Cannot get a session: STS failed (${status}): ${said}`,
      { hint: MAY_BE_SPENT, cause: error },
    );
  }
  if (status < 400 || !isAwsError(error)) {
    return unreadable(error, circumstances);
  }
  const skew = clockSkew(circumstances);
  if (name === "AccessDenied" && /MultiFactorAuthentication/i.test(said)) {
    const wait = secondsToNextCode(circumstances);
    return new UpdstsError(
      "MFA_REFUSED",
      `Cannot get a session: STS refused the code for ${request.device}: ${said}`,
      {
        hint: join(
          `the code is wrong or already used, since each works once; the next one begins in ${wait} s`,
          skew,
        ),
        cause: error,
      },
    );
  }
  if (KEY_ERRORS.includes(name)) {
    return new UpdstsError(
      "KEYS_REFUSED",
      `Cannot get a session: STS refused the key of profile ${
        JSON.stringify(request.profile)
      } (${request.accessKeyId}): ${said}`,
      {
        hint: join(
          "the key is deactivated, deleted or mistyped in the credentials file",
          skew,
        ),
        cause: error,
      },
    );
  }
  return new UpdstsError(
    "STS_REFUSED",
    `Cannot get a session: STS refused (${name}): ${said}`,
    {
      hint: join(
        `asked ${exchange.url?.host} for profile ${
          JSON.stringify(request.profile)
        } and device ${request.device}`,
        skew,
      ),
      cause: error,
    },
  );
}

function throttled(error: unknown): UpdstsError {
  return new UpdstsError(
    "STS_THROTTLED",
    `Cannot get a session: STS is too busy: ${awsText(error)}`,
    { hint: "the code is not spent; try again in a minute", cause: error },
  );
}

function timeout(error: unknown, connection: Connection): UpdstsError {
  return new UpdstsError(
    "STS_TIMEOUT",
    `Cannot reach STS: ${hostOf(connection)} gave no answer within ${
      connection.timeout / 1000
    } s${via(connection)}`,
    { hint: MAY_BE_SPENT, cause: error },
  );
}

function forbidden(error: unknown, connection: Connection): UpdstsError {
  return new UpdstsError(
    "HOST_FORBIDDEN",
    `Cannot reach STS: ${
      hostOf(connection)
    } is outside of what this build may talk to`,
    {
      hint:
        "it talks to *.amazonaws.com, *.amazonaws.com.cn, *.api.aws and this machine only; check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL",
      cause: error,
    },
  );
}

function unusableEndpoint(error: unknown): UpdstsError {
  return new UpdstsError(
    "STS_UNREACHABLE",
    "Cannot reach STS: the endpoint that is configured cannot be used",
    {
      hint:
        "check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and endpoint_url in the config file; the code is not spent",
      cause: error,
    },
  );
}

function unreachable(
  error: unknown,
  connection: Connection,
): UpdstsError {
  const text = reasonsOf(error);
  const where = `${hostOf(connection)}${via(connection)}`;
  if (/certificate|UnknownIssuer/i.test(text)) {
    return new UpdstsError(
      "STS_UNTRUSTED",
      `Cannot reach STS: the TLS certificate of ${where} is not trusted`,
      {
        hint:
          "if a proxy inspects TLS here, set AWS_CA_BUNDLE to the PEM file of its certificate authority",
        cause: error,
      },
    );
  }
  const connected = !/\(Connect\)/.test(text);
  return new UpdstsError(
    "STS_UNREACHABLE",
    `Cannot reach STS: ${
      connected ? "lost the connection to" : "no connection to"
    } ${where}: ${lastPart(text)}`,
    {
      hint: connected
        ? MAY_BE_SPENT
        : "check the network, HTTPS_PROXY and NO_PROXY, and the region; the code is not spent",
      cause: error,
    },
  );
}

function unreadable(
  error: unknown,
  circumstances: Circumstances,
): UpdstsError {
  const { status } = circumstances.exchange;
  return new UpdstsError(
    "STS_ANSWER_INVALID",
    `Cannot use the answer of ${hostOf(circumstances)}${
      via(circumstances)
    }: status ${status}, and not what STS would say`,
    {
      hint:
        `something else than STS answered (a proxy, a login page, a redirect)? ${MAY_BE_SPENT}`,
      cause: error,
    },
  );
}

/** Whether the answer was an error of the AWS kind, not a page of a proxy. */
function isAwsError(error: unknown): boolean {
  return error instanceof Error && "$fault" in error &&
    !["UnknownError", "Unknown", "Error", "SyntaxError"].includes(error.name);
}

/** What AWS said, in one line of bounded length. */
function awsText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim().slice(0, 500) || "no message";
}

function hostOf({ exchange, region }: Connection): string {
  return exchange.url?.host ?? `STS in ${region}`;
}

function via({ proxy }: Connection): string {
  return proxy === undefined ? "" : ` by the proxy ${proxy}`;
}

/** How far this machine's clock was off when STS answered, if it matters. */
function clockSkew({ exchange, now }: Circumstances): string | undefined {
  const offset = serverOffset(exchange, now);
  if (Math.abs(offset) <= TOLERATED_SKEW) return undefined;
  const seconds = Math.round(Math.abs(offset) / 1000);
  return `the clock of this machine is ${seconds} s ${
    offset > 0 ? "behind" : "ahead of"
  } that of STS: set it`;
}

/** Codes follow the true time, so STS's clock counts if it is known. */
function secondsToNextCode({ exchange, now }: Circumstances): number {
  const time = now.getTime() + serverOffset(exchange, now);
  return CODE_PERIOD - Math.floor(time / 1000) % CODE_PERIOD;
}

function serverOffset({ date }: Exchange, now: Date): number {
  const time = date === undefined ? NaN : Date.parse(date);
  return Number.isNaN(time) ? 0 : time - now.getTime();
}

/** The innermost of the reasons that the runtime strings together. */
function lastPart(text: string): string {
  return text.split(": ").at(-1)?.replace(/ \(os error \d+\)$/, "") ?? text;
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("; ");
}
