// The edits that put a session into its managed block, and those that take a block out.
import { UpdstsError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import {
  type ManagedBlock,
  MARKER,
  type ParsedFile,
  parseFile,
  type Property,
  readValue,
} from "./parse.ts";
import { parseTimestamp } from "./profiles.ts";
import { type IntendedChange, readAfter } from "./read_alike.ts";
import {
  assertBlocksWhole,
  assertNameFree,
  assertSessionName,
  unreadableBlock,
} from "./refusals.ts";
import {
  applyEdits,
  BLANKS,
  cutLines,
  type Edit,
  encodeText,
  indentOf,
  lineEnding,
  lineText,
  saysSomething,
  terminatorOf,
  trim,
} from "./text.ts";

/** What STS gave, as it is written. */
export interface SessionValues {
  /** The session's own access key id. */
  readonly accessKeyId: string;
  /** Its secret access key. */
  readonly secretAccessKey: Secret;
  /** Its session token. */
  readonly sessionToken: Secret;
  /** ISO 8601, local time with its offset, whole seconds. */
  readonly expiration: string;
}

/** The four keys that updsts owns, in the order in which they are written. */
export const OWNED_KEYS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "expiration_datetime",
] as const;

/** What boto wrote, and botocore still prefers to `aws_session_token`. */
const OLD_TOKEN_KEY = "aws_security_token";

/**
 * Keys that say the same to other tools: kept current where they are, never
 * added. The last three are the expiry, which samtools reads as `expiry_time`.
 */
export const SAME_KEYS: readonly string[] = [
  OLD_TOKEN_KEY,
  "expiration",
  "x_security_token_expires",
  "expiry_time",
];

type Values = ReadonlyMap<string, string>;

/**
 * The edits that put `session` into the block of profile `key`, under the
 * section name `sectionName`; a block is appended if there is none yet.
 *
 * @throws {UpdstsError} `NAME_INVALID`; `BLOCK_BROKEN` or `NAME_TAKEN`, with line numbers;
 * `STS_ANSWER_INVALID` if a value could not stand on a line of its own.
 */
export function refreshEdits(
  file: ParsedFile,
  key: string,
  sectionName: string,
  session: SessionValues,
): Edit[] {
  assertSessionName(sectionName);
  assertBlocksWhole(file);
  const values = ownedValues(session);
  const name = encodeText(sectionName);
  const found = file.blockOf(key);
  // A header of that name above the tag of an empty block is its own.
  const header = found?.above?.name === name ? found.above : undefined;
  const block = found && { ...found, section: found.section ?? header };
  const ours = [block?.section, block?.leftover]
    .filter((section) => section !== undefined);
  assertNameFree(file, ours, name);
  return lastingEdits(file, encodeText(key), block, name, values);
}

/**
 * Refuses a block that cannot be refreshed, whatever the session.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers
 */
export function assertRefreshable(file: ParsedFile, block: ManagedBlock): void {
  const values = new Map<string, string>(OWNED_KEYS.map((key) => [key, "x"]));
  const name = block.section?.name ?? `${block.key}_sts`;
  lastingEdits(file, block.key, block, name, values);
}

/**
 * The edits that take `block` out: its tags, and its section with all that
 * stands in it. Lines between the opening tag and the header stay, for they
 * belong to the profile above.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers
 */
export function removeEdits(file: ParsedFile, block: ManagedBlock): Edit[] {
  const edits = cutBlock(file, block);
  const outcome = readAfter(file, edits, { former: block.section?.name });
  const { problem } = outcome;
  if (problem === undefined) return edits;
  throw unreadableBlock(file, block, () => true, { ...outcome, problem });
}

/** The edits of {@linkcode removeEdits}, whatever programs read afterwards. */
export function cutBlock(file: ParsedFile, block: ManagedBlock): Edit[] {
  const { begin, end, section } = block;
  if (section === undefined) {
    return [cutLines(file, begin), cutLines(file, end)];
  }
  const first = Math.min(begin, section.line, block.leftover?.line ?? begin);
  return section.line <= begin + 1
    ? [cutLines(file, first, end)]
    : [cutLines(file, first, begin), cutLines(file, section.line, end)];
}

/**
 * The values of the four keys.
 *
 * @throws {UpdstsError} `STS_ANSWER_INVALID` if one could not stand on a line
 * of its own
 */
function ownedValues(session: SessionValues): Values {
  const owned: Readonly<Record<typeof OWNED_KEYS[number], string>> = {
    aws_access_key_id: session.accessKeyId,
    aws_secret_access_key: session.secretAccessKey.reveal(),
    aws_session_token: session.sessionToken.reveal(),
    expiration_datetime: session.expiration,
  };
  const values = new Map<string, string>(
    OWNED_KEYS.map((key) => [key, owned[key]]),
  );
  for (const [key, value] of values) {
    // What AWS issues is letters, digits and these few signs. Anything else
    // could end the line, open a section, or be taken for a comment.
    if (!/^[A-Za-z0-9+/=_.:~-]+$/.test(value)) {
      throw new UpdstsError(
        "STS_ANSWER_INVALID",
        `Cannot write the session: STS gave a value for ${key} that no credentials file can hold`,
        { hint: "check which endpoint answered (-v 1); nothing was changed" },
      );
    }
  }
  return values;
}

/**
 * `expiration` (ISO 8601) in the form of `current`: aws-mfa writes UTC without
 * saying so, `2025-10-05 06:30:00`; saml2aws and prompts read RFC 3339, of
 * which UTC stays UTC.
 */
function expiryLike(current: string, expiration: string): string {
  const time = parseTimestamp(expiration);
  const [, separator, zone] =
    /^\d{4}-\d\d-\d\d([T ])[\d:.]+(Z|[+-][\d:]+)?$/.exec(current) ?? [];
  if (time === undefined || separator === undefined) return expiration;
  const utc = zone === undefined || zone === "Z";
  return (utc ? `${time.toISOString().slice(0, 19)}${zone ?? ""}` : expiration)
    .replace("T", separator);
}

/** Edits after which programs read the session, all else as before, and the same again after the next ones. */
function lastingEdits(
  file: ParsedFile,
  key: string,
  block: ManagedBlock | undefined,
  name: string,
  owned: Values,
): Edit[] {
  const { edits, change } = planned(file, key, block, name, owned);
  const outcome = readAfter(file, edits, change);
  let { problem } = outcome;
  if (problem === undefined) {
    const others = new Map(Array.from(owned, ([key, value]) => [
      key,
      `${value}x`,
    ]));
    const made = parseFile(outcome.made);
    const again = made.blocks.find((block) => block.key === key);
    const next = planned(made, key, again, name, others);
    problem = readAfter(made, next.edits, next.change).problem;
    // An indented key below an empty one is another key once that has a value.
    const same = planned(made, key, again, name, owned);
    if (applyEdits(made.text, same.edits) !== made.text) {
      problem ??= "updsts itself would read the session differently afterwards";
    }
  }
  if (problem === undefined) return edits;
  throw unreadableBlock(
    file,
    block,
    (key) => owned.has(key) || key === OLD_TOKEN_KEY,
    { ...outcome, problem },
  );
}

/** The edits, whatever programs read afterwards, and what they mean to change. */
function planned(
  file: ParsedFile,
  key: string,
  block: ManagedBlock | undefined,
  name: string,
  owned: Values,
): { edits: Edit[]; change: IntendedChange } {
  if (block === undefined) {
    const session = { name, values: owned, seenByAll: true };
    return {
      edits: [appendedBlock(file, key, name, owned)],
      change: { session },
    };
  }
  const { begin, end, section } = block;
  const values = new Map(owned);
  for (const property of section?.properties ?? []) {
    // A line behind the block is not updsts' to change. If it is a token,
    // programs would go on reading it, so this refresh is refused.
    if (!SAME_KEYS.includes(property.key)) continue;
    if (property.key === OLD_TOKEN_KEY) {
      values.set(property.key, owned.get("aws_session_token") ?? "");
    } else if (property.line < end) {
      const current = readValue(file, property);
      const expiration = owned.get("expiration_datetime") ?? "";
      values.set(property.key, expiryLike(current, expiration));
    }
  }
  return {
    edits: joined([
      ...mendedTags(file, block),
      ...headerEdits(file, block, name),
      ...valueEdits(file, block, values),
    ]),
    change: {
      former: section?.name,
      session: {
        name,
        values,
        seenByAll: terminatorOf(file, begin) !== "\r",
      },
    },
  };
}

/** A new block at the end of the file. */
function appendedBlock(
  file: ParsedFile,
  key: string,
  name: string,
  values: Values,
): Edit {
  const { text } = file;
  const eol = lineEnding(file);
  if (eol === "\r") {
    throw new UpdstsError(
      "FILE_UNUSABLE",
      "Cannot append the managed block: all lines of the file end with a lone " +
        "CR, and only the AWS CLI would see the session",
      {
        hint: "save the file with LF line ends (tr '\\r' '\\n' makes them); " +
          "nothing was changed",
      },
    );
  }
  // A lone CR ends no line for most programs, if other lines end otherwise.
  const unfinished = text !== "" && !text.endsWith("\n");
  // Some programs go on with such a line on the next one.
  const continued = text !== "" &&
    trim(lineText(file, file.lines.length - 1)).endsWith("\\");
  const block = [
    ...(unfinished ? [""] : []),
    ...(continued ? [""] : []),
    `# \${{{ key=${key} ${MARKER}`,
    `[${name}]`,
    ...propertyLines(values),
    `# $}}} ${MARKER}`,
  ];
  return {
    offset: text.length,
    length: 0,
    text: block.map((line) => line + eol).join(""),
  };
}

/** The tags without indentation and with their line ends, for which some programs refuse a whole file. */
function mendedTags(file: ParsedFile, { begin, end }: ManagedBlock): Edit[] {
  const edits: Edit[] = [begin, end].map((index) => ({
    offset: file.lines.at(index).end - lineText(file, index).length,
    length: indentOf(file, index),
    text: "",
  })).filter(({ length }) => length > 0);
  if (terminatorOf(file, end) === "") {
    const eol = terminatorOf(file, begin);
    edits.push({ offset: file.text.length, length: 0, text: eol });
  }
  return edits;
}

/** The header with another name: in the block's section, or behind the opening tag. */
function headerEdits(
  file: ParsedFile,
  block: ManagedBlock,
  name: string,
): Edit[] {
  const { begin, end, section, leftover } = block;
  const eol = terminatorOf(file, begin);
  const header = (line: number) => ({
    offset: file.lines.at(line).start,
    length: 0,
    text: `[${name}]${eol}`,
  });
  if (section === undefined) return [header(end)];
  if (section.line < begin) {
    return [cutLines(file, section.line), header(begin + 1)];
  }
  return [
    { offset: section.nameOffset, length: section.name.length, text: name },
    ...(leftover === undefined ? [] : [cutLines(file, leftover.line)]),
  ];
}

/** Other values for the keys in a block, and those that are missing at its end. */
function valueEdits(
  file: ParsedFile,
  { begin, end, section }: ManagedBlock,
  values: Values,
): Edit[] {
  const edits: Edit[] = [];
  const missing = new Map(values);
  for (const property of section?.properties ?? []) {
    if (property.line > end) break;
    const value = values.get(property.key);
    if (value === undefined) continue;
    missing.delete(property.key);
    edits.push(valueEdit(file, property, value));
    for (const index of property.continuations) {
      if (index < end) edits.push(cutLines(file, index));
    }
  }
  if (missing.size === 0) return edits;
  const eol = terminatorOf(file, begin);
  // Behind all that says something, so that no line that stands there is
  // read as the continuation of one that came in before it.
  let last = end - 1;
  if (section !== undefined) {
    while (last > begin && !saysSomething(file, last)) last--;
  }
  edits.push({
    offset: file.lines.at(last + 1).start,
    length: 0,
    text: propertyLines(missing).map((line) => line + eol).join(""),
  });
  return edits;
}

/**
 * Writes `value` in place. An inline comment behind it goes, which the AWS CLI
 * would read as a part of it; the key is spelt as all programs read it.
 */
function valueEdit(file: ParsedFile, property: Property, value: string): Edit {
  const { text, lines } = file;
  const { start, end } = lines.at(property.line);
  const valueEnd = property.offset + property.length;
  const commented = trim(text.slice(valueEnd, end), BLANKS) !== "";
  const key = text.slice(start, property.offset);
  const plainKey = key.toLowerCase().replace(":", "=");
  const offset = key === plainKey ? property.offset : start;
  return {
    offset,
    length: (commented ? end : valueEnd) - offset,
    text: (key === plainKey ? "" : plainKey) +
      (property.length === 0 ? ` ${value}` : value),
  };
}

/** `edits` with those at one place made one, what comes in first. */
function joined(edits: readonly Edit[]): Edit[] {
  const result: Edit[] = [];
  const ordered = edits.toSorted((a, b) =>
    a.offset - b.offset || a.length - b.length
  );
  for (const edit of ordered) {
    const before = result.at(-1);
    if (before?.offset === edit.offset && before.length === 0) {
      result[result.length - 1] = { ...edit, text: before.text + edit.text };
    } else result.push(edit);
  }
  return result;
}

function propertyLines(values: Values): string[] {
  return Array.from(values, ([key, value]) => `${key} = ${value}`);
}
