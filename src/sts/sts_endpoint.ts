// Where STS is asked: where it is configured, else by the SDK's own rules for the region.
import { STSClient } from "@aws-sdk/client-sts";
import type { StsTarget } from "../ports.ts";
import { SETTLED } from "./sts_client.ts";

/** What decides about the endpoint. */
export interface EndpointChoice {
  readonly region: string;
  /** The URL of the one that is configured. */
  readonly endpoint: string | undefined;
  readonly fips: boolean;
  readonly dualStack: boolean;
}

/**
 * What is chosen for `target`. As for the AWS CLI, an endpoint that is
 * configured is taken as it is, whatever FIPS and dual-stack say.
 *
 * @throws {SyntaxError} if it makes no endpoint, in words for a person
 */
export function readChoice(
  { region, endpoint, fips, dualStack }: StsTarget,
): EndpointChoice {
  if (endpoint === undefined) {
    return {
      ...{ region, endpoint },
      fips: readSwitch("use_fips_endpoint", fips),
      dualStack: readSwitch("use_dualstack_endpoint", dualStack),
    };
  }
  const url = URL.parse(endpoint);
  // The runtime refuses a password in words that quote it; the SDK drops what
  // stands behind the path.
  if (
    url === null || !/^https?:$/.test(url.protocol) ||
    url.username + url.password + url.search + url.hash !== ""
  ) {
    throw new SyntaxError("the endpoint that is configured cannot be used");
  }
  return { region, endpoint: url.href, fips: false, dualStack: false };
}

/**
 * The URL that is asked.
 *
 * @throws {SyntaxError} if AWS has none such, in words for a person
 */
export function endpointOf(
  { region, endpoint, fips, dualStack }: EndpointChoice,
): URL {
  if (endpoint !== undefined) return new URL(endpoint);
  const { endpointProvider } = new STSClient({ ...SETTLED, region }).config;
  try {
    return endpointProvider({
      Region: region,
      UseFIPS: fips,
      UseDualStack: dualStack,
      UseGlobalEndpoint: false,
    }).url;
  } catch (cause) {
    throw new SyntaxError("AWS has no such endpoint in this region", { cause });
  }
}

function readSwitch(name: string, value = "false"): boolean {
  if (!/^(?:true|false)$/i.test(value)) {
    throw new SyntaxError(`${name} is neither true nor false`);
  }
  return value.toLowerCase() === "true";
}
