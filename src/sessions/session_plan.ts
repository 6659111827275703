// What a session is asked with: the key, the device and the place; or why it cannot be.
import type { Profile } from "../credentials/profiles.ts";
import type { SessionValues } from "../credentials/session_edits.ts";
import { UpdstsError } from "../errors.ts";
import type { ProfileSettings, SessionRequest } from "../ports.ts";
import { Secret } from "../secret.ts";
import { chooseRegion, requireDevice } from "./session_target.ts";

/** A request to STS, but for the code and the duration. */
export type SessionPlan = Omit<SessionRequest, "code" | "durationSeconds">;

/** As long as anything that STS gives, so that a rehearsal needs the same room. */
export const REHEARSED: SessionValues = {
  // Longer than any, and of no shape that would be shown.
  accessKeyId: "a".repeat(129),
  secretAccessKey: new Secret("A".repeat(128)),
  sessionToken: new Secret("A".repeat(4096)),
  expiration: "to-be-given-by-STS-in-a-moment",
};

/**
 * All that a request to STS needs of the profile and its settings; the device
 * is `askedDevice` if that is given.
 *
 * @throws {UpdstsError} `KEYS_TEMPORARY`, `KEYS_MISSING`, `DEVICE_MISSING`,
 * `DEVICE_UNSUPPORTED`, `REGION_INVALID`
 */
export function planSession(
  profile: Profile,
  settings: ProfileSettings,
  askedDevice?: string,
): SessionPlan {
  const { name } = profile;
  const shown = JSON.stringify(name);
  if (profile.token !== undefined) {
    throw new UpdstsError(
      "KEYS_TEMPORARY",
      `Cannot refresh profile ${shown}: it holds a session token, and STS gives no session for a session`,
      { hint: "name the profile that holds the long-term key" },
    );
  }
  const accessKeyId = profile.value("aws_access_key_id");
  const secretAccessKey = profile.secret("aws_secret_access_key");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new UpdstsError(
      "KEYS_MISSING",
      `Cannot refresh profile ${shown}: it has no ${
        accessKeyId === undefined
          ? "aws_access_key_id"
          : "aws_secret_access_key"
      }`,
      { hint: `add a long-term key with: aws configure --profile ${name}` },
    );
  }
  // What is signed with goes into headers: anything else was mistyped.
  if (!/^[A-Z0-9_]{16,128}$/.test(accessKeyId)) {
    throw new UpdstsError(
      "KEYS_MISSING",
      `Cannot refresh profile ${shown}: its aws_access_key_id is none`,
      {
        hint:
          "it has 16 or more capital letters and digits, and mostly begins AKIA",
      },
    );
  }
  if (/\s/.test(secretAccessKey.reveal())) {
    throw new UpdstsError(
      "KEYS_MISSING",
      `Cannot refresh profile ${shown}: its aws_secret_access_key is none`,
      { hint: "it is one word, on one line, behind the equals sign" },
    );
  }
  const device = requireDevice(profile, settings, askedDevice);
  const { endpoint, fips, dualStack } = settings;
  return {
    profile: name,
    accessKeyId,
    secretAccessKey,
    device,
    region: chooseRegion(profile, settings, device).name,
    ...{ endpoint, fips, dualStack },
  };
}
