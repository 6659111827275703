// Plans a request for a session: key, device and region, or the reason why it is impossible.
import { flawIn, isDevice, mayBeShown } from "../credentials/keys.ts";
import type { Profile } from "../credentials/profiles.ts";
import type { SessionValues } from "../credentials/session_edits.ts";
import { formatDuration } from "../durations.ts";
import { type ErrorCode, UpdstsError } from "../errors.ts";
import { namedPartition, partitionOf } from "../partitions.ts";
import type { ProfileSettings, SessionRequest } from "../ports.ts";
import { Secret } from "../secret.ts";
import { shellQuoted } from "../shell_quoted.ts";

/** In seconds. */
const DEFAULT_DURATION = 3600;
/** Limits of STS, in seconds. */
const MIN_DURATION = 900;
const MAX_DURATION = 129_600;

/** Options of a refresh that decide the request to STS. */
export interface PlanRequest {
  /** ARN or serial number of the MFA device; by default the profile's. */
  readonly device?: string | undefined;
  /** By default the profile's, else 3600. */
  readonly durationSeconds?: number | undefined;
  /** A session that is valid this long is not refreshed. */
  readonly minRemainingSeconds?: number | undefined;
}

/** A request to STS without the code, and the sources of its region and endpoint. */
export interface SessionPlan
  extends
    Omit<SessionRequest, "code">,
    Pick<ProfileSettings, "endpointSource"> {
  readonly regionSource: string;
}

/** A session with the maximum lengths of STS, so that a rehearsal needs as much disk space. */
export const REHEARSED: SessionValues = {
  // Longer than a real one, so that it is masked.
  accessKeyId: "a".repeat(129),
  secretAccessKey: new Secret("A".repeat(128)),
  sessionToken: new Secret("A".repeat(4096)),
  expiration: "to-be-given-by-STS-in-a-moment",
};

export function cannotRefresh(
  code: ErrorCode,
  name: string,
  state: string,
  hint: string,
): UpdstsError {
  const message = `Cannot refresh profile ${JSON.stringify(name)}: ${state}`;
  return new UpdstsError(code, message, { hint });
}

/**
 * Plans a request from the profile and its settings; `fromStdin` changes the hints.
 *
 * @throws {UpdstsError} `KEYS_TEMPORARY`, `KEYS_MISSING`, `DEVICE_MISSING`,
 * `DEVICE_UNSUPPORTED`, `REGION_INVALID`, `SETTING_INVALID`, `DURATION_INVALID`
 */
export function planSession(
  profile: Profile,
  settings: ProfileSettings,
  request: PlanRequest,
  fromStdin: boolean,
): SessionPlan {
  const refuse: Refuse = (code, state, hint) =>
    cannotRefresh(
      code,
      profile.name,
      state,
      fromStdin
        ? `stdin gave that profile: correct it in its source; ${hint}`
        : hint,
    );
  const durationSeconds = durationOf(request, profile, settings);
  const keys = keysOf(profile, refuse);
  const device = request.device ?? profile.value("mfa_device_arn") ??
    profile.value("mfa_serial") ?? settings.mfaSerial;
  assertDevice(device, refuse);
  const { endpoint, endpointSource, fips, dualStack, caBundle } = settings;
  const region = chooseRegion(profile, settings, device);
  const own = namedPartition(DEVICE_ARN.exec(device)?.[1]);
  const { id } = partitionOf(region.name);
  // A custom endpoint may accept any device.
  if (endpoint === undefined && own !== undefined && own.id !== id) {
    throw refuse(
      "DEVICE_UNSUPPORTED",
      `${device} is of the partition ${own.id}, and the region ${region.name} (${region.source}) of ${id}`,
      `name a region of ${own.id} such as ${own.firstRegion}, or a device of ${id}`,
    );
  }
  return {
    ...{ profile: profile.name, ...keys, device, durationSeconds },
    ...{ region: region.name, regionSource: region.source },
    ...{ endpoint, endpointSource, fips, dualStack, caBundle },
  };
}

type Refuse = (code: ErrorCode, state: string, hint: string) => UpdstsError;

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
  if (profile.token !== undefined) {
    const [state, hint] = profile.isOverwritten
      ? [
        "it holds a session token beside an MFA device: another program has written a session over the long-term key",
        "write the long-term key back, without aws_session_token, and have the other program use a profile of its own",
      ]
      : [
        "it holds a session token, and STS gives no session for a session",
        "name the profile that holds the long-term key",
      ];
    throw refuse("KEYS_TEMPORARY", state, hint);
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
  if (!mayBeShown("aws_access_key_id", accessKeyId)) {
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
    const state = flaw?.state ?? "is not a valid secret access key";
    throw refuse(
      "KEYS_MISSING",
      `aws_secret_access_key ${state}`,
      flaw?.hint ?? "expected one word, on one line, after the equals sign",
    );
  }
  return { accessKeyId, secretAccessKey };
}

/** With or without a path before the name. */
const DEVICE_ARN =
  /^arn:([a-z-]+):iam::\d{12}:(?:root-account-mfa-device|(?:sms-)?mfa\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+)$/;

const DEVICE_HINT =
  "the device's ARN looks like arn:aws:iam::123456789012:mfa/alice: `aws iam list-mfa-devices` shows it";

/** Refuses a device whose codes STS does not accept. */
function assertDevice(
  device: string | undefined,
  refuse: Refuse,
): asserts device is string {
  if (device === undefined) {
    throw refuse(
      "DEVICE_MISSING",
      "no MFA device is known for it",
      `add mfa_device_arn = ARN to the profile; ${DEVICE_HINT}`,
    );
  }
  // Checked first, since another value may be a secret and must not be shown.
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
  const [, partition] = DEVICE_ARN.exec(device) ?? [];
  if (device.startsWith("arn:") && namedPartition(partition) === undefined) {
    const state = partition === undefined
      ? `${device} is not the ARN of an MFA device`
      : `AWS has no partition ${partition} (${device})`;
    throw refuse("DEVICE_UNSUPPORTED", state, DEVICE_HINT);
  }
}

interface Region {
  readonly name: string;
  /** The source of the region, in words. */
  readonly source: string;
}

const CREDENTIALS_FILE = "the credentials file";

/** The region becomes a label of the host name. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Matches AWS regions. An agent may name the credentials file, whose region
 * must not lead to a foreign host: sts.s3.amazonaws.com is a bucket.
 */
const REGION = /^[a-z]{2,4}(?:-[a-z]{2,9}){1,3}-[1-9][0-9]?$/;

/**
 * The region of the environment, else of the profile, else the first of the device's partition.
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
  const { name, source } = [
    { name: environmentRegion, source: "AWS_REGION or AWS_DEFAULT_REGION" },
    { name: profile?.value("region"), source: CREDENTIALS_FILE },
    { name: configured, source: "the config file" },
  ].find((found): found is Region => found.name !== undefined) ?? {
    name: ofDevice.firstRegion,
    source: ofDevice === usual ? "by default" : "the device's partition",
  };
  const shape = source === CREDENTIALS_FILE ? REGION : HOST_LABEL;
  if (shape.test(name)) return { name, source };
  const { state, hint } = flawIn(name) ?? {
    state: "is not the name of a region",
    hint: "give one such as eu-west-1",
  };
  const isHarmless = REGION.test(name.replace(/[^\w-]/g, "").toLowerCase());
  const shown = isHarmless ? `${JSON.stringify(name)} ` : "";
  const message = `Cannot ask STS: the region ${shown}of ${source} ${state}`;
  throw new UpdstsError("REGION_INVALID", message, { hint });
}

/** The region to write into a new session of `source`, unless the config file has one for it. */
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

/** @throws {UpdstsError} `DURATION_INVALID` if the request is invalid for every profile */
export function assertDurations(
  { durationSeconds, minRemainingSeconds = 0 }: PlanRequest,
): void {
  if (durationSeconds !== undefined && !isDuration(durationSeconds)) {
    const [asked, least, most] = [durationSeconds, MIN_DURATION, MAX_DURATION]
      .map(formatDuration);
    throw new UpdstsError(
      "DURATION_INVALID",
      `Cannot ask for a session of ${asked}: STS gives ${least} to ${most}`,
      { hint: "for example 1h, or 12h for a working day" },
    );
  }
  if (!Number.isFinite(minRemainingSeconds) || minRemainingSeconds < 0) {
    throw new UpdstsError(
      "DURATION_INVALID",
      `Cannot wait for ${minRemainingSeconds} s to remain: it must be 0 or more seconds`,
      { hint: "give 0 or more, such as 900 for a quarter of an hour" },
    );
  }
}

/**
 * The duration in seconds of the request, else of the profile.
 *
 * @throws {UpdstsError} `DURATION_INVALID`, `SETTING_INVALID`
 */
function durationOf(
  { durationSeconds, minRemainingSeconds = 0 }: PlanRequest,
  profile: Profile,
  settings: ProfileSettings,
): number {
  const own = profile.value("duration_seconds") ?? settings.durationSeconds;
  const seconds = durationSeconds ?? Number(own ?? DEFAULT_DURATION);
  const isOwn = durationSeconds === undefined && own !== undefined;
  // An invalid value is not shown: it may be anything.
  if (isOwn && !(/^\d{1,9}$/.test(own) && isDuration(seconds))) {
    const shown = mayBeShown("duration_seconds", own) ? ` ${own}` : "";
    const { state, hint } = flawIn(own) ?? {
      state: "is not one that STS gives",
      hint:
        `write ${MIN_DURATION} to ${MAX_DURATION} there, or ask for a duration`,
    };
    throw cannotRefresh(
      "SETTING_INVALID",
      profile.name,
      `its duration_seconds${shown} ${state}`,
      hint,
    );
  }
  // The whole duration never remains: some of it has passed.
  if (minRemainingSeconds < seconds) return seconds;
  const [rest, all] = [minRemainingSeconds, seconds].map(formatDuration);
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot have ${rest} remain of a session: it lasts ${all} from the start`,
    { hint: "ask for a session that lasts longer, or for less to remain" },
  );
}

function isDuration(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_DURATION &&
    seconds <= MAX_DURATION;
}
