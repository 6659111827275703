// `updsts get`.
import { toRefreshAnswer } from "../sessions/answers.ts";
import { parseDuration } from "../durations.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { chooseProfile, shellWarnings } from "../sessions/profiles.ts";
import {
  type RefreshHooks,
  type RefreshResult,
  refreshSession,
} from "../sessions/refresh_session.ts";
import { UpdstsError } from "../errors.ts";
import type { DoctorPorts, ShellSettings } from "../ports.ts";
import { Secret } from "../secret.ts";
import { relativeTime, toLocalIso } from "../timestamps.ts";
import {
  type Context,
  filesOf,
  INTERRUPTED,
  sayWhenWaiting,
} from "./context.ts";
import type { OptionValues } from "./grammar.ts";
import type { Output } from "./output.ts";

export async function get(
  { connect, output, handleSignals }: Context,
  options: OptionValues,
): Promise<number | void> {
  const ports = await connect(filesOf(options), output);
  const code = options.get("totpToken");
  let interrupted = false;
  let signals = handleSignals();
  let waiting: Disposable | undefined;
  const hooks: RefreshHooks = {
    prepared: (profiles) => {
      const { shell } = ports.surroundings;
      for (const text of shellWarnings(shell, profiles)) {
        output.warn(text);
      }
    },
    asking: (refused) => {
      if (interrupted && refused !== undefined) throw refused;
      // A script goes on after a program that exits, and ends with its person
      // if a signal ends the program. There is nothing to take back here.
      signals[Symbol.dispose]();
      return { [Symbol.dispose]: () => void (signals = handleSignals()) };
    },
    sending: (region) => {
      // What STS gives is waited for, and written. Nobody is asked any more, so
      // nothing else would wait for long.
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
  const duration = options.get("duration");
  const minRemaining = options.get("minRemaining");
  const { shell } = ports.surroundings;
  const named = options.get("profile");
  const fail = (error: unknown) => {
    throw options.has("credentialFile") ? error : inUsualFile(error, shell);
  };
  if (named === undefined && shell.profile !== undefined) {
    output.note(`Profile ${shell.profile} (AWS_PROFILE)`);
  }
  const result = await refreshSession(
    ports,
    {
      profile: named ?? shell.profile ?? await chooseProfile(ports).catch(fail),
      code: code === undefined || code === "-" ? undefined : new Secret(code),
      sessionProfile: options.get("stsProfileName"),
      device: options.get("device"),
      durationSeconds: duration === undefined
        ? undefined
        : parseDuration(duration, "-d"),
      dryRun: options.has("dryRun"),
      minRemainingSeconds: minRemaining === undefined
        ? undefined
        : parseDuration(minRemaining, "--min-remaining"),
    },
    hooks,
  ).catch(fail);
  await answer(result, ports, output, options);
  await ports.file.settled();
  return interrupted ? INTERRUPTED : 0;
}

/** The same error, with how to name the usual file if AWS_SHARED_CREDENTIALS_FILE names another. */
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

/** Says what was done, and how the session is used. */
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
  const until = toLocalIso(expiration);
  // With a hyphen in front, the AWS CLI would take it for an option.
  const used = role ?? sessionProfile;
  const option = `--profile${used.startsWith("-") ? "=" : " "}${
    shellQuoted(used)
  }`;
  const setting = settingVariable("AWS_PROFILE", used);
  const state = result.status === "updated" ? "is" : "stays";
  const facts = options.has("credentialFile") || options.has("sessionFile")
    ? await surroundings.fileFacts()
    : undefined;
  // Other programs look elsewhere, unless they are told.
  const elsewhere = facts === undefined || facts.realPath === facts.awsCliPath
    ? undefined
    : facts.realPath;
  output.answerText(
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
  if (elsewhere !== undefined) {
    output.answerText(
      "Programs that ignore that variable: boto 2, GDAL, Polars, s3cmd, s3fs, SDK for Java v1, SDK for JavaScript v2 without AWS_SDK_LOAD_CONFIG=1",
    );
  }
  for (const note of notes) output.answer(note);
}
