// One HTTP request over the runtime's `fetch`: sent once, with a complete answer or an error.
import { type ErrorCode, UpdstsError } from "../errors.ts";
import type { Environment, Variable } from "../machine/environment.ts";
import { readRegularFile } from "../machine/read.ts";

const MAX_ANSWER_BYTES = 1024 * 1024;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Hint for failures after which the state of the code is unknown. */
export const MAY_BE_SPENT =
  "the code may be spent: wait for the next one, then try again";

export function cannotReach(
  code: ErrorCode,
  state: string,
  hint: string,
  cause?: unknown,
): UpdstsError {
  return new UpdstsError(code, `Cannot reach STS: ${state}`, { hint, cause });
}

/** An answer of `host` that STS cannot have sent. */
export function invalidAnswer(host: string, state: string): UpdstsError {
  return new UpdstsError(
    "STS_ANSWER_INVALID",
    `Cannot use the answer of STS: ${state}`,
    {
      hint:
        `check what answers at ${host}, such as a proxy or a login page; ${MAY_BE_SPENT}`,
    },
  );
}

/** A connection that failed or was lost. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";

  constructor(cause: Error) {
    // The runtime puts the reasons into the causes.
    const reasons: string[] = [];
    for (let next: unknown = cause; next instanceof Error; next = next.cause) {
      reasons.push(next.message);
    }
    super(reasons.join(": "), { cause });
  }
}

export interface Delivery {
  readonly client: Deno.HttpClient;
  readonly signal: AbortSignal;
  readonly userAgent: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly date: string | undefined;
  /** A UUID; other values are dropped, since they may be secrets. */
  readonly requestId: string | undefined;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * Posts a form and reads the answer.
 *
 * @throws {NetworkError | UpdstsError} or what `signal` was aborted with
 */
export async function post(
  url: URL,
  headers: Headers,
  body: string,
  { client, signal, userAgent }: Delivery,
): Promise<HttpAnswer> {
  headers.set("user-agent", userAgent);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      // A redirect would send signature and code to another host.
      redirect: "manual",
      ...{ client, signal },
    });
    const header = (name: string) => response.headers.get(name) ?? undefined;
    return {
      status: response.status,
      date: header("date"),
      requestId: UUID.exec(header("x-amzn-requestid") ?? "")?.[0],
      headers: response.headers,
      body: await readWhole(response, url.host),
    };
  } catch (error) {
    // The runtime's fetch reports failures as TypeError.
    throw error instanceof TypeError ? new NetworkError(error) : error;
  }
}

async function readWhole(
  { body }: Response,
  host: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      throw invalidAnswer(host, "it is longer than any of STS");
    }
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

const TICKS = 30;

/**
 * Aborts its signal after a time awake, in milliseconds. After sleep, timers are
 * due before what has arrived is read, so a tick that comes late does not count.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;
  #disposed = false;

  constructor(readonly milliseconds: number) {
    const tick = milliseconds / TICKS;
    let left = TICKS;
    let last = Date.now();
    const wait = () => {
      // The first setInterval() would load modules of Node, in some 7 ms.
      AbortSignal.timeout(tick).addEventListener("abort", () => {
        const now = Date.now();
        if (now - last < 2 * tick) left--;
        last = now;
        if (left === 0) this.#controller.abort();
        else if (!this.#disposed) wait();
      });
    };
    wait();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
  }
}

/** With HTTP/2, the runtime sends a request again by itself if a stream is refused. */
const PROTOCOLS = { http1: true, http2: false } as const;

/**
 * A client that also trusts AWS_CA_BUNDLE, else the `configured` file. The caller closes it.
 *
 * @throws {UpdstsError} `CA_BUNDLE_INVALID`
 */
export function createHttpClient(
  environment: Environment,
  configured?: string,
): Deno.HttpClient {
  const named = environment.get("AWS_CA_BUNDLE");
  const path = named ?? configured;
  if (path === undefined) return Deno.createHttpClient(PROTOCOLS);
  try {
    const bundle = readRegularFile(
      environment.expandHome(path),
      "AWS_CA_BUNDLE",
    );
    // The runtime accepts a file without certificates.
    if (!bundle.includes("-----BEGIN CERTIFICATE-----")) {
      throw new SyntaxError("No certificate");
    }
    return Deno.createHttpClient({ ...PROTOCOLS, caCerts: [bundle] });
  } catch (cause) {
    // The value in the config file is not shown: it may be a secret.
    const [message, otherwise] = named === undefined
      ? [
        "Cannot use ca_bundle of the config file: it does not name a readable file of PEM certificates",
        "delete that line",
      ]
      : [
        cause instanceof UpdstsError
          ? cause.message
          : `Cannot use AWS_CA_BUNDLE: ${path} holds no PEM certificates`,
        "unset it",
      ];
    const hint = `name a file of PEM certificates, or ${otherwise}`;
    throw new UpdstsError("CA_BUNDLE_INVALID", message, { hint, cause });
  }
}

/** The proxy that the runtime uses for `url`, without user name and password. */
export function proxyFor(
  url: URL,
  environment: Environment,
): string | undefined {
  const either = (upper: Variable, lower: Variable) =>
    environment.get(upper) ?? environment.get(lower);
  const proxy = either("ALL_PROXY", "all_proxy") ??
    (url.protocol === "https:"
      ? either("HTTPS_PROXY", "https_proxy")
      : either("HTTP_PROXY", "http_proxy"));
  if (proxy === undefined) return undefined;
  const exempt = (either("NO_PROXY", "no_proxy") ?? "").split(",")
    .some((entry) => isExempt(url.hostname, entry.trim()));
  return exempt ? undefined : withoutPassword(proxy);
}

/**
 * Whether an entry of NO_PROXY matches `hostname` in the runtime. An unclear
 * spelling does not count: a proxy that is overlooked would read the code.
 */
function isExempt(hostname: string, entry: string): boolean {
  if (hostname.startsWith("[")) {
    return /^[\da-f:]+$/i.test(entry) &&
      URL.parse(`http://[${entry}]`)?.hostname === hostname;
  }
  const address = bitsOf(hostname);
  if (address !== undefined) {
    const [, network = "", length = "32"] =
      /^([\d.]+)(?:\/(0?\d|[12]\d|3[0-2]))?$/.exec(entry) ?? [];
    const prefix = bitsOf(network)?.slice(0, Number(length));
    return prefix !== undefined && address.startsWith(prefix);
  }
  const domain = entry.replace(/^\./, "");
  return entry === "*" || domain === hostname ||
    (domain !== "" && hostname.endsWith(`.${domain}`));
}

/** Bits of a dotted IPv4 address. */
function bitsOf(text: string): string | undefined {
  if (!/^[\d.]+$/.test(text)) return undefined;
  if (URL.parse(`http://${text}`)?.hostname !== text) return undefined;
  return text.split(".").map((byte) =>
    Number(byte).toString(2).padStart(8, "0")
  ).join("");
}

function withoutPassword(proxy: string): string {
  const parsed = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  // A password with an unescaped /, ?, # or @ may be in another part.
  const [, , ...more] = proxy.split("@");
  const path = `${parsed?.pathname}${parsed?.search}${parsed?.hash}`;
  return parsed === null || more.length > 0 || path.includes("@")
    ? "an unreadable address"
    : parsed.host;
}
