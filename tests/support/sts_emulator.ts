// Stands in for AWS STS in tests: as strict as the service, and scriptable where the service cannot be asked to fail.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  type Delivery,
  type HttpBody,
  type HttpRequest,
  type HttpResponse,
  type ListenOptions,
  RawHttpServer,
  type Reply,
} from "./raw_http.ts";
import {
  authorizationOf,
  Refusal,
  type SigningKey,
  verifySignature,
} from "./sigv4.ts";

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

/** A key that signs requests; those of sessions expire. */
interface Key extends SigningKey {
  readonly account: StsAccount;
  readonly expiration?: Date;
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
  ): { outcome: RequestRecord["outcome"]; response?: HttpResponse } {
    const outcome = "scripted";
    switch (behaviour?.kind) {
      case "close":
        return { outcome };
      case "raw":
        return { outcome, response: behaviour };
      case "error": {
        const { date = this.#clock() } = behaviour;
        return { outcome, response: errorResponse(behaviour, date) };
      }
      case "answer": {
        const session = fieldsOf(this.#newSession(3600));
        const fields = { ...session, ...behaviour.fields };
        const { raw } = behaviour;
        return {
          outcome,
          response: sessionResponse(fields, this.#clock(), raw),
        };
      }
    }
    try {
      return this.#serve(request, form);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const response = errorResponse(error, this.#clock());
      return { outcome: "refused", response };
    }
  }

  /** What STS would do. */
  #serve(
    request: HttpRequest,
    form: URLSearchParams,
  ): { outcome: RequestRecord["outcome"]; response: HttpResponse } {
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
    const key = verifySignature(request, now, (id) => this.#keys.get(id));
    const { account, expiration } = key;
    if (expiration && expiration <= now) {
      throw new Refusal(
        403,
        "ExpiredToken",
        "The security token included in the request is expired",
      );
    }
    if (action === "GetCallerIdentity") {
      const { accountId, userName } = account;
      const identity = {
        Arn: `arn:aws:iam::${accountId}:user/${userName}`,
        UserId: "AIDACKCEVSQ6C2EXAMPLE",
        Account: accountId,
      };
      const response = resultResponse(action, identity, now);
      return { outcome: "answered", response };
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
    const response = sessionResponse(fieldsOf(session), now);
    return { outcome: "issued", response };
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

function denied(message: string): Refusal {
  return new Refusal(403, "AccessDenied", message);
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

function sessionResponse(fields: AnswerFields, date: Date, raw = false) {
  return resultResponse("GetSessionToken", { Credentials: fields }, date, raw);
}

function resultResponse(
  action: string,
  result: Fields,
  date: Date,
  raw = false,
): HttpResponse {
  const RequestId = randomUUID();
  const content = {
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId },
  };
  return xmlResponse(200, `${action}Response`, content, RequestId, date, raw);
}

function errorResponse(
  { status, code, message }: Pick<Refusal, "status" | "code" | "message">,
  date: Date,
): HttpResponse {
  const Type = status < 500 ? "Sender" : "Receiver";
  const RequestId = randomUUID();
  const content = { Error: { Type, Code: code, Message: message }, RequestId };
  return xmlResponse(status, "ErrorResponse", content, RequestId, date, false);
}

/** Elements by name; those that are undefined are left out. */
interface Fields {
  readonly [name: string]: string | undefined | Fields;
}

function xmlResponse(
  status: number,
  root: string,
  content: Fields,
  requestId: string,
  date: Date,
  raw: boolean,
): HttpResponse {
  const xmlns = "https://sts.amazonaws.com/doc/2011-06-15/";
  const headers = {
    "x-amzn-RequestId": requestId,
    "Content-Type": "text/xml",
    "Date": date.toUTCString(),
  };
  const body = `<${root} xmlns="${xmlns}">\n${xmlOf(content, raw)}</${root}>\n`;
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
