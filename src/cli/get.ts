// `updsts get`: flags to use case to text.
import { UpdstsError } from "../errors.ts";
import { refreshSession } from "../refresh_session.ts";
import { toLocalIso } from "../timestamps.ts";
import type { Context } from "./context.ts";
import { verbosityOf } from "./flags.ts";
import type { GetFlags } from "./get_command.ts";
import { relativeTime } from "./relative_time.ts";

export default async function get(
  this: Context,
  flags: GetFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = verbosityOf(flags);
  const ports = await this.connect(flags.credentialFile, output);
  const { sessionProfile, expiration } = await refreshSession(ports, {
    profile: flags.profile,
    code: flags.totpToken,
    sessionProfile: flags.stsProfileName,
    durationSeconds: parseDuration(flags.duration),
  });
  const until = toLocalIso(expiration);
  const name = shellQuoted(sessionProfile);
  output.answer([
    `Profile ${sessionProfile} is valid until ${until} (${
      relativeTime(expiration, ports.clock.now())
    }).`,
    `Use it with: aws --profile ${name} ...  or: export AWS_PROFILE=${name}`,
  ].join("\n"));
}

function parseDuration(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UpdstsError(
    "DURATION_INVALID",
    `Cannot use the duration ${JSON.stringify(text)}: it is no whole number`,
    { hint: "give seconds, such as -d 3600" },
  );
}

function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
