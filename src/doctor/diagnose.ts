// Use case: look at all that a refresh depends on, and say what is not in order.
import { type ParsedFile, parseFile } from "../credentials/parse.ts";
import { assertProfileName } from "../credentials/refusals.ts";
import type { DoctorPorts, FileFacts } from "../ports.ts";
import { factFindings, writingFinding } from "./fact_findings.ts";
import {
  blockFindings,
  configFindings,
  encodingFindings,
  lineEndFindings,
  sectionFindings,
} from "./file_findings.ts";
import { type Finding, ok, problemOf } from "./finding.ts";
import type { SessionFiles } from "../sessions/session_files.ts";
import { allProfilesFindings, profileFindings } from "./profile_findings.ts";
import { type Rehearsal, rehearseRefresh } from "./rehearsal.ts";
import { caFinding, Targets } from "./sts_findings.ts";

/** What looking takes: nothing is asked of a person, and nothing is issued. */
export type DiagnosePorts =
  & Pick<DoctorPorts, "file" | "keys" | "config" | "surroundings" | "clock">
  & { readonly issuer: Pick<DoctorPorts["issuer"], "rehearse"> };

/**
 * All that is in order, and all that is not. With `profile`, of the profiles
 * that one only; then a problem is what a refresh of it would be refused for,
 * or warn of, and all else that could be better is a warning.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export async function diagnose(
  ports: DiagnosePorts,
  profile?: string,
): Promise<Finding[]> {
  if (profile !== undefined) assertProfileName(profile, "the profile name");
  const { config, surroundings } = ports;
  const { file, findings: inFile } = await readFindings(ports);
  const inConfig = await readConfigFindings(ports, file);
  const targets = new Targets();
  const world = { ...ports, targets };
  const rehearsal = profile === undefined
    ? undefined
    : await rehearseRefresh(ports, profile);
  const { files, findings: inKeys } = await readKeys(ports, file);
  const inProfiles = files === undefined
    ? []
    : profile === undefined || rehearsal === undefined
    ? await allProfilesFindings(world, files, ports.file.path)
    : await profileFindings(world, files, profile, rehearsal);
  const around = [...inFile, ...inKeys, ...inConfig];
  const found = [
    ...rehearsal === undefined ? around : confirmed(around, rehearsal),
    ...inProfiles,
  ];
  const usual = await targets.noteUsual(config);
  // The config file may be a finding already.
  const known = new Set(found.map(({ message }) => message));
  return [
    ...found,
    ...usual.filter(({ message }) => !known.has(message)),
    await caFinding(surroundings),
    ...await targets.findings(surroundings),
  ];
}

/** `findings`, of which only those are problems that a refresh would stumble over. */
function confirmed(
  findings: readonly Finding[],
  { prepared, refused }: Rehearsal,
): Finding[] {
  return findings.map((finding) => {
    const { code, ...rest } = finding;
    const isSo = finding.status !== "problem" ||
      code === refused?.code && finding.message === refused?.message ||
      // What get warns of.
      code === "FILE_UNUSABLE" && prepared?.refusal !== undefined;
    return isSo ? finding : { ...rest, status: "warning" };
  });
}

/** Reads the file, if it can be read, and looks at it from the outside in. */
async function readFindings(
  { file, surroundings }: DiagnosePorts,
): Promise<{ file: ParsedFile | undefined; findings: Finding[] }> {
  let parsed: ParsedFile;
  let facts: FileFacts | undefined;
  try {
    parsed = parseFile(await file.read());
    facts = await surroundings.fileFacts();
  } catch (error) {
    return { file: undefined, findings: [problemOf("file", error)] };
  }
  if (facts === undefined) {
    const missing = ok("file", `${file.path}, which the first session makes`);
    return { file: parsed, findings: [missing, await writingFinding(file)] };
  }
  return {
    file: parsed,
    findings: [
      ...factFindings(file.path, parsed, facts),
      await writingFinding(file),
      ...encodingFindings(parsed),
      ...lineEndFindings(parsed),
      ...sectionFindings(parsed),
      ...blockFindings(parsed),
    ],
  };
}

/** Reads the file with the keys, if that is another one. */
async function readKeys(
  { keys }: DiagnosePorts,
  sessions: ParsedFile | undefined,
): Promise<{ files: SessionFiles | undefined; findings: Finding[] }> {
  if (sessions === undefined) return { files: undefined, findings: [] };
  if (keys === undefined) {
    return { files: { keys: sessions, sessions }, findings: [] };
  }
  const check = "keys";
  try {
    const files = { keys: parseFile(await keys.read()), sessions };
    return { files, findings: [ok(check, keys.path ?? "stdin")] };
  } catch (error) {
    return { files: undefined, findings: [problemOf(check, error)] };
  }
}

async function readConfigFindings(
  { config, file: { path } }: DiagnosePorts,
  credentials: ParsedFile | undefined,
): Promise<Finding[]> {
  try {
    const found = await config.file();
    if (found === undefined) return [ok("config", "no config file")];
    // One file for both: all that is to be said of it has been.
    if (found.path === path) return [ok("config", "is the credentials file")];
    return configFindings(found.path, parseFile(found.text), credentials);
  } catch (error) {
    return [problemOf("config", error)];
  }
}
