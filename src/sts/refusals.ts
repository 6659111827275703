// Why STS gave no session although it answered, in words that a person can act on.
import { UpdstsError } from "../errors.ts";
import type { SessionRequest } from "../ports.ts";
import {
  type Connection,
  hostOf,
  MAY_BE_SPENT,
  via,
} from "./connection_errors.ts";
import type { Answer } from "./sts_exchange.ts";
import { offsetTo, whyUnspent } from "./sts_retry.ts";
import { shownWords } from "./sts_words.ts";

/** All that a message may need. */
export interface Circumstances extends Connection {
  readonly request: SessionRequest;
}

/** A clock that is further off than this is worth a word, in milliseconds. */
const TOLERATED_SKEW = 15_000;
/** How long a TOTP code lives, in seconds. */
const CODE_PERIOD = 30;

/** STS does not know the key, or no longer. */
export const UNKNOWN_KEY = [
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "InvalidAccessKeyId",
  "AuthFailure",
];

/** The signature is not that of the key. What STS says of it may quote what was signed. */
export const WRONG_SIGNATURE = [
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "IncompleteSignature",
  "MissingAuthenticationToken",
];

/** The error for an answer that is no session. `now` is when it came. */
export function refusal(
  answer: Answer,
  circumstances: Circumstances,
  now: Date,
): UpdstsError {
  const { request, endpoint } = circumstances;
  const refused = answer.refusal;
  if (answer.status >= 500) {
    return new UpdstsError(
      "STS_FAILED",
      refused === undefined
        ? `Cannot get a session: ${hostOf(circumstances)}${
          via(circumstances)
        } failed (${answer.status})`
        : `Cannot get a session: STS failed (${answer.status}): ${
          shownWords(refused.message, request)
        }`,
      { hint: MAY_BE_SPENT },
    );
  }
  if (refused === undefined || answer.status < 400) {
    return unreadable(answer, circumstances);
  }
  const { code } = refused;
  const said = shownWords(refused.message, request);
  if (whyUnspent(answer, now) === "throttled") {
    return new UpdstsError(
      "STS_THROTTLED",
      `Cannot get a session: STS is too busy: ${said}`,
      { hint: "the code is not spent; try again in a minute" },
    );
  }
  const skew = clockSkew(answer, now);
  if (
    code === "AccessDenied" &&
    /MultiFactorAuthentication/i.test(refused.message)
  ) {
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
  const wrongSignature = WRONG_SIGNATURE.includes(code);
  if (wrongSignature || UNKNOWN_KEY.includes(code)) {
    return new UpdstsError(
      "KEYS_REFUSED",
      `Cannot get a session: STS refused the key of profile ${
        JSON.stringify(request.profile)
      } (${request.accessKeyId}): ${
        wrongSignature ? "its signature does not hold" : said
      }`,
      {
        hint: join(
          wrongSignature
            ? "aws_secret_access_key is mistyped or belongs to another key: copy it anew"
            : "the key is deactivated, deleted or mistyped in the credentials file",
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

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("; ");
}
