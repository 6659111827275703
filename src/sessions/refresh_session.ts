// Use case: trade a profile's key and a code for a session, and write it down.
import { parseFile } from "../credentials/parse.ts";
import {
  refreshEdits,
  type SessionValues,
} from "../credentials/session_edits.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { issueSession } from "./issue_session.ts";
import { maskedDiff } from "./masked_diff.ts";
import { prepareRefresh } from "./prepare_refresh.ts";
import type { RefreshRequest } from "./refresh_request.ts";
import { toLocalIso } from "../timestamps.ts";

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
  const { file } = ports;
  const prepared = await prepareRefresh(ports, request);
  if (prepared.status === "still_valid") return prepared;
  const { profile, sessionProfile, plan, durationSeconds } = prepared;
  if (request.dryRun) {
    const diff = maskedDiff(file.path, prepared.text, prepared.edits);
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
      { spent: true },
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
