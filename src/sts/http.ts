// One HTTP request over the runtime's `fetch`: sent once, with a complete answer or an error.
import { UpdstsError } from "../errors.ts";
import type { Environment } from "../machine/environment.ts";
import { readRegularFile } from "../machine/read.ts";
import type { Variable } from "../machine/environment.ts";

/** More than any answer of STS; what is longer is not from STS. */
const MAX_ANSWER_BYTES = 1024 * 1024;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What to do when nobody can say whether a code was taken. */
export const MAY_BE_SPENT =
  "the code may be spent: wait for the next one, then try again";

/** The connection did not come about, or was lost. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";

  /** For `cause`, which says why. */
  constructor(cause: Error) {
    // The runtime hides the reasons in the causes.
    const reasons: string[] = [];
    for (let next: unknown = cause; next instanceof Error; next = next.cause) {
      reasons.push(next.message);
    }
    super(reasons.join(": "), { cause });
  }
}

/** How to send: by which client, and until when. */
export interface Delivery {
  readonly client: Deno.HttpClient;
  readonly signal: AbortSignal;
  /** Who asks. */
  readonly userAgent: string;
}

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** The clock of who answered, if it said. */
  readonly date: string | undefined;
  /** Of AWS: a UUID. Anything else may be what must not be shown. */
  readonly requestId: string | undefined;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * Posts a form and reads the answer.
 *
 * @throws {NetworkError | UpdstsError} the latter for an answer that is too
 * long for STS; or what `signal` was aborted with
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
      // A redirect would carry signature and code to another place.
      redirect: "manual",
      ...{ client, signal },
    });
    const said = (name: string) => response.headers.get(name) ?? undefined;
    return {
      status: response.status,
      date: said("date"),
      requestId: UUID.exec(said("x-amzn-requestid") ?? "")?.[0],
      headers: response.headers,
      body: await readWhole(response),
    };
  } catch (error) {
    // The runtime's fetch has no type of its own for its errors.
    throw error instanceof TypeError ? new NetworkError(error) : error;
  }
}

async function readWhole({ url, body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      throw new UpdstsError(
        "STS_ANSWER_INVALID",
        `Cannot use the answer of ${url}: it is longer than any of STS`,
        {
          hint: ({ verbose }) =>
            `check which endpoint answered (${verbose}); ${MAY_BE_SPENT}`,
        },
      );
    }
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

/** In how many ticks a deadline comes. */
const TICKS = 30;

/**
 * Aborts its signal after a time awake, in milliseconds.
 *
 * A process that was stopped, or a laptop that slept, finds its timers due
 * before it has read what has arrived meanwhile. So a tick that comes late does
 * not count, and the answer has at least the time until the next one.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
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

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
  }
}

/** With HTTP/2, the runtime sends a request again by itself if a stream is refused. */
const PROTOCOLS = { http1: true, http2: false } as const;

/**
 * A client of the runtime's own `fetch`, which trusts the authorities of
 * AWS_CA_BUNDLE, too, else of the `configured` file; whoever asks for it
 * closes it.
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
    // The runtime takes a file without any for one that adds nothing.
    if (!bundle.includes("-----BEGIN CERTIFICATE-----")) {
      throw new SyntaxError("No certificate");
    }
    return Deno.createHttpClient({ ...PROTOCOLS, caCerts: [bundle] });
  } catch (cause) {
    const [message, rest] = named === undefined
      // Its value may be anything, and is not shown.
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
    throw new UpdstsError("CA_BUNDLE_INVALID", message, {
      hint: `name a file of PEM certificates, or ${rest}`,
      cause,
    });
  }
}

/**
 * The proxy that the runtime sends a request for `url` through, without name
 * and password; undefined if there is none.
 */
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
 * Whether an entry of NO_PROXY names `hostname`, as the runtime reads it: a
 * domain stands for those below it, too, `*` for all domains, an IPv4 network
 * for its addresses, and nothing has a port. A spelling that is not certain
 * does not count: a proxy that is overlooked would read what it should not.
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

/** The bits of an IPv4 address; undefined if `text` is not one in its usual spelling. */
function bitsOf(text: string): string | undefined {
  if (!/^[\d.]+$/.test(text)) return undefined;
  if (URL.parse(`http://${text}`)?.hostname !== text) return undefined;
  return text.split(".").map((byte) =>
    Number(byte).toString(2).padStart(8, "0")
  ).join("");
}

function withoutPassword(proxy: string): string {
  const parsed = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  // A password with one of these in it, as it is, makes another part of an
  // address of what it should have hidden.
  const [, , ...more] = proxy.split("@");
  const path = `${parsed?.pathname}${parsed?.search}${parsed?.hash}`;
  return parsed === null || more.length > 0 || path.includes("@")
    ? "an unreadable address"
    : parsed.host;
}
