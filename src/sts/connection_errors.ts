// What kept a whole answer of STS from coming, in words that a person can act on.
import { UpdstsError } from "../errors.ts";
import { partitionOf } from "../partitions.ts";
import type { StsTarget } from "../ports.ts";
import { AnswerTooLong, NetworkError } from "./http_exchange.ts";
import { endpointOf, readChoice } from "./sts_endpoint.ts";

/** What a message about the way to STS may need. */
export interface Connection {
  readonly endpoint: URL;
  /** In milliseconds. */
  readonly timeout: number;
  readonly proxy: string | undefined;
}

/** What to do when nobody can say whether a code was taken. */
export const MAY_BE_SPENT =
  "the code may be spent: wait for the next one, then try again";

/**
 * The endpoint to ask for `target`.
 *
 * @throws {UpdstsError} `STS_UNREACHABLE`
 */
export function requireEndpoint(target: StsTarget): URL {
  try {
    return endpointOf(readChoice(target));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UpdstsError(
      "STS_UNREACHABLE",
      `Cannot reach STS: ${error.message}`,
      {
        hint:
          "check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, and the profile's settings of these names; the code is not spent",
        cause: error,
      },
    );
  }
}

/**
 * The same, if this build may talk to it: the runtime is asked, before a code
 * is.
 *
 * @throws {UpdstsError} `STS_UNREACHABLE`, `HOST_FORBIDDEN`
 */
export async function requireReachable(target: StsTarget): Promise<URL> {
  const endpoint = requireEndpoint(target);
  const { hostname, port, protocol } = endpoint;
  const usualPort = protocol === "https:" ? "443" : "80";
  const host = `${hostname}:${port || usualPort}`;
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state === "granted") {
    requirePrivacy(endpoint);
    return endpoint;
  }
  const { firstRegion } = partitionOf(target.region);
  throw new UpdstsError(
    "HOST_FORBIDDEN",
    `Cannot reach STS: ${endpoint.host} is outside of what this build may talk to`,
    {
      hint: target.endpoint === undefined
        ? `it knows no region ${target.region}: set AWS_REGION to one that has STS, such as ${firstRegion}`
        : "it talks to STS of AWS and to this machine only; check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL",
    },
  );
}

/** Nobody on the network may read the code, or what STS gives for it. */
function requirePrivacy({ protocol, hostname, href }: URL): void {
  if (protocol === "https:") return;
  if (/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return;
  throw new UpdstsError(
    "HOST_FORBIDDEN",
    `Cannot reach STS: ${href} is not encrypted`,
    {
      hint:
        "set AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL to an https: URL; only this machine is talked to by http:",
    },
  );
}

/** The error for `error`, which kept a whole answer of STS from coming. */
export function connectionError(
  error: unknown,
  connection: Connection,
  timedOut: boolean,
): unknown {
  if (error instanceof UpdstsError) return error;
  if (timedOut) return timeout(error, connection);
  if (error instanceof AnswerTooLong) return tooLong(error, connection);
  // What is no failure of the network is a defect of ours.
  return error instanceof NetworkError ? unreachable(error, connection) : error;
}

function timeout(error: unknown, connection: Connection): UpdstsError {
  return new UpdstsError(
    "STS_TIMEOUT",
    `Cannot reach STS: ${hostOf(connection)} gave no answer within ${
      connection.timeout / 1000
    } s${via(connection)}`,
    { hint: MAY_BE_SPENT, cause: error },
  );
}

function unreachable(
  error: NetworkError,
  connection: Connection,
): UpdstsError {
  const text = error.message;
  const where = `${hostOf(connection)}${via(connection)}`;
  if (/certificate|UnknownIssuer/i.test(text)) {
    return new UpdstsError(
      "STS_UNTRUSTED",
      `Cannot reach STS: the TLS certificate of ${where} is not trusted`,
      {
        hint:
          "if a proxy inspects TLS here, set AWS_CA_BUNDLE to the PEM file of its certificate authority",
        cause: error,
      },
    );
  }
  const connected = !/\(Connect\)|are blocked/.test(text);
  return new UpdstsError(
    "STS_UNREACHABLE",
    `Cannot reach STS: ${
      connected ? "lost the connection to" : "no connection to"
    } ${where}: ${lastPart(text)}`,
    {
      hint: connected
        ? MAY_BE_SPENT
        : "check the network, HTTPS_PROXY and NO_PROXY, and the region; the code is not spent",
      cause: error,
    },
  );
}

function tooLong(error: unknown, connection: Connection): UpdstsError {
  return new UpdstsError(
    "STS_ANSWER_INVALID",
    `Cannot use the answer of ${hostOf(connection)}${
      via(connection)
    }: it is longer than any of STS`,
    {
      hint: `check which endpoint answered (-v 1); ${MAY_BE_SPENT}`,
      cause: error,
    },
  );
}

/** The host that was asked, with its port. */
export function hostOf({ endpoint }: Connection): string {
  return endpoint.host;
}

/** The proxy on the way, if there is one, as a part of a sentence. */
export function via({ proxy }: Connection): string {
  return proxy === undefined ? "" : ` by the proxy ${proxy}`;
}

/** The innermost of the reasons that the runtime strings together. */
function lastPart(text: string): string {
  const last = text.split(": ").at(-1) ?? text;
  return last.replace(/\.?(?: \(os error \d+\))?$/, "");
}
