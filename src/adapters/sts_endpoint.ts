// Where STS of a region is asked: the rules of the AWS SDKs, as far as this program can go.
import type { StsTarget } from "../ports.ts";

/** What kind of endpoint is wanted. */
export interface EndpointOptions {
  readonly fips: boolean;
  readonly dualStack: boolean;
}

/** A part of AWS with domains of its own. */
interface Partition {
  readonly regions: RegExp;
  readonly domain: string;
  /** For both IPv4 and IPv6; undefined if there is none. */
  readonly dualStackDomain: string | undefined;
}

/** The public one takes whatever is in no other. */
const PARTITIONS: readonly Partition[] = [
  {
    regions: /^cn-\w+-\d+$/,
    domain: "amazonaws.com.cn",
    dualStackDomain: "api.amazonwebservices.com.cn",
  },
  {
    regions: /^eusc-(?:de)-\w+-\d+$/,
    domain: "amazonaws.eu",
    dualStackDomain: "api.amazonwebservices.eu",
  },
  {
    regions: /^us-iso-\w+-\d+$/,
    domain: "c2s.ic.gov",
    dualStackDomain: "api.aws.ic.gov",
  },
  {
    regions: /^us-isob-\w+-\d+$/,
    domain: "sc2s.sgov.gov",
    dualStackDomain: "api.aws.scloud",
  },
  {
    regions: /^eu-isoe-\w+-\d+$/,
    domain: "cloud.adc-e.uk",
    dualStackDomain: "api.cloud-aws.adc-e.uk",
  },
  {
    regions: /^us-isof-\w+-\d+$/,
    domain: "csp.hci.ic.gov",
    dualStackDomain: "api.aws.hci.ic.gov",
  },
];
const PUBLIC: Partition = {
  regions: /^/,
  domain: "amazonaws.com",
  dualStackDomain: "api.aws",
};

/** The regional endpoint of STS. */
export function stsEndpoint(
  region: string,
  { fips, dualStack }: EndpointOptions,
): URL {
  const { domain, dualStackDomain } =
    PARTITIONS.find(({ regions }) => regions.test(region)) ?? PUBLIC;
  // The endpoints of GovCloud are FIPS endpoints, without saying so.
  const plain = !fips || (!dualStack && region.startsWith("us-gov-"));
  const host = dualStack && dualStackDomain !== undefined
    ? dualStackDomain
    : domain;
  return new URL(`https://sts${plain ? "" : "-fips"}.${region}.${host}`);
}

/**
 * The endpoint to ask: the one that is configured, or that of the region.
 *
 * @throws {SyntaxError} if what is configured makes none
 */
export function chooseEndpoint(
  { region, endpoint, ...wanted }: StsTarget,
): URL {
  const options = {
    fips: readSwitch(wanted.fips),
    dualStack: readSwitch(wanted.dualStack),
  };
  if (endpoint === undefined) return stsEndpoint(region, options);
  if (options.fips || options.dualStack) {
    throw new SyntaxError(
      "A configured endpoint has no FIPS or dual-stack one",
    );
  }
  const url = new URL(endpoint);
  if (!/^https?:$/.test(url.protocol)) throw new SyntaxError("Not by HTTP");
  // The runtime refuses such a URL in words that quote it, password and all.
  if (url.username + url.password !== "") throw new SyntaxError("A password");
  return url;
}

function readSwitch(value = "false"): boolean {
  if (!/^(?:true|false)$/i.test(value)) throw new SyntaxError("No switch");
  return value.toLowerCase() === "true";
}
