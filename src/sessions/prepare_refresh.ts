// All of a refresh that needs neither a code nor STS: what would be refused, and what would change.
import { parseFile } from "../credentials/parse.ts";
import {
  findProfile,
  listProfiles,
  looksLikeName,
} from "../credentials/profiles.ts";
import { refreshEdits } from "../credentials/session_edits.ts";
import type { Edit } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { KeySource, Ports } from "../ports.ts";
import { awsCliRefusal } from "./aws_cli_check.ts";
import {
  assertNotConfigured,
  assertRequest,
  durationOf,
  type RefreshRequest,
} from "./refresh_request.ts";
import { findSession, readSessionFiles, sourceOf } from "./session_files.ts";
import { planSession, REHEARSED, type SessionPlan } from "./plan.ts";
import { unknownProfile } from "./unknown_profile.ts";

/** What preparing takes of the world: nothing that asks anybody. */
export type PreparePorts =
  & Pick<Ports, "keys" | "config" | "clock" | "log">
  & {
    readonly file: Pick<Ports["file"], "path" | "read" | "rehearse">;
  }
  & { readonly issuer: Pick<Ports["issuer"], "rehearse"> };

/** Where a session comes from and goes to. */
interface Names {
  /** The profile with the long-term key. */
  readonly profile: string;
  readonly sessionProfile: string;
}

/** A session in the file that lasts long enough. */
export interface StillValid extends Names {
  readonly status: "still_valid";
  readonly accessKeyId: string;
  readonly expiration: Date;
}

/** A refresh of which nothing is missing but the code. */
export interface Prepared extends Names {
  readonly status: "prepared";
  readonly plan: SessionPlan;
  readonly durationSeconds: number;
  /** What the file was when it was rehearsed, and what would change. */
  readonly text: string;
  readonly edits: readonly Edit[];
  /** Why the AWS CLI will not read the file, if it will not. */
  readonly refusal: string | undefined;
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
  const settings = await config.settingsOf(profile);
  const source = findProfile(files.keys, profile);
  if (source === undefined) {
    const names = listProfiles(files.keys).flatMap(({ recognised, name }) =>
      recognised && looksLikeName(name) ? [name] : []
    );
    throw await unknownProfile(profile, names, {
      fromStdin: (keys ?? file).path === undefined,
      configured: settings.credentialsKey,
    });
  }
  assertNotConfigured(sessionProfile, await config.settingsOf(sessionProfile));
  const current = findSession(files, profile, sessionProfile);
  if (current !== undefined && request.minRemainingSeconds !== undefined) {
    const end = ports.clock.now().getTime() +
      request.minRemainingSeconds * 1000;
    if (current.expiration.getTime() >= end) {
      return { status: "still_valid", profile, sessionProfile, ...current };
    }
  }
  // Only a new session has to last as long as that.
  const durationSeconds = durationOf(request, source, settings);
  const plan = inWordsOf(
    keys ?? file,
    () => planSession(source, settings, request.device),
  );
  log.info(`Credentials file: ${(keys ?? file).path ?? "stdin"}`);
  if (keys !== undefined) log.info(`File for sessions: ${file.path}`);
  log.info(`Region: ${plan.region}`);
  log.info(`MFA device: ${plan.device}`);
  let text = "";
  let edits: readonly Edit[] = [];
  let refusal: string | undefined;
  // Both at once: the disk takes as long as what asks STS does to load.
  const rehearsed = await Promise.allSettled([
    ports.issuer.rehearse(plan),
    file.rehearse((now) => {
      text = now;
      edits = refreshEdits(parseFile(now), profile, sessionProfile, REHEARSED);
      refusal = awsCliRefusal(text, edits);
      return edits;
    }),
  ]);
  for (const outcome of rehearsed) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
  if (refusal !== undefined) {
    log.warn(
      `the AWS CLI refuses ${file.path}: ${refusal}; ` +
        "it will not find the session before that is mended",
    );
  }
  // The file was waited for, and the key in it may be another by now.
  if (keys === undefined && text !== files.sessions.text && attempts > 1) {
    return await prepareRefresh(ports, request, attempts - 1);
  }
  const names = { profile, sessionProfile };
  const found = { plan, durationSeconds, text, edits, refusal };
  return { status: "prepared", ...names, ...found };
}

/** What `plan` makes; or why not, with a word of stdin if the profile came from there. */
function inWordsOf<T>({ path }: Pick<KeySource, "path">, plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (path !== undefined || !(error instanceof UpdstsError)) throw error;
    throw new UpdstsError(error.code, error.message, {
      hint: `stdin gave that profile: mend it where it is kept; ${error.hint}`,
      cause: error,
    });
  }
}
