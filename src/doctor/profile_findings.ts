// Findings of `doctor` about profiles: rehearses a refresh of each as `get` does it.
import type { ParsedFile } from "../credentials/parse.ts";
import { findProfile } from "../credentials/profiles.ts";
import { applyEdits } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { listProfiles, withLongTermKey } from "../sessions/profiles.ts";
import { chooseRegion } from "../sessions/plan.ts";
import {
  type Prepared,
  type PreparePorts,
  prepareRefresh,
  SILENT,
} from "../sessions/refresh_session.ts";
import { WAYS } from "../sessions/roles.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { toLocalIso } from "../timestamps.ts";
import type { Report } from "./report.ts";
import type { Target } from "./sts_findings.ts";

/** Of every long-term secret access key that AWS has issued. */
const SECRET_LENGTH = 40;

/** In a file with more long-term keys, a refresh is rehearsed only if its profile is named. */
const REHEARSED_AT_MOST = 50;

/** What `get` does before it asks for a code: what it would use, or refuses, and what it warns of. */
export async function rehearseRefresh(
  ports: Omit<PreparePorts, "log">,
  profile: string,
): Promise<{
  readonly prepared?: Prepared;
  readonly refused?: UpdstsError;
  readonly warned: readonly string[];
}> {
  const warned: string[] = [];
  const log = { ...SILENT, warn: (text: string) => void warned.push(text) };
  try {
    const request = { profile, dryRun: true };
    const prepared = await prepareRefresh({ ...ports, log }, request);
    return prepared.status === "prepared" ? { prepared, warned } : { warned };
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    return { refused: error, warned };
  }
}

/** What looking at profiles takes. */
export interface World {
  readonly ports: Omit<PreparePorts, "log"> & Pick<Ports, "file">;
  /** The file with the long-term keys. */
  readonly keys: ParsedFile;
  /** Where STS would be asked: added to. */
  readonly targets: Target[];
}

/** Reports what a refresh would use. */
export async function lookAtPlan(
  report: Report,
  { ports, keys, targets }: World,
  { names: { profile, sessionProfile, role, notes = [] }, plan }: Prepared,
): Promise<void> {
  const { accessKeyId, device, secretAccessKey } = plan;
  const check = `profile ${profile}`;
  const settings = await ports.config.settingsOf(profile);
  targets.push({ ...settings, region: plan.region });
  const region = chooseRegion(findProfile(keys, profile), settings, device);
  const kind = device.startsWith("arn:") ? "virtual" : "hardware";
  const key = `key ${accessKeyId}, ${kind} device ${device}`;
  report.ok(check, `${key}, region ${region.name} (${region.source})`);
  if (role !== undefined) {
    const session = `${sessionProfile}, the session of ${profile}`;
    report.ok(`profile ${role}`, `takes a role; get refreshes ${session}`);
    for (const note of notes) report.warn(`profile ${role}`, note);
  }
  if (secretAccessKey.reveal().length === SECRET_LENGTH) return;
  const state = `aws_secret_access_key is not ${SECRET_LENGTH} characters long`;
  report.warn(check, state, "copy it again, or create a new key");
}

/** Looks at all profiles of the file, or of both. */
export async function lookAtProfiles(
  report: Report,
  world: World,
): Promise<void> {
  const { file, keys, clock } = world.ports;
  const views = await listProfiles({ ...world.ports, log: SILENT });
  const names = new Set(views.map(({ name }) => name));
  const keyed = new Set(withLongTermKey(views, world.ports));
  const isRehearsed = keyed.size <= REHEARSED_AT_MOST;
  // Without any key, it is a file of sessions alone.
  const isAlone = keyed.size === 0;
  const isOneFile = keys === undefined && !isAlone;
  const option = isOneFile ? "" : ` -o ${shellQuoted(file.path)}`;
  /** That the file can be written, and STS be asked, is looked at once. */
  const ports: Omit<PreparePorts, "log"> = {
    ...world.ports,
    issuer: { rehearse: () => Promise.resolve() },
    file: {
      path: file.path,
      read: () => file.read(),
      rehearse: async (change) => {
        const text = await file.read();
        applyEdits(text, change(text));
      },
    },
  };
  for (const view of views) {
    const { name, kind, managedBy, expiration, hasStaleExpiry } = view;
    const check = `profile ${name}`;
    if (managedBy !== undefined && !isAlone && !names.has(managedBy)) {
      report.warn(
        check,
        `session of ${managedBy}, a profile that is not in the file`,
        `run updsts remove ${shellQuoted(name)}`,
      );
    } else if (managedBy !== undefined && kind !== "session") {
      report.ok(check, `the managed block of ${managedBy}, without a session`);
    } else if (managedBy !== undefined) {
      const isValid = expiration !== undefined && expiration > clock.now();
      const state = hasStaleExpiry
        ? "whose key another program has replaced: the expiry is that of the former one"
        : expiration === undefined
        ? "with no expiry"
        : `${isValid ? "valid until" : "expired at"} ${toLocalIso(expiration)}`;
      const session = `session of ${managedBy}, ${state}`;
      const command = `updsts get ${shellQuoted(managedBy)}${option}`;
      if (isValid) report.ok(check, session);
      else report.warn(check, session, `run ${command}`);
    } else if (view.isOverwritten) {
      report.warn(
        check,
        "a session token beside an MFA device: another program has written a session over the long-term key",
        "write the long-term key back, without aws_session_token",
      );
    } else if (kind === "session") {
      report.ok(check, "a session that updsts does not manage");
    } else if (kind !== "long-term") {
      const { session } = view;
      report.ok(check, session ? `takes a role with ${session}` : WAYS[kind]);
    } else if (!keyed.has(view)) {
      report.warn(
        check,
        "a long-term key beside the sessions: whoever may read these can read it",
        "move it into the file that -c names",
      );
    } else if (isRehearsed) {
      const { prepared, refused } = await rehearseRefresh(ports, name);
      if (refused !== undefined) report.fail(check, refused);
      if (prepared !== undefined) await lookAtPlan(report, world, prepared);
    }
  }
  // Not every key is there to be refreshed with.
  report.confirm(({ code }) => code !== "DEVICE_MISSING");
  const check = "profiles";
  if (!isRehearsed) {
    const state = `with ${keyed.size} long-term keys, no refresh was rehearsed`;
    report.warn(check, state, "run updsts doctor PROFILE");
  } else if (isAlone && !views.some(({ managedBy }) => managedBy)) {
    report.warn(
      check,
      "none of them has a long-term key",
      "add one with aws configure; who signs in with aws login or aws sso login needs no updsts",
    );
  }
}
