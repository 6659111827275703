// Reads a credentials or config file as the AWS SDKs do, keeping every position.
import { MASK, Secret } from "../secret.ts";
import type { Edit } from "./edit.ts";
import {
  contentStart,
  isBlank,
  isTerminator,
  Lines,
  trimBlanks,
} from "./lines.ts";
import { decodeText, encodeText } from "./profile_name.ts";

/** A `key = value`, by position. */
export interface Property {
  /** The key in lower case; `parent.key` if nested under an empty `parent =`. */
  readonly key: string;
  /** Where the value stands on its line, without spaces and inline comment. */
  readonly offset: number;
  /** Length of that; 0 for an empty value. */
  readonly length: number;
  /** Index of the line. */
  readonly line: number;
  /** Whether the line begins with a blank. */
  readonly indented: boolean;
  /** Indices of the indented lines that go on with the value. */
  readonly continuations: readonly number[];
}

/** A property while it is read; most have no continuation, and share one empty list. */
type OpenProperty = { -readonly [Key in keyof Property]: Property[Key] };
const NONE: readonly number[] = [];

/** A `[name]` and the properties up to the next one, by position. */
export class Section {
  /** What stands between the brackets, one character a byte. */
  readonly name: string;
  /** Where the name begins. */
  readonly nameOffset: number;
  /** Index of the header's line. */
  readonly line: number;
  /**
   * Whether the bracket ends the header, a comment aside. If not, the AWS CLI
   * takes it for a header, and the SDK for JavaScript does not.
   */
  readonly plain: boolean;
  readonly #file: ParsedFile;
  #properties: readonly Property[] | undefined;

  /** The section of `file` that `header` on line `line` begins. */
  constructor(file: ParsedFile, line: number, header: Header) {
    this.name = file.text.slice(header.offset, header.offset + header.length);
    this.nameOffset = header.offset;
    this.line = line;
    this.plain = header.plain;
    this.#file = file;
  }

  /** In file order. Read when somebody asks: most sections of a large file are passed over. */
  get properties(): readonly Property[] {
    return this.#properties ??= readProperties(this.#file, this.line + 1);
  }
}

/** The text of a file (one character a byte) and what stands where in it. */
export interface ParsedFile {
  /** The whole text. */
  readonly text: string;
  /** Its lines; indices elsewhere count in these. */
  readonly lines: Lines;
  /** Its sections, in file order; names may repeat. */
  readonly sections: readonly Section[];
}

/** A key whose value may be shown. All others are taken for secrets. */
export type PublicKey =
  | "aws_access_key_id"
  | "mfa_device_arn"
  | "mfa_serial"
  | "totp_secret_name"
  | "expiration_datetime"
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
export type SecretKey = "aws_secret_access_key" | "aws_session_token";

/**
 * What GetSessionToken takes for a device, but for a slash outside of an ARN:
 * that is rather a secret on the wrong line, and a device is shown and sent.
 */
const DEVICE = /^(?:arn:[\w+=/:,.@-]{5,252}|[\w+=,.@-]{9,32})$/;

const SWITCH = /^(?:true|false)$/i;

/**
 * What the values of these keys look like. A secret that was pasted under the
 * wrong key does not, and is masked.
 */
const SHAPES: Readonly<Record<PublicKey, RegExp>> = {
  aws_access_key_id: /^[A-Z0-9_]{16,128}$/,
  mfa_device_arn: DEVICE,
  mfa_serial: DEVICE,
  // Not a TOTP secret itself, which is base32.
  totp_secret_name: /^(?![A-Z2-7]{16,}=*$)/,
  expiration_datetime: /^\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-][\d:]+)?$/,
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

const HASH = 0x23;
const SEMICOLON = 0x3b;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

/** Reads `text`, the bytes of a file with one character each. Never fails. */
export function parseFile(text: string): ParsedFile {
  const sections: Section[] = [];
  const lines = new Lines(text);
  const file: ParsedFile = { text, lines, sections };
  // Most lines have no bracket, and the runtime passes over them natively.
  let bracket = text.indexOf("[");
  let index = 0;
  while (bracket !== -1) {
    let from = bracket + 1;
    if (beginsLine(text, bracket)) {
      index = lines.indexAt(bracket, index);
      const { end, next } = lines.at(index);
      const header = readHeader(
        text,
        bracket,
        endOfContent(text, bracket, end),
      );
      if (header !== undefined) sections.push(new Section(file, index, header));
      from = next;
    }
    bracket = text.indexOf("[", from);
  }
  return file;
}

/** The properties that stand from line `first` on, up to the next header. */
function readProperties(file: ParsedFile, first: number): Property[] {
  const { text, lines } = file;
  const properties: Property[] = [];
  let property: OpenProperty | undefined;
  let continuations: number[] = [];
  // The key of an empty value, under which indented properties nest.
  let parent: string | undefined;

  for (let index = first; index < lines.length; index++) {
    const { start, end: lineEnd, indented } = contentOf(file, index);
    if (start === lineEnd || isCommentMark(text.charCodeAt(start))) continue;
    const end = endOfContent(text, start, lineEnd);
    if (readHeader(text, start, end) !== undefined) break;

    const content = text.slice(start, end);
    const equals = content.indexOf("=");
    const colon = content.indexOf(":");
    // On an indented line a colon is part of a continued value (an ARN, say).
    const separator =
      indented || colon === -1 || (equals !== -1 && equals < colon)
        ? equals
        : colon;
    if (separator === -1 && indented) {
      if (property === undefined) continue;
      if (property.continuations === NONE) {
        property.continuations = continuations = [index];
      } else continuations.push(index);
      continue;
    }
    if (separator <= 0) {
      property = undefined;
      continue;
    }

    const name = lowerCase(trimBlanks(content, 0, separator));
    let offset = skipBlanks(text, start + separator + 1, end);
    const length = end - offset;
    if (length === 0) offset = start + separator + 1;
    if (length > 0 && !indented) parent = undefined;
    const key = parent !== undefined && indented ? `${parent}.${name}` : name;
    if (length === 0) parent = name;
    property = {
      key,
      offset,
      length,
      line: index,
      indented,
      continuations: NONE,
    };
    properties.push(property);
  }
  return properties;
}

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

/** The edits that mask every value of `file` that may be a secret. */
export function maskEdits(file: ParsedFile): Edit[] {
  return file.sections.flatMap(({ properties }) =>
    properties.filter((property) =>
      property.length > 0 &&
      !mayBeShown(property.key, decodeText(readValue(file, property)))
    ).flatMap(({ offset, length, continuations }) => [
      { offset, length, text: MASK },
      ...continuations.map((index) => {
        const { start, end } = file.lines.at(index);
        return { offset: start, length: end - start, text: `  ${MASK}` };
      }),
    ])
  );
}

/** Whether `text` can be the serial number or the ARN of an MFA device. */
export function isDevice(text: string): boolean {
  return DEVICE.test(text);
}

function mayBeShown(key: string, value: string): boolean {
  // On the lines that go on with a value, anything may have been pasted.
  return !value.includes("\n") && Object.hasOwn(SHAPES, key) &&
    SHAPES[key as PublicKey].test(value);
}

function readValue({ text, lines }: ParsedFile, property: Property): string {
  const value = text.slice(property.offset, property.offset + property.length);
  if (property.continuations.length === 0) return value;
  const continued = property.continuations.map((index) => {
    const { start, end } = lines.at(index);
    return trimBlanks(text, start, end);
  });
  return [value, ...continued].join("\n");
}

/** Whether nothing but blanks stands before `offset` on its line. */
function beginsLine(text: string, offset: number): boolean {
  const first = contentStart(text);
  let before = offset - 1;
  while (before >= first && isBlank(text.charCodeAt(before))) before--;
  return before < first || isTerminator(text.charCodeAt(before));
}

/** Where line `index` begins to say something, and where it ends. */
function contentOf(
  file: ParsedFile,
  index: number,
): { start: number; end: number; indented: boolean } {
  const line = file.lines.at(index);
  const first = index === 0 ? contentStart(file.text) : line.start;
  const start = skipBlanks(file.text, first, line.end);
  return { start, end: line.end, indented: start > first };
}

/**
 * Where the content that begins at `first` ends, trailing blanks and an inline
 * comment left out.
 */
function endOfContent(text: string, first: number, lineEnd: number): number {
  let end = lineEnd;
  for (let i = first + 1; i < lineEnd; i++) {
    if (isCommentMark(text.charCodeAt(i)) && isBlank(text.charCodeAt(i - 1))) {
      end = i;
      break;
    }
  }
  while (end > first && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

/** Where the name in a `[name]` stands. */
interface Header {
  readonly offset: number;
  readonly length: number;
  /** Whether nothing follows the bracket. */
  readonly plain: boolean;
}

/** The header in `[first, end)`, also where something follows the bracket. */
function readHeader(
  text: string,
  first: number,
  end: number,
): Header | undefined {
  if (text.charCodeAt(first) !== OPENING_BRACKET) return undefined;
  const plain = text.charCodeAt(end - 1) === CLOSING_BRACKET;
  const close = plain ? end - 1 : first + text.slice(first, end).indexOf("]");
  if (close < first) return undefined;
  return { offset: first + 1, length: close - first - 1, plain };
}

function skipBlanks(text: string, start: number, end: number): number {
  let position = start;
  while (position < end && isBlank(text.charCodeAt(position))) position++;
  return position;
}

function lowerCase(key: string): string {
  // Of ASCII only: other letters may be halves of a character in UTF-8.
  return /[A-Z]/.test(key)
    ? key.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : key;
}

function isCommentMark(character: number): boolean {
  return character === HASH || character === SEMICOLON;
}

/** Whether line `index` is neither blank nor a comment. */
export function saysSomething(file: ParsedFile, index: number): boolean {
  const { start, end } = file.lines.at(index);
  return /^[^#;]/.test(trimBlanks(file.text, start, end));
}

/** What ends line `index`; empty if nothing does. */
export function terminatorOf(file: ParsedFile, index: number): string {
  const { end, next } = file.lines.at(index);
  return file.text.slice(end, next);
}
