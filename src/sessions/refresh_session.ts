// Use case: trade a profile's key and a code for a session, and save it.
import { CODE_ATTEMPTS, requireCode } from "../codes.ts";
import { parseFile } from "../credentials/parse.ts";
import { findProfile, listProfiles } from "../credentials/profiles.ts";
import { whyAwsCliRefusesFile } from "../credentials/readers/aws_cli.ts";
import {
  assertProfileName,
  assertSessionName,
  brokenBlock,
  nameTaken,
} from "../credentials/refusals.ts";
import { flawsOf, refreshEdits } from "../credentials/session_edits.ts";
import { applyEdits, type Edit } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { Log, Ports, Session } from "../ports.ts";
import type { Secret } from "../secret.ts";
import { toLocalIso } from "../timestamps.ts";
import { changedLines } from "./dry_run.ts";
import {
  assertDurations,
  cannotRefresh,
  type PlanRequest,
  planSession,
  regionOfSession,
  REHEARSED,
  type SessionPlan,
} from "./plan.ts";
import { unknownProfile } from "./profiles.ts";
import { chainOf, roleAdvice } from "./roles.ts";
import {
  findSession,
  type FoundSession,
  readProfiles,
} from "./session_files.ts";

export interface RefreshRequest extends PlanRequest {
  /** The profile with the long-term key, its session, or a role that uses the session. */
  readonly profile: string;
  /** Six digits in any spelling; by default, the port `codes` asks for it. */
  readonly code?: Secret | undefined;
  /** The profile to write; by default `<profile>_sts`. */
  readonly sessionProfile?: string | undefined;
  /** Checks everything, without a code and without a change. */
  readonly dryRun?: boolean | undefined;
}

interface Names {
  /** The profile with the long-term key. */
  readonly profile: string;
  readonly sessionProfile: string;
  /** The role that was named and uses the session. */
  readonly role?: string | undefined;
  /** Advice for the person, a sentence each. */
  readonly notes?: readonly string[];
}

/** The outcome of a refresh, without secrets. */
export interface RefreshResult extends Names {
  readonly status: "updated" | "still_valid" | "would_update";
  /** In a dry run: the lines to remove and add, secrets masked. */
  readonly diff?: string;
  /** Of the session; undefined in a dry run. */
  readonly accessKeyId?: string;
  readonly expiration?: Date;
}

/** Callbacks around a code. Each except `answered` may throw to end the refresh. */
export interface RefreshHooks {
  /** Everything except the code is known; `profiles` use the session. */
  prepared?(profiles: readonly string[]): void;
  /** Before a code is asked for; `refused` is STS's error for the last one. The result is disposed of after it. */
  asking?(refused: UpdstsError | undefined): Disposable | undefined;
  /** Before the request to STS in `region`: from here on the code may be spent. */
  sending?(region: string): void;
  /** After the answer of STS: a session, which is not yet written, or `error`. */
  answered?(error?: unknown): void;
}

/** The ports of a rehearsal, without the one that asks for codes. */
export type PreparePorts =
  & Pick<Ports, "keys" | "config" | "clock" | "log">
  & {
    readonly file: Pick<Ports["file"], "path" | "read" | "rehearse">;
    readonly issuer: Pick<Ports["issuer"], "rehearse">;
  };

/** A session in the file that lasts long enough. */
interface StillValid {
  readonly status: "still_valid";
  readonly names: Names;
  readonly found: FoundSession;
}

/** A refresh that needs only the code. */
export interface Prepared {
  readonly status: "prepared";
  readonly names: Names;
  readonly plan: SessionPlan;
  /** Region to write into a new section. */
  readonly region: string | undefined;
  /** The text and the edits of the rehearsal. */
  readonly text: string;
  readonly edits: readonly Edit[];
}

/** For messages that are shown already, or elsewhere. */
export const SILENT: Log = { warn() {}, note() {}, info() {}, debug() {} };

/**
 * Refreshes the managed block of a profile. Everything is checked before a code
 * is asked for, and again after it, since typing one may take minutes.
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
  hooks.prepared?.(usersOf(prepared.names));
  let refused: UpdstsError | undefined;
  for (let attempt = 1;; attempt++) {
    if (prepared.status === "still_valid") {
      const { status, names, found } = prepared;
      if (found.isQuoted && !request.dryRun) await withoutQuotes(file, names);
      const { accessKeyId, expiration } = found;
      return { status, ...names, accessKeyId, expiration };
    }
    if (request.dryRun) {
      const diff = changedLines(file.path, prepared.text, prepared.edits);
      return { status: "would_update", ...prepared.names, diff };
    }
    let { code } = request;
    if (code === undefined) {
      const { profile } = prepared.names;
      const { device } = prepared.plan;
      {
        using _asking = hooks.asking?.(refused);
        code = requireCode(await codes.code(profile, device, refused));
      }
      config.renew();
      prepared = await prepareRefresh({ ...ports, log: SILENT }, request);
      if (prepared.status === "still_valid") continue;
      if (prepared.plan.device !== device) {
        throw cannotRefresh(
          "FILE_BUSY",
          profile,
          `its MFA device was changed while a code of ${device} was asked for`,
          `the code was not sent; try again with one of ${prepared.plan.device}`,
        );
      }
    }
    const { plan, names } = prepared;
    hooks.sending?.(plan.region);
    let session: Session;
    try {
      session = await ports.issuer.issue({ ...plan, code: requireCode(code) });
    } catch (error) {
      hooks.answered?.(error);
      const last = request.code !== undefined || attempt === CODE_ATTEMPTS ||
        codes.asksAgain !== true;
      if (last || !(error instanceof UpdstsError)) throw error;
      if (error.code !== "MFA_REFUSED") throw error;
      refused = error;
      continue;
    }
    hooks.answered?.();
    await write(file, prepared, session);
    const { accessKeyId, expiration } = session;
    return { status: "updated", ...names, accessKeyId, expiration };
  }
}

/** The session's profile, and the role that uses it. */
export function usersOf({ sessionProfile, role }: Names): string[] {
  return role === undefined ? [sessionProfile] : [sessionProfile, role];
}

/** Removes the quotes from a session that is still valid, since other programs read them as part of the value. */
async function withoutQuotes(
  file: Ports["file"],
  { profile, sessionProfile }: Names,
): Promise<void> {
  await file.update((text) => {
    const sessions = parseFile(text);
    const found = findSession(sessions, profile, sessionProfile);
    if (!found?.isQuoted) return [];
    const values = { ...found, expiration: toLocalIso(found.expiration) };
    return refreshEdits(sessions, profile, sessionProfile, values);
  });
}

/** Writes `session`; the hint of a failure says that the code is spent. */
async function write(
  file: Ports["file"],
  { names: { profile, sessionProfile }, region }: Prepared,
  session: Session,
): Promise<void> {
  const expiration = toLocalIso(session.expiration);
  const values = { ...session, region, expiration, marksExpiry: true };
  try {
    await file.update(
      (text) => refreshEdits(parseFile(text), profile, sessionProfile, values),
      { spent: true },
    );
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    throw new UpdstsError(error.code, error.message, {
      hint: (names) =>
        [error.hintWith(names) ?? [], "this code is spent: use the next one"]
          .flat().join("; "),
      cause: error,
    });
  }
}

/** The checks of a refresh before a code is asked for. @throws {UpdstsError} */
export async function prepareRefresh(
  ports: PreparePorts,
  request: RefreshRequest,
  attempts = 3,
): Promise<Prepared | StillValid> {
  const { file, keys, config, log } = ports;
  assertProfileName(request.profile, "the profile name");
  const { sessionProfile: named } = request;
  if (named !== undefined) assertSessionName(named);
  assertDurations(request);
  if (request.code !== undefined) requireCode(request.code);
  const keyFile = keys ?? file;
  const profiles = await readProfiles(ports);
  const { sessions } = profiles;
  const chain = chainOf(request.profile, profiles);
  const { profile, roles } = chain;
  const sessionProfile = named ?? chain.sessionProfile;
  const role = roles[0]?.name;
  if (role !== undefined) {
    const under = roles.at(-1)?.sourceProfile;
    const session = `${sessionProfile}, the session of profile ${profile}`;
    log.note(`${role} takes a role with ${under}: refreshing ${session}`);
  } else if (profile !== request.profile) {
    const session = `${request.profile} is the session of profile ${profile}`;
    log.note(`${session}: refreshing that one`);
  }
  const settings = await config.settingsOf(profile);
  const source = findProfile(profiles.keys, profile);
  if (source === undefined) {
    const existing = listProfiles(profiles.keys);
    throw unknownProfile(profile, existing, keyFile.path);
  }
  const ofSession = await config.settingsOf(sessionProfile);
  if (ofSession.credentialsKey !== undefined) {
    const own = `credentials of its own (${ofSession.credentialsKey})`;
    const state = `the profile of that name in the config file has ${own}`;
    throw nameTaken(sessionProfile, state);
  }
  if (!/^[\w.-]+$/.test(sessionProfile)) {
    const called = `a profile called ${JSON.stringify(sessionProfile)}`;
    log.warn(
      `several SDKs and tools do not see ${called}: choose a name of A-Z, a-z, 0-9, _, . and - with -sn`,
    );
  }
  const notes = roleAdvice(chain, sessionProfile, profiles);
  const names = { profile, sessionProfile, role, notes };
  const found = findSession(sessions, profile, sessionProfile);
  const remaining = (request.minRemainingSeconds ?? Infinity) * 1000;
  const end = ports.clock.now().getTime() + remaining;
  if (found !== undefined && found.expiration.getTime() >= end) {
    return { status: "still_valid", names, found };
  }
  const fromStdin = keyFile.path === undefined;
  const plan = planSession(source, settings, request, fromStdin);
  log.info(`Credentials file: ${keyFile.path ?? "stdin"}`);
  if (keys !== undefined) log.info(`File for sessions: ${file.path}`);
  log.info(`Region: ${plan.region}`);
  log.info(`MFA device: ${plan.device}`);
  const block = sessions.blockOf(profile, sessionProfile);
  const when = request.dryRun ? "the next" : "this";
  for (const flaw of block ? flawsOf(sessions, block) : []) {
    log.warn(flawWarning(file.path, flaw, when));
  }
  const region = regionOfSession(source, settings, ofSession);
  const values = { ...REHEARSED, region, marksExpiry: true };
  let text = "";
  let edits: readonly Edit[] = [];
  let refusal: string | undefined;
  const rehearse = (now: string) => {
    text = now;
    edits = refreshEdits(parseFile(now), profile, sessionProfile, values);
    refusal = awsCliRefusal(text, edits);
    return edits;
  };
  // In parallel: the disk takes as long as loading the client of STS.
  const rehearsed = await Promise.allSettled([
    ports.issuer.rehearse(plan),
    file.rehearse(rehearse),
  ]);
  for (const outcome of rehearsed) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
  if (refusal !== undefined) log.warn(awsCliWarning(file.path, refusal));
  const other = await config.file();
  if (other !== undefined && other.path !== file.path) {
    const reason = whyAwsCliRefusesFile(other.text);
    if (reason !== undefined) log.warn(awsCliWarning(other.path, reason));
  }
  // Another program wrote the file meanwhile, and may have changed the key.
  if (keys === undefined && text !== sessions.text && attempts > 1) {
    return await prepareRefresh(ports, request, attempts - 1);
  }
  return { status: "prepared", names, plan, region, text, edits };
}

/**
 * Why the AWS CLI refuses the file after `edits`.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN` if that is because of the edits
 */
export function awsCliRefusal(
  text: string,
  edits: readonly Edit[],
): string | undefined {
  const after = whyAwsCliRefusesFile(applyEdits(text, edits));
  const before = after && whyAwsCliRefusesFile(text);
  if (after === undefined || before !== undefined) return before;
  throw brokenBlock(`the AWS CLI would refuse the whole file then: ${after}`);
}

export function flawWarning(
  path: string,
  flaw: string,
  when: "this" | "the next",
): string {
  return `${path}: ${flaw}; ${when} refresh fixes it`;
}

export function awsCliWarning(path: string, reason: string): string {
  return `the AWS CLI refuses ${path}: ${reason}; ` +
    "it will not find the session until that is fixed";
}
