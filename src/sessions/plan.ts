// Plans a request for a session: key, device and region, or the reason why it is impossible.
import { flawIn } from "../credentials/keys.ts";
import { isDevice, type Profile } from "../credentials/profiles.ts";
import type { SessionValues } from "../credentials/session_edits.ts";
import { type ErrorCode, UpdstsError } from "../errors.ts";
import { namedPartition, partitionOf } from "../partitions.ts";
import type { ProfileSettings, SessionRequest } from "../ports.ts";
import { Secret } from "../secret.ts";
import { shellQuoted } from "../shell_quoted.ts";

/** A request to STS, but for the code and the duration. */
export type SessionPlan = Omit<SessionRequest, "code" | "durationSeconds">;

/** As long as anything that STS gives, so that a rehearsal needs the same room. */
export const REHEARSED: SessionValues = {
  // Longer than any, and of no shape that would be shown.
  accessKeyId: "a".repeat(129),
  secretAccessKey: new Secret("A".repeat(128)),
  sessionToken: new Secret("A".repeat(4096)),
  expiration: "to-be-given-by-STS-in-a-moment",
};

/**
 * All that a request to STS needs of the profile and its settings. The device
 * is `device` if that is given; `fromStdin` says where a mistake is corrected.
 *
 * @throws {UpdstsError} `KEYS_TEMPORARY`, `KEYS_MISSING`, `DEVICE_MISSING`,
 * `DEVICE_UNSUPPORTED`, `REGION_INVALID`
 */
export function planSession(
  profile: Profile,
  settings: ProfileSettings,
  { device, fromStdin = false }: {
    readonly device?: string | undefined;
    readonly fromStdin?: boolean;
  } = {},
): SessionPlan {
  const refuse: Refuse = (code, state, hint) =>
    cannotRefresh(
      code,
      profile.name,
      state,
      fromStdin
        ? `stdin gave that profile: mend it where it is kept; ${hint}`
        : hint,
    );
  const keys = keysOf(profile, refuse);
  const plan = {
    profile: profile.name,
    ...keys,
    device: requireDevice(
      device ?? profile.value("mfa_device_arn") ??
        profile.value("mfa_serial") ?? settings.mfaSerial,
      refuse,
    ),
  };
  const { endpoint, fips, dualStack, caBundle } = settings;
  const region = chooseRegion(profile, settings, plan.device);
  const own = partitionOfDevice(plan.device);
  const { id } = partitionOf(region.name);
  // Behind an endpoint of one's own, anything may be known.
  if (endpoint === undefined && own !== undefined && own.id !== id) {
    throw refuse(
      "DEVICE_UNSUPPORTED",
      `${plan.device} is of the partition ${own.id}, and the region ${region.name} (${region.source}) of ${id}`,
      `name a region of ${own.id} such as ${own.firstRegion}, or a device of ${id}`,
    );
  }
  return {
    ...plan,
    region: region.name,
    ...{ endpoint, fips, dualStack, caBundle },
  };
}

/** Makes the error that says why a profile is not refreshed. */
type Refuse = (code: ErrorCode, state: string, hint: string) => UpdstsError;

/** The long-term key of `profile`. */
function keysOf(profile: Profile, refuse: Refuse) {
  const { name } = profile;
  const [, bare] = /^profile\s+(.+)$/.exec(name) ?? [];
  if (bare !== undefined) {
    throw refuse(
      "SETTING_INVALID",
      "its header has the form of the config file",
      `write [${bare}] in its place`,
    );
  }
  const accessKeyId = profile.value("aws_access_key_id");
  const secretAccessKey = profile.secret("aws_secret_access_key");
  if (profile.isOverwritten) {
    throw refuse(
      "KEYS_TEMPORARY",
      "it holds a session token beside an MFA device: another program has " +
        "written a session over the long-term key",
      "write the long-term key back, without aws_session_token, and have " +
        "the other program use a profile of its own",
    );
  }
  if (profile.token !== undefined) {
    throw refuse(
      "KEYS_TEMPORARY",
      "it holds a session token, and STS gives no session for a session",
      "name the profile that holds the long-term key",
    );
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw refuse(
      "KEYS_MISSING",
      `it has no aws_${
        accessKeyId === undefined ? "access_key_id" : "secret_access_key"
      }`,
      `add a long-term key with: aws configure --profile ${shellQuoted(name)}`,
    );
  }
  // What is signed with goes into headers: anything else was mistyped.
  if (!/^[A-Z0-9_]{16,128}$/.test(accessKeyId)) {
    const { state, hint } = flawIn(accessKeyId) ?? {
      state: "is not a valid access key ID",
      hint:
        "expected 16 or more capital letters and digits, such as AKIAIOSFODNN7EXAMPLE",
    };
    throw refuse("KEYS_MISSING", `aws_access_key_id ${state}`, hint);
  }
  if (accessKeyId.startsWith("ASIA")) {
    throw refuse(
      "KEYS_TEMPORARY",
      "its access key is a session's, whose token is missing",
      "write the long-term key in its place, which begins AKIA",
    );
  }
  const secret = secretAccessKey.reveal();
  const flaw = flawIn(secret);
  if (flaw !== undefined || /\s/.test(secret)) {
    throw refuse(
      "KEYS_MISSING",
      `aws_secret_access_key ${
        flaw?.state ?? "is not a valid secret access key"
      }`,
      flaw?.hint ?? "expected one word, on one line, after the equals sign",
    );
  }
  return { accessKeyId, secretAccessKey };
}

/** The error that says why the profile called `name` is not refreshed. */
export function cannotRefresh(
  code: ErrorCode,
  name: string,
  state: string,
  hint: string,
): UpdstsError {
  const message = `Cannot refresh profile ${JSON.stringify(name)}: ${state}`;
  return new UpdstsError(code, message, { hint });
}

/** With or without a path before the name. */
const DEVICE_ARN =
  /^arn:([a-z-]+):iam::\d{12}:(?:root-account-mfa-device|(?:sms-)?mfa\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+)$/;

/**
 * The serial number or ARN of the MFA device, as it was found.
 *
 * @throws {UpdstsError} `DEVICE_MISSING`, or `DEVICE_UNSUPPORTED` for what is
 * not a device, or one whose codes STS does not take
 */
function requireDevice(device: string | undefined, refuse: Refuse): string {
  if (device === undefined) {
    throw refuse(
      "DEVICE_MISSING",
      "no MFA device is known for it",
      `add mfa_device_arn = ARN to the profile; ${DEVICE_HINT}`,
    );
  }
  // First of all: it must not be shown unless it looks like a device.
  if (!isDevice(device)) {
    const { state, hint } = flawIn(device) ?? {
      state: "is neither an ARN nor a serial number",
      hint: "copy it from `aws iam list-mfa-devices`",
    };
    throw refuse("DEVICE_UNSUPPORTED", `its MFA device ${state}`, hint);
  }
  if (/^arn:[^:]*:iam::\d*:u2f\//.test(device)) {
    throw refuse(
      "DEVICE_UNSUPPORTED",
      `${device} is a FIDO security key or passkey, and STS takes no codes of those`,
      "register a virtual or hardware TOTP device as well and name it, or use aws login, which needs no keys",
    );
  }
  if (device.startsWith("arn:") && partitionOfDevice(device) === undefined) {
    const state = `${device} ${whatItIs(device)}`;
    throw refuse("DEVICE_UNSUPPORTED", state, DEVICE_HINT);
  }
  return device;
}

function partitionOfDevice(device: string) {
  return namedPartition(DEVICE_ARN.exec(device)?.[1]);
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

/** A region, and what named it. */
interface Region {
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
  const { environmentRegion, region: configured } = settings;
  const usual = partitionOf("");
  const ofDevice = namedPartition(device?.split(":")[1]) ?? usual;
  const isUsual = ofDevice.firstRegion === usual.firstRegion;
  const region = [
    { name: environmentRegion, source: "AWS_REGION or AWS_DEFAULT_REGION" },
    { name: profile?.value("region"), source: CREDENTIALS_FILE },
    { name: configured, source: "the config file" },
  ].find((found): found is Region => found.name !== undefined) ?? {
    name: ofDevice.firstRegion,
    source: isUsual ? "by default" : "the device's partition",
  };
  const shape = region.source === CREDENTIALS_FILE ? REGION : HOST_LABEL;
  if (!shape.test(region.name)) {
    const { name, source } = region;
    const { state, hint } = flawIn(name) ?? {
      state: "is not the name of a region",
      hint: "give one such as eu-west-1",
    };
    const isHarmless = REGION.test(name.replace(/[^\w-]/g, "").toLowerCase());
    const shown = isHarmless ? `${JSON.stringify(name)} ` : "";
    const message = `Cannot ask STS: the region ${shown}of ${source} ${state}`;
    throw new UpdstsError("REGION_INVALID", message, { hint });
  }
  return region;
}

/**
 * The region to write into the section of a new session: that of its `source`,
 * unless the config file has one for the session's profile.
 */
export function regionOfSession(
  source: Profile,
  settings: ProfileSettings,
  ofSession: ProfileSettings,
): string | undefined {
  const region = source.value("region") ?? settings.region ?? "";
  return ofSession.region === undefined && REGION.test(region)
    ? region
    : undefined;
}
