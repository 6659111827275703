// Reasons to refuse a name or a managed block, and their messages.
import { type Hint, UpdstsError } from "../errors.ts";
import {
  hasToken,
  isLongTerm,
  type ManagedBlock,
  type ParsedFile,
  type Section,
  valuesOf,
} from "./parse.ts";
import { type Outcome, sectionsBegunBy } from "./read_alike.ts";
import {
  BLANKS,
  decodeText,
  indentOf,
  lastFilledLine,
  linesWith,
  lineText,
  saysSomething,
  terminatorOf,
  trim,
} from "./text.ts";

const OTHER_NAME: Hint = ({ sessionProfile }) =>
  `choose another name with ${sessionProfile}; nothing was changed`;

/**
 * Refuses a name that a header cannot hold or the SDKs misread; the message calls it `what`.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export function assertProfileName(name: string, what: string): void {
  refuseName(
    flawInName(name),
    what,
    "give the name as it is written between [ and ] in the credentials file",
  );
}

/**
 * Refuses a name for a session that programs would read differently.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export function assertSessionName(name: string): void {
  // Go's parser ends a header there, and adds the keys to the profile above.
  const reason = /[#;]/.test(name)
    ? `${JSON.stringify(name)} holds # or ;, where some programs end a header`
    : undefined;
  refuseName(
    flawInName(name) ?? reason,
    "the name for the session's profile",
    OTHER_NAME,
  );
}

function refuseName(
  reason: string | undefined,
  what: string,
  hint: Hint,
): void {
  if (reason === undefined) return;
  throw new UpdstsError("NAME_INVALID", `Cannot use ${what}: ${reason}`, {
    hint,
  });
}

function flawInName(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return "it holds a line end or another control character";
  }
  if (/[[\]]/.test(name)) return "it holds a square bracket";
  if (name !== trim(name)) return "it begins or ends with a space";
  // Programs read these as the start of a comment.
  if (/\s[#;]/.test(name)) return "it holds a space followed by # or ;";
  // The AWS SDK for JavaScript rejects the whole file for these.
  if (/^(profile )?__proto__$/.test(name)) return "the AWS SDKs reject it";
  return undefined;
}

/** @throws {UpdstsError} `NAME_TAKEN`, with the line, if a program sees a section of that name (one character a byte) besides `ours` */
export function assertNameFree(
  file: ParsedFile,
  ours: readonly Section[],
  name: string,
): void {
  const shown = decodeText(name);
  if (name === "DEFAULT") {
    throw nameTaken(
      shown,
      "the AWS CLI gives the keys of a section of that name to every profile",
    );
  }
  // Some programs trim names.
  const namedBy = (line: string) =>
    sectionsBegunBy(line).map((name) => trim(name));
  const names = namedBy(`[${shown}]`);
  // Some programs collapse spaces between words.
  const [word = name] = name.split(" ", 1);
  for (const index of linesWith(file, word)) {
    if (ours.some(({ line }) => line === index)) continue;
    const line = decodeText(lineText(file, index));
    const isTaken = line.includes("[") &&
      namedBy(line).some((found, program) =>
        found === shown || (found !== "" && found === names[program])
      );
    if (!isTaken) continue;
    throw nameTaken(
      shown,
      `line ${index + 1} already has a section of that name`,
      hasLongTerm(file, index) ? undefined : sectionLines(file, index),
    );
  }
}

/** A name that is in use, perhaps only on `lines`, which the user may delete. */
export function nameTaken(
  name: string,
  state: string,
  lines?: string,
): UpdstsError {
  return new UpdstsError(
    "NAME_TAKEN",
    `Cannot use the profile name ${
      JSON.stringify(name)
    } for the session: ${state}`,
    {
      hint: ({ sessionProfile }) =>
        `choose another name with ${sessionProfile}${
          lines === undefined ? "" : `, or delete ${lines}`
        }; nothing was changed`,
    },
  );
}

/** Whether the section on line `first` may hold a long-term key, which the hint must not tell the user to delete. */
function hasLongTerm(file: ParsedFile, first: number): boolean {
  const section = file.sections.find(({ line }) => line === first);
  if (section === undefined) return false;
  const values = valuesOf(file, section);
  return isLongTerm(file, section) ||
    (values.has("aws_access_key_id") && !hasToken(values));
}

/** Names the lines of the section or the block that `header` belongs to. */
function sectionLines(file: ParsedFile, header: number): string {
  const block = file.blocks.find(({ begin, end }) =>
    begin <= header && header <= end
  );
  const next = file.sections.find(({ line }) => line > header)?.line ??
    file.lines.length;
  const first = block?.begin ?? header;
  const last = block?.end ?? lastFilledLine(file, header, next);
  return last === first
    ? `line ${first + 1}`
    : `lines ${first + 1} to ${last + 1}`;
}

/** @throws {UpdstsError} `BLOCK_BROKEN` if damage concerns one of the profiles or sessions `names`, one character a byte */
export function assertUndamaged(
  file: ParsedFile,
  ...names: readonly string[]
): void {
  const [damage] = file.damageOf(...names);
  if (damage === undefined) return;
  throw brokenBlock(
    damage.message,
    damage.hint && `${damage.hint}; nothing was changed`,
  );
}

export function brokenBlock(
  problem: string,
  hint = "repair the tags in the credentials file; nothing was changed",
): UpdstsError {
  return new UpdstsError(
    "BLOCK_BROKEN",
    `Cannot update the managed block: ${problem}`,
    { hint },
  );
}

/** Names the likeliest reason why programs would misread the block. */
export function unreadableBlock(
  file: ParsedFile,
  block: ManagedBlock | undefined,
  { problem = "", start, end }: Outcome,
): UpdstsError {
  const first = file.lines.indexAt(start);
  const last = Math.min(file.lines.indexAt(end, first), file.lines.length - 1);
  const odd = indices(first, last).find((line) => {
    const content = decodeText(lineText(file, line));
    return trim(content, BLANKS) !== trim(content);
  });
  const causes: Cause[] = [
    [
      odd,
      ", on which programs disagree about white space",
      PLAIN_LINES,
    ],
    ...(block === undefined ? [] : causesIn(file, block, last)),
  ];
  const [line, what, hint] = causes.find(([line]) => line !== undefined) ??
    [undefined, "", PLAIN_LINES];
  return brokenBlock(
    line === undefined
      ? `${problem} (lines ${first + 1} to ${last + 1})`
      : `line ${line + 1}${what}: ${problem}`,
    `${hint}; nothing was changed`,
  );
}

const PLAIN_LINES =
  "make the lines around the block plain, each a header, a key or a " +
  "comment that begins at its start";

type Cause = readonly [line: number | undefined, what: string, hint: string];

/** Lines from `block` to the next header that programs read differently, the likeliest first. */
function causesIn(
  file: ParsedFile,
  { begin, end, section }: ManagedBlock,
  last: number,
): Cause[] {
  const { text, lines } = file;
  const following = file.sections.filter(({ line }) =>
    line > end && line <= last
  );
  const headers = section === undefined ? following : [section, ...following];
  const isLonger = ({ line, name, nameOffset }: Section) =>
    !/^(?:[ \t\v\f]*|[ \t\v\f]+[#;].*)$/s.test(
      text.slice(nameOffset + name.length + 1, lines.at(line).end),
    );
  const says = (line: number) => saysSomething(file, line);
  const indented = (line: number) => indentOf(file, line) > 0;
  const tail = indices(end + 1, (following[0]?.line ?? last + 1) - 1).filter(
    says,
  );
  const place = section === undefined
    ? `the empty block of line ${begin + 1}`
    : `the end of the block on line ${end + 1}`;
  const stray = `, after ${place}, would belong to another section`;
  const move = "move that line into a section of its own, or remove it";
  const lone = (line: number) => terminatorOf(file, line) === "\r";
  return [
    [
      headers.find(({ line }) => indented(line))?.line,
      " is an indented header, which the AWS CLI reads as part of the key " +
      "before it",
      "remove its indentation",
    ],
    [
      headers.find(isLonger)?.line,
      " has text after the bracket: some programs, but not the AWS CLI, do " +
      "not read it as a header",
      "remove what follows the bracket",
    ],
    [tail.find(indented), stray, move],
    [
      // The AWS CLI compares its depth with that of the key above.
      indices(begin + 1, end - 1).findLast((line) =>
        says(line) && indented(line)
      ),
      " is indented, and not clearly a key of its own",
      "remove that line, or its indentation",
    ],
    [tail[0], stray, move],
    [
      indices(begin + 1, Math.min(end, lines.length - 1)).find((line) =>
        lone(line) !== lone(begin)
      ),
      ` does not end as line ${begin + 1} does: one of them has a lone CR`,
      "make the line ends of the block alike",
    ],
  ];
}

function indices(first: number, last: number): number[] {
  const length = Math.max(0, last - first + 1);
  return Array.from({ length }, (_, index) => first + index);
}
