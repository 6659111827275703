// The profiles of a file: sections of one name, their kind, and the values that may be shown.
import { MASK, Secret } from "../secret.ts";
import {
  EXPIRY_OWNER,
  isAwsKey,
  mayBeShown,
  parseTimestamp,
  type PublicKey,
  type SecretKey,
  unquoted,
} from "./keys.ts";
import {
  hasToken,
  type ParsedFile,
  type Property,
  readValue,
  type Section,
} from "./parse.ts";
import { decodeText, encodeText } from "./text.ts";

/** Keys that give a profile credentials. */
const CREDENTIALS =
  /^(?:aws_(?:access_key_id|secret_access_key|session_token)|credential_process|login_session|role_arn|sso_\w+|web_identity_token_file)$/;

/** All sections of one name; later keys override earlier ones. */
export class Profile {
  readonly #properties: readonly Property[];
  readonly #values: ReadonlyMap<string, string>;

  /** Combines `sections` of `file`. */
  constructor(
    file: ParsedFile,
    /** The name, decoded. */
    readonly name: string,
    /** In file order; at least one. */
    readonly sections: readonly Section[],
  ) {
    this.#properties = sections.flatMap(({ properties }) => properties)
      .filter(({ length }) => length > 0);
    this.#values = new Map(
      this.#properties.map((property) => [
        decodeText(property.key),
        decodeText(readValue(file, property)),
      ]),
    );
  }

  /** The value of `key`, decoded; undefined if it is missing or empty. */
  value(key: PublicKey): string | undefined {
    return this.#values.get(key);
  }

  /** The value of `key` as it may be shown: masked if it does not have the form of such a value. */
  shown(key: PublicKey): string | undefined {
    const value = this.#values.get(key);
    return value === undefined || mayBeShown(key, value) ? value : MASK;
  }

  /** Line numbers of `key`, from 1; empty if it has no value. */
  linesOf(key: string): number[] {
    return this.#properties.filter((property) => property.key === key)
      .map(({ line }) => line + 1);
  }

  /** The secret under `key`; undefined if it is missing or empty. */
  secret(key: SecretKey): Secret | undefined {
    const value = this.#values.get(key);
    return value === undefined ? undefined : new Secret(value);
  }

  /** The session token, under either name. */
  get token(): Secret | undefined {
    return this.secret("aws_session_token") ??
      this.secret("aws_security_token");
  }

  /** Whether it has an MFA device, as profiles with long-term keys do, and a session token. */
  get isOverwritten(): boolean {
    return hasToken(this.#values) &&
      (this.#values.has("mfa_device_arn") || this.#values.has("mfa_serial"));
  }

  /** End of the session; undefined if unknown, or written for another key. */
  get expiration(): Date | undefined {
    return this.hasStaleExpiry
      ? undefined
      : parseTimestamp(this.value("expiration_datetime"));
  }

  /** Whether another program has replaced the key since the expiry was written. */
  get hasStaleExpiry(): boolean {
    const owner = this.value(EXPIRY_OWNER);
    // Earlier versions did not write one.
    return owner !== undefined &&
      unquoted(owner) !== unquoted(this.value("aws_access_key_id") ?? "");
  }

  /** Whether it has an access key, a part of one, or a session token. */
  get hasKey(): boolean {
    return this.#values.has("aws_access_key_id") ||
      this.#values.has("aws_secret_access_key") || hasToken(this.#values);
  }

  /** Values by key; those that may be secrets are wrapped, and a stale expiry is left out. */
  fields(): Map<string, string | Secret> {
    const fields = new Map<string, string | Secret>();
    for (const [key, value] of this.#values) {
      if (key === "expiration_datetime" && this.hasStaleExpiry) continue;
      fields.set(key, mayBeShown(key, value) ? value : new Secret(value));
    }
    return fields;
  }

  /** The first key that gives it credentials: an access key, a role, a process, SSO, … */
  credentialsKey(): string | undefined {
    return this.#properties.find(({ key }) => CREDENTIALS.test(key))?.key;
  }

  /** Whether it has a key that AWS's tools know, unlike sections of other files. */
  get recognised(): boolean {
    return this.sections.some(({ properties }) =>
      properties.some(({ key }) => isAwsKey(key))
    );
  }
}

/** The profiles of `file`, by first occurrence. */
export function listProfiles(file: ParsedFile): Profile[] {
  const named = file.sections.filter(({ name }) => name !== "");
  return Array.from(
    Map.groupBy(named, ({ name }) => name),
    ([name, sections]) => new Profile(file, decodeText(name), sections),
  );
}

/** The profile called `name`, compared byte by byte. */
export function findProfile(
  file: ParsedFile,
  name: string,
): Profile | undefined {
  const bytes = encodeText(name);
  const sections = file.sections.filter((section) => section.name === bytes);
  return sections.length === 0 ? undefined : new Profile(file, name, sections);
}
