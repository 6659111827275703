// Findings of `doctor` about the credentials file and the config file.
import { type ParsedFile, parseFile } from "../credentials/parse.ts";
import { whyAwsCliRefusesFile } from "../credentials/readers/aws_cli.ts";
import { brokenBlock } from "../credentials/refusals.ts";
import { assertRefreshable, flawsOf } from "../credentials/session_edits.ts";
import { decodeText } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { FileFacts } from "../ports.ts";
import { awsCliWarning, flawWarning } from "../sessions/refresh_session.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import type { Report } from "./report.ts";

/** Checks the credentials file at `path`. */
export async function checkFile(
  report: Report,
  path: string,
  parsed: ParsedFile,
  facts: FileFacts | undefined,
): Promise<void> {
  if (facts === undefined) {
    return report.ok("file", `${path}, which the first session makes`);
  }
  const { text, blocks, sections } = parsed;
  const { realPath, mode = 0, inProfile, own, names, awsCliPath } = facts;
  const { size } = new Set(sections.map(({ name }) => name));
  const contents = [
    realPath === path ? path : `${path}, which is ${realPath}`,
    `${text.length} bytes`,
    text.includes("\r\n") ? "CRLF" : "LF",
    `profiles: ${size}`,
    `managed blocks: ${blocks.length}`,
  ];
  report.ok("file", contents.join(", "));
  if (inProfile === false) {
    report.warn(
      "access",
      "other users may have access outside of your user profile",
      "keep the file below %USERPROFILE%",
    );
  } else if ((mode & 0o077) !== 0) {
    const state = `mode ${mode.toString(8)}: ${othersMay(mode)} the file`;
    report.warn("access", state, `run chmod 600 ${shellQuoted(realPath)}`);
  } else report.ok("access", "other users have none");
  if (own === false) {
    report.warn(
      "owner",
      "the file does not belong to the owner of the home directory",
      "check who else writes to it",
    );
  }
  if (names > 1) {
    report.warn(
      "links",
      `the file has ${names} hard links: the others keep the old content`,
      "make them symbolic links",
    );
  }
  if (awsCliPath === realPath) report.ok("aws cli", "reads the same file");
  else {
    report.warn(
      "aws cli",
      `reads another file: ${awsCliPath ?? "one that is not there"}`,
      `run ${settingVariable("AWS_SHARED_CREDENTIALS_FILE", realPath)}`,
    );
  }
  if (text.includes("\0")) {
    report.warn(
      "contents",
      "the file holds NUL bytes: a disk or a program may have damaged it",
      "compare it with a backup",
    );
  }
  for (const { line, name, properties } of sections) {
    if (name !== "DEFAULT" || properties.length === 0) continue;
    report.warn(
      "contents",
      `line ${
        line + 1
      }: the AWS CLI gives the keys of [DEFAULT] to every profile`,
      "move them into the profiles that need them",
    );
  }
  if (/\r(?!\n)/.test(text)) {
    report.warn(
      "line ends",
      "some lines end with a lone CR, which the SDKs do not take for an end",
      "save the file with LF line ends",
    );
  }
  // The check of the profiles refuses a file without profiles.
  if (size > 0) {
    await report.attempt("contents", () => assertReadable(path, text));
  }
  for (const { message, hint, names } of parsed.damage) {
    if (names.length > 0) report.fail("contents", brokenBlock(message, hint));
    else report.warn("contents", message, "remove that line");
  }
  for (const block of blocks) {
    const { key, profile, sessionProfile, opened } = block;
    if (parsed.damageOf(key).length > 0) continue;
    await report.attempt("contents", () => {
      assertRefreshable(parsed, block);
      const isKnown = opened || profile !== sessionProfile;
      const get = `updsts get PROFILE -sn ${shellQuoted(profile)}`;
      for (const flaw of flawsOf(parsed, block)) {
        const warning = flawWarning(path, flaw, "the next");
        if (isKnown) report.warn("contents", warning);
        else report.warn("contents", flaw, `name it in a refresh: ${get}`);
      }
    });
  }
}

/** What other users can do, by the permission bits. */
function othersMay(mode: number): string {
  const who = (mode & 0o007) === 0 ? "users in its group" : "other users";
  const allowed = ["read", "write", "run"]
    .filter((_, bit) => (mode & (0o044 >> bit)) !== 0);
  return `${who} can ${allowed.join(" and ")}`;
}

/** @throws {UpdstsError} `FILE_UNUSABLE` with the message of `get` if the AWS CLI refuses `text` */
function assertReadable(path: string, text: string): void {
  const reason = whyAwsCliRefusesFile(text);
  if (reason === undefined) return;
  throw new UpdstsError("FILE_UNUSABLE", awsCliWarning(path, reason));
}

/** Checks the config file; `path` is that of the credentials file. */
export function checkConfig(
  report: Report,
  file: { readonly path: string; readonly text: string } | undefined,
  path: string,
  credentials: ParsedFile | undefined,
): void {
  const check = "config";
  report.ok(check, file?.path ?? "not found, and not needed");
  // One file that is both is checked already.
  if (file === undefined || file.path === path) return;
  const profiles = new Set(credentials?.sections.map(({ name }) => name));
  for (const { name, line } of parseFile(file.text).sections) {
    if (!profiles.has(name) || OTHER_SECTIONS.test(name)) continue;
    const profile = decodeText(name);
    const quote = /[ \t]/.test(name) ? '"' : "";
    const place = `${file.path}: line ${line + 1}`;
    report.warn(
      check,
      `${place}: the AWS CLI and most SDKs do not take [${profile}] for the profile`,
      `put its keys under [profile ${quote}${profile}${quote}]`,
    );
  }
  assertReadable(file.path, file.text);
}

/** Sections of a config file whose names may equal a profile's. */
const OTHER_SECTIONS =
  /^(?:default|DEFAULT|plugins|preview|toplevel|(?:profile|services|sso-session)[ \t].*)$/s;
