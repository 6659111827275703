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
 * The endpoint to ask: the one that is configured, else that of the region. As
 * for the AWS CLI, one that is configured is taken as it is, whatever FIPS and
 * dual-stack say.
 *
 * @throws {SyntaxError} if what is configured makes none, in words for a person
 */
export function chooseEndpoint(
  { region, endpoint, fips, dualStack }: StsTarget,
): URL {
  if (endpoint === undefined) {
    return stsEndpoint(region, {
      fips: readSwitch("use_fips_endpoint", fips),
      dualStack: readSwitch("use_dualstack_endpoint", dualStack),
    });
  }
  const url = URL.parse(endpoint);
  // The runtime refuses a password in words that quote it.
  if (
    url === null || !/^https?:$/.test(url.protocol) ||
    url.username + url.password !== ""
  ) {
    throw new SyntaxError("the endpoint that is configured cannot be used");
  }
  return url;
}

function readSwitch(name: string, value = "false"): boolean {
  if (!/^(?:true|false)$/i.test(value)) {
    throw new SyntaxError(`${name} is neither true nor false`);
  }
  return value.toLowerCase() === "true";
}
