// Findings of `doctor` about profiles: rehearses a refresh of each as `get` does it.
import { applyEdits } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports, ProfileSettings, StsTarget } from "../ports.ts";
import { viewProfiles, withLongTermKey } from "../sessions/profiles.ts";
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

/** In characters, of each long-term secret access key that AWS has issued. */
const SECRET_LENGTH = 40;

/** With more long-term keys, only the refresh of a named profile is rehearsed. */
const MAX_REHEARSED = 50;

/** The STS target, and the source of its endpoint. */
export type Target = StsTarget & Pick<ProfileSettings, "endpointSource">;

/** The rehearsal of `get`: its plan or refusal, and its warnings. */
export async function rehearseRefresh(
  ports: PreparePorts,
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

/** Reports what a refresh would use. */
export function reportPlan(
  report: Report,
  targets: Target[],
  { names: { profile, sessionProfile, role, notes = [] }, plan }: Prepared,
): void {
  const { accessKeyId, device, region, regionSource, secretAccessKey } = plan;
  targets.push(plan);
  const check = `profile ${profile}`;
  const kind = device.startsWith("arn:") ? "virtual" : "hardware";
  const key = `key ${accessKeyId}, ${kind} device ${device}`;
  report.ok(check, `${key}, region ${region} (${regionSource})`);
  if (role !== undefined) {
    const session = `${sessionProfile}, the session of ${profile}`;
    report.ok(`profile ${role}`, `takes a role; get refreshes ${session}`);
    for (const note of notes) report.warn(`profile ${role}`, note);
  }
  if (secretAccessKey.reveal().length === SECRET_LENGTH) return;
  const state = `aws_secret_access_key is not ${SECRET_LENGTH} characters long`;
  report.warn(check, state, "copy it again, or create a new key");
}

/** Checks all profiles; adds their endpoints to `targets`. */
export async function checkProfiles(
  report: Report,
  world: Ports,
  targets: Target[],
): Promise<void> {
  const { file, keys, clock } = world;
  const views = await viewProfiles({ ...world, log: SILENT });
  const names = new Set(views.map(({ name }) => name));
  const keyed = new Set(
    withLongTermKey(views, world)
      .filter(({ managedBy }) => managedBy === undefined),
  );
  const isRehearsed = keyed.size <= MAX_REHEARSED;
  // Without a key, the file is one for sessions only.
  const isAlone = keyed.size === 0;
  const option = keys === undefined && !isAlone
    ? ""
    : ` -o ${shellQuoted(file.path)}`;
  // Writing the file and reaching STS are checked once for all profiles.

  const ports: PreparePorts = {
    ...world,
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
    const ok = (message: string) => report.ok(`profile ${name}`, message);
    const warn = (message: string, hint: string) =>
      report.warn(`profile ${name}`, message, hint);
    if (managedBy !== undefined && !isAlone && !names.has(managedBy)) {
      warn(
        `session of ${managedBy}, a profile that is not in the file`,
        `run updsts remove ${shellQuoted(name)}`,
      );
    } else if (managedBy !== undefined && kind !== "session") {
      ok(`the managed block of ${managedBy}, without a session`);
    } else if (managedBy !== undefined) {
      const isValid = expiration !== undefined && expiration > clock.now();
      const state = hasStaleExpiry
        ? "whose key another program has replaced: the expiry is that of the former one"
        : expiration === undefined
        ? "with no expiry"
        : `${isValid ? "valid until" : "expired at"} ${toLocalIso(expiration)}`;
      const session = `session of ${managedBy}, ${state}`;
      if (isValid) ok(session);
      else warn(session, `run updsts get ${shellQuoted(managedBy)}${option}`);
    } else if (view.isOverwritten) {
      warn(
        "a session token beside an MFA device: another program has written a session over the long-term key",
        "write the long-term key back, without aws_session_token",
      );
    } else if (kind === "session") {
      ok("a session that updsts does not manage");
    } else if (kind !== "long-term") {
      ok(view.session ? `takes a role with ${view.session}` : WAYS[kind]);
    } else if (!keyed.has(view)) {
      warn(
        "a long-term key beside the sessions: programs that can read these can read it, too",
        "move it into the file that -c names",
      );
    } else if (isRehearsed) {
      const { prepared, refused } = await rehearseRefresh(ports, name);
      if (refused !== undefined) report.fail(`profile ${name}`, refused);
      if (prepared !== undefined) reportPlan(report, targets, prepared);
    }
  }
  // A key without an MFA device may not be meant for sessions.
  report.confirm(({ code }) => code !== "DEVICE_MISSING");
  if (!isRehearsed) {
    report.warn(
      "profiles",
      `with ${keyed.size} long-term keys, no refresh was rehearsed`,
      "run updsts doctor PROFILE",
    );
  } else if (isAlone && !views.some(({ managedBy }) => managedBy)) {
    report.warn(
      "profiles",
      "none of them has a long-term key",
      "add one with aws configure; with aws login or aws sso login, updsts is not needed",
    );
  }
}
