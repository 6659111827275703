// Which device and which region a session is asked with.
import { isDevice, type Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import { namedPartition, partitionOf } from "../partitions.ts";
import type { ProfileSettings } from "../ports.ts";

/**
 * The serial number or ARN of the MFA device: what was `asked` for, else
 * of the profile `mfa_device_arn`, else
 * `mfa_serial`, else the config file's `mfa_serial`.
 *
 * @throws {UpdstsError} `DEVICE_MISSING`, or `DEVICE_UNSUPPORTED` for a FIDO key
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
      {
        hint:
          "add mfa_device_arn = arn:aws:iam::ACCOUNT:mfa/NAME to the profile (`aws iam list-mfa-devices` shows it)",
      },
    );
  }
  // First of all: what is none must not be shown.
  if (!isDevice(device)) {
    throw new UpdstsError(
      "DEVICE_UNSUPPORTED",
      `Cannot refresh profile ${
        JSON.stringify(profile.name)
      }: its MFA device is neither an ARN nor a serial number`,
      { hint: "copy it from `aws iam list-mfa-devices`" },
    );
  }
  if (/^arn:[^:]*:iam::\d*:u2f\//.test(device)) {
    throw new UpdstsError(
      "DEVICE_UNSUPPORTED",
      `Cannot refresh profile ${
        JSON.stringify(profile.name)
      }: ${device} is a FIDO security key or passkey, and STS takes no codes of those`,
      {
        hint:
          "register a virtual or hardware TOTP device as well and name it, or use aws login, which needs no keys",
      },
    );
  }
  return device;
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
  const partition = namedPartition(id);
  return partition === undefined
    ? { name: partitionOf("").firstRegion, source: "by default" }
    : { name: partition.firstRegion, source: "the device's partition" };
}
