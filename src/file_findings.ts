// What `doctor` finds in the text of a credentials file.
import { refreshEdits } from "./credentials/refresh_edits.ts";
import { findManagedBlocks } from "./credentials/managed_block.ts";
import { decodeText } from "./credentials/profile_name.ts";
import {
  type ParsedFile,
  saysSomething,
  terminatorOf,
} from "./credentials/profiles.ts";
import { type Finding, ok, problem, problemOf, warning } from "./finding.ts";
import { REHEARSED } from "./session_plan.ts";

/** More line numbers than these help nobody. */
const MAX_LINES = 5;

/** How the bytes are to be read, and what programs make of them. */
export function encodingFindings({ text }: ParsedFile): Finding[] {
  const check = "encoding";
  if (/^(?:\xFF\xFE|\xFE\xFF)/.test(text)) {
    return [problem(
      check,
      "FILE_UNUSABLE",
      "the file is in UTF-16, which no AWS program reads",
      "save it as UTF-8",
    )];
  }
  const findings: Finding[] = [];
  if (text.startsWith("\xEF\xBB\xBF")) {
    findings.push(unreadable(
      check,
      "the file begins with a byte order mark",
      "save it as UTF-8 without one",
    ));
  }
  if (!isUtf8(text)) {
    findings.push(unreadable(
      check,
      "the file is not in UTF-8",
      "save it as UTF-8",
    ));
  }
  if (text.includes("\0")) {
    findings.push(warning(
      check,
      "the file holds NUL bytes: a disk or a program may have damaged it",
      "compare it with a backup",
    ));
  }
  return findings.length === 0 ? [ok(check, "UTF-8")] : findings;
}

/** Which line ends the file has. */
export function lineEndFindings(file: ParsedFile): Finding[] {
  const check = "line ends";
  const counts = new Map([["\n", 0], ["\r\n", 0], ["\r", 0]]);
  for (const index of file.lines.keys()) {
    const terminator = terminatorOf(file, index);
    counts.set(terminator, (counts.get(terminator) ?? 0) + 1);
  }
  const names = [["\n", "LF"], ["\r\n", "CRLF"], ["\r", "lone CR"]] as const;
  const used = names.flatMap(([terminator, name]) => {
    const count = counts.get(terminator) ?? 0;
    return count === 0 ? [] : [{ name, count }];
  });
  const [first, second] = used;
  if (used.some(({ name }) => name === "lone CR")) {
    return [warning(
      check,
      "some lines end with a lone CR, which the SDKs do not take for an end",
      "save the file with LF",
    )];
  }
  if (second === undefined) return [ok(check, first?.name ?? "none")];
  const shown = used.map(({ name, count }) => `${name} (${count})`).join(", ");
  return [ok(check, `mixed: ${shown}; all of them are kept`)];
}

/** What keeps the AWS CLI from reading the file at all. */
export function sectionFindings(file: ParsedFile): Finding[] {
  const check = "sections";
  const findings = [
    ...duplicates(file).map(({ what, lines }) =>
      unreadable(
        check,
        `${what} stands on ${lineNumbers(lines)}`,
        "make one of them",
      )
    ),
  ];
  const stray = strayLines(file);
  if (stray.length > 0) {
    findings.push(unreadable(
      check,
      `${lineNumbers(stray)}: neither a header nor a key of a section`,
      "make a comment of it, or remove it",
    ));
  }
  const { size } = new Set(file.sections.map(({ name }) => name));
  const sections = `${size} ${size === 1 ? "profile" : "profiles"}`;
  return findings.length === 0 ? [ok(check, sections)] : findings;
}

/** What would keep a refresh from changing a managed block. */
export function blockFindings(file: ParsedFile): Finding[] {
  const check = "blocks";
  const { blocks, problems } = findManagedBlocks(file);
  if (problems.length > 0) {
    return problems.map((message) =>
      problem(check, "BLOCK_BROKEN", message, "mend the tags")
    );
  }
  const refused = blocks.flatMap(({ key, section }) => {
    const profile = decodeText(key);
    const name = section === undefined
      ? `${profile}_sts`
      : decodeText(section.name);
    try {
      refreshEdits(file, profile, name, REHEARSED);
      return [];
    } catch (error) {
      return [problemOf(check, error)];
    }
  });
  const count = `${blocks.length} managed by updsts`;
  return refused.length === 0 ? [ok(check, count)] : refused;
}

/** Something that the AWS CLI refuses, all of the file with it. */
function unreadable(check: string, message: string, hint: string): Finding {
  return problem(
    check,
    "FILE_UNUSABLE",
    `${message}: the AWS CLI refuses such a file`,
    hint,
  );
}

/** Sections of one name, and keys that one section has twice. */
function duplicates(
  file: ParsedFile,
): { readonly what: string; readonly lines: readonly number[] }[] {
  const places = new Map<string, number[]>();
  const note = (what: string, line: number) => {
    const lines = places.get(what);
    if (lines === undefined) places.set(what, [line]);
    else lines.push(line);
  };
  for (const { name, line, properties } of file.sections) {
    const header = `[${decodeText(name)}]`;
    note(`section ${header}`, line);
    for (const property of properties) {
      if (property.indented) continue;
      note(
        `a key of ${header} (line ${line + 1})${"\0"}${property.key}`,
        property.line,
      );
    }
  }
  return Array.from(places, ([what, lines]) => ({
    // The key itself stays out: a secret wrapped over two lines reads as one.
    what: what.split("\0", 1)[0] ?? what,
    lines,
  })).filter(({ lines }) => lines.length > 1);
}

/** Lines that are no part of what a reader takes from the file. */
function strayLines(file: ParsedFile): number[] {
  const known = new Set<number>();
  for (const { line, properties } of file.sections) {
    known.add(line);
    for (const property of properties) {
      known.add(property.line);
      for (const continuation of property.continuations) {
        known.add(continuation);
      }
    }
  }
  return Array.from(file.lines.keys()).filter((index) =>
    !known.has(index) && saysSomething(file, index)
  );
}

/** `line 3`, `lines 3, 7 and 9`; only counted if there are many. */
function lineNumbers(indices: readonly number[]): string {
  const shown = indices.slice(0, MAX_LINES).map((index) => String(index + 1));
  const hidden = indices.length - shown.length;
  const last = hidden === 0 ? shown.pop() : `${hidden} more`;
  return shown.length === 0
    ? `line ${last}`
    : `lines ${shown.join(", ")} and ${last}`;
}

function isUtf8(text: string): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    );
    return true;
  } catch {
    return false;
  }
}
