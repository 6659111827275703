// The profiles of a file: sections of one name, what the keys in them say, and what of it may be shown.
import { MASK, Secret } from "../secret.ts";
import { type ParsedFile, readValue, type Section } from "./parse.ts";
import { decodeText, encodeText } from "./text.ts";

/** The keys that give a profile credentials, on their own or with others. */
const CREDENTIALS =
  /^(?:aws_(?:access_key_id|secret_access_key|session_token)|credential_process|login_session|role_arn|sso_\w+|web_identity_token_file)$/;

/** One profile: all sections of its name, later keys winning over earlier ones. */
export class Profile {
  /** The name, decoded. */
  readonly name: string;
  /** Where it stands, in file order; at least one. */
  readonly sections: readonly Section[];
  readonly #file: ParsedFile;

  /** The profile that `sections` of `file` make up. */
  constructor(file: ParsedFile, name: string, sections: readonly Section[]) {
    this.name = name;
    this.sections = sections;
    this.#file = file;
  }

  /** The value of `key`, decoded; undefined if it is missing or empty. */
  value(key: PublicKey): string | undefined {
    return this.#read(key);
  }

  /** The same for a person or an agent to see: masked if it looks like no such value. */
  shown(key: PublicKey): string | undefined {
    const value = this.#read(key);
    return value === undefined || mayBeShown(key, value) ? value : MASK;
  }

  /** The secret under `key`; undefined if it is missing or empty. */
  secret(key: SecretKey): Secret | undefined {
    const value = this.#read(key);
    return value === undefined ? undefined : new Secret(value);
  }

  /** What makes its key a temporary one, under either name that programs read. */
  get token(): Secret | undefined {
    return this.secret("aws_session_token") ??
      this.secret("aws_security_token");
  }

  /** Every key that has a value, and the value unless it may be a secret. */
  fields(): Map<string, string | Secret> {
    const fields = new Map<string, string | Secret>();
    for (const { properties } of this.sections) {
      for (const property of properties) {
        if (property.length === 0) continue;
        const { key } = property;
        const value = decodeText(readValue(this.#file, property));
        fields.set(
          decodeText(key),
          mayBeShown(key, value) ? value : new Secret(value),
        );
      }
    }
    return fields;
  }

  /** The first key, if any, that gives it credentials: keys, a role, a process, SSO, … */
  credentialsKey(): string | undefined {
    return this.sections.flatMap(({ properties }) => properties).find(
      ({ key, length }) => length > 0 && CREDENTIALS.test(key),
    )?.key;
  }

  /** Whether it has a key that AWS's tools know: in another kind of file, a section is none. */
  get recognised(): boolean {
    return this.sections.some(({ properties }) =>
      properties.some(({ key }) => isAwsKey(key))
    );
  }

  #read(key: string): string | undefined {
    for (const section of this.sections.toReversed()) {
      const property = section.properties.findLast((property) =>
        property.key === key && property.length > 0
      );
      if (property !== undefined) {
        return decodeText(readValue(this.#file, property));
      }
    }
    return undefined;
  }
}

/** All profiles of `file`, in the order in which their names first occur. */
export function listProfiles(file: ParsedFile): Profile[] {
  const sectionsByName = new Map<string, Section[]>();
  for (const section of file.sections) {
    if (section.name === "") continue;
    const sections = sectionsByName.get(section.name);
    if (sections === undefined) sectionsByName.set(section.name, [section]);
    else sections.push(section);
  }
  return Array.from(
    sectionsByName,
    ([name, sections]) => new Profile(file, decodeText(name), sections),
  );
}

/** The profile called `name`, or undefined. Names match byte for byte. */
export function findProfile(
  file: ParsedFile,
  name: string,
): Profile | undefined {
  const bytes = encodeText(name);
  const sections = file.sections.filter((section) => section.name === bytes);
  return sections.length === 0 ? undefined : new Profile(file, name, sections);
}

/**
 * The time that `text` stands for: ISO 8601 with `T` or a blank, in UTC if no
 * zone is given; undefined if it is not a time.
 */
export function parseTimestamp(text: string | undefined): Date | undefined {
  const parts =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i
      .exec(text ?? "");
  if (parts === null) return undefined;
  const [, day, minute, second = "00", zone = "Z"] = parts;
  // A leap second is not known to `Date`: it is the one before and one more.
  const leap = second === "60";
  const time = Date.parse(`${day}T${minute}:${leap ? "59" : second}${zone}`);
  return Number.isNaN(time) ? undefined : new Date(time + (leap ? 1000 : 0));
}

/** Letters and digits, and what people put between them. */
const PLAIN_NAME = /^\w[\w .@+:/=()&~-]{0,99}$/;

/** The same in any script; made when it is needed, since that takes a ms. */
function isName(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M} _.@+:/=()&~-]{0,99}$/u.test(name);
}

/** What a password in an address, or an address itself, has. */
const ADDRESS = /\/\/|:[^@]*@/;

/** Longer than words, with digits among the letters; or as long as a key. */
const TOKEN =
  /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{16}|[A-Za-z\d+/=]{36}|\d{16}/;

/** Whether `name` looks like one that somebody gave a profile, and like no secret. */
export function looksLikeName(name: string): boolean {
  return (PLAIN_NAME.test(name) || isName(name)) && !ADDRESS.test(name) &&
    !TOKEN.test(name);
}

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
const URL = /^https?:\/\/[^@\s]+$/;
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
  expiry_time: TIME,
  x_security_token_expires: TIME,
  region: /^[a-z0-9-]{1,63}$/,
  output: /^[a-z-]{1,20}$/,
  role_arn: /^arn:\S+$/,
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

/** A key whose value may be shown. All others are taken for secrets. */
export type PublicKey =
  | "aws_access_key_id"
  | "mfa_device_arn"
  | "mfa_serial"
  | "totp_secret_name"
  | "expiration_datetime"
  | "expiration"
  | "expiry_time"
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

/** Keys that AWS's tools and SDKs know, beside those whose values may be shown. */
const OTHER_KEYS =
  /^(?:aws_(?:account_id|secret_access_key|security_token|session_token)|account_id_endpoint_mode|ca_bundle|credential_(?:process|source)|defaults_mode|endpoint_discovery_enabled|external_id|login_session|max_attempts|retry_mode|s3|sdk_ua_app_id|sts_regional_endpoints|web_identity_token_file|x_principal_arn|(?:cli|sso)_\w+|s3\.\w+)$/;

/** Whether AWS's tools know `key`. */
export function isAwsKey(key: string): boolean {
  return Object.hasOwn(SHAPES, key) || OTHER_KEYS.test(key);
}

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
