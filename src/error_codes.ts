// All exit codes and error codes, as data: the documents and the type of the
// codes are derived from it. The program loads it only after a failure.

/**
 * The meaning of each exit code, and its error codes, each with its meaning and remedy.
 *
 * @internal
 */
export const EXIT_CODES = {
  0: { meaning: "Done, or there was nothing to do", errors: {} },
  1: {
    meaning:
      "A bug in updsts, stdout cannot be written, or doctor found a problem without another code",
    errors: {
      OUTPUT_UNWRITABLE:
        "The result cannot be written to stdout: check where stdout goes; updsts list shows the result",
      CANCELLED: "The request was cancelled: call again if it was a mistake",
      INTERNAL: "A bug in updsts: report it with the output of -v 2",
    },
  },
  2: {
    meaning: "The command line is wrong, or has an invalid code or name",
    errors: {
      USAGE:
        "The command line or a parameter is wrong: correct it as the hint says; --help shows the options",
      CODE_INVALID:
        "The TOTP code is not six digits: type the six digits that the device shows; no code was spent",
      DURATION_INVALID:
        "The duration is outside of the range of STS: use 15 minutes to 36 hours, such as 90m or 12h",
      NAME_INVALID:
        "A name is not valid in a section header: choose another name for the session with -sn",
    },
  },
  3: {
    meaning:
      "The credentials file, the config file, or a profile in them is wrong",
    errors: {
      FILE_NOT_FOUND:
        "The credentials file does not exist: create it with your long-term key, or name another file with -c",
      FILE_UNUSABLE:
        "The path does not name a file that can be read and replaced: name a regular file with -c",
      FILE_UNREADABLE:
        "The credentials file cannot be read: check its permissions; run updsts doctor",
      FILE_UNWRITABLE:
        "The credentials file, or its directory, cannot be written: check permissions and free space; run updsts doctor",
      FILE_LOCKED:
        "Another updsts has held the lock for too long: wait for it or end it, then run the command again",
      FILE_BUSY:
        "Other programs changed the file again and again: find the program that writes it, then run the command again",
      PROFILE_NOT_FOUND:
        "The profile does not exist: run updsts list to see the profiles",
      KEYS_MISSING:
        "The profile lacks an access key or a secret key: add both to the profile, or name another profile",
      KEYS_TEMPORARY:
        "The profile's keys are those of a session: name the profile with the long-term key",
      DEVICE_MISSING:
        "The profile has no MFA device: add mfa_device_arn to the profile, or use --device",
      DEVICE_UNSUPPORTED:
        "The MFA device does not generate codes, or is not an MFA device: name a TOTP device; aws iam list-mfa-devices shows it",
      SETTING_INVALID:
        "Another setting of the profile is unusable: correct the setting that the message names",
      REGION_INVALID:
        "The region is not valid: correct region in the profile, or set AWS_REGION",
      BLOCK_BROKEN:
        "The managed block of the profile is damaged: repair the lines that the message names",
      BLOCK_NOT_FOUND:
        "The profile does not have a managed block: run updsts list to see the sessions",
      NAME_TAKEN:
        "The session's name is already used by another section: choose another name with -sn",
    },
  },
  4: {
    meaning: "STS refused",
    errors: {
      MFA_REFUSED:
        "STS refused the TOTP code: wait for the next code; check the device and the clock",
      DEVICE_REFUSED:
        "The MFA device does not belong to the user of the key: use the device that aws iam list-mfa-devices shows",
      KEYS_REFUSED:
        "STS refused the access key or its signature: check that the key is active and that both values are correct",
      STS_REFUSED: "STS refused for another reason: read the message of STS",
      STS_THROTTLED:
        "STS throttled the request: wait a minute, then run it again with a new code",
    },
  },
  5: {
    meaning: "STS could not be reached, or its answer is invalid",
    errors: {
      STS_FAILED:
        "STS failed: wait a minute, then run it again with a new code",
      STS_ANSWER_INVALID:
        "The answer of STS has no session: check endpoint and proxy: something else may have answered",
      STS_UNREACHABLE:
        "STS could not be reached: check network, proxy and region; run updsts doctor",
      STS_TIMEOUT:
        "STS did not answer in time: the code may be spent: run it again with a new one",
      STS_UNTRUSTED:
        "The TLS certificate of STS's host is not trusted: for a proxy that inspects TLS, set AWS_CA_BUNDLE",
      CA_BUNDLE_INVALID:
        "The file that AWS_CA_BUNDLE or ca_bundle names is unusable: name a PEM file with certificates, or remove the setting",
      HOST_FORBIDDEN:
        "The host is outside of the sandbox: set the region or endpoint that the hint names",
    },
  },
  6: {
    meaning: "A code is needed, but could not be asked for or was not typed",
    errors: {
      CODE_MISSING:
        "There is no TOTP code, and no terminal to ask for one: run it in a terminal, or pass the code with -t",
      CODE_DECLINED:
        "The person declined to type the code: run it again when you have the code",
      CODE_EXPIRED:
        "The code was not typed in time: call again: the person is asked again",
      CODE_NEEDED:
        "A person must type the code on a page: open the link, type the code; then the agent calls again",
    },
  },
  130: {
    meaning:
      "Interrupted by Ctrl-C or a signal; a session from STS is still written, unless it was interrupted twice",
    errors: {},
  },
} as const;

/** The stable code of an error in machine-readable output. */
export type ErrorCode = {
  [Exit in keyof typeof EXIT_CODES]: keyof typeof EXIT_CODES[Exit]["errors"];
}[keyof typeof EXIT_CODES];
