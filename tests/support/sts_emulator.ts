// Stands in for AWS STS in tests: as strict as the service, scriptable where
// the service cannot be asked to fail.
import { createHash, randomBytes } from "node:crypto";
import {
  type HttpBody,
  type HttpRequest,
  type HttpResponse,
  type ListenOptions,
  RawHttpServer,
  type Reply,
} from "./raw_http.ts";
import { parseAuthorization, verifySignature } from "./sigv4.ts";
import {
  checkDuration,
  checkOperation,
  checkTokenCode,
  denied,
  Refusal,
} from "./sts_checks.ts";
import {
  type AnswerFields,
  credentialFields,
  errorResponse,
  identityResponse,
  keyIdText,
  sessionResponse,
  type StsSession,
} from "./sts_responses.ts";
import { hotp, totpStep } from "./totp.ts";

export { totp } from "./totp.ts";
export type { AnswerFields, StsSession };

export interface MfaDevice {
  readonly serial: string;
  /** Base32. Without one, the device takes the codes of `nextCode` only. */
  readonly totpSecret?: string;
}

/** An IAM user with its one long-term key. */
export interface StsAccount {
  readonly accountId: string;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly devices: readonly MfaDevice[];
}

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

export interface RequestRecord {
  readonly action: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly serial: string | undefined;
  readonly code: string | undefined;
  readonly duration: string | undefined;
  readonly region: string | undefined;
  readonly host: string | undefined;
  /** X-Amz-Date as it was sent. */
  readonly signedAt: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  /** `answered` is a GetCallerIdentity that went well. */
  readonly outcome: "issued" | "answered" | "refused" | "scripted";
}

export interface StsEmulatorOptions extends Partial<ListenOptions> {
  readonly accounts: readonly StsAccount[];
  /** The service's clock: signatures, codes, expirations and Date headers. */
  readonly clock?: () => Date;
  /** Makes the sessions and handed-out codes the same in every run. */
  readonly seed?: string;
}

interface Handled {
  readonly response: HttpResponse;
  readonly outcome: RequestRecord["outcome"];
}

export class StsEmulator implements AsyncDisposable {
  readonly #options: StsEmulatorOptions;
  readonly #server: RawHttpServer;
  readonly #clock: () => Date;
  readonly #requests: RequestRecord[] = [];
  readonly #behaviours: Behaviour[] = [];
  readonly #sessions: { session: StsSession; account: StsAccount }[] = [];
  /** By serial: codes given out and not spent; every code ever given out. */
  readonly #codes = new Map<string, { open: Set<string>; all: Set<string> }>();
  readonly #spentSteps = new Map<string, Set<number>>();
  #drawn = 0;

  constructor(options: StsEmulatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => new Date());
    this.#server = new RawHttpServer(
      { hostname: "127.0.0.1", port: 0, ...options },
      (request) => this.#handle(request),
    );
  }

  /** The origin, without a slash at its end. */
  get url(): string {
    return this.#server.origin;
  }

  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  /** The sessions issued, the oldest first. */
  get sessions(): readonly StsSession[] {
    return this.#sessions.map(({ session }) => session);
  }

  /** A code that this device (one without a TOTP secret) takes once. */
  nextCode(serial: string): string {
    const device = this.#options.accounts.flatMap(({ devices }) => devices)
      .find((device) => device.serial === serial);
    if (!device || device.totpSecret !== undefined) {
      throw new Error(`Cannot hand out a code: no such device: ${serial}`);
    }
    const codes = getOrInsert(
      this.#codes,
      serial,
      () => ({ open: new Set<string>(), all: new Set<string>() }),
    );
    let code: string;
    do {
      code = String(this.#random(4).readUInt32BE() % 1_000_000)
        .padStart(6, "0");
    } while (codes.all.has(code));
    codes.all.add(code);
    codes.open.add(code);
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
    switch (behaviour?.kind) {
      case "close":
        this.#record(request, form, "scripted");
        return {};
      case "error":
      case "raw":
      case "answer":
        this.#record(request, form, "scripted");
        return { response: this.#scriptedResponse(behaviour) };
    }
    // Recorded before any delay, so that a test sees what it timed out on.
    const { response, outcome } = this.#serve(request, form);
    this.#record(request, form, outcome);
    switch (behaviour?.kind) {
      case "delay_headers":
        return { response, delivery: { delayHeadersMs: behaviour.ms } };
      case "delay_body":
        return { response, delivery: { delayBodyMs: behaviour.ms } };
      case "half_body":
        return { response, delivery: { halfBody: true } };
      default:
        return { response };
    }
  }

  #record(
    request: HttpRequest,
    form: URLSearchParams,
    outcome: RequestRecord["outcome"],
  ): void {
    const authorization = parseAuthorization(
      request.headers.get("authorization") ?? "",
    );
    const field = (name: string) => form.get(name) ?? undefined;
    this.#requests.push({
      action: field("Action"),
      accessKeyId: authorization?.accessKeyId,
      serial: field("SerialNumber"),
      code: field("TokenCode"),
      duration: field("DurationSeconds"),
      region: authorization?.region,
      host: request.headers.get("host"),
      signedAt: request.headers.get("x-amz-date"),
      headers: Object.fromEntries(request.headers),
      url: request.url.href,
      outcome,
    });
  }

  #scriptedResponse(
    behaviour: Extract<Behaviour, { kind: "error" | "raw" | "answer" }>,
  ): HttpResponse {
    switch (behaviour.kind) {
      case "raw":
        return behaviour;
      case "error":
        return errorResponse(behaviour, behaviour.date ?? this.#clock());
      case "answer": {
        const genuine = credentialFields(this.#newSession(3600));
        const fields = { ...genuine, ...behaviour.fields };
        return sessionResponse(fields, this.#clock(), behaviour.raw);
      }
    }
  }

  /** What STS would do. */
  #serve(request: HttpRequest, form: URLSearchParams): Handled {
    try {
      const action = checkOperation(request, form);
      const now = this.#clock();
      const { accessKeyId } = verifySignature(
        request,
        now,
        (id) => this.#ownerOf(id)?.key,
      );
      const owner = this.#ownerOf(accessKeyId);
      if (!owner) throw new Error("Verified a key that nobody has");
      if (owner.expiration && owner.expiration <= now) {
        throw new Refusal(
          403,
          "ExpiredToken",
          "The security token included in the request is expired",
        );
      }
      if (action === "GetCallerIdentity") {
        const response = identityResponse(owner.account, now);
        return { response, outcome: "answered" };
      }
      if (owner.expiration) {
        throw denied("Cannot call GetSessionToken with session credentials");
      }
      const duration = checkDuration(form.get("DurationSeconds"));
      this.#checkMfa(owner.account, form, now);
      const session = this.#newSession(duration);
      this.#sessions.push({ session, account: owner.account });
      const response = sessionResponse(credentialFields(session), now);
      return { response, outcome: "issued" };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return {
        response: errorResponse(error, this.#clock()),
        outcome: "refused",
      };
    }
  }

  #ownerOf(accessKeyId: string) {
    const account = this.#options.accounts
      .find((account) => account.accessKeyId === accessKeyId);
    if (account) {
      const { secretAccessKey } = account;
      return { account, key: { secretAccessKey }, expiration: undefined };
    }
    const issued = this.#sessions
      .findLast(({ session }) => session.accessKeyId === accessKeyId);
    return issued && {
      account: issued.account,
      key: issued.session,
      expiration: issued.session.expiration,
    };
  }

  #checkMfa(account: StsAccount, form: URLSearchParams, now: Date): void {
    const serial = form.get("SerialNumber");
    const code = form.get("TokenCode");
    if (serial === null && code === null) return;
    if (serial === null || code === null) {
      throw denied(
        "MultiFactorAuthentication failed, must provide both MFA serial " +
          "number and one time pass code.",
      );
    }
    checkTokenCode(code);
    const device = account.devices.find((device) => device.serial === serial);
    if (!device) {
      throw denied(
        "MultiFactorAuthentication failed, unable to validate MFA code.  " +
          "Please verify your MFA serial number is valid and associated " +
          "with this user.",
      );
    }
    if (!this.#spendCode(device, code, now)) {
      throw denied(
        "MultiFactorAuthentication failed with invalid MFA one time pass " +
          "code. ",
      );
    }
  }

  #spendCode(device: MfaDevice, code: string, now: Date): boolean {
    const { serial, totpSecret } = device;
    if (totpSecret === undefined) {
      return this.#codes.get(serial)?.open.delete(code) ?? false;
    }
    const spent = getOrInsert(
      this.#spentSteps,
      serial,
      () => new Set<number>(),
    );
    const current = totpStep(now);
    const step = [current - 1, current, current + 1]
      .find((step) => !spent.has(step) && hotp(totpSecret, step) === code);
    if (step === undefined) return false;
    spent.add(step);
    return true;
  }

  #newSession(durationSeconds: number): StsSession {
    const seconds = Math.floor(this.#clock().getTime() / 1000);
    return {
      accessKeyId: `ASIA${keyIdText(this.#random(16))}`,
      secretAccessKey: this.#random(30).toString("base64"),
      sessionToken: `IQoJb3JpZ2luX2Vj${this.#random(340).toString("base64")}`,
      expiration: new Date((seconds + durationSeconds) * 1000),
    };
  }

  #random(length: number) {
    const { seed } = this.#options;
    const bytes = randomBytes(length);
    if (seed === undefined) return bytes;
    for (let at = 0; at < length; at += 32) {
      createHash("sha256").update(`${seed} ${this.#drawn++}`).digest()
        .copy(bytes, at);
    }
    return bytes;
  }
}

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}
