// `updsts get`: flags to use case to text.
import { toRefreshAnswer } from "../sessions/answers.ts";
import { formatDuration, hasUnits, parseDuration } from "../durations.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { chooseProfile } from "../sessions/choose_profile.ts";
import {
  type RefreshResult,
  refreshSession,
} from "../sessions/refresh_session.ts";
import type { DoctorPorts, Ports } from "../ports.ts";
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
  const connected = await connect(filesOf(given), output);
  const { issuer } = connected;
  const code = given.text("totpToken");
  const codes = code === "-" ? stdinCodes : connected.codes;
  let interrupted = false;
  let signals = heedSignals();
  const issue: Ports["issuer"]["issue"] = async (request) => {
    // From here on the code may be spent: what STS gives is waited for, and
    // written. Nobody is asked any more, so nothing else would wait for long.
    signals[Symbol.dispose]();
    signals = heedSignals(() => {
      interrupted = true;
      output.note(
        "STS has been asked, and its answer is waited for, or the code would be lost; interrupt again to end at once",
      );
    });
    try {
      return await sayWhenWaiting(
        output,
        `Waiting for STS in ${request.region} ...`,
        () => issuer.issue(request),
      );
    } catch (error) {
      signals[Symbol.dispose]();
      throw error;
    }
  };
  const ports: Ports = {
    ...connected,
    issuer: { rehearse: (target) => issuer.rehearse(target), issue },
    codes: {
      get asksAgain() {
        return !interrupted && codes.asksAgain === true;
      },
      code: (...question) => {
        // A script goes on after a program that exits, and ends with its person
        // if a signal ends the program. There is nothing to take back here.
        signals[Symbol.dispose]();
        return codes.code(...question);
      },
    },
  };
  const duration = given.text("duration");
  const minRemaining = given.text("minRemaining");
  const result = await refreshSession(
    ports,
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
      // Whoever counts in seconds is answered in seconds.
      spellDuration: [duration, minRemaining].some(hasUnits)
        ? formatDuration
        : undefined,
    },
  );
  await answer(result, connected, output, given);
  await connected.file.settled();
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
