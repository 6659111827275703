// What `doctor` finds in the text of the credentials file, and of the config file.
import type { ParsedFile } from "../credentials/parse.ts";
import { whyAwsCliRefuses } from "../credentials/readers/aws_cli.ts";
import { assertRefreshable, flawsOf } from "../credentials/session_edits.ts";
import { decodeText, isUtf8 } from "../credentials/text.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { type Finding, ok, problem, problemOf, warning } from "./finding.ts";

const UTF8_BOM = "\xEF\xBB\xBF";

/** How the bytes are to be read, and what programs make of them. */
export function encodingFindings(
  { text }: ParsedFile,
  check = "encoding",
): Finding[] {
  if (/^(?:\xFF\xFE|\xFE\xFF)/.test(text)) {
    return [problem(
      check,
      "FILE_UNUSABLE",
      "the file is in UTF-16, which no AWS program reads",
      "save it as UTF-8",
    )];
  }
  const findings: Finding[] = [];
  if (text.startsWith(UTF8_BOM)) {
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
  for (const { end, next } of file.lines) {
    const terminator = file.text.slice(end, next);
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
  const { size } = new Set(file.sections.map(({ name }) => name));
  const refused = refusedByAwsCli(file, check);
  return refused.length > 0
    ? refused
    : [ok(check, `${size} ${size === 1 ? "profile" : "profiles"}`)];
}

/** What keeps programs from reading the config file at `path`, or what it says of a profile. */
export function configFindings(
  path: string,
  config: ParsedFile,
  credentials: ParsedFile | undefined,
): Finding[] {
  const check = "config";
  const bad = [
    ...encodingFindings(config, check).filter(({ status }) => status !== "ok"),
    ...refusedByAwsCli(config, check),
    ...bareHeaders(config, credentials, check),
  ];
  return bad.length === 0 ? [ok(check, path)] : bad.map((finding) => ({
    ...finding,
    message: `${path}: ${finding.message}`,
  }));
}

/** Sections that are no profile there, and have the name of one all the same. */
const NO_PROFILES =
  /^(?:default|DEFAULT|plugins|preview|toplevel|(?:profile|services|sso-session)[ \t].*)$/s;

/** Headers of the config file that were meant for a profile of the other one. */
function bareHeaders(
  { sections }: ParsedFile,
  credentials: ParsedFile | undefined,
  check: string,
): Finding[] {
  const profiles = new Set(credentials?.sections.map(({ name }) => name));
  const headers = new Set(sections.map(({ name }) => name));
  return sections.flatMap(({ name, line }) => {
    if (!profiles.has(name) || NO_PROFILES.test(name)) return [];
    const profile = decodeText(name);
    const header = `profile ${/[ \t]/.test(name) ? `"${profile}"` : profile}`;
    return [warning(
      check,
      `line ${
        line + 1
      }: the AWS CLI and most SDKs do not take [${profile}] for the profile`,
      headers.has(`profile ${name}`) || headers.has(`profile "${name}"`)
        ? `move its keys under [${header}]`
        : `head it [${header}]`,
    )];
  });
}

function refusedByAwsCli({ text }: ParsedFile, check: string): Finding[] {
  const refusal = whyAwsCliRefuses(
    // A byte order mark is a finding of its own.
    decodeText(text.replace(UTF8_BOM, "")),
  );
  return refusal === undefined ? [] : [unreadable(
    check,
    `line ${refusal.line}: ${refusal.reason}`,
    "mend that line",
  )];
}

/** What would keep a refresh from changing a managed block. */
export function blockFindings(file: ParsedFile): Finding[] {
  const check = "blocks";
  const { blocks, damage } = file;
  const broken = damage.map(({ message, hint = "mend the tags" }) =>
    problem(check, "BLOCK_BROKEN", message, hint)
  );
  const found = blocks.flatMap((block) => {
    if (file.damageOf(block.key).length > 0) return [];
    try {
      assertRefreshable(file, block);
      const { profile, sessionProfile, opened } = block;
      const isUnknown = !opened && profile === sessionProfile;
      const hint = isUnknown
        ? `name it in a refresh: updsts get PROFILE -sn ${shellQuoted(profile)}`
        : `run updsts get ${shellQuoted(profile)}, which mends it`;
      return flawsOf(file, block).map((flaw) => warning(check, flaw, hint));
    } catch (error) {
      return [problemOf(check, error)];
    }
  });
  const count = `${blocks.length} managed by updsts`;
  const all = [...broken, ...found];
  return all.length === 0 ? [ok(check, count)] : all;
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
