// `updsts get`: flags to use case to text.
import { toRefreshAnswer } from "../sessions/answers.ts";
import { parseDuration } from "../durations.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { chooseProfile } from "../sessions/profiles.ts";
import {
  type RefreshHooks,
  type RefreshResult,
  refreshSession,
} from "../sessions/refresh_session.ts";
import type { DoctorPorts } from "../ports.ts";
import { Secret } from "../secret.ts";
import { relativeTime, toLocalIso } from "../timestamps.ts";
import type { Context } from "./context.ts";
import { INTERRUPTED } from "./exit_codes.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";
import type { Output } from "./output.ts";
import { sayWhenWaiting } from "./waiting.ts";

export default async function get(
  { connect, output, stdinCodes, heedSignals }: Context,
  given: Given,
): Promise<number | void> {
  const ports = await connect(filesOf(given), output);
  const code = given.text("totpToken");
  let interrupted = false;
  let signals = heedSignals();
  let waiting: Disposable | undefined;
  const hooks: RefreshHooks = {
    asking: (refused) => {
      if (interrupted && refused !== undefined) throw refused;
      // A script goes on after a program that exits, and ends with its person
      // if a signal ends the program. There is nothing to take back here.
      signals[Symbol.dispose]();
      return { [Symbol.dispose]: () => void (signals = heedSignals()) };
    },
    sending: (region) => {
      // What STS gives is waited for, and written. Nobody is asked any more, so
      // nothing else would wait for long.
      signals[Symbol.dispose]();
      signals = heedSignals(() => {
        interrupted = true;
        output.note(
          "STS has been asked, and its answer is waited for, or the code would be lost; interrupt again to end at once",
        );
      });
      waiting = sayWhenWaiting(output, `Waiting for STS in ${region} ...`);
    },
    answered: (error) => {
      waiting?.[Symbol.dispose]();
      if (error !== undefined) signals[Symbol.dispose]();
    },
  };
  const duration = given.text("duration");
  const minRemaining = given.text("minRemaining");
  const result = await refreshSession(
    code === "-" ? { ...ports, codes: stdinCodes } : ports,
    {
      profile: given.text("profile") ?? await chooseProfile(ports),
      code: code === undefined || code === "-" ? undefined : new Secret(code),
      sessionProfile: given.text("stsProfileName"),
      device: given.text("device"),
      durationSeconds: duration === undefined
        ? undefined
        : parseDuration(duration, "-d"),
      dryRun: given.has("dryRun"),
      minRemainingSeconds: minRemaining === undefined
        ? undefined
        : parseDuration(minRemaining, "--min-remaining"),
    },
    hooks,
  );
  await answer(result, ports, output, given);
  await ports.file.settled();
  return interrupted ? INTERRUPTED : 0;
}

/** Says what was done, and how the session is used. */
async function answer(
  result: RefreshResult,
  { clock, file, surroundings }: DoctorPorts,
  output: Output,
  given: Given,
): Promise<void> {
  const now = clock.now();
  if (given.has("json")) {
    return output.answerJson({
      result: toRefreshAnswer(result, file.path, now),
    });
  }
  const { sessionProfile, expiration, diff } = result;
  if (diff !== undefined) {
    return output.answer(`${diff}\nNothing was changed`);
  }
  if (expiration === undefined) return;
  const until = toLocalIso(expiration);
  // With a hyphen in front, the AWS CLI would take it for an option.
  const option = `--profile${sessionProfile.startsWith("-") ? "=" : " "}${
    shellQuoted(sessionProfile)
  }`;
  const setting = settingVariable("AWS_PROFILE", sessionProfile);
  const state = result.status === "updated" ? "is" : "stays";
  const facts = given.has("credentialFile") || given.has("sessionFile")
    ? await surroundings.fileFacts()
    : undefined;
  // Other programs look elsewhere, unless they are told.
  const elsewhere = facts === undefined || facts.realPath === facts.awsCliPath
    ? undefined
    : facts.realPath;
  await output.answerText(
    `Profile ${sessionProfile} ${state} valid until ${until} (${
      relativeTime(expiration, now)
    })`,
  );
  // Commands are left whole, for the terminal to break: they are copied.
  output.answer(
    elsewhere === undefined
      ? `Use it with: aws ${option} ...  or: ${setting}`
      : `Use it with: ${setting}\n             ${
        settingVariable("AWS_SHARED_CREDENTIALS_FILE", elsewhere)
      }`,
  );
}
