// The answers of STS: XML bodies with the headers that come with them.

import { createHash, randomUUID } from "node:crypto";
import type { HttpResponse } from "./raw_http.ts";
import type { Refusal } from "./sts_checks.ts";

const XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/";

export interface StsSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** In whole seconds, as STS sends it. */
  readonly expiration: Date;
}

/** An element set to `undefined` is left out of the answer. */
export interface AnswerFields {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: string | undefined;
}

export function credentialFields(session: StsSession): AnswerFields {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiration.toISOString().replace(/\.\d+/, ""),
  };
}

/** With `raw`, the values are XML already. */
export function sessionResponse(
  fields: AnswerFields,
  date: Date,
  raw = false,
): HttpResponse {
  const credentials = elements(fields, "      ", raw);
  const result = `    <Credentials>\n${credentials}    </Credentials>\n`;
  return resultResponse("GetSessionToken", result, date);
}

export function identityResponse(
  user: { readonly accountId: string; readonly userName: string },
  date: Date,
): HttpResponse {
  const { accountId, userName } = user;
  const hash = createHash("sha256").update(`${accountId}/${userName}`).digest();
  const identity = {
    Arn: `arn:aws:iam::${accountId}:user/${userName}`,
    UserId: `AIDA${keyIdText(hash).slice(0, 17)}`,
    Account: accountId,
  };
  return resultResponse("GetCallerIdentity", elements(identity, "    "), date);
}

export function errorResponse(
  error: Pick<Refusal, "status" | "code" | "message">,
  date: Date,
): HttpResponse {
  const requestId = randomUUID();
  const parts = {
    Type: error.status < 500 ? "Sender" : "Receiver",
    Code: error.code,
    Message: error.message,
  };
  const body = `<ErrorResponse xmlns="${XMLNS}">\n` +
    `  <Error>\n${elements(parts, "    ")}  </Error>\n` +
    `  <RequestId>${requestId}</RequestId>\n</ErrorResponse>\n`;
  return xmlResponse(error.status, requestId, date, body);
}

/** Random bytes as AWS writes them in ids of keys and users. */
export function keyIdText(bytes: Uint8Array): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return [...bytes].map((byte) => alphabet.charAt(byte % 32)).join("");
}

function resultResponse(
  action: string,
  result: string,
  date: Date,
): HttpResponse {
  const requestId = randomUUID();
  const body = `<${action}Response xmlns="${XMLNS}">\n` +
    `  <${action}Result>\n${result}  </${action}Result>\n` +
    `  <ResponseMetadata>\n    <RequestId>${requestId}</RequestId>\n` +
    `  </ResponseMetadata>\n</${action}Response>\n`;
  return xmlResponse(200, requestId, date, body);
}

function xmlResponse(
  status: number,
  requestId: string,
  date: Date,
  body: string,
): HttpResponse {
  const headers = {
    "x-amzn-RequestId": requestId,
    "Content-Type": "text/xml",
    "Date": date.toUTCString(),
  };
  return { status, headers, body };
}

function elements(fields: object, indent: string, raw = false): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const content = raw ? String(value) : escapeXml(String(value));
      return `${indent}<${name}>${content}</${name}>\n`;
    })
    .join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
