// All error codes, as data: the documents and the type of the codes are derived
// from it. The program loads it only after a failure.

/**
 * The meaning of each exit code.
 *
 * @internal
 */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  0: "Done, or there was nothing to do",
  1: "A bug in updsts, stdout cannot be written, or doctor found a problem without another code",
  2: "The command line is wrong, or has an invalid code or name",
  3: "The credentials file, the config file, or a profile in them is wrong",
  4: "STS refused",
  5: "STS could not be reached, or its answer is invalid",
  6: "A code is needed, but could not be asked for or was not typed",
  130:
    "Interrupted by Ctrl-C or a signal; a session from STS is still written, unless it was interrupted twice",
};

/**
 * The exit code, meaning and remedy of each error.
 *
 * @internal
 */
export const ERROR_CODES = {
  USAGE: {
    exit: 2,
    meaning: "The command line or a parameter is wrong",
    remedy: "Correct it as the hint says; --help shows the options",
  },
  CODE_MISSING: {
    exit: 6,
    meaning: "There is no TOTP code, and no terminal to ask for one",
    remedy: "Run it in a terminal, or pass the code with -t",
  },
  CODE_DECLINED: {
    exit: 6,
    meaning: "The person declined to type the code",
    remedy: "Run it again when you have the code",
  },
  CODE_EXPIRED: {
    exit: 6,
    meaning: "The code was not typed in time",
    remedy: "Call again: the person is asked again",
  },
  CODE_NEEDED: {
    exit: 6,
    meaning: "A person must type the code on a page",
    remedy: "Open the link, type the code; then the agent calls again",
  },
  CODE_INVALID: {
    exit: 2,
    meaning: "The TOTP code is not six digits",
    remedy: "Type the six digits that the device shows; no code was spent",
  },
  DURATION_INVALID: {
    exit: 2,
    meaning: "The duration is outside of the range of STS",
    remedy: "Use 15 minutes to 36 hours, such as 90m or 12h",
  },
  NAME_INVALID: {
    exit: 2,
    meaning: "A name is not valid in a section header",
    remedy: "Choose another name for the session with -sn",
  },
  FILE_NOT_FOUND: {
    exit: 3,
    meaning: "The credentials file does not exist",
    remedy: "Create it with your long-term key, or name another file with -c",
  },
  FILE_UNUSABLE: {
    exit: 3,
    meaning: "The path does not name a file that can be read and replaced",
    remedy: "Name a regular file with -c",
  },
  FILE_UNREADABLE: {
    exit: 3,
    meaning: "The credentials file cannot be read",
    remedy: "Check its permissions; run updsts doctor",
  },
  FILE_UNWRITABLE: {
    exit: 3,
    meaning: "The credentials file, or its directory, cannot be written",
    remedy: "Check permissions and free space; run updsts doctor",
  },
  FILE_LOCKED: {
    exit: 3,
    meaning: "Another updsts has held the lock for too long",
    remedy: "Wait for it or end it, then run the command again",
  },
  FILE_BUSY: {
    exit: 3,
    meaning: "Other programs changed the file again and again",
    remedy: "Find the program that writes it, then run the command again",
  },
  PROFILE_NOT_FOUND: {
    exit: 3,
    meaning: "The profile does not exist",
    remedy: "Run updsts list to see the profiles",
  },
  KEYS_MISSING: {
    exit: 3,
    meaning: "The profile lacks an access key or a secret key",
    remedy: "Add both to the profile, or name another profile",
  },
  KEYS_TEMPORARY: {
    exit: 3,
    meaning: "The profile's keys are those of a session",
    remedy: "Name the profile with the long-term key",
  },
  DEVICE_MISSING: {
    exit: 3,
    meaning: "The profile has no MFA device",
    remedy: "Add mfa_device_arn to the profile, or use --device",
  },
  DEVICE_UNSUPPORTED: {
    exit: 3,
    meaning: "The MFA device does not generate codes, or is not an MFA device",
    remedy: "Name a TOTP device; aws iam list-mfa-devices shows it",
  },
  SETTING_INVALID: {
    exit: 3,
    meaning: "Another setting of the profile is unusable",
    remedy: "Correct the setting that the message names",
  },
  REGION_INVALID: {
    exit: 3,
    meaning: "The region is not valid",
    remedy: "Correct region in the profile, or set AWS_REGION",
  },
  BLOCK_BROKEN: {
    exit: 3,
    meaning: "The managed block of the profile is damaged",
    remedy: "Repair the lines that the message names",
  },
  BLOCK_NOT_FOUND: {
    exit: 3,
    meaning: "The profile does not have a managed block",
    remedy: "Run updsts list to see the sessions",
  },
  NAME_TAKEN: {
    exit: 3,
    meaning: "The session's name is already used by another section",
    remedy: "Choose another name with -sn",
  },
  MFA_REFUSED: {
    exit: 4,
    meaning: "STS refused the TOTP code",
    remedy: "Wait for the next code; check the device and the clock",
  },
  DEVICE_REFUSED: {
    exit: 4,
    meaning: "The MFA device does not belong to the user of the key",
    remedy: "Use the device that aws iam list-mfa-devices shows",
  },
  KEYS_REFUSED: {
    exit: 4,
    meaning: "STS refused the access key or its signature",
    remedy: "Check that the key is active and that both values are correct",
  },
  STS_REFUSED: {
    exit: 4,
    meaning: "STS refused for another reason",
    remedy: "Read the message of STS",
  },
  STS_THROTTLED: {
    exit: 4,
    meaning: "STS throttled the request",
    remedy: "Wait a minute, then run it again with a new code",
  },
  STS_FAILED: {
    exit: 5,
    meaning: "STS failed",
    remedy: "Wait a minute, then run it again with a new code",
  },
  STS_ANSWER_INVALID: {
    exit: 5,
    meaning: "The answer of STS has no session",
    remedy: "Check endpoint and proxy: something else may have answered",
  },
  STS_UNREACHABLE: {
    exit: 5,
    meaning: "STS could not be reached",
    remedy: "Check network, proxy and region; run updsts doctor",
  },
  STS_TIMEOUT: {
    exit: 5,
    meaning: "STS did not answer in time",
    remedy: "The code may be spent: run it again with a new one",
  },
  STS_UNTRUSTED: {
    exit: 5,
    meaning: "The TLS certificate of STS's host is not trusted",
    remedy: "For a proxy that inspects TLS, set AWS_CA_BUNDLE",
  },
  CA_BUNDLE_INVALID: {
    exit: 5,
    meaning: "The file that AWS_CA_BUNDLE or ca_bundle names is unusable",
    remedy: "Name a PEM file with certificates, or remove the setting",
  },
  HOST_FORBIDDEN: {
    exit: 5,
    meaning: "The host is outside of the sandbox",
    remedy: "Set the region or endpoint that the hint names",
  },
  OUTPUT_UNWRITABLE: {
    exit: 1,
    meaning: "The result cannot be written to stdout",
    remedy: "Check where stdout goes; updsts list shows the result",
  },
  CANCELLED: {
    exit: 1,
    meaning: "The request was cancelled",
    remedy: "Call again if it was a mistake",
  },
  INTERNAL: {
    exit: 1,
    meaning: "A bug in updsts",
    remedy: "Report it with the output of -v 2",
  },
} as const;

/** The stable code of an error in machine-readable output. */
export type ErrorCode = keyof typeof ERROR_CODES;
