// Every way to fail, as data: the documents are made of it, and the type of the
// codes. The program itself loads it when it has failed.

/**
 * What each exit code says.
 *
 * @internal
 */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  0: "Done, or there was nothing to do",
  1: "A defect of updsts, stdout cannot be written, or a problem that doctor found and that has no other code",
  2: "The command line is wrong, a code or a name that cannot be one included",
  3: "The credentials file, the config file, or a profile in them is wrong",
  4: "STS refused",
  5: "STS could not be reached, or what answered was of no use",
  6: "A code is needed, and nobody could be asked, or nobody gave one",
  130:
    "Interrupted, by Ctrl-C or a signal; a session that STS gave is written, unless that came twice",
};

/**
 * The exit code of each error, what it says, and what a person does about it.
 *
 * @internal
 */
export const ERROR_CODES = {
  USAGE: {
    exit: 2,
    meaning: "The command line or a parameter is wrong",
    remedy: "Correct it as the hint says; --help shows what a command takes",
  },
  CODE_MISSING: {
    exit: 6,
    meaning: "No TOTP code, and nobody to ask for one",
    remedy: "Run it in a terminal, or give the code with -t",
  },
  CODE_DECLINED: {
    exit: 6,
    meaning: "The person who was asked for the code gave none",
    remedy: "Run it again when you have the code",
  },
  CODE_EXPIRED: {
    exit: 6,
    meaning: "Nobody typed the code while the question for it was open",
    remedy: "Call again: the person is asked anew",
  },
  CODE_NEEDED: {
    exit: 6,
    meaning: "A person has to open a page and type the code there",
    remedy: "Open the link, type the code; then the agent calls again",
  },
  CODE_INVALID: {
    exit: 2,
    meaning: "The TOTP code is not six digits",
    remedy: "Type the six digits that the device shows; none was spent",
  },
  DURATION_INVALID: {
    exit: 2,
    meaning: "The duration is out of what STS accepts",
    remedy: "Take one of 15 minutes to 36 hours, as 90m or 12h",
  },
  NAME_INVALID: {
    exit: 2,
    meaning: "A name is not valid in a section header",
    remedy: "Choose another name for the session with -sn",
  },
  FILE_NOT_FOUND: {
    exit: 3,
    meaning: "The credentials file does not exist",
    remedy: "Make it, with your long-term key, or name another with -c",
  },
  FILE_UNUSABLE: {
    exit: 3,
    meaning: "The path does not name a file that can be read and replaced",
    remedy: "Name a regular file with -c",
  },
  FILE_UNREADABLE: {
    exit: 3,
    meaning: "The credentials file cannot be read",
    remedy: "Look at its permissions; updsts doctor says more",
  },
  FILE_UNWRITABLE: {
    exit: 3,
    meaning: "The credentials file, or its directory, cannot be written",
    remedy: "Look at permissions and free space; updsts doctor says more",
  },
  FILE_LOCKED: {
    exit: 3,
    meaning: "Another updsts has held the lock for too long",
    remedy: "Wait for it or end it, then run this again",
  },
  FILE_BUSY: {
    exit: 3,
    meaning: "Other programs changed the file again and again",
    remedy: "Find out what writes it, then run this again",
  },
  PROFILE_NOT_FOUND: {
    exit: 3,
    meaning: "No such profile",
    remedy: "updsts list shows the names that there are",
  },
  KEYS_MISSING: {
    exit: 3,
    meaning: "The profile lacks an access key or a secret key",
    remedy: "Write both into the profile, or name another one",
  },
  KEYS_TEMPORARY: {
    exit: 3,
    meaning: "The profile's keys are those of a session already",
    remedy: "Name the profile with the long-term key",
  },
  DEVICE_MISSING: {
    exit: 3,
    meaning: "No MFA device is known for the profile",
    remedy: "Write mfa_device_arn into the profile, or give --device",
  },
  DEVICE_UNSUPPORTED: {
    exit: 3,
    meaning: "The MFA device cannot give codes to STS, or is not a device",
    remedy: "Name a TOTP device; aws iam list-mfa-devices shows it",
  },
  SETTING_INVALID: {
    exit: 3,
    meaning: "Another setting of the profile is unusable",
    remedy: "Correct the setting that the message names",
  },
  REGION_INVALID: {
    exit: 3,
    meaning: "The region cannot be one",
    remedy: "Correct region in the profile, or set AWS_REGION",
  },
  BLOCK_BROKEN: {
    exit: 3,
    meaning: "The block of the profile is not as updsts wrote it",
    remedy: "Repair the lines that the message names; the rest is untouched",
  },
  BLOCK_NOT_FOUND: {
    exit: 3,
    meaning: "There is no managed block for the profile",
    remedy: "updsts list shows which sessions there are",
  },
  NAME_TAKEN: {
    exit: 3,
    meaning: "The name for the session is in use outside of its block",
    remedy: "Choose another one with -sn",
  },
  MFA_REFUSED: {
    exit: 4,
    meaning: "STS refused the TOTP code",
    remedy: "Wait for the next code; look at the device's name and the clock",
  },
  DEVICE_REFUSED: {
    exit: 4,
    meaning: "STS does not know the MFA device as one of this user",
    remedy: "Name the device that aws iam list-mfa-devices shows for the key",
  },
  KEYS_REFUSED: {
    exit: 4,
    meaning: "STS refused the access key or its signature",
    remedy: "Look whether the key is active, and both its parts are right",
  },
  STS_REFUSED: {
    exit: 4,
    meaning: "STS refused for another reason",
    remedy: "Read what STS says in the message",
  },
  STS_THROTTLED: {
    exit: 4,
    meaning: "STS asked to slow down",
    remedy: "Wait a minute, then run it again with a new code",
  },
  STS_FAILED: {
    exit: 5,
    meaning: "STS failed on its own side",
    remedy: "Wait a minute, then run it again with a new code",
  },
  STS_ANSWER_INVALID: {
    exit: 5,
    meaning: "The answer of STS does not hold a session",
    remedy: "Look at endpoint and proxy: something else may have answered",
  },
  STS_UNREACHABLE: {
    exit: 5,
    meaning: "No connection to STS",
    remedy: "Look at network, proxy and region; updsts doctor says more",
  },
  STS_TIMEOUT: {
    exit: 5,
    meaning: "STS did not answer in time",
    remedy: "The code may be spent: run it again with a new one",
  },
  STS_UNTRUSTED: {
    exit: 5,
    meaning: "The TLS certificate of STS's host is not trusted",
    remedy: "Behind a proxy that inspects TLS, set AWS_CA_BUNDLE",
  },
  CA_BUNDLE_INVALID: {
    exit: 5,
    meaning: "The file that AWS_CA_BUNDLE or ca_bundle names is unusable",
    remedy: "Name a PEM file with certificates, or remove the setting",
  },
  HOST_FORBIDDEN: {
    exit: 5,
    meaning: "The host is outside of what this program may talk to",
    remedy: "Set the region or endpoint that the hint names",
  },
  OUTPUT_UNWRITABLE: {
    exit: 1,
    meaning: "The answer cannot be written to stdout",
    remedy: "Look at where stdout goes; updsts list shows what was done",
  },
  CANCELLED: {
    exit: 1,
    meaning: "The request was cancelled",
    remedy: "Call again if it was a mistake",
  },
  INTERNAL: {
    exit: 1,
    meaning: "A defect of this program",
    remedy: "Report it, with what -v 2 shows",
  },
} as const;

/** A stable word for each way to fail, shown by machine-readable output. */
export type ErrorCode = keyof typeof ERROR_CODES;
