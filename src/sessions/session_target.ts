// Which device and which region a session is asked with.
import { isDevice, type Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import { namedPartition, partitionOf } from "../partitions.ts";
import type { ProfileSettings } from "../ports.ts";

/** With or without a path before the name. */
const DEVICE_ARN =
  /^arn:([a-z-]+):iam::\d{12}:(?:sms-)?mfa\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/;

/**
 * The serial number or ARN of the MFA device: what was `asked` for, else
 * of the profile `mfa_device_arn`, else
 * `mfa_serial`, else the config file's `mfa_serial`.
 *
 * @throws {UpdstsError} `DEVICE_MISSING`, or `DEVICE_UNSUPPORTED` for what is
 * not a device, or one whose codes STS does not take
 */
export function requireDevice(
  profile: Profile,
  settings: ProfileSettings,
  asked?: string,
): string {
  const device = asked ?? profile.value("mfa_device_arn") ??
    profile.value("mfa_serial") ?? settings.mfaSerial;
  if (device === undefined) {
    throw new UpdstsError(
      "DEVICE_MISSING",
      `Cannot refresh profile ${
        JSON.stringify(profile.name)
      }: no MFA device is known for it`,
      { hint: `add mfa_device_arn = ARN to the profile; ${DEVICE_HINT}` },
    );
  }
  // First of all: it must not be shown unless it looks like a device.
  if (!isDevice(device)) {
    throw unsupported(
      profile,
      "its MFA device is neither an ARN nor a serial number",
      "copy it from `aws iam list-mfa-devices`",
    );
  }
  if (/^arn:[^:]*:iam::\d*:u2f\//.test(device)) {
    throw unsupported(
      profile,
      `${device} is a FIDO security key or passkey, and STS takes no codes of those`,
      "register a virtual or hardware TOTP device as well and name it, or use aws login, which needs no keys",
    );
  }
  const arn = device.startsWith("arn:");
  const partition = DEVICE_ARN.exec(device)?.[1];
  if (arn && namedPartition(partition) === undefined) {
    throw unsupported(profile, `${device} ${whatItIs(device)}`, DEVICE_HINT);
  }
  return device;
}

const DEVICE_HINT =
  "the device's ARN looks like arn:aws:iam::123456789012:mfa/alice: `aws iam list-mfa-devices` shows it";

/** What an ARN is that is not an MFA device's. */
function whatItIs(arn: string): string {
  const [, partition = "", service, , account = "", resource = ""] = arn
    .split(":");
  const kind = /^[a-z]+(?=\/)/.exec(resource)?.[0] ?? "mfa";
  if (service === "iam" && kind !== "mfa") {
    return `is the ARN of a ${kind}, and not of an MFA device`;
  }
  const why = service !== "iam"
    ? "it is not of IAM"
    : namedPartition(partition) === undefined
    ? `AWS has no partition ${JSON.stringify(partition)}`
    : /^\d{12}$/.test(account)
    ? "its last part is not mfa/ and a name"
    : "its account is not 12 digits";
  return `is not the ARN of an MFA device: ${why}`;
}

/**
 * Refuses a device that the STS of `region` does not know.
 *
 * @throws {UpdstsError} `DEVICE_UNSUPPORTED`
 */
export function assertSamePartition(
  profile: Profile,
  device: string,
  { name, source }: Region,
): void {
  const own = namedPartition(DEVICE_ARN.exec(device)?.[1]);
  const { id } = partitionOf(name);
  if (own === undefined || own.id === id) return;
  throw unsupported(
    profile,
    `${device} is of the partition ${own.id}, and the region ${name} (${source}) of ${id}`,
    `name a region of ${own.id} such as ${own.firstRegion}, or a device of ${id}`,
  );
}

function unsupported(
  { name }: Profile,
  state: string,
  hint: string,
): UpdstsError {
  return new UpdstsError(
    "DEVICE_UNSUPPORTED",
    `Cannot refresh profile ${JSON.stringify(name)}: ${state}`,
    { hint },
  );
}

/** What kind of MFA device a serial number or an ARN stands for. */
export function deviceKind(device: string): "virtual" | "hardware" {
  return device.startsWith("arn:") ? "virtual" : "hardware";
}

/** A region, and what named it. */
export interface Region {
  readonly name: string;
  /** For a person to read. */
  readonly source: string;
}

/** What names a region, where an agent may have written it. */
const CREDENTIALS_FILE = "the credentials file";

/** It becomes a part of the host's name. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * As AWS names all of its regions. Behind any other word may stand a host that
 * is somebody's: sts.s3.amazonaws.com is a bucket.
 */
const REGION = /^[a-z]{2,4}(?:-[a-z]{2,9}){1,3}-[1-9][0-9]?$/;

/**
 * The region whose STS is asked: the environment's, the profile's, or the
 * first one of the partition that the device's ARN is in.
 *
 * @throws {UpdstsError} `REGION_INVALID`
 */
export function chooseRegion(
  profile: Profile | undefined,
  settings: ProfileSettings,
  device: string | undefined,
): Region {
  const region = namedRegion(profile, settings) ??
    regionOfPartition(device?.split(":")[1]);
  const shape = region.source === CREDENTIALS_FILE ? REGION : HOST_LABEL;
  if (!shape.test(region.name)) {
    throw new UpdstsError(
      "REGION_INVALID",
      "Cannot ask STS: the region that AWS_REGION or the profile names is none",
      { hint: "give one such as eu-west-1" },
    );
  }
  return region;
}

function namedRegion(
  profile: Profile | undefined,
  { environmentRegion, region }: ProfileSettings,
): Region | undefined {
  const named = [
    { name: environmentRegion, source: "AWS_REGION or AWS_DEFAULT_REGION" },
    { name: profile?.value("region"), source: CREDENTIALS_FILE },
    { name: region, source: "the config file" },
  ];
  const found = named.find(({ name }) => name !== undefined);
  return found?.name === undefined ? undefined : { ...found, name: found.name };
}

function regionOfPartition(id: string | undefined): Region {
  const usual = partitionOf("");
  const { firstRegion: name } = namedPartition(id) ?? usual;
  const byDefault = name === usual.firstRegion;
  return { name, source: byDefault ? "by default" : "the device's partition" };
}
