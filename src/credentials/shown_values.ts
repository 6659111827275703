// What of a profile may be shown: the keys whose values are no secrets, and what those look like.
/** A key whose value may be shown. All others are taken for secrets. */
export type PublicKey =
  | "aws_access_key_id"
  | "mfa_device_arn"
  | "mfa_serial"
  | "totp_secret_name"
  | "expiration_datetime"
  | "expiration"
  | "x_security_token_expires"
  | "region"
  | "output"
  | "role_arn"
  | "role_session_name"
  | "source_profile"
  | "duration_seconds"
  | "endpoint_url"
  | "services"
  | "sts.endpoint_url"
  | "use_fips_endpoint"
  | "use_dualstack_endpoint"
  | "ignore_configured_endpoint_urls";
/** A key whose value is handed out as a {@linkcode Secret} only. */
export type SecretKey =
  | "aws_secret_access_key"
  | "aws_session_token"
  | "aws_security_token";

/**
 * What GetSessionToken takes for a device, but for a slash outside of an ARN:
 * that is rather a secret on the wrong line, and a device is shown and sent.
 */
const DEVICE = /^(?:arn:[\w+=/:,.@-]{5,252}|[\w+=,.@-]{9,32})$/;

const SWITCH = /^(?:true|false)$/i;

const TIME = /^\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-][\d:]+)?$/;

/**
 * What the values of these keys look like. A secret that was pasted under the
 * wrong key does not, and is masked.
 */
const SHAPES: Readonly<Record<PublicKey, RegExp>> = {
  aws_access_key_id: /^[A-Z0-9_]{16,128}$/,
  mfa_device_arn: DEVICE,
  mfa_serial: DEVICE,
  // The name of one; a TOTP secret itself is masked below.
  totp_secret_name: /^.{1,200}$/s,
  expiration_datetime: TIME,
  expiration: TIME,
  x_security_token_expires: TIME,
  region: /^[a-z0-9-]{1,63}$/,
  output: /^[a-z-]{1,20}$/,
  role_arn: /^arn:\S+$/,
  role_session_name: /^[\w+=,.@-]{2,64}$/,
  source_profile: /^.{1,100}$/s,
  duration_seconds: /^\d{1,6}$/,
  endpoint_url: /^https?:\/\/[^@\s]+$/,
  services: /^.{1,100}$/s,
  "sts.endpoint_url": /^https?:\/\/[^@\s]+$/,
  use_fips_endpoint: SWITCH,
  use_dualstack_endpoint: SWITCH,
  ignore_configured_endpoint_urls: SWITCH,
};

/** Whether `text` can be the serial number or the ARN of an MFA device. */
export function isDevice(text: string): boolean {
  return DEVICE.test(text) && !isSeed(text);
}

/** Whether `value` of `key` looks like one that is no secret. */
export function mayBeShown(key: string, value: string): boolean {
  // On the lines that go on with a value, anything may have been pasted.
  if (value.includes("\n") || !Object.hasOwn(SHAPES, key)) return false;
  return SHAPES[key as PublicKey].test(value) &&
    !(MAY_HOLD_SEED.has(key) && isSeed(value));
}

/** The keys under which people have put what codes are computed from. */
const MAY_HOLD_SEED: ReadonlySet<string> = new Set([
  "mfa_device_arn",
  "mfa_serial",
  "totp_secret_name",
]);

/**
 * Whether codes could be computed from `text`: it is base32 as the pages that
 * show a seed spell it (in either case, whole or in groups of four, in quotes
 * or behind a word), the same in hex or base64, or the URL in a QR code. So is
 * a secret access key.
 */
function isSeed(text: string): boolean {
  if (/^otpauth/i.test(text) || /\bsecret=/i.test(text)) return true;
  const groups = text.split(/[^A-Za-z0-9+/]+/).filter(Boolean);
  const whole = groups.join("");
  // A name of several words has hyphens, too, but not after four letters each.
  const grouped = /\s/.test(text.trim()) ||
    groups.slice(0, -1).every(({ length }) => length === groups[0]?.length);
  return (grouped && /^(?:[A-Z2-7]{16,}|[0-9A-F]{20,})$/i.test(whole)) ||
    (!text.startsWith("arn:") && groups.some(isOneWordSeed)) ||
    /^[A-Za-z0-9+/]{22,}={1,2}$/.test(text) ||
    /^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9+/]{40}$/.test(text);
}

/** Whether `word` is base32 or hex, and no long word of a language. */
function isOneWordSeed(word: string): boolean {
  return /^(?:(?=.*\d)[A-Z2-7]{16,}|(?=.*\d)[0-9A-F]{20,})$/i.test(word) ||
    /^[A-Z2-7]{16,}$/.test(word);
}
