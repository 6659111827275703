// Reads a credentials or config file as the AWS SDKs do, keeping every position.
import { MASK, Secret } from "../secret.ts";
import type { Edit } from "./edit.ts";
import {
  contentStart,
  isBlank,
  type Line,
  splitLines,
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
export interface Section {
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
  /** In file order. */
  readonly properties: Property[];
}

/** The text of a file (one character a byte) and what stands where in it. */
export interface ParsedFile {
  /** The whole text. */
  readonly text: string;
  /** Its lines; indices elsewhere count in these. */
  readonly lines: readonly Line[];
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
  | "sts.endpoint_url";
/** A key whose value is handed out as a {@linkcode Secret} only. */
export type SecretKey = "aws_secret_access_key" | "aws_session_token";

/**
 * What the values of these keys look like. A secret that was pasted under the
 * wrong key does not, and is masked.
 */
const SHAPES: Readonly<Record<PublicKey, RegExp>> = {
  aws_access_key_id: /^[A-Z0-9_]{16,128}$/,
  mfa_device_arn: /^(?:arn:\S+|[\w+=,.@-]{9,32})$/,
  mfa_serial: /^(?:arn:\S+|[\w+=,.@-]{9,32})$/,
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
};

const HASH = 0x23;
const SEMICOLON = 0x3b;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

/** Reads `text`, the bytes of a file with one character each. Never fails. */
export function parseFile(text: string): ParsedFile {
  const lines = splitLines(text);
  const sections: Section[] = [];
  let section: Section | undefined;
  let property: OpenProperty | undefined;
  let continuations: number[] = [];
  // The key of an empty value, under which indented properties nest.
  let parent: string | undefined;

  const equalsSigns = new Finder(text, "=");
  const colons = new Finder(text, ":");
  const hashes = new Finder(text, "#");
  const semicolons = new Finder(text, ";");

  for (let index = 0; index < lines.length; index++) {
    const line = lineOf(lines, index);
    const start = index === 0 ? contentStart(text) : line.start;
    const first = skipBlanks(text, start, line.end);
    if (first === line.end || isCommentMark(text.charCodeAt(first))) continue;
    const indented = first > start;
    const end = endOfContent(
      text,
      first,
      line.end,
      hashes.within(first, line.end) || semicolons.within(first, line.end),
    );
    const equals = equalsSigns.find(first, end);
    const colon = colons.find(first, end);

    const header = readHeader(text, first, end);
    if (header !== undefined) {
      section = {
        name: text.slice(header.offset, header.offset + header.length),
        nameOffset: header.offset,
        line: index,
        plain: text.charCodeAt(end - 1) === CLOSING_BRACKET,
        properties: [],
      };
      sections.push(section);
      property = parent = undefined;
      continue;
    }
    if (section === undefined) continue;

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
    if (separator === -1 || separator === first) {
      property = undefined;
      continue;
    }

    const name = lowerCase(trimBlanks(text, first, separator));
    let offset = skipBlanks(text, separator + 1, end);
    const length = end - offset;
    if (length === 0) offset = separator + 1;
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
    section.properties.push(property);
  }
  return { text, lines, sections };
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
        const { start, end } = lineAt(file, index);
        return { offset: start, length: end - start, text: `  ${MASK}` };
      }),
    ])
  );
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
    const line = lines[index];
    if (line === undefined) return "";
    return trimBlanks(text, line.start, line.end);
  });
  return [value, ...continued].join("\n");
}

/**
 * Finds a character again and again, at places that never go back. What was
 * found is kept until it is passed, so all of it together reads a text once,
 * and natively.
 */
class Finder {
  readonly #text: string;
  readonly #character: string;
  #next: number;

  constructor(text: string, character: string) {
    this.#text = text;
    this.#character = character;
    this.#next = text.indexOf(character);
  }

  /** Where the character first is in `[start, end)`; else -1. */
  find(start: number, end: number): number {
    if (this.#next !== -1 && this.#next < start) {
      this.#next = this.#text.indexOf(this.#character, start);
    }
    return this.#next < end ? this.#next : -1;
  }

  /** Whether the character is in `[start, end)`. */
  within(start: number, end: number): boolean {
    return this.find(start, end) !== -1;
  }
}

/**
 * Where the content that begins at `first` ends, trailing blanks and an inline
 * comment left out; `marked` is whether a comment's mark is anywhere in it.
 */
function endOfContent(
  text: string,
  first: number,
  lineEnd: number,
  marked: boolean,
): number {
  let end = lineEnd;
  for (let i = first + 1; marked && i < lineEnd; i++) {
    if (isCommentMark(text.charCodeAt(i)) && isBlank(text.charCodeAt(i - 1))) {
      end = i;
      break;
    }
  }
  while (end > first && isBlank(text.charCodeAt(end - 1))) end--;
  return end;
}

/** The name in a `[name]`, also where something follows the bracket. */
function readHeader(
  text: string,
  first: number,
  end: number,
): { offset: number; length: number } | undefined {
  if (text.charCodeAt(first) !== OPENING_BRACKET) return undefined;
  let close = end - 1;
  if (text.charCodeAt(close) !== CLOSING_BRACKET) {
    close = first + text.slice(first, end).indexOf("]");
    if (close < first) return undefined;
  }
  return { offset: first + 1, length: close - first - 1 };
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
  const { start, end } = lineAt(file, index);
  return /^[^#;]/.test(trimBlanks(file.text, start, end));
}

/** Line `index` of `file`. */
export function lineAt(file: ParsedFile, index: number): Line {
  return lineOf(file.lines, index);
}

function lineOf(lines: readonly Line[], index: number): Line {
  const line = lines[index];
  if (line === undefined) throw new RangeError(`No line ${index + 1}`);
  return line;
}

/** What ends line `index`; empty if nothing does. */
export function terminatorOf(file: ParsedFile, index: number): string {
  const { end, next } = lineAt(file, index);
  return file.text.slice(end, next);
}
