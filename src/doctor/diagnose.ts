// Use case: look at all that a refresh depends on, and say what is not in order.
import { type ParsedFile, parseFile } from "../credentials/parsed_file.ts";
import { assertProfileName } from "../credentials/profile_name.ts";
import { listProfiles, type Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import {
  blockFindings,
  configFindings,
  encodingFindings,
  lineEndFindings,
  sectionFindings,
} from "./file_findings.ts";
import { type Finding, ok, problem, problemOf, warning } from "./finding.ts";
import type {
  AwsConfig,
  CredentialsFile,
  DoctorPorts,
  FileFacts,
  ProfileSettings,
  StsTarget,
} from "../ports.ts";
import { planSession } from "../sessions/session_plan.ts";
import { chooseRegion, deviceKind } from "../sessions/session_target.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { parseTimestamp, toLocalIso } from "../timestamps.ts";
import { unknownProfile } from "../sessions/unknown_profile.ts";

/** What looking takes: nothing is asked of a person, and nothing is issued. */
export type DiagnosePorts = Pick<
  DoctorPorts,
  "file" | "config" | "surroundings" | "clock"
>;

/** A clock that is further off is worth a word, in milliseconds. */
const TOLERATED_SKEW = 15_000;

/** Of every long-term secret access key that AWS has given. */
const SECRET_LENGTH = 40;

/** Where STS would be asked, and why there. */
interface Target extends StsTarget {
  readonly regionSource: string;
  readonly endpointSource: string;
}

/**
 * All that is in order, and all that is not. With `profile`, of the profiles
 * that one only.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export async function diagnose(
  ports: DiagnosePorts,
  profile?: string,
): Promise<Finding[]> {
  if (profile !== undefined) assertProfileName(profile, "the profile name");
  const { file, findings: inFile } = await readFindings(ports);
  const inConfig = await readConfigFindings(ports, file);
  const targets = new Map<string, Target>();
  const inProfiles = file === undefined
    ? []
    : await profilesFindings(ports, file, profile, targets);
  const found = [...inFile, ...inConfig, ...inProfiles];
  const usual = targets.size > 0 ? [] : await usualTarget(ports, targets);
  // The config file may be a finding already.
  const known = new Set(found.map(({ message }) => message));
  // All at once: one that does not answer makes nobody wait for the next.
  const asked = Array.from(
    targets.values(),
    (target) => stsFindings(ports, target),
  );
  return [
    ...found,
    ...usual.filter(({ message }) => !known.has(message)),
    await caFinding(ports),
    ...(await Promise.all(asked)).flat(),
  ];
}

/** Reads the file, if it can be read, and looks at it from the outside in. */
async function readFindings(
  { file, surroundings }: DiagnosePorts,
): Promise<{ file: ParsedFile | undefined; findings: Finding[] }> {
  let parsed: ParsedFile;
  let facts: FileFacts;
  try {
    parsed = parseFile(await file.read());
    facts = await surroundings.fileFacts();
  } catch (error) {
    return { file: undefined, findings: [problemOf("file", error)] };
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

async function writingFinding(file: CredentialsFile): Promise<Finding> {
  try {
    await file.rehearse(() => []);
    return ok("writing", "the file can be replaced");
  } catch (error) {
    return problemOf("writing", error);
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

function factFindings(
  path: string,
  { text }: ParsedFile,
  { realPath, mode, inProfile, own, names, awsCliPath }: FileFacts,
): Finding[] {
  const place = realPath === path ? path : `${path}, which is ${realPath}`;
  const findings = [ok("file", `${place}, ${text.length} bytes`)];
  if (mode !== undefined) {
    const octal = mode.toString(8).padStart(3, "0");
    findings.push(
      (mode & 0o077) === 0 ? ok("mode", octal) : warning(
        "mode",
        `${octal}: other users of this machine can read or write the file`,
        `run chmod 600 ${shellQuoted(realPath)}`,
      ),
    );
  }
  if (inProfile !== undefined) {
    findings.push(
      inProfile ? ok("place", "in your user profile") : warning(
        "place",
        "the file is outside of your user profile, where other users of this machine may read it",
        "keep it below %USERPROFILE%",
      ),
    );
  }
  if (own === false) {
    findings.push(warning(
      "owner",
      "the file does not belong to the owner of the home directory",
      "check who else writes to it",
    ));
  }
  if (names > 1) {
    findings.push(warning(
      "links",
      `the file has ${names} hard links: the others keep the old content`,
      "make them symbolic links",
    ));
  }
  findings.push(
    awsCliPath === realPath ? ok("aws cli", "reads the same file") : warning(
      "aws cli",
      `reads another file: ${awsCliPath ?? "one that is not there"}`,
      `run ${settingVariable("AWS_SHARED_CREDENTIALS_FILE", path)}`,
    ),
  );
  return findings;
}

/** Of all profiles, or of the one `asked` for, which must be fit for a refresh. */
async function profilesFindings(
  { config, clock }: DiagnosePorts,
  file: ParsedFile,
  asked: string | undefined,
  targets: Map<string, Target>,
): Promise<Finding[]> {
  const profiles = new Map(
    listProfiles(file).map((profile) => [profile.name, profile]),
  );
  const sources = new Map(
    file.blocks.flatMap(({ sessionProfile, profile }) =>
      sessionProfile === undefined ? [] : [[sessionProfile, profile] as const]
    ),
  );
  if (asked !== undefined) {
    const name = sources.get(asked) ?? asked;
    const profile = profiles.get(name);
    if (profile === undefined) {
      const error = await unknownProfile(name, [...profiles.keys()]);
      return [problemOf(`profile ${name}`, error)];
    }
    return await keyFindings(profile, config, targets);
  }
  const findings: Finding[] = [];
  let keys = 0;
  for (const [name, profile] of profiles) {
    const check = `profile ${name}`;
    if (profile.secret("aws_session_token") !== undefined) {
      const source = sources.get(name);
      findings.push(
        source === undefined || profiles.has(source)
          ? sessionFinding(check, profile, source, clock.now())
          : warning(
            check,
            `session of ${source}, a profile that is not in the file`,
            `run updsts remove -n ${shellQuoted(name)}`,
          ),
      );
    } else if (profile.value("aws_access_key_id") === undefined) {
      findings.push(ok(check, "no keys of its own"));
    } else {
      keys++;
      const found = await keyFindings(profile, config, targets);
      findings.push(
        // Not every key is there to be refreshed with.
        ...found.map((finding) =>
          finding.code === "DEVICE_MISSING"
            ? { ...finding, status: "warning" as const }
            : finding
        ),
      );
    }
  }
  if (keys === 0) {
    findings.push(warning(
      "profiles",
      "none of them has a long-term key",
      "add one with aws configure",
    ));
  }
  return findings;
}

/** What a refresh of `profile` would use, or why it would be refused. */
async function keyFindings(
  profile: Profile,
  config: AwsConfig,
  targets: Map<string, Target>,
): Promise<Finding[]> {
  const check = `profile ${profile.name}`;
  try {
    const settings = await config.settingsOf(profile.name);
    const { accessKeyId, device, secretAccessKey } = planSession(
      profile,
      settings,
    );
    const target = noteTarget(targets, profile, settings, device);
    return [
      ok(check, `key ${accessKeyId}, ${deviceKind(device)} device ${device}`),
      ok(check, `region ${target.region} (${target.regionSource})`),
      ...secretAccessKey.reveal().length === SECRET_LENGTH ? [] : [warning(
        check,
        `its aws_secret_access_key has not the ${SECRET_LENGTH} characters of one`,
        "copy it anew, or make a new key",
      )],
    ];
  } catch (error) {
    return [problemOf(check, error)];
  }
}

function sessionFinding(
  check: string,
  profile: Profile,
  source: string | undefined,
  now: Date,
): Finding {
  if (source === undefined) {
    return ok(check, "a session that updsts does not manage");
  }
  const end = parseTimestamp(profile.value("expiration_datetime"));
  const refresh = `run updsts get -n ${shellQuoted(source)}`;
  if (end === undefined) {
    return warning(check, `session of ${source}, with no expiry`, refresh);
  }
  return end > now
    ? ok(check, `session of ${source}, valid until ${toLocalIso(end)}`)
    : warning(
      check,
      `session of ${source}, expired at ${toLocalIso(end)}`,
      refresh,
    );
}

/** Remembers where STS would be asked, once for each place. */
function noteTarget(
  targets: Map<string, Target>,
  profile: Profile | undefined,
  settings: ProfileSettings,
  device?: string,
): Target {
  const { name: region, source } = chooseRegion(profile, settings, device);
  const { endpoint, fips, dualStack } = settings;
  const place = { region, endpoint, fips, dualStack };
  const { endpointSource = "the region" } = settings;
  const target = { ...place, regionSource: source, endpointSource };
  // Whatever the spelling, one place is asked once.
  const isOn = (value = "false") => value.toLowerCase();
  targets.set(
    JSON.stringify([region, endpoint, isOn(fips), isOn(dualStack)]),
    target,
  );
  return target;
}

/** Where STS would be asked for a profile that says nothing of it. */
async function usualTarget(
  { config }: DiagnosePorts,
  targets: Map<string, Target>,
): Promise<Finding[]> {
  try {
    noteTarget(targets, undefined, await config.settingsOf("default"));
    return [];
  } catch (error) {
    return [problemOf("config", error)];
  }
}

async function caFinding({ surroundings }: DiagnosePorts): Promise<Finding> {
  const check = "certificates";
  try {
    const bundle = await surroundings.caBundle();
    return ok(
      check,
      bundle === undefined
        ? "the usual authorities"
        : `the usual authorities, and those of AWS_CA_BUNDLE=${bundle}`,
    );
  } catch (error) {
    return problemOf(check, error);
  }
}

async function stsFindings(
  { surroundings }: DiagnosePorts,
  target: Target,
): Promise<Finding[]> {
  const check = `sts ${target.region}`;
  try {
    const { endpoint, proxy, answer } = await surroundings.reachSts(target);
    const way = proxy === undefined ? "" : ` by the proxy ${proxy}`;
    const findings = [
      ok(check, `endpoint ${endpoint.origin} (${target.endpointSource})${way}`),
    ];
    if (answer instanceof UpdstsError) {
      return [
        ...findings,
        problem(check, answer.code, answer.message, hintFor(answer)),
      ];
    }
    const { status, genuine, milliseconds } = answer;
    if (!genuine || status >= 500) {
      return [
        ...findings,
        problem(
          check,
          genuine ? "STS_FAILED" : "STS_ANSWER_INVALID",
          `something answered in ${milliseconds} ms (${status}), but not as STS does`,
          "check whether a proxy or a login page stands between",
        ),
      ];
    }
    return [
      ...findings,
      ok(check, `answers in ${milliseconds} ms`),
      ...clockFindings(answer.clockOffset),
    ];
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    return [problem(check, error.code, error.message, hintFor(error))];
  }
}

/** The error's own hints speak of a code, and none was sent. */
function hintFor({ code, hint }: UpdstsError): string | undefined {
  return code === "STS_TIMEOUT" || hint?.includes("HTTPS_PROXY")
    ? "check the network, HTTPS_PROXY and NO_PROXY, and the region"
    : hint?.replace(/; the code is not spent$/, "");
}

function clockFindings(offset: number | undefined): Finding[] {
  if (offset === undefined) return [];
  const seconds = Math.round(Math.abs(offset) / 1000);
  if (Math.abs(offset) <= TOLERATED_SKEW) {
    return [ok("clock", `within ${Math.max(1, seconds)} s of that of STS`)];
  }
  return [warning(
    "clock",
    `${seconds} s ${offset > 0 ? "behind" : "ahead of"} that of STS`,
    "set it: codes made on this machine are wrong else",
  )];
}
