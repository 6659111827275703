// Use case: trade a profile's key and a code for a session, and write it down.
import type { Edit } from "../credentials/edit.ts";
import { refreshEdits } from "../credentials/refresh_edits.ts";
import type { SessionValues } from "../credentials/session_values.ts";
import { parseFile } from "../credentials/parsed_file.ts";
import { findProfile, listProfiles } from "../credentials/profiles.ts";
import { looksLikeName } from "../credentials/recognised.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { foreignChange } from "./foreign_change.ts";
import { awsCliRefusal } from "./aws_cli_check.ts";
import { issueSession } from "./issue_session.ts";
import { maskedDiff } from "./masked_diff.ts";
import {
  assertNotConfigured,
  assertRequest,
  durationOf,
  type RefreshRequest,
} from "./refresh_request.ts";
import { planSession, REHEARSED } from "./session_plan.ts";
import { findSession, readSessionFiles, sourceOf } from "./session_files.ts";
import { toLocalIso } from "../timestamps.ts";
import { unknownProfile } from "./unknown_profile.ts";

/** What was done. Holds no secret. */
export interface RefreshResult {
  /** Whether STS gave a new session, or the one in the file is good enough. */
  readonly status: "updated" | "still_valid" | "would_update";
  readonly profile: string;
  readonly sessionProfile: string;
  /** For a dry run: what would change, as a unified diff with masks. */
  readonly diff?: string;
  /** The access key id of the session; a dry run has none. */
  readonly accessKeyId?: string;
  readonly expiration?: Date;
}

/**
 * Refreshes the managed block of a profile.
 *
 * All that can be refused without STS is refused before a code is asked for or
 * spent; the file is written, whole, only after STS has answered.
 *
 * @throws {UpdstsError}
 */
export async function refreshSession(
  ports: Ports,
  request: RefreshRequest,
): Promise<RefreshResult> {
  const { file, keys, log } = ports;
  assertRequest(request);
  const files = await readSessionFiles(ports);
  const managed = sourceOf(files, request.profile);
  const profile = managed ?? request.profile;
  const sessionProfile = request.sessionProfile ??
    (managed === undefined ? `${profile}_sts` : request.profile);
  if (managed !== undefined) {
    log.note(
      `${request.profile} is the session of profile ${profile}: refreshing that one`,
    );
  }
  const source = findProfile(files.keys, profile);
  if (source === undefined) {
    const names = listProfiles(files.keys).flatMap(({ recognised, name }) =>
      recognised && looksLikeName(name) ? [name] : []
    );
    throw await unknownProfile(
      profile,
      names,
      (keys ?? file).path === undefined,
    );
  }
  assertNotConfigured(
    sessionProfile,
    await ports.config.settingsOf(sessionProfile),
  );
  const settings = await ports.config.settingsOf(profile);
  const durationSeconds = durationOf(request, source, settings);
  const current = findSession(files, profile, sessionProfile);
  if (current !== undefined && request.minRemainingSeconds !== undefined) {
    const end = ports.clock.now().getTime() +
      request.minRemainingSeconds * 1000;
    if (current.expiration.getTime() >= end) {
      return { status: "still_valid", profile, sessionProfile, ...current };
    }
  }
  const plan = planSession(source, settings, request.device);
  log.info(`Credentials file: ${(keys ?? file).path ?? "stdin"}`);
  if (keys !== undefined) log.info(`File for sessions: ${file.path}`);
  log.info(`Region: ${plan.region}`);
  log.info(`MFA device: ${plan.device}`);
  await ports.issuer.rehearse(plan);
  let rehearsed: Rehearsal | undefined;
  await file.rehearse((text) => {
    const edits = refreshEdits(
      parseFile(text),
      profile,
      sessionProfile,
      REHEARSED,
    );
    rehearsed = { text, edits, refusal: awsCliRefusal(text, edits) };
    return edits;
  });
  if (rehearsed?.refusal !== undefined) {
    log.warn(
      `the AWS CLI refuses ${file.path}: ${rehearsed.refusal}; ` +
        "it will not find the session before that is mended",
    );
  }
  if (request.dryRun) {
    const diff = showRehearsal(file.path, rehearsed);
    return { status: "would_update", profile, sessionProfile, diff };
  }

  const session = await issueSession(
    ports,
    plan,
    durationSeconds,
    request.code,
  );
  const values: SessionValues = {
    ...session,
    expiration: toLocalIso(session.expiration),
  };
  // The source may be gone by now: what STS has given is written all the same.
  await writeSpent(() =>
    file.update(
      (text) => refreshEdits(parseFile(text), profile, sessionProfile, values),
      rehearsed && { text: rehearsed.text, difference: foreignChange },
    )
  );
  return {
    status: "updated",
    profile,
    sessionProfile,
    accessKeyId: session.accessKeyId,
    expiration: session.expiration,
  };
}

interface Rehearsal {
  readonly text: string;
  readonly edits: readonly Edit[];
  /** Why the AWS CLI does not read the file, if it does not. */
  readonly refusal: string | undefined;
}

function showRehearsal(
  path: string,
  rehearsed: Rehearsal | undefined,
): string {
  if (rehearsed === undefined) return "";
  return maskedDiff(path, rehearsed.text, rehearsed.edits);
}

/** Says, of a failure to write, that the next try needs another code. */
async function writeSpent(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    const hint = [error.hint, "this code is spent: use the next one"];
    throw new UpdstsError(error.code, error.message, {
      hint: hint.filter((part) => part !== undefined).join("; "),
      cause: error,
    });
  }
}
