// What `doctor` finds of profiles: a refresh of each is rehearsed as `get` does it.
import type { ParsedFile } from "../credentials/parse.ts";
import { listProfiles, type Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import type { AwsConfig, Clock } from "../ports.ts";
import { otherKind, WAYS } from "../sessions/list_profiles.ts";
import { deviceKind, planSession } from "../sessions/plan.ts";
import {
  type SessionFiles,
  sourceIn,
  sourceOf,
} from "../sessions/session_files.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { toLocalIso } from "../timestamps.ts";
import { type Finding, ok, problemOf, warning } from "./finding.ts";
import {
  inMemory,
  planned,
  type Rehearsal,
  rehearseRefresh,
} from "./rehearsal.ts";
import type { Targets } from "./sts_findings.ts";

/** Of every long-term secret access key that AWS has given. */
const SECRET_LENGTH = 40;

/** In a file with more keys than these, no refresh is rehearsed unless it is asked for. */
const REHEARSED_AT_MOST = 50;

/** What looking at profiles takes. */
interface World {
  readonly config: AwsConfig;
  readonly clock: Clock;
  readonly targets: Targets;
}

/** Of the one profile that was asked for, which must be fit for a refresh. */
export async function profileFindings(
  { config, targets }: World,
  files: SessionFiles,
  asked: string,
  { refused }: Rehearsal,
): Promise<Finding[]> {
  const name = sourceOf(files, asked) ?? asked;
  const profile = listProfiles(files.keys)
    .find((profile) => profile.name === name);
  return [
    ...profile === undefined ? [] : await keyFindings(profile, config, targets),
    ...refused === undefined ? [] : [problemOf(`profile ${name}`, refused)],
  ];
}

/** Of all profiles of the file, or of both. */
export async function allProfilesFindings(
  world: World,
  files: SessionFiles,
  path: string,
): Promise<Finding[]> {
  const { config, clock, targets } = world;
  const { keys, sessions } = files;
  const inKeys = listProfiles(keys);
  const keyed = inKeys.filter(hasKey);
  const rehearsed = keyed.length <= REHEARSED_AT_MOST;
  // Else a file of sessions alone, or one from which the key has gone.
  const isSource = (name: string) =>
    keyed.length === 0 || inKeys.some((profile) => profile.name === name);
  const option = keyed.length === 0 || keys !== sessions
    ? ` -o ${shellQuoted(path)}`
    : "";
  const parts = keys === sessions
    ? [{ file: keys, profiles: inKeys }]
    : [{ file: keys, profiles: inKeys }, {
      file: sessions,
      profiles: listProfiles(sessions),
    }];
  const findings: Finding[] = [];
  let managed = 0;
  for (const { file, profile } of parts.flatMap(membersOf)) {
    const { name } = profile;
    const check = `profile ${name}`;
    if (profile.token !== undefined) {
      const source = sourceIn(file, name);
      if (source !== undefined) managed++;
      findings.push(
        source === undefined || isSource(source)
          ? sessionFinding(check, profile, source, clock.now(), option)
          : warning(
            check,
            `session of ${source}, a profile that is not in the file`,
            `run updsts remove ${shellQuoted(name)}`,
          ),
      );
    } else if (!hasKey(profile)) {
      findings.push(ok(check, await otherWay(profile, config)));
    } else if (file === keys) {
      const { refused } = rehearsed
        ? await rehearseRefresh(inMemory(world, files, path), name)
        : await planned(profile, config);
      findings.push(
        ...await keyFindings(profile, config, targets),
        ...refused === undefined ? [] : [leniently(problemOf(check, refused))],
      );
    } else {
      findings.push(warning(
        check,
        "a long-term key beside the sessions, within reach of whoever may read these",
        "move it into the file that -c names",
      ));
    }
  }
  if (keyed.length > 0) return findings;
  findings.push(
    keys === sessions && managed > 0
      ? ok("profiles", "sessions alone: the keys are in another file")
      : await noKeys(config),
  );
  return findings;
}

function membersOf(
  { file, profiles }: {
    readonly file: ParsedFile;
    readonly profiles: readonly Profile[];
  },
): { readonly file: ParsedFile; readonly profile: Profile }[] {
  return profiles.map((profile) => ({ file, profile }));
}

/** Not every key is there to be refreshed with. */
function leniently(finding: Finding): Finding {
  return finding.code === "DEVICE_MISSING"
    ? { ...finding, status: "warning" }
    : finding;
}

function hasKey(profile: Profile): boolean {
  return profile.token === undefined &&
    profile.value("aws_access_key_id") !== undefined;
}

/** What a refresh of `profile` would use; nothing if it would be refused for that. */
async function keyFindings(
  profile: Profile,
  config: AwsConfig,
  targets: Targets,
): Promise<Finding[]> {
  const check = `profile ${profile.name}`;
  try {
    const settings = await config.settingsOf(profile.name);
    const { accessKeyId, device, secretAccessKey } = planSession(
      profile,
      settings,
    );
    const target = targets.note(profile, settings, device);
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
    if (!(error instanceof UpdstsError)) throw error;
    return [];
  }
}

/** How a profile without a key comes to credentials. */
async function otherWay(profile: Profile, config: AwsConfig): Promise<string> {
  const kind = otherKind(
    profile.credentialsKey() ?? await configuredKey(config, profile.name),
  );
  // A role may well be taken with a session.
  return kind === "none" || kind === "role"
    ? WAYS[kind]
    : `${WAYS[kind]}: needs no updsts`;
}

/** What gives a profile credentials in the config file; that it cannot be read is a finding of its own. */
async function configuredKey(
  config: AwsConfig,
  name: string,
): Promise<string | undefined> {
  try {
    return (await config.settingsOf(name)).credentialsKey;
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    return undefined;
  }
}

async function noKeys(config: AwsConfig): Promise<Finding> {
  const kind = otherKind(await configuredKey(config, "default"));
  return kind === "none"
    ? warning(
      "profiles",
      "none of them has a long-term key",
      "add one with aws configure; who signs in with aws login or aws sso login needs no updsts",
    )
    : ok(
      "profiles",
      `none of them has a long-term key, and default ${
        WAYS[kind]
      }: updsts is not needed`,
    );
}

function sessionFinding(
  check: string,
  profile: Profile,
  source: string | undefined,
  now: Date,
  option: string,
): Finding {
  if (source === undefined) {
    return profile.isOverwritten
      ? warning(
        check,
        "a session token beside an MFA device: another program has written a session over the long-term key",
        "write the long-term key back, without aws_session_token",
      )
      : ok(check, "a session that updsts does not manage");
  }
  const end = profile.expiration;
  const refresh = `run updsts get ${shellQuoted(source)}${option}`;
  if (profile.hasStaleExpiry) {
    return warning(
      check,
      `session of ${source}, whose key another program has replaced: the expiry is that of the former one`,
      refresh,
    );
  }
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
