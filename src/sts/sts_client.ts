// AWS's own SDK, told everything that it would look up by itself.
import { STSClient } from "@aws-sdk/client-sts";
import { type Delivery, type HttpAnswer, post } from "./http_exchange.ts";

/** What the SDK would write on the screen, or for nobody. */
const SILENT = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** What is the same for every client, so that it reads no file and no variable, and asks nobody. */
export const SETTLED = {
  ignoreConfiguredEndpointUrls: true,
  useGlobalEndpoint: false,
  credentialDefaultProvider: () => () => Promise.reject(new Error("No key")),
  authSchemePreference: ["sigv4"],
  sigv4aSigningRegionSet: [],
  disableClockSkewCorrection: false,
  // What is sent again is for us to decide: the code may be spent.
  maxAttempts: 1,
  retryMode: "standard",
  defaultsMode: "standard",
  defaultUserAgentProvider: () => Promise.resolve([]),
  userAgentAppId: "",
  logger: SILENT,
} as const satisfies ConstructorParameters<typeof STSClient>[0];

/** What the SDK is told besides what never changes. */
interface ClientParts {
  readonly region: string;
  /** The URL of a configured endpoint; undefined stands for that of the region. */
  readonly endpoint: string | undefined;
  readonly fips: boolean;
  readonly dualStack: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** How far the time to sign with is ahead of this machine's, in milliseconds. */
  readonly clockOffset: number;
  readonly requestHandler: RequestHandler;
}

/** A client for one request. */
export function createStsClient(parts: ClientParts): STSClient {
  const { region, endpoint, accessKeyId, secretAccessKey } = parts;
  const client = new STSClient({
    ...SETTLED,
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    useFipsEndpoint: parts.fips,
    useDualstackEndpoint: parts.dualStack,
    credentials: { accessKeyId, secretAccessKey },
    systemClockOffset: parts.clockOffset,
    requestHandler: parts.requestHandler,
  });
  // Our own handler says who asks, and nothing that Lambda sets concerns us.
  client.middlewareStack.remove("getUserAgentMiddleware");
  client.middlewareStack.remove("recursionDetectionMiddleware");
  return client;
}

/** A request as the SDK hands it over, as far as it is read. */
interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What sends the SDK's requests. */
type RequestHandler = ReturnType<typeof createRequestHandler>;

/** Sends what the SDK has signed over the runtime's own `fetch`, and keeps the answer. */
export function createRequestHandler(userAgent: string, delivery: Delivery) {
  let answer: HttpAnswer | undefined;
  return {
    /** The answer, once it has come as a whole. */
    answer: (): HttpAnswer | undefined => answer,
    handle: async (request: SignedRequest) => {
      const headers = new Headers(request.headers);
      // The runtime writes these two itself.
      headers.delete("host");
      headers.delete("content-length");
      headers.set("user-agent", userAgent);
      const body = String(request.body ?? "");
      answer = await post(urlOf(request), headers, body, delivery);
      return {
        response: {
          statusCode: answer.head.status,
          headers: Object.fromEntries(answer.headers),
          body: isPage(answer.body) ? new Uint8Array() : answer.body,
        },
      };
    },
  };
}

/**
 * Whether `body` is a page for a browser, with a document type: STS sends none,
 * and the SDK's reader takes a minute for a megabyte of them.
 */
function isPage(body: Uint8Array): boolean {
  return /<!doctype/i.test(new TextDecoder("latin1").decode(body));
}

/** Nothing stands behind the path: endpoints with more are refused. */
function urlOf({ protocol, hostname, port, path }: SignedRequest): URL {
  const authority = port === undefined ? hostname : `${hostname}:${port}`;
  return new URL(`${protocol}//${authority}${path}`);
}
