// Use case: trade a profile's key and a code for a session, and save it.
import { CODE_ATTEMPTS, requireCode } from "../codes.ts";
import { flawIn, mayBeShown } from "../credentials/keys.ts";
import { parseFile } from "../credentials/parse.ts";
import {
  findProfile,
  listProfiles,
  type Profile,
} from "../credentials/profiles.ts";
import { whyAwsCliRefusesFile } from "../credentials/readers/aws_cli.ts";
import {
  assertProfileName,
  assertSessionName,
  brokenBlock,
  nameTaken,
} from "../credentials/refusals.ts";
import { flawsOf, refreshEdits } from "../credentials/session_edits.ts";
import { applyEdits, type Edit } from "../credentials/text.ts";
import { formatDuration } from "../durations.ts";
import { UpdstsError } from "../errors.ts";
import type { Log, Ports, ProfileSettings, Session } from "../ports.ts";
import type { Secret } from "../secret.ts";
import { toLocalIso } from "../timestamps.ts";
import { changedLines } from "./dry_run.ts";
import {
  cannotRefresh,
  planSession,
  regionOfSession,
  REHEARSED,
  type SessionPlan,
} from "./plan.ts";
import { unknownProfile } from "./profiles.ts";
import { type Chain, chainOf, type Profiles, roleAdvice } from "./roles.ts";
import {
  findSession,
  type FoundSession,
  readSessionFiles,
} from "./session_files.ts";

/** How long a session lasts if neither request nor profile says otherwise, in seconds. */
const DEFAULT_DURATION_SECONDS = 3600;
/** The limits of STS, in seconds. */
const MIN_SECONDS = 900;
const MAX_SECONDS = 129_600;

/** What is asked for. */
export interface RefreshRequest {
  /** The profile with the long-term key. */
  readonly profile: string;
  /** The TOTP code: six digits in any spelling. Without it, the port `codes` is asked. */
  readonly code?: Secret | undefined;
  /** The profile to write; by default the name above and `_sts`. */
  readonly sessionProfile?: string | undefined;
  /** The MFA device, by its ARN or serial number; by default the profile's. */
  readonly device?: string | undefined;
  /** In seconds; by default the profile's own, else 3600. */
  readonly durationSeconds?: number | undefined;
  /** If the session stays valid this long, in seconds, nothing is done. */
  readonly minRemainingSeconds?: number | undefined;
  /** Checks everything, calls nobody, and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** Where a session comes from and goes to. */
interface Names {
  /** The profile with the long-term key. */
  readonly profile: string;
  readonly sessionProfile: string;
  /** The role that uses the session, if that was named. */
  readonly role?: string;
  /** What a person should do or know besides, a sentence each; undefined is nothing. */
  readonly notes?: readonly string[];
}

/** What was done. Holds no secret. */
export interface RefreshResult extends Names {
  /** Whether STS gave a new session, or the one in the file is good enough. */
  readonly status: "updated" | "still_valid" | "would_update";
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
  /** All but a code is there for the session that these `profiles` use, or it is there already. */
  prepared?(profiles: readonly string[]): void;
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

/** What preparing takes of the world: nothing that asks anybody. */
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

/** A refresh of which nothing is missing but the code. */
export interface Prepared {
  readonly status: "prepared";
  readonly names: Names;
  readonly plan: SessionPlan;
  readonly durationSeconds: number;
  /** The region to write, if a section is made. */
  readonly region: string | undefined;
  /** What the file was when it was rehearsed, and what would change. */
  readonly text: string;
  readonly edits: readonly Edit[];
}

/** Says nothing: for what a person has been told already, or finds by another way. */
export const SILENT: Log = { warn() {}, note() {}, info() {}, debug() {} };

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
  hooks.prepared?.(usersOf(prepared.names));
  let refused: UpdstsError | undefined;
  for (let attempt = 1;; attempt++) {
    if (prepared.status === "still_valid") {
      const { status, names, found: { rewritten, ...found } } = prepared;
      if (rewritten && !request.dryRun) await withoutQuotes(file, names);
      return { status, ...names, ...found };
    }
    const { profile } = prepared.names;
    if (request.dryRun) {
      const diff = changedLines(file.path, prepared.text, prepared.edits);
      return { status: "would_update", ...prepared.names, diff };
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
      if (prepared.status === "still_valid") continue;
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
      if (last || !(error instanceof UpdstsError)) throw error;
      if (error.code !== "MFA_REFUSED") throw error;
      refused = error;
      continue;
    }
    hooks.answered?.();
    await write(file, prepared, session);
    const { accessKeyId, expiration } = session;
    const { names } = prepared;
    return { status: "updated", ...names, accessKeyId, expiration };
  }
}

/** The profiles that use the session. */
export function usersOf({ sessionProfile, role }: Names): string[] {
  return role === undefined ? [sessionProfile] : [sessionProfile, role];
}

/**
 * Refuses to spend a code that was asked for another device than the one that
 * the files name now.
 *
 * @throws {UpdstsError} `FILE_BUSY`
 */
function assertAskedFor(asked: string, { names, plan }: Prepared): void {
  if (plan.device === asked) return;
  throw cannotRefresh(
    "FILE_BUSY",
    names.profile,
    `its MFA device was changed while a code of ${asked} was asked for`,
    `the code was not sent; try again with one of ${plan.device}`,
  );
}

/** Writes a session that lasts on once more, if other programs read it with quotes: no code is needed for that. */
async function withoutQuotes(
  file: Ports["file"],
  { profile, sessionProfile }: Names,
): Promise<void> {
  await file.update((text) => {
    const sessions = parseFile(text);
    const now = findSession({ sessions }, profile, sessionProfile)?.rewritten;
    return now ? refreshEdits(sessions, profile, sessionProfile, now) : [];
  });
}

/**
 * Writes `session`, also if its source has gone by now. A failure says that the
 * next try needs another code.
 */
async function write(
  file: Ports["file"],
  { names: { profile, sessionProfile }, region }: Prepared,
  session: Session,
): Promise<void> {
  const values = {
    ...session,
    region,
    expiration: toLocalIso(session.expiration),
    marksExpiry: true,
  };
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

/**
 * Does all that a refresh does before a code is asked for, and refuses what it
 * would refuse.
 *
 * @throws {UpdstsError}
 */
export async function prepareRefresh(
  ports: PreparePorts,
  request: RefreshRequest,
  attempts = 3,
): Promise<Prepared | StillValid> {
  const { file, keys, config, log } = ports;
  assertRequest(request);
  const keyFile = keys ?? file;
  const files = await readSessionFiles(ports);
  const profiles = { files, config: await config.profiles() };
  const chain = chainOf(request.profile, profiles);
  const { profile, roles } = chain;
  const sessionProfile = request.sessionProfile ?? chain.sessionProfile;
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
  const source = findProfile(files.keys, profile);
  const fromStdin = keyFile.path === undefined;
  if (source === undefined) {
    throw unknownProfile(profile, listProfiles(files.keys), { fromStdin });
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
  const names = namesOf(chain, sessionProfile, profiles);
  const current = findSession(files, profile, sessionProfile);
  const { device, minRemainingSeconds = Infinity } = request;
  const end = ports.clock.now().getTime() + minRemainingSeconds * 1000;
  if (current !== undefined && current.expiration.getTime() >= end) {
    return { status: "still_valid", names, found: current };
  }
  // Only a new session has to last as long as that.
  const durationSeconds = durationOf(request, source, settings);
  const plan = planSession(source, settings, { device, fromStdin });
  log.info(`Credentials file: ${keyFile.path ?? "stdin"}`);
  if (keys !== undefined) log.info(`File for sessions: ${file.path}`);
  log.info(`Region: ${plan.region}`);
  log.info(`MFA device: ${plan.device}`);
  const block = files.sessions.blockOf(profile, sessionProfile);
  const when = request.dryRun ? "the next" : "this";
  for (const flaw of block ? flawsOf(files.sessions, block) : []) {
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
  // Both at once: the disk takes as long as what asks STS does to load.
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
  // The file was waited for, and the key in it may be another by now.
  if (keys === undefined && text !== files.sessions.text && attempts > 1) {
    return await prepareRefresh(ports, request, attempts - 1);
  }
  const found = { plan, durationSeconds, region, text, edits };
  return { status: "prepared", names, ...found };
}

/** The names of a refresh, and what is to be said of them. */
function namesOf(
  chain: Chain,
  sessionProfile: string,
  profiles: Profiles,
): Names {
  const { profile, roles } = chain;
  const block = profiles.files.sessions.blockOf(profile, sessionProfile);
  const former = block?.sessionProfile === sessionProfile
    ? undefined
    : block?.sessionProfile;
  const notes = roleAdvice(chain, sessionProfile, former, profiles);
  if (former !== undefined) {
    notes.unshift(
      `The session is renamed from ${former} to ${sessionProfile}: programs no longer find ${former}`,
    );
  }
  const [role] = roles;
  const named = role === undefined ? {} : { role: role.name };
  const noted = notes.length === 0 ? {} : { notes };
  return { profile, sessionProfile, ...named, ...noted };
}

/**
 * Why the AWS CLI does not read the file, now and after `edits`; undefined if
 * it reads it then.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN` if the edits made it so
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

/** What is said of a flaw of a block in the file at `path`, and which refresh mends it. */
export function flawWarning(
  path: string,
  flaw: string,
  when: "this" | "the next",
): string {
  return `${path}: ${flaw}; ${when} refresh mends it`;
}

/** What is said of the file at `path` that the AWS CLI cannot read, for that `reason`. */
export function awsCliWarning(path: string, reason: string): string {
  return `the AWS CLI refuses ${path}: ${reason}; ` +
    "it will not find the session before that is mended";
}

/**
 * Refuses what neither file nor profile could make right.
 *
 * @throws {UpdstsError} `NAME_INVALID`, `DURATION_INVALID`, `CODE_INVALID`
 */
function assertRequest(request: RefreshRequest): void {
  const { profile, sessionProfile, code, durationSeconds } = request;
  const { minRemainingSeconds = 0 } = request;
  assertProfileName(profile, "the profile name");
  if (sessionProfile !== undefined) assertSessionName(sessionProfile);
  if (durationSeconds !== undefined && !isDuration(durationSeconds)) {
    const [asked, least, most] = [durationSeconds, MIN_SECONDS, MAX_SECONDS]
      .map(formatDuration);
    throw new UpdstsError(
      "DURATION_INVALID",
      `Cannot ask for a session of ${asked}: STS gives ${least} to ${most}`,
      { hint: "1h is the usual, 12h is a working day (43200 s)" },
    );
  }
  if (!Number.isFinite(minRemainingSeconds) || minRemainingSeconds < 0) {
    throw new UpdstsError(
      "DURATION_INVALID",
      `Cannot wait for ${minRemainingSeconds} s to remain: it must be 0 or more seconds`,
      { hint: "give 0 or more, such as 900 for a quarter of an hour" },
    );
  }
  if (code !== undefined) requireCode(code);
}

/**
 * How long the session is to last: as asked for, else as the profile says,
 * there or in the config file.
 *
 * @throws {UpdstsError} `DURATION_INVALID`, `SETTING_INVALID`
 */
function durationOf(
  { durationSeconds, minRemainingSeconds = 0 }: RefreshRequest,
  profile: Profile,
  settings: ProfileSettings,
): number {
  const own = profile.value("duration_seconds") ?? settings.durationSeconds;
  const seconds = durationSeconds ?? Number(own ?? DEFAULT_DURATION_SECONDS);
  const isOwn = durationSeconds === undefined && own !== undefined;
  // An invalid value is not shown: it may be anything.
  if (isOwn && !(/^\d{1,9}$/.test(own) && isDuration(seconds))) {
    const shown = mayBeShown("duration_seconds", own) ? ` ${own}` : "";
    const { state, hint } = flawIn(own) ?? {
      state: "is not one that STS gives",
      hint:
        `write ${MIN_SECONDS} to ${MAX_SECONDS} there, or ask for a duration`,
    };
    throw cannotRefresh(
      "SETTING_INVALID",
      profile.name,
      `its duration_seconds${shown} ${state}`,
      hint,
    );
  }
  // Of a session that STS gives now, less than all is left in a moment.
  if (minRemainingSeconds < seconds) return seconds;
  const [rest, all] = [minRemainingSeconds, seconds].map(formatDuration);
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot have ${rest} remain of a session: it lasts ${all} from the start`,
    { hint: "ask for a session that lasts longer, or for less to remain" },
  );
}

function isDuration(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_SECONDS &&
    seconds <= MAX_SECONDS;
}
