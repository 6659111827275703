// Turns what can go wrong between us and STS into errors that a person can act on.
import { UpdstsError } from "../errors.ts";
import type { SessionRequest, StsTarget } from "../ports.ts";
import { chooseEndpoint } from "./sts_endpoint.ts";
import {
  type Answer,
  AnswerTooLong,
  NetworkError,
  readRefusal,
} from "./sts_exchange.ts";
import { offsetTo, whyUnspent } from "./sts_retry.ts";

/** What a message about the way to STS may need. */
export interface Connection {
  readonly endpoint: URL;
  /** In milliseconds. */
  readonly timeout: number;
  readonly proxy: string | undefined;
}

/** All that a message may need. */
export interface Circumstances extends Connection {
  readonly request: SessionRequest;
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

/** The error for `error`, which kept a whole answer of STS from coming. */
export function stsError(
  error: unknown,
  connection: Connection,
  timedOut: boolean,
): unknown {
  if (error instanceof UpdstsError) return error;
  if (timedOut) return timeout(error, connection);
  if (error instanceof Deno.errors.NotCapable) {
    return forbidden(error, connection);
  }
  if (error instanceof AnswerTooLong) return tooLong(error, connection);
  // What is no failure of the network is a defect of ours.
  return error instanceof NetworkError ? unreachable(error, connection) : error;
}

/**
 * The endpoint to ask for `target`.
 *
 * @throws {UpdstsError} `STS_UNREACHABLE`
 */
export function requireEndpoint(target: StsTarget): URL {
  try {
    return chooseEndpoint(target);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UpdstsError(
      "STS_UNREACHABLE",
      `Cannot reach STS: ${error.message}`,
      {
        hint:
          "check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, and the profile's settings of these names; the code is not spent",
        cause: error,
      },
    );
  }
}

/** The error for an answer that is no session. `now` is when it came. */
export function refusal(
  answer: Answer,
  circumstances: Circumstances,
  now: Date,
): UpdstsError {
  const { request, endpoint } = circumstances;
  const refused = readRefusal(answer);
  if (answer.status >= 500) {
    return new UpdstsError(
      "STS_FAILED",
      refused === undefined
        ? `Cannot get a session: ${hostOf(circumstances)}${
          via(circumstances)
        } failed (${answer.status})`
        : `Cannot get a session: STS failed (${answer.status}): ${
          inOneLine(refused.message)
        }`,
      { hint: MAY_BE_SPENT },
    );
  }
  if (refused === undefined || answer.status < 400) {
    return unreadable(answer, circumstances);
  }
  const { code } = refused;
  const said = inOneLine(refused.message);
  if (whyUnspent(answer, now) === "throttled") {
    return new UpdstsError(
      "STS_THROTTLED",
      `Cannot get a session: STS is too busy: ${said}`,
      { hint: "the code is not spent; try again in a minute" },
    );
  }
  const skew = clockSkew(answer, now);
  if (code === "AccessDenied" && /MultiFactorAuthentication/i.test(said)) {
    return new UpdstsError(
      "MFA_REFUSED",
      `Cannot get a session: STS refused the code for ${request.device}: ${said}`,
      {
        hint: join(
          `the code is wrong or already used, since each works once; the next one begins in ${
            secondsToNextCode(answer, now)
          } s`,
          skew,
        ),
      },
    );
  }
  if (KEY_ERRORS.includes(code)) {
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
      },
    );
  }
  return new UpdstsError(
    "STS_REFUSED",
    `Cannot get a session: STS refused (${code}): ${said}`,
    {
      hint: join(
        `asked ${endpoint.host} for profile ${
          JSON.stringify(request.profile)
        } and device ${request.device}`,
        skew,
      ),
    },
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

function unreachable(
  error: NetworkError,
  connection: Connection,
): UpdstsError {
  const text = error.message;
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
  const connected = !/\(Connect\)|are blocked/.test(text);
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

function tooLong(error: unknown, connection: Connection): UpdstsError {
  return new UpdstsError(
    "STS_ANSWER_INVALID",
    `Cannot use the answer of ${hostOf(connection)}${
      via(connection)
    }: it is longer than any of STS`,
    {
      hint: `check which endpoint answered (-v 1); ${MAY_BE_SPENT}`,
      cause: error,
    },
  );
}

function unreadable(
  { status }: Answer,
  connection: Connection,
): UpdstsError {
  return new UpdstsError(
    "STS_ANSWER_INVALID",
    `Cannot use the answer of ${hostOf(connection)}${
      via(connection)
    }: status ${status}, and not what STS would say`,
    {
      hint:
        `something else than STS answered (a proxy, a login page, a redirect)? ${MAY_BE_SPENT}`,
    },
  );
}

/** What AWS said, in one line of bounded length. */
function inOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 500) || "no message";
}

function hostOf({ endpoint }: Connection): string {
  return endpoint.host;
}

function via({ proxy }: Connection): string {
  return proxy === undefined ? "" : ` by the proxy ${proxy}`;
}

/** How far this machine's clock was off when STS answered, if it matters. */
function clockSkew(answer: Answer, now: Date): string | undefined {
  const offset = offsetTo(answer, now);
  if (Math.abs(offset) <= TOLERATED_SKEW) return undefined;
  const seconds = Math.round(Math.abs(offset) / 1000);
  return `the clock of this machine is ${seconds} s ${
    offset > 0 ? "behind" : "ahead of"
  } that of STS: set it`;
}

/** Codes follow the true time, so STS's clock counts if it is known. */
function secondsToNextCode(answer: Answer, now: Date): number {
  const time = now.getTime() + offsetTo(answer, now);
  return CODE_PERIOD - Math.floor(time / 1000) % CODE_PERIOD;
}

/** The innermost of the reasons that the runtime strings together. */
function lastPart(text: string): string {
  return text.split(": ").at(-1)?.replace(/ \(os error \d+\)$/, "") ?? text;
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("; ");
}
