// What a refresh is asked for, and which requests are none.
import type { Profile } from "../credentials/profiles.ts";
import {
  assertProfileName,
  assertSessionName,
} from "../credentials/refusals.ts";
import { requireCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { ProfileSettings } from "../ports.ts";
import type { Secret } from "../secret.ts";

/** How long a session lasts if nobody says otherwise, in seconds. */
export const DEFAULT_DURATION_SECONDS = 3600;
/** The limits of STS, in seconds. */
export const MIN_DURATION_SECONDS = 900;
export const MAX_DURATION_SECONDS = 129_600;

/** What is asked for. */
export interface RefreshRequest {
  /** The profile with the long-term key. */
  readonly profile: string;
  /** The TOTP code: six digits in any spelling. Without it, the port `codes` is asked. */
  readonly code?: Secret | undefined;
  /** The profile to write; by default the name above with `_sts` behind it. */
  readonly sessionProfile?: string | undefined;
  /** The MFA device, by its ARN or serial number; by default the profile's. */
  readonly device?: string | undefined;
  /** In seconds; by default the profile's own, else {@linkcode DEFAULT_DURATION_SECONDS}. */
  readonly durationSeconds?: number | undefined;
  /** If the session stays valid this long, in seconds, nothing is done. */
  readonly minRemainingSeconds?: number | undefined;
  /** Checks everything, calls nobody, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Durations as whoever asked spells them; by default in seconds. */
  readonly spellDuration?: ((seconds: number) => string) | undefined;
}

function inSeconds(seconds: number): string {
  return `${seconds} s`;
}

/**
 * Refuses what no file and no profile could make right.
 *
 * @throws {UpdstsError} `NAME_INVALID`, `DURATION_INVALID`, `CODE_INVALID`
 */
export function assertRequest(request: RefreshRequest): void {
  const { profile, sessionProfile, durationSeconds, minRemainingSeconds } =
    request;
  assertProfileName(profile, "the profile name");
  if (sessionProfile !== undefined) assertSessionName(sessionProfile);
  if (durationSeconds !== undefined) assertDuration(durationSeconds, request);
  assertMinRemaining(minRemainingSeconds);
  if (request.code !== undefined) requireCode(request.code);
}

/**
 * Refuses a name for the session that means a profile of the config file
 * already: whoever asked for that one would be given the session.
 *
 * @throws {UpdstsError} `NAME_TAKEN`
 */
export function assertNotConfigured(
  sessionProfile: string,
  { credentialsKey }: ProfileSettings,
): void {
  if (credentialsKey === undefined) return;
  throw new UpdstsError(
    "NAME_TAKEN",
    `Cannot use the profile name ${
      JSON.stringify(sessionProfile)
    } for the session: the profile of that name in the config file has ` +
      `credentials of its own (${credentialsKey})`,
    { hint: "choose another name with -sn; nothing was changed" },
  );
}

/**
 * How long the session is to last: as asked for, else as the profile says,
 * there or in the config file.
 *
 * @throws {UpdstsError} `DURATION_INVALID`, `SETTING_INVALID`
 */
export function durationOf(
  request: RefreshRequest,
  profile: Profile,
  settings: ProfileSettings,
): number {
  const { minRemainingSeconds = 0, spellDuration: spell = inSeconds } = request;
  const seconds = request.durationSeconds ??
    ownDuration(profile, settings) ?? DEFAULT_DURATION_SECONDS;
  // Of a session that STS gives now, less than all is left in a moment.
  if (minRemainingSeconds < seconds) return seconds;
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot have ${spell(minRemainingSeconds)} remain of a session: it lasts ${
      spell(seconds)
    } from the start`,
    {
      hint: "ask for a session that lasts longer, or for less to remain",
    },
  );
}

function ownDuration(
  profile: Profile,
  { durationSeconds }: ProfileSettings,
): number | undefined {
  const text = profile.value("duration_seconds") ?? durationSeconds;
  if (text === undefined) return undefined;
  // What cannot be one is not shown: it may be anything.
  if (/^\d{1,9}$/.test(text) && isDuration(Number(text))) return Number(text);
  throw new UpdstsError(
    "SETTING_INVALID",
    `Cannot refresh profile ${
      JSON.stringify(profile.name)
    }: its duration_seconds is none that STS gives`,
    {
      hint:
        `write ${MIN_DURATION_SECONDS} to ${MAX_DURATION_SECONDS} there, or ask for a duration`,
    },
  );
}

function isDuration(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_DURATION_SECONDS &&
    seconds <= MAX_DURATION_SECONDS;
}

function assertDuration(
  seconds: number,
  { spellDuration }: RefreshRequest,
): void {
  if (isDuration(seconds)) return;
  const spell = spellDuration ?? inSeconds;
  const limits = spellDuration === undefined
    ? `${MIN_DURATION_SECONDS} to ${MAX_DURATION_SECONDS} s`
    : `${spell(MIN_DURATION_SECONDS)} to ${spell(MAX_DURATION_SECONDS)}`;
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot ask for a session of ${spell(seconds)}: STS gives ${limits}`,
    {
      hint: spellDuration === undefined
        ? "3600 is an hour, 43200 is twelve, 129600 a day and a half"
        : "1h is the usual, 12h is a working day",
    },
  );
}

function assertMinRemaining(seconds: number | undefined): void {
  if (seconds === undefined || (Number.isFinite(seconds) && seconds >= 0)) {
    return;
  }
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot wait for ${seconds} s to remain: it is no number of seconds`,
    { hint: "give 0 or more, such as 900 for a quarter of an hour" },
  );
}
