// Stands in for AWS STS in tests: as strict as the service, and scriptable where the service cannot be asked to fail.
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import {
  type Delivery,
  type HttpBody,
  type HttpRequest,
  type HttpResponse,
  type ListenOptions,
  RawHttpServer,
  type Reply,
} from "./raw_http.ts";

/** An IAM user with its one long-term key. */
export interface StsAccount {
  readonly accountId: string;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Each takes the codes of `nextCode`. */
  readonly devices: readonly { readonly serial: string }[];
}

/** An element set to `undefined` is left out of the answer. */
type AnswerFields = {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: string | undefined;
};

/**
 * What happens to one request. The delays and `half_body` spoil the delivery
 * of what the emulator answers anyway, so a good code is spent; the others
 * answer without even looking at the request.
 */
export type Behaviour =
  | { readonly kind: "delay_headers"; readonly ms: number }
  | { readonly kind: "delay_body"; readonly ms: number }
  | { readonly kind: "half_body" }
  | { readonly kind: "close" }
  | {
    readonly kind: "error";
    readonly status: number;
    readonly code: string;
    readonly message: string;
    /** For the Date header, in place of the emulator's clock. */
    readonly date?: Date;
  }
  | {
    readonly kind: "raw";
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: HttpBody;
  }
  | {
    readonly kind: "answer";
    readonly fields: AnswerFields;
    /** The values are XML already, such as `&#10;`. */
    readonly raw?: boolean;
  };

/** A request, as far as tests look at it. */
interface RequestRecord {
  readonly accessKeyId: string | undefined;
  readonly region: string | undefined;
  readonly code: string | undefined;
  readonly duration: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** `answered` is a GetCallerIdentity that went well. */
  readonly outcome: "issued" | "answered" | "refused" | "scripted";
}

export interface StsEmulatorOptions extends Partial<ListenOptions> {
  readonly accounts: readonly StsAccount[];
  /** The service's clock: signatures, expirations and Date headers. */
  readonly clock?: () => Date;
  /** Makes the sessions and handed-out codes the same in every run. */
  readonly seed?: string;
}

/** A session that was issued; the expiration is in whole seconds. */
interface StsSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** A key that signs requests. Those of sessions expire, and come with their token. */
interface Key {
  readonly account: StsAccount;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** An error response of AWS. */
class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

/** What became of a request; without a response the connection is closed. */
interface Outcome {
  readonly outcome: RequestRecord["outcome"];
  readonly response?: HttpResponse;
}

export class StsEmulator implements AsyncDisposable {
  readonly requests: RequestRecord[] = [];
  /** The sessions issued, the oldest first. */
  readonly sessions: StsSession[] = [];
  readonly #server: RawHttpServer;
  readonly #clock: () => Date;
  readonly #seed: string | undefined;
  readonly #behaviours: Behaviour[] = [];
  readonly #keys: Map<string, Key>;
  /** The device of each code that was given out; undefined once it is spent. */
  readonly #codes = new Map<string, string | undefined>();
  #drawn = 0;

  constructor(options: StsEmulatorOptions) {
    const { accounts, clock = () => new Date(), seed, ...listening } = options;
    this.#clock = clock;
    this.#seed = seed;
    this.#keys = new Map(accounts.map((account) => {
      const { accessKeyId, secretAccessKey } = account;
      return [accessKeyId, { secretAccessKey, account }];
    }));
    this.#server = new RawHttpServer(
      { hostname: "127.0.0.1", port: 0, ...listening },
      (request) => this.#handle(request),
    );
  }

  /** The origin, without a slash at its end. */
  get url(): string {
    return this.#server.origin;
  }

  /** A code that the device takes once. */
  nextCode(serial: string): string {
    let code: string;
    do {
      code = String(this.#random(4).readUInt32BE() % 1_000_000)
        .padStart(6, "0");
    } while (this.#codes.has(code));
    this.#codes.set(code, serial);
    return code;
  }

  /** Queues behaviours, one for each of the next requests. */
  script(...behaviours: readonly Behaviour[]): void {
    this.#behaviours.push(...behaviours);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #handle(request: HttpRequest): Reply {
    const form = new URLSearchParams(new TextDecoder().decode(request.body));
    const behaviour = this.#behaviours.shift();
    const { outcome, response } = this.#answer(request, form, behaviour);
    const authorization = authorizationOf(request);
    // Recorded before any delay, so that a test sees what it timed out on.
    this.requests.push({
      accessKeyId: authorization?.accessKeyId,
      region: authorization?.region,
      code: form.get("TokenCode") ?? undefined,
      duration: form.get("DurationSeconds") ?? undefined,
      headers: Object.fromEntries(request.headers),
      outcome,
    });
    return response ? { response, delivery: deliveryOf(behaviour) } : {};
  }

  #answer(
    request: HttpRequest,
    form: URLSearchParams,
    behaviour: Behaviour | undefined,
  ): Outcome {
    const outcome = "scripted";
    switch (behaviour?.kind) {
      case "close":
        return { outcome };
      case "raw":
        return { outcome, response: behaviour };
      case "error":
        return { outcome, response: this.#error(behaviour) };
      case "answer": {
        const { fields, raw } = behaviour;
        const all = { ...fieldsOf(this.#newSession(3600)), ...fields };
        const result = { Credentials: all };
        return {
          outcome,
          response: this.#result("GetSessionToken", result, raw),
        };
      }
    }
    try {
      return this.#serve(request, form);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { outcome: "refused", response: this.#error(error) };
    }
  }

  /** What STS would do. */
  #serve(request: HttpRequest, form: URLSearchParams): Outcome {
    const action = form.get("Action") ?? "";
    const type = request.headers.get("content-type") ?? "";
    if (
      request.method !== "POST" ||
      !/^application\/x-www-form-urlencoded(?:;|$)/.test(type) ||
      !["GetSessionToken", "GetCallerIdentity"].includes(action) ||
      form.get("Version") !== "2011-06-15"
    ) {
      const message = `Could not find operation ${action}`;
      throw new Refusal(400, "InvalidAction", message);
    }
    const now = this.#clock();
    const { account, expiration } = this.#keyOf(request, now);
    if (expiration && expiration <= now) {
      throw refused("ExpiredToken", "The security token is expired");
    }
    if (action === "GetCallerIdentity") {
      const { accountId: Account, userName } = account;
      const Arn = `arn:aws:iam::${Account}:user/${userName}`;
      const identity = { Arn, UserId: "AIDACKCEVSQ6C2EXAMPLE", Account };
      return { outcome: "answered", response: this.#result(action, identity) };
    }
    if (expiration) {
      throw denied("Cannot call GetSessionToken with session credentials");
    }
    const duration = form.get("DurationSeconds") ?? "43200";
    if (
      !/^\d+$/.test(duration) || Number(duration) < 900 ||
      Number(duration) > 129_600
    ) throw invalid("durationSeconds", duration);
    this.#spendCode(account, form.get("SerialNumber"), form.get("TokenCode"));
    const session = this.#newSession(Number(duration));
    this.sessions.push(session);
    this.#keys.set(session.accessKeyId, { ...session, account });
    const result = { Credentials: fieldsOf(session) };
    return { outcome: "issued", response: this.#result(action, result) };
  }

  /** The key that signed `request`, if STS would take it. */
  #keyOf(request: HttpRequest, now: Date): Key {
    const { headers } = request;
    if (!headers.get("authorization")) {
      throw refused(
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
      );
    }
    const authorization = authorizationOf(request);
    const signedAt = headers.get("x-amz-date") ?? "";
    const isSigned = ["host", "x-amz-date", "x-amz-security-token"].every(
      (name) =>
        !headers.has(name) || authorization?.signedHeaders.includes(name),
    );
    if (!authorization || !isSigned || !/^\d{8}T\d{6}Z$/.test(signedAt)) {
      throw refused(
        "IncompleteSignature",
        "Authorization header requires Credential, SignedHeaders and Signature",
      );
    }
    const key = this.#keys.get(authorization.accessKeyId);
    if (!key || key.sessionToken !== headers.get("x-amz-security-token")) {
      throw refused(
        "InvalidClientTokenId",
        "The security token included in the request is invalid",
      );
    }
    const [earliest = "", latest = ""] = [-5, 5].map((minutes) =>
      new Date(now.getTime() + minutes * 60_000).toISOString()
        .replaceAll(/[-:]|\.\d+/g, "")
    );
    const objection = signedAt < earliest
      ? `Signature expired: ${signedAt} is now earlier than ${earliest}`
      : signedAt > latest
      ? `Signature not yet current: ${signedAt} is still later than ${latest}`
      : signatureOf(request, authorization, signedAt, key) !==
          authorization.signature
      ? "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
      : undefined;
    if (objection === undefined) return key;
    throw refused("SignatureDoesNotMatch", objection);
  }

  #spendCode(
    { devices }: StsAccount,
    serial: string | null,
    code: string | null,
  ): void {
    const failed = "MultiFactorAuthentication failed";
    if (serial === null || code === null) {
      throw denied(
        `${failed}, must provide both MFA serial number and one time pass code.`,
      );
    }
    if (!/^\d{6}$/.test(code)) throw invalid("tokenCode", code);
    if (!devices.some((device) => device.serial === serial)) {
      throw denied(
        `${failed}, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.`,
      );
    }
    if (this.#codes.get(code) !== serial) {
      throw denied(`${failed} with invalid MFA one time pass code. `);
    }
    this.#codes.set(code, undefined);
  }

  #newSession(durationSeconds: number): StsSession {
    const seconds = Math.floor(this.#clock().getTime() / 1000);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const id = [...this.#random(16)].map((byte) => alphabet.charAt(byte % 32));
    return {
      accessKeyId: `ASIA${id.join("")}`,
      secretAccessKey: this.#random(30).toString("base64"),
      sessionToken: `IQoJb3JpZ2luX2Vj${this.#random(340).toString("base64")}`,
      expiration: new Date((seconds + durationSeconds) * 1000),
    };
  }

  #result(action: string, result: Fields, raw?: boolean): HttpResponse {
    const content = { [`${action}Result`]: result };
    const root = `${action}Response`;
    return xmlResponse(200, root, content, this.#clock(), raw);
  }

  #error(
    { status, code, message, date = this.#clock() }: Pick<
      Extract<Behaviour, { kind: "error" }>,
      "status" | "code" | "message" | "date"
    >,
  ): HttpResponse {
    const Type = status < 500 ? "Sender" : "Receiver";
    const content = { Error: { Type, Code: code, Message: message } };
    return xmlResponse(status, "ErrorResponse", content, date);
  }

  #random(length: number) {
    const bytes = randomBytes(length);
    if (this.#seed === undefined) return bytes;
    for (let at = 0; at < length; at += 32) {
      createHash("sha256").update(`${this.#seed} ${this.#drawn++}`).digest()
        .copy(bytes, at);
    }
    return bytes;
  }
}

function deliveryOf(behaviour: Behaviour | undefined): Delivery {
  switch (behaviour?.kind) {
    case "delay_headers":
      return { delayHeadersMs: behaviour.ms };
    case "delay_body":
      return { delayBodyMs: behaviour.ms };
    case "half_body":
      return { halfBody: true };
    default:
      return {};
  }
}

/** The parts of the Authorization header of `request`; undefined if any is missing. */
function authorizationOf({ headers }: HttpRequest) {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/\d+\/([a-z]{2}(?:-[a-z]+)+-\d)\/sts\/aws4_request, *SignedHeaders=([^,]+), *Signature=(\w+)$/;
  const found = pattern.exec(headers.get("authorization") ?? "");
  if (found === null) return undefined;
  const [, accessKeyId = "", region = "", names = "", signature = ""] = found;
  return { accessKeyId, region, signedHeaders: names.split(";"), signature };
}

/** The Signature Version 4 that `request` must have, for STS and the time in its header. */
function signatureOf(
  { method, url, headers, body }: HttpRequest,
  { region, signedHeaders }: NonNullable<ReturnType<typeof authorizationOf>>,
  signedAt: string,
  { secretAccessKey }: Key,
): string {
  const canonicalRequest = [
    ...[method, url.pathname, url.search.slice(1)],
    ...signedHeaders.map((name) => `${name}:${headers.get(name) ?? ""}`),
    ...["", signedHeaders.join(";"), sha256(body)],
  ].join("\n");
  const scope = [signedAt.slice(0, 8), region, "sts", "aws4_request"];
  const key = scope.reduce<string | Uint8Array>(
    (secret, part) => hmac(secret, part),
    `AWS4${secretAccessKey}`,
  );
  const toSign = [
    ...["AWS4-HMAC-SHA256", signedAt, scope.join("/")],
    sha256(canonicalRequest),
  ].join("\n");
  return hmac(key, toSign).toString("hex");
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: string | Uint8Array, content: string) {
  return createHmac("sha256", key).update(content).digest();
}

function refused(code: string, message: string): Refusal {
  return new Refusal(403, code, message);
}

function denied(message: string): Refusal {
  return refused("AccessDenied", message);
}

function invalid(field: string, value: string): Refusal {
  return new Refusal(
    400,
    "ValidationError",
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint`,
  );
}

function fieldsOf(session: StsSession): AnswerFields {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiration.toISOString().replace(/\.\d+/, ""),
  };
}

/** Elements by name; those that are undefined are left out. */
interface Fields {
  readonly [name: string]: string | undefined | Fields;
}

function xmlResponse(
  status: number,
  root: string,
  content: Fields,
  date: Date,
  raw = false,
): HttpResponse {
  const RequestId = randomUUID();
  const id = status === 200
    ? { ResponseMetadata: { RequestId } }
    : { RequestId };
  const headers = {
    "x-amzn-RequestId": RequestId,
    "Content-Type": "text/xml",
    "Date": date.toUTCString(),
  };
  const body = xmlOf({ [root]: { ...content, ...id } }, raw)
    .replace(">", ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/">');
  return { status, headers, body };
}

function xmlOf(fields: Fields, raw: boolean): string {
  return Object.entries(fields).map(([name, value]) => {
    if (value === undefined) return "";
    const content = typeof value === "object"
      ? `\n${xmlOf(value, raw)}`
      : raw
      ? value
      : value.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;");
    return `<${name}>${content}</${name}>\n`;
  }).join("");
}
