// The edits that put a session into its managed block.
import type { Secret } from "../secret.ts";
import { UpdstsError } from "../errors.ts";
import {
  assertBlocksWhole,
  assertEndsAlike,
  assertHeaderSeen,
  assertKeysPlain,
  assertNameFree,
  assertNextHeaderSeen,
  assertTailHarmless,
  brokenBlock,
  tailOf,
} from "./block_refusals.ts";
import type { Edit } from "./edit.ts";
import { lineEnding, saysSomething, terminatorOf } from "./lines.ts";
import { type ManagedBlock, MARKER } from "./managed_block.ts";
import type { ParsedFile } from "./parsed_file.ts";
import { assertSessionName, encodeText } from "./profile_name.ts";
import type { Section } from "./sections.ts";

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
  const block = file.blockOf(key);
  assertNameFree(file, block, name);
  return block === undefined
    ? [appendedBlock(file, encodeText(key), name, values)]
    : blockEdits(file, block, name, values);
}

/**
 * Refuses a block that cannot be refreshed, whatever the session.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, with line numbers
 */
export function assertRefreshable(file: ParsedFile, block: ManagedBlock): void {
  const values = new Map(OWNED_KEYS.map((key) => [key, ""]));
  blockEdits(file, block, block.section?.name ?? "", values);
}

function blockEdits(
  file: ParsedFile,
  block: ManagedBlock,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit[] {
  assertEndsAlike(file, block);
  if (block.section === undefined) {
    return [filledBlock(file, block, name, values)];
  }
  return refreshedBlock(file, block, block.section, name, values);
}

/** The four keys that updsts owns, in the order in which they are written. */
const OWNED_KEYS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "expiration_datetime",
] as const;

function ownedValues(session: SessionValues): Map<string, string> {
  const owned: Readonly<Record<typeof OWNED_KEYS[number], string>> = {
    aws_access_key_id: session.accessKeyId,
    aws_secret_access_key: session.secretAccessKey.reveal(),
    aws_session_token: session.sessionToken.reveal(),
    expiration_datetime: session.expiration,
  };
  const values = new Map(OWNED_KEYS.map((key) => [key, owned[key]]));
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

function appendedBlock(
  file: ParsedFile,
  key: string,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit {
  const eol = lineEnding(file.text, file.lines);
  const unfinished = !/^$|[\r\n]$/.test(file.text);
  const block = [
    `# \${{{ key=${key} ${MARKER}`,
    ...sectionLines(name, values),
    `# $}}} ${MARKER}`,
  ];
  return {
    offset: file.text.length,
    length: 0,
    text: (unfinished ? eol : "") + block.map((line) => line + eol).join(""),
  };
}

function filledBlock(
  file: ParsedFile,
  block: ManagedBlock,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit {
  const stray = tailOf(file, block).find((line) => saysSomething(file, line));
  if (stray !== undefined) {
    throw brokenBlock(
      `line ${stray + 1}, behind the empty block of line ${block.begin + 1}, ` +
        "would fall into its new section",
      "move the block to the end of the file; nothing was changed",
    );
  }
  assertNextHeaderSeen(file, block);
  const { start } = file.lines.at(block.end);
  const eol = terminatorOf(file, block.begin);
  const text = sectionLines(name, values).map((line) => line + eol).join("");
  return { offset: start, length: 0, text };
}

function refreshedBlock(
  file: ParsedFile,
  block: ManagedBlock,
  section: Section,
  name: string,
  values: ReadonlyMap<string, string>,
): Edit[] {
  if (!section.plain) {
    throw brokenBlock(
      `line ${section.line + 1} goes on behind the bracket, so that some ` +
        "programs take it for no header",
    );
  }
  assertHeaderSeen(file, section);
  const next = file.sections.find(({ line }) => line > block.end);
  if (next !== undefined) assertHeaderSeen(file, next);
  assertTailHarmless(file, block, section, values);
  assertKeysPlain(file, block, section, values);

  const edits: Edit[] = [{
    offset: section.nameOffset,
    length: section.name.length,
    text: name,
  }];
  const missing = new Map(values);
  for (const property of section.properties) {
    if (property.line > block.end) break;
    const value = values.get(property.key);
    if (value === undefined) continue;
    missing.delete(property.key);
    edits.push({
      offset: property.offset,
      length: property.length,
      text: property.length === 0 ? ` ${value}` : value,
    });
    for (const index of property.continuations) {
      const { start, next } = file.lines.at(index);
      edits.push({ offset: start, length: next - start, text: "" });
    }
  }
  if (missing.size > 0) {
    assertNextHeaderSeen(file, block);
    const eol = terminatorOf(file, section.line);
    // Behind all that says something, so that no line that stands there is
    // read as the continuation of one that came in before it.
    let lastLine = block.end - 1;
    while (!saysSomething(file, lastLine)) lastLine--;
    edits.push({
      offset: file.lines.at(lastLine + 1).start,
      length: 0,
      text: propertyLines(missing).map((line) => line + eol).join(""),
    });
  }
  return edits;
}

function sectionLines(
  name: string,
  values: ReadonlyMap<string, string>,
): string[] {
  return [`[${name}]`, ...propertyLines(values)];
}

function propertyLines(values: ReadonlyMap<string, string>): string[] {
  return Array.from(values, ([key, value]) => `${key} = ${value}`);
}
