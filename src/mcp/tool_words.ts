// Turns the words of the command line into those of the tools.

/** The parameter, or the thing, that an option means to an agent. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ["-n", "profile_name"],
  ["--profile", "profile_name"],
  ["-t", "totp_token"],
  ["--totp-token", "totp_token"],
  ["-sn", "sts_profile_name"],
  ["--sts-profile-name", "sts_profile_name"],
  ["-c", "cred_file"],
  ["--credential-file", "cred_file"],
  ["-d", "duration"],
  ["--duration", "duration"],
  ["--min-remaining", "min_remaining"],
  ["--device", "mfa_device_arn in the profile"],
  ["-v", "the server's option -v"],
  ["-o", "the server's option -o"],
  ["--session-file", "the server's option -o"],
]);

/** Commands for a terminal: there, options are options. */
const COMMAND =
  /`[^`]*`|\b(?:updsts|aws|deno|npx) [^,;]*|\bin a terminal: [^]*/g;

/** `text` with the options in it named as the tools name them. */
export function inToolWords(text: string): string {
  let [answer, end] = ["", 0];
  for (const command of text.matchAll(COMMAND)) {
    answer += replaced(text.slice(end, command.index)) + command[0];
    end = command.index + command[0].length;
  }
  return answer + replaced(text.slice(end));
}

function replaced(text: string): string {
  return text.replace(
    /(?<![\w"-])--?[a-z][a-z-]*(?![\w-])/g,
    (option) => OPTIONS.get(option) ?? option,
  );
}
