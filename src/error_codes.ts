// Every way to fail, as data: the documents are made of it, and the type of the
// codes. The program itself loads none of it.

/**
 * What each code says, and what a person does about it.
 *
 * @internal
 */
export const ERROR_CODES = {
  USAGE: {
    meaning: "The command line or a parameter is wrong",
    remedy: "Correct it as the hint says; --help shows what a command takes",
  },
  CODE_MISSING: {
    meaning: "No TOTP code, and nobody to ask for one",
    remedy: "Run it in a terminal, or give the code with -t",
  },
  CODE_DECLINED: {
    meaning: "The person who was asked for the code gave none",
    remedy: "Run it again when you have the code",
  },
  CODE_EXPIRED: {
    meaning: "Nobody typed the code while the question for it was open",
    remedy: "Call again: the person is asked anew",
  },
  CODE_NEEDED: {
    meaning: "A person has to open a page and type the code there",
    remedy: "Open the link, type the code; then the agent calls again",
  },
  CODE_INVALID: {
    meaning: "The TOTP code is not six digits",
    remedy: "Type the six digits that the device shows; none was spent",
  },
  DURATION_INVALID: {
    meaning: "The duration is out of what STS accepts",
    remedy: "Take one of 15 minutes to 36 hours, as 90m or 12h",
  },
  NAME_INVALID: {
    meaning: "A name cannot stand in a section header",
    remedy: "Choose another name for the session with -sn",
  },
  FILE_NOT_FOUND: {
    meaning: "The credentials file does not exist",
    remedy: "Make it, with your long-term key, or name another with -c",
  },
  FILE_UNUSABLE: {
    meaning: "The credentials file is no file that can be read and replaced",
    remedy: "Name a regular file with -c",
  },
  FILE_UNREADABLE: {
    meaning: "The credentials file cannot be read",
    remedy: "Look at its permissions; updsts doctor says more",
  },
  FILE_UNWRITABLE: {
    meaning: "The credentials file, or its directory, cannot be written",
    remedy: "Look at permissions and free space; updsts doctor says more",
  },
  FILE_LOCKED: {
    meaning: "Another updsts has held the lock for too long",
    remedy: "Wait for it or end it, then run this again",
  },
  FILE_BUSY: {
    meaning: "Other programs changed the file again and again",
    remedy: "Find out what writes it, then run this again",
  },
  PROFILE_NOT_FOUND: {
    meaning: "No such profile",
    remedy: "updsts list shows the names that there are",
  },
  KEYS_MISSING: {
    meaning: "The profile lacks an access key or a secret key",
    remedy: "Write both into the profile, or name another one",
  },
  KEYS_TEMPORARY: {
    meaning: "The profile's keys are those of a session already",
    remedy: "Name the profile with the long-term key",
  },
  DEVICE_MISSING: {
    meaning: "No MFA device is known for the profile",
    remedy: "Write mfa_device_arn into the profile, or give --device",
  },
  DEVICE_UNSUPPORTED: {
    meaning: "The MFA device cannot give codes to STS, or is not a device",
    remedy: "Name a TOTP device; aws iam list-mfa-devices shows it",
  },
  SETTING_INVALID: {
    meaning: "Another setting of the profile is unusable",
    remedy: "Correct the setting that the message names",
  },
  REGION_INVALID: {
    meaning: "The region cannot be one",
    remedy: "Correct region in the profile, or set AWS_REGION",
  },
  BLOCK_BROKEN: {
    meaning: "The block of the profile is not as updsts wrote it",
    remedy: "Repair the lines that the message names; the rest is untouched",
  },
  BLOCK_NOT_FOUND: {
    meaning: "There is no managed block for the profile",
    remedy: "updsts list shows which sessions there are",
  },
  NAME_TAKEN: {
    meaning: "The name for the session is in use outside of its block",
    remedy: "Choose another one with -sn",
  },
  MFA_REFUSED: {
    meaning: "STS refused the TOTP code",
    remedy: "Wait for the next code; look at the device's name and the clock",
  },
  DEVICE_REFUSED: {
    meaning: "STS does not know the MFA device as one of this user",
    remedy: "Name the device that aws iam list-mfa-devices shows for the key",
  },
  KEYS_REFUSED: {
    meaning: "STS refused the access key or its signature",
    remedy: "Look whether the key is active, and both its parts are right",
  },
  STS_REFUSED: {
    meaning: "STS refused for another reason",
    remedy: "Read what STS says in the message",
  },
  STS_THROTTLED: {
    meaning: "STS asked to slow down",
    remedy: "Wait a minute, then run it again with a new code",
  },
  STS_FAILED: {
    meaning: "STS failed on its own side",
    remedy: "Wait a minute, then run it again with a new code",
  },
  STS_ANSWER_INVALID: {
    meaning: "STS answered with something that is no session",
    remedy: "Look at endpoint and proxy: something else may have answered",
  },
  STS_UNREACHABLE: {
    meaning: "No connection to STS",
    remedy: "Look at network, proxy and region; updsts doctor says more",
  },
  STS_TIMEOUT: {
    meaning: "STS did not answer in time",
    remedy: "The code may be spent: run it again with a new one",
  },
  STS_UNTRUSTED: {
    meaning: "The TLS certificate of STS's host is not trusted",
    remedy: "Behind a proxy that inspects TLS, set AWS_CA_BUNDLE",
  },
  CA_BUNDLE_INVALID: {
    meaning: "The file that AWS_CA_BUNDLE names is unusable",
    remedy: "Name a PEM file with certificates, or unset the variable",
  },
  HOST_FORBIDDEN: {
    meaning: "The host is outside of what this program may talk to",
    remedy: "Set the region or endpoint that the hint names",
  },
  OUTPUT_UNWRITABLE: {
    meaning: "What was found or done cannot be written to stdout",
    remedy: "Look at where stdout goes; updsts list shows what was done",
  },
  CANCELLED: {
    meaning: "Whoever asked does not want it any more",
    remedy: "Call again if it was a mistake",
  },
  INTERNAL: {
    meaning: "A defect of this program",
    remedy: "Report it, with what -v 2 shows",
  },
} as const;

/** A stable word for each way to fail, shown by machine-readable output. */
export type ErrorCode = keyof typeof ERROR_CODES;
