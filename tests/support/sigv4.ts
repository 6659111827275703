// Checks an AWS Signature Version 4 the way the services do: by computing it
// again from the request that arrived.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { HttpRequest } from "./raw_http.ts";
import { Refusal } from "./sts_checks.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const TOLERANCE_MINUTES = 5;

/** The key that a request must have been signed with. */
export interface SigningKey {
  readonly secretAccessKey: string;
  /** Set for temporary keys: the request must carry it, signed. */
  readonly sessionToken?: string;
}

export interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** The parts of the Authorization header, if it is a whole one. */
export function parseAuthorization(header: string): Authorization | undefined {
  const field = (name: string) =>
    header.match(new RegExp(`[ ,]${name}=([^, ]+)`))?.[1];
  const [accessKeyId, date, region, service, end, ...more] =
    field("Credential")?.split("/") ?? [];
  const signedHeaders = field("SignedHeaders")?.split(";");
  const signature = field("Signature");
  if (
    !header.startsWith(`${ALGORITHM} `) || !accessKeyId || !date || !region ||
    !service || end !== "aws4_request" || more.length > 0 || !signedHeaders ||
    !signature
  ) return undefined;
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

/** Throws a {@linkcode Refusal} unless STS at `now` would take the request. */
export function verifySignature(
  request: HttpRequest,
  now: Date,
  keyOf: (accessKeyId: string) => SigningKey | undefined,
): Authorization {
  const header = request.headers.get("authorization");
  if (!header) {
    throw new Refusal(
      403,
      "MissingAuthenticationToken",
      "Request is missing Authentication Token",
    );
  }
  const authorization = parseAuthorization(header);
  const amzDate = request.headers.get("x-amz-date");
  if (!authorization) {
    throw incomplete(
      "Authorization header requires 'Credential' parameter. Authorization " +
        "header requires 'SignedHeaders' parameter. Authorization header " +
        "requires 'Signature' parameter.",
    );
  }
  if (!amzDate || !/^\d{8}T\d{6}Z$/.test(amzDate)) {
    throw incomplete(
      "Authorization header requires existence of either a 'X-Amz-Date' or " +
        "a 'Date' header.",
    );
  }
  const key = keyOf(authorization.accessKeyId);
  const sentToken = request.headers.get("x-amz-security-token");
  if (!key || key.sessionToken !== sentToken) {
    throw new Refusal(
      403,
      "InvalidClientTokenId",
      "The security token included in the request is invalid",
    );
  }
  checkScope(authorization, amzDate);
  for (const name of ["host", "x-amz-date", "x-amz-security-token"]) {
    const sent = request.headers.has(name);
    if (sent && !authorization.signedHeaders.includes(name)) {
      throw mismatch(
        `'${name}' must be a 'SignedHeader' in the AWS Authorization.`,
      );
    }
  }
  checkAge(amzDate, now);
  const expected = signatureOf(request, authorization, amzDate, key);
  if (!equalInConstantTime(expected, authorization.signature)) {
    throw mismatch(
      "The request signature we calculated does not match the signature you " +
        "provided. Check your AWS Secret Access Key and signing method. " +
        "Consult the service documentation for details.",
    );
  }
  return authorization;
}

/** A time as SigV4 writes it: 20250102T030405Z. */
export function amzDateOf(at: Date): string {
  return at.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
}

function checkScope(authorization: Authorization, amzDate: string): void {
  const { service, region, date } = authorization;
  if (service !== "sts") {
    throw mismatch("Credential should be scoped to correct service: 'sts'. ");
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw mismatch("Credential should be scoped to a valid region. ");
  }
  if (!amzDate.startsWith(`${date}T`)) {
    throw mismatch(
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 " +
        `version of date from HTTP: '${date}' != '${amzDate.slice(0, 8)}', ` +
        `from '${amzDate}'.`,
    );
  }
}

function checkAge(amzDate: string, now: Date): void {
  const minutesFromNow = (minutes: number) =>
    amzDateOf(new Date(now.getTime() + minutes * 60_000));
  const earliest = minutesFromNow(-TOLERANCE_MINUTES);
  const latest = minutesFromNow(TOLERANCE_MINUTES);
  if (amzDate < earliest) {
    throw mismatch(
      `Signature expired: ${amzDate} is now earlier than ${earliest} ` +
        `(${amzDateOf(now)} - ${TOLERANCE_MINUTES} min.)`,
    );
  }
  if (amzDate > latest) {
    throw mismatch(
      `Signature not yet current: ${amzDate} is still later than ${latest} ` +
        `(${amzDateOf(now)} + ${TOLERANCE_MINUTES} min.)`,
    );
  }
}

function signatureOf(
  request: HttpRequest,
  authorization: Authorization,
  amzDate: string,
  key: SigningKey,
): string {
  const { date, region, service } = authorization;
  const names = authorization.signedHeaders.map((name) => name.toLowerCase())
    .toSorted();
  const canonicalRequest = [
    request.method,
    request.url.pathname.split("/").map(encode).join("/"),
    canonicalQuery(request.url.searchParams),
    ...names.map((name) => {
      const value = request.headers.get(name) ?? "";
      return `${name}:${value.trim().replaceAll(/ +/g, " ")}`;
    }),
    "",
    names.join(";"),
    sha256(request.body),
  ].join("\n");
  const stringToSign = [
    ALGORITHM,
    amzDate,
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonicalRequest),
  ].join("\n");
  const signingKey = [date, region, service, "aws4_request"].reduce<
    string | Uint8Array
  >((secret, part) => hmac(secret, part), `AWS4${key.secretAccessKey}`);
  return hmac(signingKey, stringToSign).toString("hex");
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted().join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: string | Uint8Array, content: string) {
  return createHmac("sha256", key).update(content).digest();
}

function equalInConstantTime(left: string, right: string): boolean {
  const encoder = new TextEncoder();
  const [a, b] = [encoder.encode(left), encoder.encode(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function incomplete(message: string): Refusal {
  return new Refusal(403, "IncompleteSignature", message);
}

function mismatch(message: string): Refusal {
  return new Refusal(403, "SignatureDoesNotMatch", message);
}
