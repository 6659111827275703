// Edits that write a session into its managed block, and edits that remove a block.
import { UpdstsError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import {
  EXPIRY_OWNER,
  OWNED,
  OWNED_KEYS,
  parseTimestamp,
  SAME_KEYS,
  unquoted,
} from "./keys.ts";
import {
  CLOSING_TAG,
  type ManagedBlock,
  MARKER,
  type ParsedFile,
  parseFile,
  type Property,
  readValue,
  valuesOf,
} from "./parse.ts";
import { type IntendedChange, readAfter } from "./read_alike.ts";
import {
  assertNameFree,
  assertSessionName,
  assertUndamaged,
  unreadableBlock,
} from "./refusals.ts";
import {
  applyEdits,
  cutLines,
  type Edit,
  encodeText,
  indentOf,
  lastFilledLine,
  lineEnding,
  lineText,
  terminatorOf,
  trim,
  trimEnd,
} from "./text.ts";

/** A session to write. */
export interface SessionValues {
  /** The access key ID. */
  readonly accessKeyId: string;
  /** The secret access key. */
  readonly secretAccessKey: Secret;
  /** The session token. */
  readonly sessionToken: Secret;
  /** ISO 8601, local time with its offset, whole seconds. */
  readonly expiration: string;
  /** Whether to add `expiration_key_id`; one that exists is updated anyway. */
  readonly marksExpiry?: boolean;
  /** Region to write into a new section; an existing section keeps its own. */
  readonly region?: string | undefined;
}

type Values = ReadonlyMap<string, string>;

/** The values that a refresh writes, one character a byte. */
interface Refresh {
  readonly key: string;
  readonly name: string;
  readonly owned: Values;
  readonly region?: string | undefined;
}

/**
 * Writes `session` as `[sectionName]` into the block of profile `key`, or appends a block.
 *
 * @throws {UpdstsError} `NAME_INVALID`, `BLOCK_BROKEN` or `NAME_TAKEN` (with line numbers),
 * `STS_ANSWER_INVALID` if a value does not fit on one line
 */
export function refreshEdits(
  file: ParsedFile,
  key: string,
  sectionName: string,
  session: SessionValues,
): Edit[] {
  assertSessionName(sectionName);
  const refresh = {
    key: encodeText(key),
    name: encodeText(sectionName),
    owned: ownedValues(session),
    region: session.region,
  };
  const { name } = refresh;
  assertUndamaged(file, refresh.key, name);
  const found = file.blockOf(key, sectionName);
  // A header of that name above the tag belongs to the block.
  const header = found?.above?.name === name ? found.above : undefined;
  const block = found && { ...found, section: found.section ?? header };
  const ours = [block?.section, block?.leftover]
    .filter((section) => section !== undefined);
  assertNameFree(file, ours, name);
  return lastingEdits(file, block, refresh);
}

/** @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers, if a session cannot be written into `block` */
export function assertRefreshable(file: ParsedFile, block: ManagedBlock): void {
  const { key, section } = block;
  const owned = new Map(OWNED_KEYS.map((key) => [key, "x"]));
  lastingEdits(file, block, {
    key,
    name: section?.name ?? `${key}_sts`,
    owned,
  });
}

/**
 * Removes `block` and the session's keys after it. Other keys after it become
 * comments, since they would belong to the profile above; the lines between the
 * opening tag and the header do belong to it, and stay.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers
 */
export function removeEdits(file: ParsedFile, block: ManagedBlock): Edit[] {
  const following = propertiesAfter(file, block);
  const owned = following.filter(({ key }) => OWNED.has(key));
  const commented = following.filter(({ key }) => !OWNED.has(key))
    .flatMap(({ line, continuations }) => [line, ...continuations])
    .map((line) => insertion(contentOffset(file, line), "# "));
  const edits = [...cutBlock(file, block, owned), ...commented];
  const outcome = readAfter(file, edits, { former: block.section?.name });
  if (outcome.problem === undefined) return edits;
  throw unreadableBlock(file, block, outcome);
}

/** Removes `block` and the properties `following` it, without a check of what programs read then. */
export function cutBlock(
  file: ParsedFile,
  block: ManagedBlock,
  following = propertiesAfter(file, block),
): Edit[] {
  const { begin, end, closed, section, leftover } = block;
  if (section === undefined) {
    return [cutLines(file, begin), cutLines(file, end)];
  }
  const first = Math.min(begin, section.line, leftover?.line ?? begin);
  const last = closed ? end : end - 1;
  return [
    ...section.line <= begin + 1
      ? [cutLines(file, first, last)]
      : [cutLines(file, first, begin), cutLines(file, section.line, last)],
    ...following.map((property) => cutProperty(file, property)),
  ];
}

/** Flaws of `block` that the next refresh fixes, each a clause with its line number (from 1). */
export function flawsOf(file: ParsedFile, block: ManagedBlock): string[] {
  const { begin, end, opened, closed, section } = block;
  const flaws: string[] = [];
  const note = (line: number, flaw: string) =>
    flaws.push(`line ${line + 1} ${flaw}`);
  if (!opened) {
    note(begin, "begins a session whose tags another program has removed");
  } else if (!closed) {
    note(begin, "begins a block whose closing tag another program has removed");
  }
  const refused = "for which some programs refuse the whole file";
  for (const line of [...(opened ? [begin] : []), ...(closed ? [end] : [])]) {
    if (indentOf(file, line) > 0) note(line, `is an indented tag, ${refused}`);
  }
  if (closed && terminatorOf(file, end) === "") {
    note(end, `is a closing tag without a line end, ${refused}`);
  }
  for (const { line } of propertiesAfter(file, block)) {
    note(line, "belongs to the session, and follows its block");
  }
  const found =
    section?.properties.filter(({ key, length }) =>
      length > 0 && OWNED.has(key)
    ) ?? [];
  const lacking = new Set<string>(OWNED_KEYS);
  for (const property of found) {
    lacking.delete(property.key);
    const value = readValue(file, property);
    if (unquoted(value) === value) continue;
    note(
      property.line,
      "has quotes, which most programs read as part of the value",
    );
  }
  if (section !== undefined && found.length > 0 && lacking.size > 0) {
    note(
      section.line,
      `begins a session that lacks ${[...lacking].join(", ")}`,
    );
  }
  return flaws;
}

/** Properties of the block's section that another program wrote after the closing tag. */
function propertiesAfter(
  { blocks }: ParsedFile,
  { end, closed, section }: ManagedBlock,
): readonly Property[] {
  const following =
    section?.properties.filter(({ line }) =>
      closed ? line > end : line >= end
    ) ?? [];
  if (following.length === 0) return following;
  const next = blocks.find(({ opened, begin }) => opened && begin >= end);
  return following.filter(({ line, continuations }) =>
    (continuations.at(-1) ?? line) < (next?.begin ?? Infinity)
  );
}

function cutProperty(
  file: ParsedFile,
  { line, continuations }: Property,
): Edit {
  return cutLines(file, line, continuations.at(-1) ?? line);
}

/** @throws {UpdstsError} `STS_ANSWER_INVALID` if a value does not fit on one line */
function ownedValues(session: SessionValues): Values {
  const values = new Map([
    ["aws_access_key_id", session.accessKeyId],
    ["aws_secret_access_key", session.secretAccessKey.reveal()],
    ["aws_session_token", session.sessionToken.reveal()],
    ["expiration_datetime", session.expiration],
  ]);
  if (session.marksExpiry) values.set(EXPIRY_OWNER, session.accessKeyId);
  for (const [key, value] of values) {
    // AWS issues only these; others could end the line or begin a comment.
    if (!/^[A-Za-z0-9+/=_.:~-]+$/.test(value)) {
      throw new UpdstsError(
        "STS_ANSWER_INVALID",
        `Cannot write the session: STS gave a value for ${key} that no credentials file can hold`,
        {
          hint: ({ verbose }) =>
            `check which endpoint answered (${verbose}); nothing was changed`,
        },
      );
    }
  }
  return values;
}

/** Formats `expiration` like `current`: aws-mfa writes UTC without a zone, saml2aws and prompts read RFC 3339. */
function expiryLike(current: string, expiration: string): string {
  const time = parseTimestamp(expiration);
  const [, separator, zone] =
    /^\d{4}-\d\d-\d\d([T ])[\d:.]+(Z|[+-][\d:]+)?$/.exec(current) ?? [];
  if (time === undefined || separator === undefined) return expiration;
  const utc = zone === undefined || zone === "Z";
  return (utc ? `${time.toISOString().slice(0, 19)}${zone ?? ""}` : expiration)
    .replace("T", separator);
}

/** Edits that programs read correctly now and after the next refresh. */
function lastingEdits(
  file: ParsedFile,
  block: ManagedBlock | undefined,
  refresh: Refresh,
): Edit[] {
  const { edits, change } = planned(file, block, refresh);
  const outcome = readAfter(file, edits, change);
  const problem = outcome.problem ??
    nextProblem(parseFile(outcome.text), refresh);
  if (problem === undefined) return edits;
  throw unreadableBlock(file, block, { ...outcome, problem });
}

/** Why the refresh after this one would fail. */
function nextProblem(file: ParsedFile, refresh: Refresh): string | undefined {
  const { key, owned } = refresh;
  const block = file.blocks.find((block) => block.key === key);
  const others = Array.from(
    owned,
    ([key, value]) => [key, `${value}x`] as const,
  );
  const next = planned(file, block, { ...refresh, owned: new Map(others) });
  const { problem } = readAfter(file, next.edits, next.change);
  if (problem !== undefined) return problem;
  // A line that was ignored before may be an owned key now.
  const same = planned(file, block, refresh).edits;
  const values = block?.section && valuesOf(file, block.section);
  const isLasting = applyEdits(file.text, same) === file.text &&
    [...owned].every(([key, value]) => values?.get(key) === value);
  return isLasting
    ? undefined
    : "updsts would read other keys as the session's";
}

/** The edits, and what they mean to change. */
function planned(
  file: ParsedFile,
  block: ManagedBlock | undefined,
  { key, name, owned, region }: Refresh,
): { edits: Edit[]; change: IntendedChange } {
  const section = block?.section;
  const values = new Map(owned);
  if (section === undefined && region !== undefined) {
    values.set("region", region);
  }
  for (const property of section?.properties ?? []) {
    const same = SAME_KEYS.get(property.key);
    const value = owned.get(same ?? "");
    if (value === undefined) continue;
    values.set(
      property.key,
      same === "expiration_datetime"
        ? expiryLike(readValue(file, property), value)
        : value,
    );
  }
  const edits = block === undefined
    ? [appendedBlock(file, key, name, values)]
    : joined([
      ...headerEdits(file, block, name),
      ...valueEdits(file, block, values),
      ...tagEdits(file, block),
    ]);
  const seenByAll = block === undefined ||
    terminatorOf(file, block.begin) !== "\r";
  const session = { name, values, seenByAll };
  return { edits, change: { former: section?.name, session } };
}

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
  const block = [
    openingTag(key),
    `[${name}]`,
    ...propertyLines(values),
    CLOSING_TAG,
  ];
  // Among other line ends, most programs ignore a lone CR.
  if (text !== "" && !text.endsWith("\n")) block.unshift("");
  // Some programs continue a line that ends in a backslash.
  const last = text === "" ? "" : lineText(file, file.lines.length - 1);
  if (trim(last).endsWith("\\")) block.unshift("");
  return insertion(text.length, block.map((line) => line + eol).join(""));
}

function openingTag(key: string): string {
  return `# \${{{ key=${key} ${MARKER}`;
}

/** Adds missing tags, and fixes indentation and a missing line end, for which some programs refuse the file. */
function tagEdits(file: ParsedFile, block: ManagedBlock): Edit[] {
  const { begin, end, opened, closed, key } = block;
  const eol = terminatorOf(file, begin);
  const unindented = (index: number): Edit => ({
    offset: contentOffset(file, index),
    length: indentOf(file, index),
    text: "",
  });
  const isUnfinished = closed && terminatorOf(file, end) === "";
  return [
    opened
      ? unindented(begin)
      : insertion(contentOffset(file, begin), openingTag(key) + eol),
    closed ? unindented(end) : insertion(startOf(file, end), CLOSING_TAG + eol),
    insertion(file.text.length, isUnfinished ? eol : ""),
  ].filter(({ length, text }) => length > 0 || text !== "");
}

function insertion(offset: number, text: string): Edit {
  return { offset, length: 0, text };
}

/** Offset of line `index`, after a byte order mark. */
function contentOffset(file: ParsedFile, index: number): number {
  return file.lines.at(index).end - lineText(file, index).length;
}

/** Offset of line `index`, or the end of the text after the last one. */
function startOf({ text, lines }: ParsedFile, index: number): number {
  return index < lines.length ? lines.at(index).start : text.length;
}

/** Renames the block's section, or adds a header after the opening tag. */
function headerEdits(
  file: ParsedFile,
  block: ManagedBlock,
  name: string,
): Edit[] {
  const { begin, end, section, leftover } = block;
  const eol = terminatorOf(file, begin);
  const header = (line: number) =>
    insertion(file.lines.at(line).start, `[${name}]${eol}`);
  if (section === undefined) return [header(end)];
  if (section.line < begin) {
    return [cutLines(file, section.line), header(begin + 1)];
  }
  return [
    { offset: section.nameOffset, length: section.name.length, text: name },
    ...(leftover === undefined ? [] : [cutLines(file, leftover.line)]),
  ];
}

/** Replaces the values in a block, and adds missing keys and those that follow the block. */
function valueEdits(
  file: ParsedFile,
  block: ManagedBlock,
  values: Values,
): Edit[] {
  const { begin, end, closed, section } = block;
  const edits: Edit[] = [];
  const missing = new Map(values);
  for (const property of section?.properties ?? []) {
    if (property.line >= end) break;
    const value = values.get(property.key);
    if (value === undefined) continue;
    missing.delete(property.key);
    edits.push(valueEdit(file, property, value));
    for (const index of property.continuations) {
      if (index < end) edits.push(cutLines(file, index));
    }
  }
  const eol = terminatorOf(file, begin);
  const moved = propertiesAfter(file, block).flatMap((property) => {
    const edit = cutProperty(file, property);
    edits.push(edit);
    if (values.has(property.key)) return [];
    const { offset, length } = edit;
    return [trimEnd(file.text.slice(offset, offset + length), "\r\n") + eol];
  });
  // The file may end with the last key.
  const isUnfinished = !closed && end === file.lines.length &&
    terminatorOf(file, end - 1) === "";
  const added = [
    ...(isUnfinished ? [eol] : []),
    ...propertyLines(missing).map((line) => line + eol),
    ...moved,
  ];
  if (added.length === 0) return edits;
  // After the last filled line, which would otherwise continue the new one.
  const last = section === undefined
    ? end - 1
    : lastFilledLine(file, begin, end);
  edits.push(insertion(startOf(file, last + 1), added.join("")));
  return edits;
}

/** Replaces a value, removes a comment after it, which programs read as part of it, and normalises the key. */
function valueEdit(
  { text, lines }: ParsedFile,
  { line, offset, length }: Property,
  value: string,
): Edit {
  const { start, end } = lines.at(line);
  const kept = /^ *$/.test(text.slice(offset + length, end));
  const key = text.slice(start, offset).toLowerCase().replace(":", "=")
    .replace(/[\v\f]/g, " ");
  return {
    offset: start,
    length: (kept ? offset + length : end) - start,
    text: key + (length === 0 ? " " : "") + value,
  };
}

/** Joins edits at one offset, insertions first. */
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
