// `updsts get`: flags to use case to text.
import { toRefreshAnswer } from "../sessions/answers.ts";
import { formatDuration, hasUnits, parseDuration } from "../durations.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { refreshSession } from "../sessions/refresh_session.ts";
import type { Ports } from "../ports.ts";
import { Secret } from "../secret.ts";
import { relativeTime, toLocalIso } from "../timestamps.ts";
import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { sayWhenWaiting } from "./waiting.ts";

/** What `updsts get` takes. */
export interface GetFlags extends CommonFlags {
  readonly profile: string;
  readonly totpToken?: string;
  readonly stsProfileName?: string;
  readonly duration?: string;
  readonly minRemaining?: string;
  readonly dryRun?: boolean;
}

export default async function get(
  this: Context,
  flags: GetFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = flags.verbose ?? 0;
  const connected = await this.connect(flags.credentialFile, output);
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
  const { totpToken, duration, minRemaining } = flags;
  const fromStdin = totpToken === "-";
  const result = await refreshSession(
    fromStdin ? { ...ports, codes: this.stdinCodes } : ports,
    {
      profile: flags.profile,
      code: fromStdin || totpToken === undefined
        ? undefined
        : new Secret(totpToken),
      sessionProfile: flags.stsProfileName,
      durationSeconds: duration === undefined
        ? undefined
        : parseDuration(duration, "-d"),
      dryRun: flags.dryRun,
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
  if (flags.json) {
    const answer = toRefreshAnswer(result, ports.file.path, now);
    return output.answerJson({ result: answer });
  }
  const { sessionProfile, expiration, diff } = result;
  if (diff !== undefined) return output.answer(diff);
  if (expiration === undefined) return;
  const until = toLocalIso(expiration);
  const name = shellQuoted(sessionProfile);
  const state = result.status === "updated" ? "is" : "stays";
  output.answer([
    `Profile ${sessionProfile} ${state} valid until ${until} (${
      relativeTime(expiration, now)
    }).`,
    `Use it with: aws --profile ${name} ...  or: ${
      settingVariable("AWS_PROFILE", sessionProfile)
    }`,
  ].join("\n"));
}
