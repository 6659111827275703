// The keys of a profile: which ones updsts writes, which ones AWS's tools know, and which values may be shown.

/** The keys of a session, in the order in which they are written. */
export const OWNED_KEYS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "expiration_datetime",
] as const;

/** The key of boto, which botocore still prefers to `aws_session_token`. */
export const OLD_TOKEN_KEY = "aws_security_token";

/** Access key ID of the expiry. Not a comment, since programs that rewrite the file drop comments. */
export const EXPIRY_OWNER = "expiration_key_id";

/** Keys of other programs for the same values, updated where present; samtools reads `expiry_time`. */
export const SAME_KEYS: ReadonlyMap<string, typeof OWNED_KEYS[number]> =
  new Map([
    [OLD_TOKEN_KEY, "aws_session_token"],
    ["expiration", "expiration_datetime"],
    ["x_security_token_expires", "expiration_datetime"],
    ["expiry_time", "expiration_datetime"],
    [EXPIRY_OWNER, "aws_access_key_id"],
  ]);

/** All keys that updsts writes. */
export const OWNED: ReadonlySet<string> = new Set([
  ...OWNED_KEYS,
  ...SAME_KEYS.keys(),
]);

/** Parses ISO 8601 with `T` or a space, in UTC by default; undefined if it is not valid. */
export function parseTimestamp(text: string | undefined): Date | undefined {
  const parts =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i
      .exec(text ?? "");
  if (parts === null) return undefined;
  const [, day, minute, second = "00", zone = "Z"] = parts;
  // `Date` does not accept a leap second.
  const leap = second === "60";
  const time = Date.parse(`${day}T${minute}:${leap ? "59" : second}${zone}`);
  return Number.isNaN(time) ? undefined : new Date(time + (leap ? 1000 : 0));
}

/** Removes quotes around `value`, which some programs write and others read as part of it. */
export function unquoted(value: string): string {
  return /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
}

/** Finds quotes, placeholders and invisible characters in `value`. */
export function flawIn(
  value: string,
): { readonly state: string; readonly hint: string } | undefined {
  if (/^["']|["']$/.test(value)) {
    return { state: "has quotes around it", hint: "remove the quotes" };
  }
  if (/\$\{|^\$\w|%\w+%/.test(value)) {
    return {
      state: "has a placeholder in it, which programs do not expand",
      hint: "write the value in its place",
    };
  }
  const [odd] = /(?![ \n])[\p{Cc}\p{Cf}\p{Z}]/u.exec(value) ?? [];
  if (odd === undefined) return undefined;
  return odd === "\r"
    ? {
      state: "ends with a carriage return (CR)",
      hint: "save the file with LF or CRLF line ends",
    }
    : {
      state: `has an invisible character in it (U+${
        odd.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")
      })`,
      hint: "type the line again",
    };
}

/** A key whose value is handed out as a {@linkcode Secret} only. */
export type SecretKey =
  | "aws_secret_access_key"
  | "aws_session_token"
  | "aws_security_token";

const ACCESS_KEY_ID = /^[A-Z0-9_]{16,128}$/;

/** As GetSessionToken accepts it, but without a slash outside an ARN: it suggests a secret, and devices are shown. */
const DEVICE = /^(?:arn:[\w+=/:,.@-]{5,252}|[\w+=,.@-]{9,32})$/;

const SWITCH = /^(?:true|false)$/i;
const URL = /^https?:\/\/[^@\s]+$/;
const TIME = /^\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-][\d:]+)?$/;

/** Keys whose values may be shown, if they match: a secret pasted under the wrong key does not. */
export const PUBLIC_KEYS = {
  aws_access_key_id: ACCESS_KEY_ID,
  mfa_device_arn: DEVICE,
  mfa_serial: DEVICE,
  // A name; `isSeed` masks a TOTP secret.
  totp_secret_name: /^.{1,200}$/s,
  expiration_datetime: TIME,
  expiration_key_id: ACCESS_KEY_ID,
  expiration: TIME,
  expiry_time: TIME,
  x_security_token_expires: TIME,
  region: /^[a-z0-9-]{1,63}$/,
  output: /^[a-z-]{1,20}$/,
  role_arn: /^arn:\S+$/,
  ca_bundle: /\.(?:pem|crt|cer)$/i,
  credential_source: /^(?:Ec2InstanceMetadata|EcsContainer|Environment)$/,
  role_session_name: /^[\w+=,.@-]{2,64}$/,
  source_profile: /^.{1,100}$/s,
  duration_seconds: /^\d{1,6}$/,
  endpoint_url: URL,
  services: /^.{1,100}$/s,
  "sts.endpoint_url": URL,
  use_fips_endpoint: SWITCH,
  use_dualstack_endpoint: SWITCH,
  ignore_configured_endpoint_urls: SWITCH,
};

/** A key whose value may be shown; all others count as secrets. */
export type PublicKey = keyof typeof PUBLIC_KEYS;

/** Further keys that AWS's tools and SDKs know. */
const OTHER_KEYS =
  /^(?:aws_(?:account_id|secret_access_key|security_token|session_token)|account_id_endpoint_mode|credential_process|defaults_mode|endpoint_discovery_enabled|external_id|login_session|max_attempts|retry_mode|s3|sdk_ua_app_id|sts_regional_endpoints|web_identity_token_file|x_principal_arn|(?:cli|sso)_\w+|s3\.\w+)$/;

export function isAwsKey(key: string): boolean {
  return Object.hasOwn(PUBLIC_KEYS, key) || OTHER_KEYS.test(key);
}

/** Keys of profiles that have another source of credentials, or an MFA device. */
const NOT_OF_SESSIONS =
  /^(?:credential_\w+|duration_seconds|external_id|login_session|mfa_\w+|role_\w+|source_profile|sso_\w+|totp_secret_name|web_identity_token_file)$/;

/** Whether updsts or AWS's tools write `key` into the section of a session. */
export function isSessionKey(key: string): boolean {
  return OWNED.has(key) || key === "toolkit_artifact_guid" ||
    (isAwsKey(key) && !NOT_OF_SESSIONS.test(key));
}

/** Whether `text` looks like the serial number or ARN of an MFA device. */
export function isDevice(text: string): boolean {
  return DEVICE.test(text) && !isSeed(text);
}

/** Whether `value` of `key` does not look like a secret. */
export function mayBeShown(key: string, value: string): boolean {
  // Continuation lines may hold anything that was pasted.
  if (value.includes("\n") || !Object.hasOwn(PUBLIC_KEYS, key)) return false;
  // Users have stored TOTP seeds under the keys of a name and a device.
  return PUBLIC_KEYS[key as PublicKey].test(value) &&
    !(/^(?:mfa|totp)_/.test(key) && isSeed(value));
}

/**
 * Whether `text` looks like a TOTP seed (base32, perhaps in groups or after a
 * word, hex, base64, or the URL of a QR code) or a secret access key.
 */
function isSeed(text: string): boolean {
  if (/^otpauth|\bsecret=/i.test(text)) return true;
  const groups = text.split(/[^A-Za-z0-9+/]+/).filter(Boolean);
  const whole = groups.join("");
  // Names have hyphens, too, but rarely at equal distances.
  const grouped = /\s/.test(text.trim()) ||
    groups.slice(0, -1).every(({ length }) => length === groups[0]?.length);
  return (grouped && /^(?:[A-Z2-7]{16,}|[0-9A-F]{20,})$/i.test(whole)) ||
    (!text.startsWith("arn:") && groups.some(isOneWordSeed)) ||
    /^[A-Za-z0-9+/]{22,}={1,2}$/.test(text) ||
    /^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9+/]{40}$/.test(text);
}

/** Excludes long lower-case words, which are valid base32, too. */
function isOneWordSeed(word: string): boolean {
  return /^(?:(?=.*\d)[A-Z2-7]{16,}|(?=.*\d)[0-9A-F]{20,})$/i.test(word) ||
    /^[A-Z2-7]{16,}$/.test(word);
}
