// The partitions of AWS, each with its own regions, devices and hosts.

interface Partition {
  /** As in ARNs. */
  readonly id: string;
  /** Of the names of its regions. */
  readonly prefix: string;
  /** The default region. */
  readonly firstRegion: string;
}

const PUBLIC = { id: "aws", prefix: "", firstRegion: "us-east-1" };

const OTHERS: readonly Partition[] = [
  { id: "aws-cn", prefix: "cn-", firstRegion: "cn-north-1" },
  { id: "aws-us-gov", prefix: "us-gov-", firstRegion: "us-gov-west-1" },
  { id: "aws-eusc", prefix: "eusc-", firstRegion: "eusc-de-east-1" },
  { id: "aws-iso", prefix: "us-iso-", firstRegion: "us-iso-east-1" },
  { id: "aws-iso-b", prefix: "us-isob-", firstRegion: "us-isob-east-1" },
  { id: "aws-iso-e", prefix: "eu-isoe-", firstRegion: "eu-isoe-west-1" },
  { id: "aws-iso-f", prefix: "us-isof-", firstRegion: "us-isof-south-1" },
];

/** The partition with this name in ARNs; undefined if AWS has no such partition. */
export function namedPartition(id: string | undefined): Partition | undefined {
  return [PUBLIC, ...OTHERS].find((partition) => partition.id === id);
}

/** The partition of a region. */
export function partitionOf(region: string): Partition {
  return OTHERS.find(({ prefix }) => region.startsWith(prefix)) ?? PUBLIC;
}
