// Checks an AWS Signature Version 4 as the services do: by computing it again from the request.
import { createHash, createHmac } from "node:crypto";
import type { HttpRequest } from "./raw_http.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const TOLERANCE_MINUTES = 5;

/** An error response of AWS. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The key that a request must be signed with. */
export interface SigningKey {
  readonly secretAccessKey: string;
  /** Set for temporary keys: the request must carry it, signed. */
  readonly sessionToken?: string;
}

/** The parts of an Authorization header. */
interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** The parts of the Authorization header of `request`; undefined if any is missing. */
export function authorizationOf(
  request: HttpRequest,
): Authorization | undefined {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d+)\/([^/,]+)\/(\w+)\/aws4_request, *SignedHeaders=([^,]+), *Signature=(\w+)$/;
  const found = pattern.exec(request.headers.get("authorization") ?? "");
  if (found === null) return undefined;
  const [, accessKeyId = "", date = "", region = "", service = ""] = found;
  const [signedHeaders = "", signature = ""] = found.slice(5);
  return {
    ...{ accessKeyId, date, region, service, signature },
    signedHeaders: signedHeaders.split(";"),
  };
}

/** The key that signed `request`; throws a {@linkcode Refusal} unless STS at `now` would take it. */
export function verifySignature<Key extends SigningKey>(
  request: HttpRequest,
  now: Date,
  keyOf: (accessKeyId: string) => Key | undefined,
): Key {
  const { headers } = request;
  if (!headers.get("authorization")) {
    throw new Refusal(
      403,
      "MissingAuthenticationToken",
      "Request is missing Authentication Token",
    );
  }
  const authorization = authorizationOf(request);
  const signedAt = headers.get("x-amz-date") ?? "";
  if (authorization === undefined || !/^\d{8}T\d{6}Z$/.test(signedAt)) {
    throw new Refusal(
      403,
      "IncompleteSignature",
      "Authorization header requires Credential, SignedHeaders and Signature",
    );
  }
  const key = keyOf(authorization.accessKeyId);
  if (!key || key.sessionToken !== headers.get("x-amz-security-token")) {
    throw new Refusal(
      403,
      "InvalidClientTokenId",
      "The security token included in the request is invalid",
    );
  }
  const objection = objectionTo(request, authorization, signedAt, now, key);
  if (objection === undefined) return key;
  throw new Refusal(403, "SignatureDoesNotMatch", objection);
}

function objectionTo(
  request: HttpRequest,
  authorization: Authorization,
  signedAt: string,
  now: Date,
  key: SigningKey,
): string | undefined {
  if (authorization.service !== "sts") {
    return "Credential should be scoped to correct service: 'sts'. ";
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(authorization.region)) {
    return "Credential should be scoped to a valid region. ";
  }
  if (!signedAt.startsWith(`${authorization.date}T`)) {
    return "Date in Credential scope does not match the date of the request.";
  }
  for (const name of ["host", "x-amz-date", "x-amz-security-token"]) {
    if (
      request.headers.has(name) && !authorization.signedHeaders.includes(name)
    ) return `'${name}' must be a 'SignedHeader' in the AWS Authorization.`;
  }
  const [earliest = "", latest = ""] = [-1, 1].map((sign) =>
    new Date(now.getTime() + sign * TOLERANCE_MINUTES * 60_000).toISOString()
      .replaceAll(/[-:]|\.\d+/g, "")
  );
  if (signedAt < earliest) {
    return `Signature expired: ${signedAt} is now earlier than ${earliest}`;
  }
  if (signedAt > latest) {
    return `Signature not yet current: ${signedAt} is still later than ${latest}`;
  }
  return signatureOf(request, authorization, signedAt, key) ===
      authorization.signature
    ? undefined
    : "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
}

function signatureOf(
  { method, url, headers, body }: HttpRequest,
  { date, region, service, signedHeaders }: Authorization,
  signedAt: string,
  { secretAccessKey }: SigningKey,
): string {
  const canonicalRequest = [
    ...[method, url.pathname, url.search.slice(1)],
    ...signedHeaders.map((name) => `${name}:${headers.get(name) ?? ""}`),
    ...["", signedHeaders.join(";"), sha256(body)],
  ].join("\n");
  const scope = [date, region, service, "aws4_request"];
  const key = scope.reduce<string | Uint8Array>(
    (secret, part) => hmac(secret, part),
    `AWS4${secretAccessKey}`,
  );
  const hash = sha256(canonicalRequest);
  return hmac(key, [ALGORITHM, signedAt, scope.join("/"), hash].join("\n"))
    .toString("hex");
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: string | Uint8Array, content: string) {
  return createHmac("sha256", key).update(content).digest();
}
