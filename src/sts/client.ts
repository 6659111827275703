// One exchange with STS by AWS's SDK, which gets every setting, so that it does not look any up.
import {
  type Credentials,
  GetSessionTokenCommand,
  STSClient,
  type STSClientConfig,
  STSServiceException,
} from "@aws-sdk/client-sts";
import type { Environment } from "../machine/environment.ts";
import { partitionOf } from "../partitions.ts";
import type { Session, SessionRequest, StsTarget } from "../ports.ts";
import { Secret } from "../secret.ts";
import { parseTimestamp, toLocalIso } from "../timestamps.ts";
import {
  cannotReach,
  type Delivery,
  type HttpAnswer,
  post,
  proxyFor,
} from "./http.ts";

/** Settings of every client: with them the SDK reads no file and no variable, and asks no other service. */
const SETTLED = {
  ignoreConfiguredEndpointUrls: true,
  useGlobalEndpoint: false,
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  credentialDefaultProvider: () => () => Promise.reject(new Error("No key")),
  authSchemePreference: ["sigv4"],
  sigv4aSigningRegionSet: [],
  disableClockSkewCorrection: false,
  // The issuer decides what is sent again: the code may be spent.
  maxAttempts: 1,
  retryMode: "standard",
  defaultsMode: "standard",
  defaultUserAgentProvider: () => Promise.resolve([]),
  userAgentAppId: "",
} as const satisfies STSClientConfig;

export interface Place {
  readonly endpoint: URL;
  /** The proxy, without its password. */
  readonly proxy: string | undefined;
  /** Host and proxy, in words. */
  readonly name: string;
  /** For the SDK, whose rules choose the region of the signature. */
  readonly settings: STSClientConfig;
}

/**
 * The endpoint for `target`, which the permissions must allow and TLS protect.
 *
 * @throws {UpdstsError} `STS_UNREACHABLE`, `HOST_FORBIDDEN`
 */
export function locateSts(target: StsTarget, environment: Environment): Place {
  const { region } = target;
  const { endpoint, settings } = endpointOf(target);
  const proxy = proxyFor(endpoint, environment);
  const { protocol, hostname, port } = endpoint;
  const encrypted = protocol === "https:";
  const host = `${hostname}:${port || (encrypted ? 443 : 80)}`;
  if (Deno.permissions.querySync({ name: "net", host }).state !== "granted") {
    const { firstRegion } = partitionOf(region);
    throw cannotReach(
      "HOST_FORBIDDEN",
      `${endpoint.host} is outside of what this build may talk to`,
      target.endpoint === undefined
        ? `it knows no region ${region}: set AWS_REGION to one that has STS, such as ${firstRegion}`
        : "it talks to STS of AWS and to this machine only; check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL",
    );
  }
  // Without TLS, others on the network could read the code and the session.
  const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  if (!encrypted && !local) {
    throw cannotReach(
      "HOST_FORBIDDEN",
      `${endpoint.href} is not encrypted`,
      "set AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL to an https: URL; only this machine is talked to by http:",
    );
  }
  if (!encrypted && proxy !== undefined) {
    throw cannotReach(
      "HOST_FORBIDDEN",
      `the proxy ${proxy} would read the code on its way to ${endpoint.host}`,
      `add ${hostname.replace(/[[\]]/g, "")} to NO_PROXY, without a port`,
    );
  }
  const way = proxy === undefined ? "" : ` by the proxy ${proxy}`;
  return { endpoint, proxy, name: endpoint.host + way, settings };
}

/** Cached, since creating a client takes milliseconds. */
let endpointRules: STSClient["config"]["endpointProvider"] | undefined;

/** The configured endpoint, which FIPS and dual-stack do not change, else the region's by the SDK's rules. */
function endpointOf(
  { region, endpoint, fips, dualStack }: StsTarget,
): Pick<Place, "endpoint" | "settings"> {
  if (endpoint !== undefined) {
    const url = URL.parse(endpoint);
    // The runtime quotes a password in its error; the SDK drops a query.
    if (
      url === null || !/^https?:$/.test(url.protocol) ||
      url.username + url.password + url.search + url.hash !== ""
    ) {
      throw unusable(
        "the configured endpoint is not a valid http: or https: URL",
      );
    }
    return { endpoint: url, settings: { region, endpoint: url.href } };
  }
  const useFipsEndpoint = readSwitch("use_fips_endpoint", fips);
  const useDualstackEndpoint = readSwitch("use_dualstack_endpoint", dualStack);
  const settings = { region, useFipsEndpoint, useDualstackEndpoint };
  endpointRules ??= new STSClient({ ...SETTLED, region }).config
    .endpointProvider;
  try {
    const { url } = endpointRules({
      Region: region,
      UseFIPS: useFipsEndpoint,
      UseDualStack: useDualstackEndpoint,
      UseGlobalEndpoint: false,
    });
    return { endpoint: url, settings };
  } catch (cause) {
    throw unusable("AWS does not have that endpoint in this region", cause);
  }
}

function readSwitch(name: string, value = "false"): boolean {
  if (!/^(?:true|false)$/i.test(value)) {
    throw unusable(`${name} must be true or false`);
  }
  return value.toLowerCase() === "true";
}

function unusable(state: string, cause?: unknown) {
  return cannotReach(
    "STS_UNREACHABLE",
    state,
    "check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, and the profile's settings of these names; the code is not spent",
    cause,
  );
}

export interface Answer extends Omit<HttpAnswer, "headers" | "body"> {
  readonly session?: Session | undefined;
  /** The error of STS. */
  readonly refusal?: { readonly code: string; readonly message: string };
}

interface SignedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Signs a request at `time`, and sends it once. */
export async function requestSession(
  request: SessionRequest,
  { endpoint, settings }: Place,
  time: Date,
  delivery: Delivery,
): Promise<Answer> {
  let answer: HttpAnswer | undefined;
  const { accessKeyId, secretAccessKey } = request;
  const client = new STSClient({
    ...SETTLED,
    ...settings,
    credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal() },
    systemClockOffset: time.getTime() - Date.now(),
    requestHandler: {
      handle: async (signed: SignedRequest) => {
        const url = new URL(signed.path, endpoint);
        const sent = new Headers(signed.headers);
        // The runtime writes these two itself.
        sent.delete("host");
        sent.delete("content-length");
        answer = await post(url, sent, String(signed.body ?? ""), delivery);
        const headers = Object.fromEntries(answer.headers);
        const body = readable(answer.body);
        return { response: { statusCode: answer.status, headers, body } };
      },
    },
  });
  // The handler sets the user agent, and no variable of Lambda matters here.
  client.middlewareStack.remove("getUserAgentMiddleware");
  client.middlewareStack.remove("recursionDetectionMiddleware");
  const command = new GetSessionTokenCommand({
    DurationSeconds: request.durationSeconds,
    SerialNumber: request.device,
    TokenCode: request.code.reveal(),
  });
  const read = await client.send(command).then(
    ({ Credentials }) => ({ session: toSession(Credentials) }),
    (error: unknown) => {
      // After an answer, only parsing it can fail.
      if (answer === undefined) throw error;
      return readRefusal(error);
    },
  );
  if (answer === undefined) throw new Error("The SDK sent no request");
  const { status, date, requestId } = answer;
  return { status, date, requestId, ...read };
}

/** The session in an answer of STS; undefined if it is not complete. */
function toSession(
  { Expiration: expiration, ...values }: Partial<Credentials> = {},
): Session | undefined {
  // Programs that handle the XML add white space around a value.
  const [accessKeyId, secretAccessKey, sessionToken] = [
    ...[values.AccessKeyId, values.SecretAccessKey, values.SessionToken],
  ].map((value) => value?.trim());
  // The credentials file has four digits for a year, in local time.
  const writable = expiration !== undefined &&
    !Number.isNaN(expiration.getTime()) &&
    /^\d{4}-/.test(toLocalIso(expiration));
  if (!accessKeyId || !secretAccessKey || !sessionToken || !writable) {
    return undefined;
  }
  return {
    accessKeyId,
    expiration,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
  };
}

/** The form of AWS's error codes: words, which cannot hold a hash. */
const CODE = /^(?!.*[0-9a-f]{8})[a-z][a-z.:_-]{0,99}$/i;

function readRefusal(error: unknown): Pick<Answer, "refusal"> {
  if (!(error instanceof STSServiceException) || !("Code" in error)) return {};
  const { Code: code, message = "" } = error;
  return typeof code === "string" && CODE.test(code)
    ? { refusal: { code, message } }
    : {};
}

/**
 * Prepares `body` for the SDK, which takes a minute for a megabyte of HTML, and
 * loses the session if the expiration has white space or an unusual zone.
 */
function readable(body: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(body);
  if (/<!doctype/i.test(text)) return new Uint8Array();
  return new TextEncoder().encode(
    text.replace(
      /(?<=<Expiration>)[^<]*/,
      (written) => parseTimestamp(written.trim())?.toISOString() ?? written,
    ),
  );
}
