// What there is to say of the file that was replaced.
import type { Log } from "../ports.ts";
import { shellQuoted } from "../shell_quoted.ts";
import type { Environment } from "./environment.ts";
import { isInProfile, modeOf } from "./place.ts";
import type { Target } from "./target.ts";
import type { Timepiece } from "./timepiece.ts";

/** How long to look at it, in milliseconds: if nobody else seemed to write to it, and if somebody did. */
const LOOK_BACK = 10;
const LONG_LOOK_BACK = 1_000;

/** Says so if a program goes on writing to the `old` file, which has had no name `since` then. */
export async function lookBack(
  old: Target,
  since: number,
  disturbed: boolean,
  path: string,
  log: Log,
  time: Timepiece,
): Promise<void> {
  const end = since + (disturbed ? LONG_LOOK_BACK : LOOK_BACK);
  while (!old.written) {
    // There was none; or it is closed, as it has to be on Windows.
    if (old.written === undefined) return;
    const left = end - time.now();
    if (left <= 0) return;
    await time.sleep(Math.min(left, LOOK_BACK));
  }
  log.warn(
    `another program was still writing to ${path} when it was replaced, and what it wrote last is lost: see what is missing (updsts list), and let that program write it again`,
  );
}

/** Says who else can read what is in it. */
export function warnOfExposure(
  { info, place }: Target,
  path: string,
  environment: Environment,
  log: Log,
): void {
  if (info === undefined) return;
  const mode = modeOf(info);
  if (mode === null && isInProfile(place.path, environment) === false) {
    log.warn(
      `${path} is outside of your user profile, where other users of this machine may read it`,
    );
  }
  if (mode !== null && (mode & 0o077) !== 0) {
    log.warn(
      `${path} can be read by other users of this machine: run chmod 600 ${
        shellQuoted(path)
      }`,
    );
  }
  if (info.nlink !== null && info.nlink > 1) {
    log.warn(`${path} had other hard links, which keep the old content`);
  }
}
