// Use case: trade a profile's key and a code for a session, and write it down.
import { CODE_ATTEMPTS, requireCode } from "../codes.ts";
import { parseFile } from "../credentials/parse.ts";
import { refreshEdits } from "../credentials/session_edits.ts";
import { UpdstsError } from "../errors.ts";
import type { Log, Ports, Session } from "../ports.ts";
import { toLocalIso } from "../timestamps.ts";
import { changedLines } from "./dry_run.ts";
import { type Prepared, prepareRefresh } from "./prepare_refresh.ts";
import type { RefreshRequest } from "./refresh_request.ts";

/** What was done. Holds no secret. */
export interface RefreshResult {
  /** Whether STS gave a new session, or the one in the file is good enough. */
  readonly status: "updated" | "still_valid" | "would_update";
  readonly profile: string;
  readonly sessionProfile: string;
  /** For a dry run: the lines that would go and come, secrets masked. */
  readonly diff?: string;
  /** The access key id of the session; a dry run has none. */
  readonly accessKeyId?: string;
  readonly expiration?: Date;
}

/**
 * What a door does around a code. Each may throw to end the refresh, but for
 * `answered`.
 */
export interface RefreshHooks {
  /**
   * A code is about to be asked for; `refused` is what STS said of the last one.
   * What it returns is disposed of when there is a code, or none will come.
   */
  asking?(refused: UpdstsError | undefined): Disposable | undefined;
  /** From here on the code may be spent: STS in `region` is about to be asked. */
  sending?(region: string): void;
  /** STS has given a session, which is to be written; or none, because of `error`. */
  answered?(error?: unknown): void;
}

/** What a person has been told once need not be told again. */
const SILENT: Log = {
  warn: () => {},
  note: () => {},
  info: () => {},
  debug: () => {},
};

/**
 * Refreshes the managed block of a profile.
 *
 * All that can be refused without STS is refused before a code is asked for,
 * and again when a person has typed one, which may take minutes: the key that
 * signs is the one in the file then. The file is written, whole, only after STS
 * has answered.
 *
 * @throws {UpdstsError}
 */
export async function refreshSession(
  ports: Ports,
  request: RefreshRequest,
  hooks: RefreshHooks = {},
): Promise<RefreshResult> {
  const { codes, config, file } = ports;
  let prepared = await prepareRefresh(ports, request);
  let refused: UpdstsError | undefined;
  for (let attempt = 1;; attempt++) {
    if (prepared.status === "still_valid") return prepared;
    const { profile, sessionProfile } = prepared;
    if (request.dryRun) {
      const diff = changedLines(file.path, prepared.text, prepared.edits);
      return { status: "would_update", profile, sessionProfile, diff };
    }
    let { code } = request;
    if (code === undefined) {
      const { device } = prepared.plan;
      {
        using _asking = hooks.asking?.(refused);
        code = requireCode(await codes.code(profile, device, refused));
      }
      config.renew();
      prepared = await prepareRefresh({ ...ports, log: SILENT }, request);
      if (prepared.status === "still_valid") return prepared;
      assertAskedFor(device, prepared);
    }
    const { plan, durationSeconds } = prepared;
    hooks.sending?.(plan.region);
    let session: Session;
    try {
      session = await ports.issuer.issue({
        ...plan,
        durationSeconds,
        code: requireCode(code),
      });
    } catch (error) {
      hooks.answered?.(error);
      const last = request.code !== undefined || attempt === CODE_ATTEMPTS ||
        codes.asksAgain !== true;
      if (last || !isRefusedCode(error)) throw error;
      refused = error;
      continue;
    }
    hooks.answered?.();
    await write(file, prepared, session);
    const { accessKeyId, expiration } = session;
    const names = {
      profile: prepared.profile,
      sessionProfile: prepared.sessionProfile,
    };
    return { status: "updated", ...names, accessKeyId, expiration };
  }
}

/**
 * Refuses to spend a code that was asked for another device than the one that
 * the files name now.
 *
 * @throws {UpdstsError} `FILE_BUSY`
 */
function assertAskedFor(asked: string, { profile, plan }: Prepared): void {
  if (plan.device === asked) return;
  throw new UpdstsError(
    "FILE_BUSY",
    `Cannot refresh profile ${
      JSON.stringify(profile)
    }: its MFA device was changed while a code of ${asked} was asked for`,
    { hint: `the code was not sent; try again with one of ${plan.device}` },
  );
}

function isRefusedCode(error: unknown): error is UpdstsError {
  return error instanceof UpdstsError && error.code === "MFA_REFUSED";
}

/**
 * Writes `session`, also if its source has gone by now. A failure says that the
 * next try needs another code.
 */
async function write(
  file: Ports["file"],
  { profile, sessionProfile }: Prepared,
  session: Session,
): Promise<void> {
  const values = { ...session, expiration: toLocalIso(session.expiration) };
  try {
    await file.update(
      (text) => refreshEdits(parseFile(text), profile, sessionProfile, values),
      { spent: true },
    );
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    const hint = [error.hint, "this code is spent: use the next one"];
    throw new UpdstsError(error.code, error.message, {
      hint: hint.filter((part) => part !== undefined).join("; "),
      cause: error,
    });
  }
}
