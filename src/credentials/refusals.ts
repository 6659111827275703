// What is refused about a name or a managed block, and in which words.
import { UpdstsError } from "../errors.ts";
import type { ManagedBlock, ParsedFile, Section } from "./parse.ts";
import { PROGRAMS } from "./read_alike.ts";
import {
  BLANKS,
  decodeText,
  indentOf,
  lineText,
  saysSomething,
  terminatorOf,
  trim,
} from "./text.ts";

/**
 * Refuses a name that no section header can hold, or that the AWS SDKs would
 * read as something else. `what` names the parameter for the message.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export function assertProfileName(name: string, what: string): void {
  refuseName(
    whyNoProfileName(name),
    what,
    "give the name as it stands between [ and ] in the credentials file",
  );
}

const OTHER_NAME = "choose another name with -sn; nothing was changed";

/**
 * Refuses a name for the session's profile that programs would read
 * differently in a header.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export function assertSessionName(name: string): void {
  // Go's parser and others cut a header there, and would read the session's
  // keys into the profile above.
  const reason = whyNoProfileName(name) ??
    (/[#;]/.test(name)
      ? `${JSON.stringify(name)} holds # or ;, where some programs end a header`
      : undefined);
  refuseName(reason, "the name for the session's profile", OTHER_NAME);
}

function refuseName(
  reason: string | undefined,
  what: string,
  hint: string,
): void {
  if (reason === undefined) return;
  throw new UpdstsError("NAME_INVALID", `Cannot use ${what}: ${reason}`, {
    hint,
  });
}

function whyNoProfileName(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return "it holds a line end or another control character";
  }
  if (/[[\]]/.test(name)) return "it holds a square bracket";
  if (name !== trim(name)) return "it begins or ends with a space";
  // Readers take a blank and one of these for the start of a comment.
  if (/\s[#;]/.test(name)) return "it holds a space followed by # or ;";
  // The AWS SDK for JavaScript rejects a whole file for these.
  if (/^(profile )?__proto__$/.test(name)) return "the AWS SDKs reject it";
  return undefined;
}

/**
 * Refuses a name (one character a byte) that a section has for any program,
 * those that are `ours` aside, or that stands for all.
 *
 * @throws {UpdstsError} `NAME_TAKEN`, with the line number
 */
export function assertNameFree(
  file: ParsedFile,
  ours: readonly Section[],
  name: string,
): void {
  const shown = decodeText(name);
  if (name === "DEFAULT") {
    throw new UpdstsError(
      "NAME_TAKEN",
      "Cannot use the profile name DEFAULT for the session: the AWS CLI gives " +
        "the keys of a section of that name to every profile",
      { hint: OTHER_NAME },
    );
  }
  // Some programs trim a name, some do not: one that is equal for either counts.
  const namedBy = (line: string) =>
    PROGRAMS.map(({ headerOf }) => trim(headerOf(line) ?? ""));
  const names = namedBy(`[${shown}]`);
  const taken = linesWith(file, name).find((index) =>
    !ours.some(({ line }) => line === index) &&
    namedBy(decodeText(lineText(file, index))).some((found, program) =>
      found === shown || (found !== "" && found === names[program])
    )
  );
  if (taken === undefined) return;
  throw new UpdstsError(
    "NAME_TAKEN",
    `Cannot use the profile name ${
      JSON.stringify(shown)
    } for the session: line ${taken + 1} already has a section of that name`,
    { hint: OTHER_NAME },
  );
}

/** Indices of the lines with `[` and, behind it, the first word of `name`. */
function linesWith({ text, lines }: ParsedFile, name: string): number[] {
  // Only that: there are programs for which all blanks between two are one.
  const [word = name] = name.split(" ", 1);
  const found: number[] = [];
  let line = 0;
  let position = text.indexOf(word);
  while (position !== -1) {
    line = lines.indexAt(position, line);
    const { start, next } = lines.at(line);
    if (text.slice(start, position).includes("[")) found.push(line);
    position = text.indexOf(word, next);
  }
  return found;
}

/**
 * Refuses a file with any broken tag.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`
 */
export function assertBlocksWhole({ brokenTags }: ParsedFile): void {
  const [problem] = brokenTags;
  if (problem !== undefined) throw brokenBlock(problem);
}

/** The error for a block that is not as it should be. */
export function brokenBlock(
  problem: string,
  hint = "mend the tags in the credentials file; nothing was changed",
): UpdstsError {
  return new UpdstsError(
    "BLOCK_BROKEN",
    `Cannot update the managed block: ${problem}`,
    { hint },
  );
}

/**
 * The error for edits after which programs would not read `[start, end)` as
 * they should, with the line that is most likely to be the cause.
 */
export function unreadableBlock(
  file: ParsedFile,
  block: ManagedBlock | undefined,
  owned: (key: string) => boolean,
  { problem, start, end }: {
    readonly problem: string;
    readonly start: number;
    readonly end: number;
  },
): UpdstsError {
  const first = file.lines.indexAt(start);
  const last = Math.min(file.lines.indexAt(end, first), file.lines.length - 1);
  for (let line = first; line <= last; line++) {
    const content = decodeText(lineText(file, line));
    if (trim(content, BLANKS) === trim(content)) continue;
    return brokenBlock(
      `line ${line + 1}, on which not all programs take the same for white ` +
        `space: ${problem}`,
      PLAIN_LINES,
    );
  }
  const cause = block && causeIn(file, block, last, owned);
  return cause === undefined
    ? brokenBlock(
      `${problem} (lines ${first + 1} to ${last + 1})`,
      PLAIN_LINES,
    )
    : brokenBlock(
      `line ${cause.line + 1}${cause.what}: ${problem}`,
      `${cause.hint}; nothing was changed`,
    );
}

const PLAIN_LINES =
  "make the lines around the block plain, each a header, a key or a " +
  "comment that begins at its start; nothing was changed";

interface Cause {
  readonly line: number;
  readonly what: string;
  readonly hint: string;
}

/** The line from `block` down to the next header that programs are most likely to read differently. */
function causeIn(
  file: ParsedFile,
  block: ManagedBlock,
  last: number,
  owned: (key: string) => boolean,
): Cause | undefined {
  const { begin, end, section } = block;
  const behind = file.sections.filter(({ line }) => line > end && line <= last);
  const [next] = behind;
  const headers = section === undefined ? behind : [section, ...behind];
  const hidden = headers.find(({ line }) => indentOf(file, line) > 0);
  if (hidden !== undefined) {
    return {
      line: hidden.line,
      what: " is an indented header, which the AWS CLI takes for a part of " +
        "the key before it",
      hint: "remove its indentation",
    };
  }
  const odd = headers.find(({ plain }) => !plain);
  if (odd !== undefined) {
    return {
      line: odd.line,
      what: " goes on behind the bracket, so that some programs do not take " +
        "it for a header",
      hint: "remove what follows the bracket",
    };
  }
  const keys = new Map(section?.properties.map(({ line, key }) => [line, key]));
  const tail = linesOf(end + 1, (next?.line ?? last + 1) - 1)
    .filter((line) => saysSomething(file, line));
  const stray = tail.find((line) =>
    indentOf(file, line) > 0 || owned(keys.get(line) ?? "")
  );
  // The last one: those above it set the depth that it is measured by.
  const indented = linesOf(begin + 1, end - 1).findLast((line) =>
    saysSomething(file, line) && indentOf(file, line) > 0
  );
  if (stray === undefined && indented !== undefined) {
    return {
      line: indented,
      what: " is indented, and not clearly a key of its own",
      hint: "remove that line, or its indentation",
    };
  }
  const moved = stray ?? tail[0];
  if (moved !== undefined) {
    const place = section === undefined
      ? `the empty block of line ${begin + 1}`
      : `the end of the block on line ${end + 1}`;
    return {
      line: moved,
      what: `, behind ${place}, would belong to another section`,
      hint: "move that line into a section of its own, or remove it",
    };
  }
  const ends = terminatorOf(file, begin);
  const other = linesOf(begin + 1, Math.min(end + 1, last)).find((line) => {
    const terminator = terminatorOf(file, line);
    return terminator !== "" && (terminator === "\r") !== (ends === "\r");
  });
  return other === undefined ? undefined : {
    line: other,
    what: ` does not end as line ${begin + 1} does: one of them ends with a ` +
      "lone CR",
    hint: "make the line ends of the block alike",
  };
}

function linesOf(first: number, last: number): number[] {
  const length = Math.max(0, last - first + 1);
  return Array.from({ length }, (_, index) => first + index);
}
