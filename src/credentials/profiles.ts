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
import { type ParsedFile, readValue, type Section } from "./parse.ts";
import { decodeText, encodeText } from "./text.ts";

export { isAwsKey, isDevice, mayBeShown } from "./keys.ts";
export type { PublicKey, SecretKey } from "./keys.ts";

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

  /** The lines of `key`, from 1; none if it has no value. */
  linesOf(key: string): number[] {
    return this.sections.flatMap(({ properties }) =>
      properties.filter((property) =>
        property.key === key && property.length > 0
      ).map(({ line }) => line + 1)
    );
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

  /** Whether it has an MFA device, which long-term keys have, and the token of a session. */
  get isOverwritten(): boolean {
    return this.token !== undefined &&
      (this.#read("mfa_device_arn") ?? this.#read("mfa_serial")) !== undefined;
  }

  /** When its session ends; undefined if that is not known, or was written for another key. */
  get expiration(): Date | undefined {
    return this.hasStaleExpiry
      ? undefined
      : parseTimestamp(this.value("expiration_datetime"));
  }

  /** Whether another program has written a key since the expiry was. */
  get hasStaleExpiry(): boolean {
    const owner = this.value(EXPIRY_OWNER);
    // Earlier versions did not say whose it is.
    return owner !== undefined &&
      unquoted(owner) !== unquoted(this.value("aws_access_key_id") ?? "");
  }

  /** Whether it has an access key of any kind, or a part of one. */
  get hasKey(): boolean {
    return this.#read("aws_access_key_id") !== undefined ||
      this.#read("aws_secret_access_key") !== undefined ||
      this.token !== undefined;
  }

  /** Every key that has a value, and the value unless it may be a secret; no expiry of another key. */
  fields(): Map<string, string | Secret> {
    const fields = new Map<string, string | Secret>();
    for (const { properties } of this.sections) {
      for (const property of properties) {
        if (property.length === 0) continue;
        const { key } = property;
        if (key === "expiration_datetime" && this.hasStaleExpiry) continue;
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
