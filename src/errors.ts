// The one error type that crosses the boundaries of this program.

/** A stable word for each way to fail, shown by machine-readable output. */
export type ErrorCode =
  /** The command line or a parameter is wrong. */
  | "USAGE"
  /** No TOTP code, and nobody to ask for one. */
  | "CODE_MISSING"
  /** The person who was asked for the code gave none. */
  | "CODE_DECLINED"
  /** Nobody typed the code while the question for it was open. */
  | "CODE_EXPIRED"
  /** A person has to open a page and type the code there. */
  | "CODE_NEEDED"
  /** The TOTP code is not six digits. */
  | "CODE_INVALID"
  /** The duration is out of what STS accepts. */
  | "DURATION_INVALID"
  /** A name cannot stand in a section header. */
  | "NAME_INVALID"
  /** The credentials file does not exist. */
  | "FILE_NOT_FOUND"
  /** The credentials file is a directory, a device, or far too large. */
  | "FILE_UNUSABLE"
  /** The credentials file cannot be read. */
  | "FILE_UNREADABLE"
  /** The credentials file, or its directory, cannot be written. */
  | "FILE_UNWRITABLE"
  /** Another updsts has held the lock for too long. */
  | "FILE_LOCKED"
  /** Other programs changed the file again and again. */
  | "FILE_BUSY"
  /** No such profile. */
  | "PROFILE_NOT_FOUND"
  /** The profile lacks an access key or a secret key. */
  | "KEYS_MISSING"
  /** The profile's keys are those of a session already. */
  | "KEYS_TEMPORARY"
  /** No MFA device is known for the profile. */
  | "DEVICE_MISSING"
  /** The MFA device cannot give codes to STS. */
  | "DEVICE_UNSUPPORTED"
  /** Another setting of the profile is unusable. */
  | "SETTING_INVALID"
  /** The region cannot be one. */
  | "REGION_INVALID"
  /** The tags of a managed block do not pair up. */
  | "BLOCK_BROKEN"
  /** There is no managed block for the profile. */
  | "BLOCK_NOT_FOUND"
  /** The name for the session's profile is in use outside of its block. */
  | "NAME_TAKEN"
  /** STS refused the TOTP code. */
  | "MFA_REFUSED"
  /** STS refused the access key or its signature. */
  | "KEYS_REFUSED"
  /** STS refused for another reason. */
  | "STS_REFUSED"
  /** STS asked to slow down. */
  | "STS_THROTTLED"
  /** STS failed on its own side. */
  | "STS_FAILED"
  /** STS answered with something that is no session. */
  | "STS_ANSWER_INVALID"
  /** No connection to STS. */
  | "STS_UNREACHABLE"
  /** STS did not answer in time. */
  | "STS_TIMEOUT"
  /** The TLS certificate of STS's host is not trusted. */
  | "STS_UNTRUSTED"
  /** The file that AWS_CA_BUNDLE names is unusable. */
  | "CA_BUNDLE_INVALID"
  /** The host is outside of what this build may talk to. */
  | "HOST_FORBIDDEN"
  /** What was found or done cannot be written to stdout. */
  | "OUTPUT_UNWRITABLE"
  /** Whoever asked does not want it any more. */
  | "CANCELLED"
  /** A defect of this program. */
  | "INTERNAL";

/** What an {@linkcode UpdstsError} may add to its message. */
export interface UpdstsErrorOptions {
  /** What the person, or the agent, can do about it. */
  readonly hint?: string;
  /** The error underneath; never shown below `-v 2`. */
  readonly cause?: unknown;
}

/**
 * A failure that a person can act on.
 *
 * The message names the action and the state (`Cannot read …: …`). Neither
 * message nor hint ever holds a secret or a line of the credentials file.
 */
export class UpdstsError extends Error {
  /** Always `UpdstsError`. */
  override readonly name: string = "UpdstsError";
  /** The stable word for this failure. */
  readonly code: ErrorCode;
  /** What to do about it, if there is something. */
  readonly hint: string | undefined;

  /** Makes an error with a code, a message, and optionally a hint and cause. */
  constructor(
    code: ErrorCode,
    message: string,
    options: UpdstsErrorOptions = {},
  ) {
    super(
      message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.hint = options.hint;
  }
}

/** A failure as programs get to read it: agents, and those that ask for JSON. */
export function toErrorAnswer({ code, message, hint }: UpdstsError): {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
} {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
