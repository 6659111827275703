// Turns failures of STS into errors with a hint, and says whether the code is spent.
import { secondsToNextCode, TOLERATED_SKEW } from "../codes.ts";
import { type ErrorCode, UpdstsError } from "../errors.ts";
import type { SessionRequest } from "../ports.ts";
import type { Answer, Place } from "./client.ts";
import {
  cannotReach,
  type Deadline,
  invalidAnswer,
  MAY_BE_SPENT,
  NetworkError,
} from "./http.ts";

/** STS accepts a signature for five minutes before and after, in milliseconds. */
const MAX_SKEW = 300_000;
// How AWS services, or a proxy, name these refusals.
const THROTTLING =
  /^(?:Throttling|Throttl(?:ing|ed)Exception|RequestThrottled(?:Exception)?|RequestLimitExceeded|SlowDown|TooManyRequestsException)$/;
const CLOCK_SKEW =
  /^(?:SignatureDoesNotMatch|InvalidSignatureException|Request(?:Expired|InTheFuture|TimeTooSkewed))$/;
const UNKNOWN_KEY =
  /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure)$/;
// The message of one of these may quote what was signed.
const WRONG_SIGNATURE =
  /^(?:SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature|MissingAuthenticationToken)$/;

/** The reason why a request did not spend the code. */
export type Unspent = "throttled" | "connection refused" | "clock skew";

/** Whether a request signed at `time` left the code unspent, and the reason. */
export function whyUnspent(
  outcome: Answer | Error,
  time: Date,
): Unspent | undefined {
  if (outcome instanceof Error) {
    // The connection was refused, so nothing was sent: Linux, macOS, Windows.
    const refused = /\(Connect\).*\(os error (?:111|61|10061)\)/;
    return outcome instanceof NetworkError && refused.test(outcome.message)
      ? "connection refused"
      : undefined;
  }
  const { status, refusal } = outcome;
  if (refusal === undefined || status < 400 || status > 499) return undefined;
  if (THROTTLING.test(refusal.code)) return "throttled";
  const skewed = Math.abs(offsetTo(outcome.date, time)) >= MAX_SKEW;
  return skewed && CLOCK_SKEW.test(refusal.code) ? "clock skew" : undefined;
}

/** Offset of the clock of STS from `time`, in milliseconds; 0 if unknown. */
export function offsetTo(date: string | undefined, time: Date): number {
  const stsTime = new Date(date ?? NaN);
  const year = stsTime.getUTCFullYear();
  // A signature has four digits for the year.
  return year >= 1970 && year <= 9999 ? stsTime.getTime() - time.getTime() : 0;
}

/** Converts a failure before a complete answer; other errors are returned as they are. */
export function connectionError(
  error: unknown,
  { name }: Place,
  { signal, milliseconds }: Deadline,
): unknown {
  if (error instanceof UpdstsError) return error;
  if (signal.aborted) {
    const state = `${name} gave no answer within ${milliseconds / 1000} s`;
    return cannotReach("STS_TIMEOUT", state, MAY_BE_SPENT, error);
  }
  if (!(error instanceof NetworkError)) return error;
  const { message } = error;
  if (/certificate|UnknownIssuer/i.test(message)) {
    return cannotReach(
      "STS_UNTRUSTED",
      `the TLS certificate of ${name} is not trusted`,
      "if a proxy inspects TLS here, set AWS_CA_BUNDLE to the PEM file of its certificate authority",
      error,
    );
  }
  // The innermost reason, without the number of the system.
  const reason = (message.split(": ").at(-1) ?? message)
    .replace(/\.?(?: \(os error \d+\))?$/, "");
  const [state, hint] = /\(Connect\)|are blocked/.test(message)
    ? [
      "no",
      "check the network, HTTPS_PROXY and NO_PROXY, and the region; the code is not spent",
    ]
    : ["lost the", MAY_BE_SPENT];
  const sentence = `${state} connection to ${name}: ${reason}`;
  return cannotReach("STS_UNREACHABLE", sentence, hint, error);
}

/** Converts an answer without a session, received at `now`. */
export function refusal(
  answer: Answer,
  request: SessionRequest,
  { endpoint, name }: Place,
  now: Date,
): UpdstsError {
  const { status, refusal: { code, message } = { code: "", message: "" } } =
    answer;
  const { device, accessKeyId } = request;
  const failure = (code: ErrorCode, state: string, hint: string) =>
    new UpdstsError(code, `Cannot get a session: ${state}`, { hint });
  const said = shownWords(message, request);
  if (status >= 500) {
    const state = code === ""
      ? `${name} failed (${status})`
      : `STS failed (${status}): ${said}`;
    return failure("STS_FAILED", state, MAY_BE_SPENT);
  }
  if (code === "" || status < 400) {
    const state = status === 200
      ? "the session in it is incomplete"
      : `status ${status} is not a valid answer of STS`;
    return invalidAnswer(name, state);
  }
  if (THROTTLING.test(code)) {
    return failure(
      "STS_THROTTLED",
      `STS is too busy: ${said}`,
      "the code is not spent; try again in a minute",
    );
  }
  const offset = offsetTo(answer.date, now);
  const off = `${Math.round(Math.abs(offset) / 1000)} s ${
    offset > 0 ? "behind" : "ahead of"
  }`;
  const skew = Math.abs(offset) <= TOLERATED_SKEW
    ? ""
    : `; the clock of this machine is ${off} that of STS: set it`;
  const mfa = code === "AccessDenied" &&
    /MultiFactorAuthentication/i.test(message);
  // Another code would be refused as well, so it is not asked for.
  if (mfa && /serial number is valid/i.test(message)) {
    return failure(
      "DEVICE_REFUSED",
      `STS refused the device ${device}: ${said}`,
      "name the MFA device of the user that the key belongs to: `aws iam list-mfa-devices` shows it",
    );
  }
  if (mfa) {
    // Codes follow the true time, so STS's clock counts if it is known.
    const next = secondsToNextCode(now.getTime() + offset);
    return failure(
      "MFA_REFUSED",
      `STS refused the code for ${device}: ${said}`,
      `the code is wrong or already used, since each works once; the next one begins in ${next} s${skew}`,
    );
  }
  const profile = JSON.stringify(request.profile);
  const [why, hint] = WRONG_SIGNATURE.test(code)
    ? [
      "its signature does not match",
      "aws_secret_access_key is mistyped or belongs to another key: copy it again",
    ]
    : UNKNOWN_KEY.test(code)
    ? [
      said,
      "the key is deactivated, deleted or mistyped in the credentials file",
    ]
    : [];
  if (hint !== undefined) {
    const state = `STS refused the key of profile ${profile} (${accessKeyId})`;
    return failure("KEYS_REFUSED", `${state}: ${why}`, hint + skew);
  }
  return failure(
    "STS_REFUSED",
    `STS refused (${code}): ${said}`,
    `asked ${endpoint.host} for profile ${profile} and device ${device}${skew}`,
  );
}

/** Longest message of STS that is shown, in characters. */
const MAX_SHOWN = 500;

/** With more, the message quotes something. */
const MAX_LEFT_OUT = 2;

/** With more, the numbers may be the bytes of a hash. */
const MAX_NUMBERS = 6;

/** A hash may have no decimal digit. */
const HEXADECIMAL = /[0-9a-f]{8}/i;

/**
 * The part of STS's `message` that may be shown, on one line. It may quote the
 * hash of the form, from which the code can be computed: only plain words are
 * shown, and with many others, or the digits of the code, nothing.
 */
export function shownWords(
  message: string,
  asked: Pick<SessionRequest, "device" | "accessKeyId" | "code">,
): string {
  // Half of a hash is enough, so the part that is not shown is checked, too.
  const text = message.slice(0, 4 * MAX_SHOWN).normalize("NFKC");
  const { device, accessKeyId } = asked;
  const own = [device, accessKeyId, device.split(":")[4] ?? ""];
  let leftOut = 0;
  const numbers: string[] = [];
  const shown = text.split(/[\s\p{C}]+/u).map((word) => {
    const bare = own.reduce((rest, name) => rest.replace(name, ""), word)
      .replace(/^[^\p{L}\d]+|[^\p{L}\d]+$/gu, "");
    if (!isPlain(bare)) {
      leftOut++;
      return "…";
    }
    if (!DATE.test(bare)) numbers.push(...bare.match(/\d+/g) ?? []);
    return word.replace(/[^!-~’\p{L}\p{M}]/gu, "");
  });
  const withheld = leftOut > MAX_LEFT_OUT || numbers.length > MAX_NUMBERS ||
    numbers.join("").includes(asked.code.reveal());
  return withheld
    ? "(in words that are not shown: a code could be computed from them)"
    : shown.filter(Boolean).join(" ").slice(0, MAX_SHOWN) || "no message";
}

/** A time of AWS, such as 20261124T215532Z. */
const DATE = /^\d{4}-?\d\d-?\d\dT\d\d:?\d\d:?\d\dZ$/;

/** Whether `word` is an ordinary word, a short number, a date, a region or an ARN. */
function isPlain(word: string): boolean {
  if (DATE.test(word)) return true;
  if (word.length > 60 || HEXADECIMAL.test(word)) return false;
  if (/^arn:[\w+=,.@/:-]*$|^\d{1,6}$/.test(word)) return true;
  // Splits GetSessionToken into words.
  return word.replace(/-\d{1,2}$/, "")
    .split(/[:/_.,'’-]|(?=\p{Lu}\p{Ll})/u)
    .every((part) => /^(?:\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{Lu}*)$/u.test(part));
}
