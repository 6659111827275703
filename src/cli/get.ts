// `updsts get`: flags to use case to text.
import { toRefreshAnswer } from "../sessions/answers.ts";
import { formatDuration, hasUnits, parseDuration } from "../durations.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { chooseProfile } from "../sessions/choose_profile.ts";
import { refreshSession } from "../sessions/refresh_session.ts";
import type { Ports } from "../ports.ts";
import { Secret } from "../secret.ts";
import { relativeTime, toLocalIso } from "../timestamps.ts";
import type { Context } from "./context.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";
import { sayWhenWaiting } from "./waiting.ts";

export default async function get(
  { connect, output, stdinCodes }: Context,
  given: Given,
): Promise<void> {
  const connected = await connect(filesOf(given), output);
  const ports: Ports = {
    ...connected,
    issuer: {
      rehearse: (target) => connected.issuer.rehearse(target),
      issue: (request) =>
        sayWhenWaiting(
          output,
          `Waiting for STS in ${request.region} ...`,
          () => connected.issuer.issue(request),
        ),
    },
  };
  const code = given.text("totpToken");
  const fromStdin = code === "-";
  const duration = given.text("duration");
  const minRemaining = given.text("minRemaining");
  const result = await refreshSession(
    fromStdin ? { ...ports, codes: stdinCodes } : ports,
    {
      profile: given.text("profile") ?? await chooseProfile(ports),
      code: fromStdin || code === undefined ? undefined : new Secret(code),
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
  const now = ports.clock.now();
  if (given.has("json")) {
    const answer = toRefreshAnswer(result, ports.file.path, now);
    return output.answerJson({ result: answer });
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
    ? await connected.surroundings.fileFacts()
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
