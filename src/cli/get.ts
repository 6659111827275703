// `updsts get`.
import { parseDuration } from "../durations.ts";
import { UpdstsError } from "../errors.ts";
import type { DoctorPorts, ShellSettings } from "../ports.ts";
import { Secret } from "../secret.ts";
import { toRefreshAnswer } from "../sessions/answers.ts";
import { chooseProfile, shellWarnings } from "../sessions/profiles.ts";
import {
  type RefreshHooks,
  type RefreshResult,
  refreshSession,
} from "../sessions/refresh_session.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { relativeTime, toLocalIso } from "../timestamps.ts";
import {
  type Context,
  filesOf,
  INTERRUPTED,
  sayWhenWaiting,
} from "./context.ts";
import type { OptionName, OptionValues } from "./grammar.ts";
import type { Output } from "./output.ts";

export async function get(
  { connect, output, handleSignals }: Context,
  options: OptionValues,
): Promise<number | void> {
  const ports = await connect(filesOf(options), output);
  const { shell } = ports.surroundings;
  let interrupted = false;
  let signals = handleSignals();
  let waiting: Disposable | undefined;
  const hooks: RefreshHooks = {
    prepared: (profiles) => {
      for (const text of shellWarnings(shell, profiles)) output.warn(text);
    },
    asking: (refused) => {
      if (interrupted && refused !== undefined) throw refused;
      // A script continues after a program that exits, and ends with one that a
      // signal ends. While the user is asked, there is nothing to clean up.
      signals[Symbol.dispose]();
      return { [Symbol.dispose]: () => void (signals = handleSignals()) };
    },
    sending: (region) => {
      // The session that STS issues is written even after an interrupt.
      signals[Symbol.dispose]();
      signals = handleSignals(() => {
        interrupted = true;
        output.note(
          "Waiting for STS, since the code may be spent; interrupt again to end at once",
        );
      });
      waiting = sayWhenWaiting(output, `Waiting for STS in ${region} ...`);
    },
    answered: (error) => {
      waiting?.[Symbol.dispose]();
      if (error !== undefined) signals[Symbol.dispose]();
    },
  };
  const seconds = (name: OptionName, typed: string) => {
    const text = options.get(name);
    return text === undefined ? undefined : parseDuration(text, typed);
  };
  const code = options.get("totpToken");
  const named = options.get("profile");
  if (named === undefined && shell.profile !== undefined) {
    output.note(`Profile ${shell.profile} (AWS_PROFILE)`);
  }
  const refresh = async () =>
    await refreshSession(ports, {
      profile: named ?? shell.profile ?? await chooseProfile(ports),
      code: code === undefined || code === "-" ? undefined : new Secret(code),
      sessionProfile: options.get("stsProfileName"),
      device: options.get("device"),
      durationSeconds: seconds("duration", "-d"),
      dryRun: options.has("dryRun"),
      minRemainingSeconds: seconds("minRemaining", "--min-remaining"),
    }, hooks);
  const result = await refresh().catch((error) => {
    throw options.has("credentialFile") ? error : inUsualFile(error, shell);
  });
  await answer(result, ports, output, options);
  await ports.file.settled();
  return interrupted ? INTERRUPTED : 0;
}

/** Adds to `error` that AWS_SHARED_CREDENTIALS_FILE names another file, if so. */
function inUsualFile(error: unknown, { credentialsFile }: ShellSettings) {
  if (
    credentialsFile === undefined || !(error instanceof UpdstsError) ||
    error.code !== "PROFILE_NOT_FOUND"
  ) return error;
  const other = `AWS_SHARED_CREDENTIALS_FILE names ${credentialsFile}: ` +
    "if the key is in the usual file, add -c ~/.aws/credentials";
  return new UpdstsError(error.code, error.message, {
    hint: error.hint === undefined ? other : `${other}; ${error.hint}`,
    cause: error,
  });
}

/** Reports the result, and how to use the session. */
async function answer(
  result: RefreshResult,
  { clock, file, surroundings }: DoctorPorts,
  output: Output,
  options: OptionValues,
): Promise<void> {
  const now = clock.now();
  if (options.has("json")) {
    return output.answerJson({
      result: toRefreshAnswer(result, file.path, now),
    });
  }
  const { sessionProfile, role, notes = [], expiration, diff } = result;
  if (diff !== undefined) {
    return output.answer([diff, ...notes, "Nothing was changed"].join("\n"));
  }
  if (expiration === undefined) return;
  const state = result.status === "updated" ? "is" : "stays";
  output.answerText(
    `Profile ${sessionProfile} ${state} valid until ${
      toLocalIso(expiration)
    } (${relativeTime(expiration, now)})`,
  );
  const used = role ?? sessionProfile;
  const setting = settingVariable("AWS_PROFILE", used);
  const facts = options.has("credentialFile") || options.has("sessionFile")
    ? await surroundings.fileFacts()
    : undefined;
  if (facts === undefined || facts.realPath === facts.awsCliPath) {
    // The AWS CLI would read a name that begins with a hyphen as an option.
    const option = `--profile${used.startsWith("-") ? "=" : " "}${
      shellQuoted(used)
    }`;
    output.answer(`Use it with: aws ${option} ...  or: ${setting}`);
  } else {
    output.answer(
      `Use it with: ${setting}\n             ${
        settingVariable("AWS_SHARED_CREDENTIALS_FILE", facts.realPath)
      }`,
    );
    output.answerText(
      "Programs that ignore that variable: boto 2, GDAL, Polars, s3cmd, s3fs, SDK for Java v1, SDK for JavaScript v2 without AWS_SDK_LOAD_CONFIG=1",
    );
  }
  for (const note of notes) output.answer(note);
}
