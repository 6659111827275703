// Rehearses a refresh as `get` does it, up to the code, so that `doctor` says what that says.
import type { Profile } from "../credentials/profiles.ts";
import { applyEdits } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { AwsConfig, Log } from "../ports.ts";
import {
  type Prepared,
  type PreparePorts,
  prepareRefresh,
} from "../sessions/refresh_session.ts";
import type { SessionFiles } from "../sessions/session_files.ts";
import { planSession } from "../sessions/plan.ts";

/** What is said while rehearsing is found by looking, too. */
const SILENT: Log = {
  warn: () => {},
  note: () => {},
  info: () => {},
  debug: () => {},
};

/** How a refresh of a profile would go, up to the code. */
export interface Rehearsal {
  readonly prepared?: Prepared;
  readonly refused?: UpdstsError;
}

/** Rehearses a refresh of the profile called `name`, as `get` does it. */
export async function rehearseRefresh(
  ports: Omit<PreparePorts, "log">,
  name: string,
): Promise<Rehearsal> {
  try {
    const prepared = await prepareRefresh({ ...ports, log: SILENT }, {
      profile: name,
    });
    return prepared.status === "prepared" ? { prepared } : {};
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    return { refused: error };
  }
}

/** The file as it was read: that it can be written, and STS be asked, is looked at once. */
export function inMemory(
  { config, clock }: Pick<PreparePorts, "config" | "clock">,
  { keys, sessions }: SessionFiles,
  path: string,
): Omit<PreparePorts, "log"> {
  return {
    config,
    clock,
    issuer: { rehearse: () => Promise.resolve() },
    file: {
      path,
      read: () => Promise.resolve(sessions.text),
      rehearse: (change) =>
        Promise.try(() =>
          void applyEdits(sessions.text, change(sessions.text))
        ),
    },
    keys: keys === sessions
      ? undefined
      : { path, read: () => Promise.resolve(keys.text) },
  };
}

/** The same for the key, the device and the region alone. */
export async function planned(
  profile: Profile,
  config: AwsConfig,
): Promise<Rehearsal> {
  try {
    planSession(profile, await config.settingsOf(profile.name));
    return {};
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    return { refused: error };
  }
}
