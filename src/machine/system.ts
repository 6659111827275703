// Clock, locks and renames of the operating system, and errors made from its errors.
import { type Hint, UpdstsError } from "../errors.ts";
import { PATHS } from "./paths.ts";

/** Operations that other programs can delay or refuse, and time. */
export interface System {
  readonly os: typeof Deno.build.os;
  /** Monotonic time in milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Waits for the exclusive lock of a file. */
  lock(file: Deno.FsFile): Promise<void>;
  rename(from: string, to: string): void;
  link(from: string, to: string): void;
}

export const REAL_SYSTEM: System = {
  os: Deno.build.os,
  now: () => performance.now(),
  // Not setTimeout(), whose first call loads modules of Node: 7 ms.
  sleep: (milliseconds) =>
    new Promise((resolve) =>
      AbortSignal.timeout(milliseconds)
        .addEventListener("abort", () => resolve(), { once: true })
    ),
  lock: (file) => file.lock(true),
  rename: Deno.renameSync,
  link: Deno.linkSync,
};

/** How long to wait for other programs while no code is spent, in milliseconds. */
export const MAX_WAIT = 10_000;
/** The same after STS has answered, and for a file that keeps changing. */
export const LONGEST_WAIT = 60_000;

/** How long to wait for a program that has the file open, in milliseconds. */
export function maxWait(spent: boolean): number {
  return spent ? LONGEST_WAIT : MAX_WAIT;
}

/**
 * Repeats `action` for up to `timeout` milliseconds while another program has the
 * file open on Windows; with `retryDenied`, also while access is denied there.
 */
export async function onceReleased<T>(
  action: () => T | Promise<T>,
  system: System = REAL_SYSTEM,
  timeout = MAX_WAIT,
  retryDenied = false,
): Promise<T> {
  const deadline = system.now() + timeout;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const mayPass = isHeld(error, system.os) ||
        (retryDenied && system.os === "windows" &&
          error instanceof Deno.errors.PermissionDenied);
      if (!mayPass || system.now() > deadline) throw error;
      await system.sleep(10 + 20 * Math.random());
    }
  }
}

export const CREDENTIALS_FILE = "credentials file";

const HELD_HINT =
  "close it in the program that has it open, for example an editor, or wait: a virus scanner, a backup or a program that syncs files takes a moment";

const SHARE_HINT =
  "give the share a drive letter (net use), and name the file by that";

/** The number of an operating system error: the runtime names only some of them. */
export function systemNumber(error: unknown): number | undefined {
  const number = error instanceof Error &&
    /\(os error (\d+)\)/.exec(error.message)?.[1];
  return number ? Number(number) : undefined;
}

/** Whether `error` has one of these operating system codes. */
export function hasSystemCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error &&
    codes.some((code) => code === error.code);
}

/** Whether Windows refused because another program has the file open. */
function isHeld(
  error: unknown,
  os: typeof Deno.build.os = Deno.build.os,
): boolean {
  const cause = error instanceof UpdstsError ? error.cause : error;
  // 32 and 33: the file is open elsewhere, or a part of it is locked.
  return os === "windows" &&
    (hasSystemCode(cause, "EBUSY") || cause instanceof Deno.errors.Busy ||
      [32, 33].includes(systemNumber(cause) ?? 0));
}

/** Whether `error` says that the file does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof UpdstsError && error.code === "FILE_NOT_FOUND";
}

/** The message of the operating system, without path and number. */
function systemMessage(error: unknown): string {
  if (isHeld(error)) return "another program has it open";
  const message = error instanceof Error ? error.message : String(error);
  // Windows ends its messages with a period.
  return (message.split(" (os error")[0] ?? message).replace(/\.$/, "");
}

/** The error for a failed read of the file at `path`, called `what` in messages. */
export function readError(error: unknown, path: string, what: string): Error {
  if (error instanceof UpdstsError) return error;
  const failure = (
    code: "FILE_NOT_FOUND" | "FILE_UNREADABLE" | "FILE_UNUSABLE",
    state: string,
    hint: Hint,
  ) =>
    new UpdstsError(code, `Cannot read the ${what}: ${path}${state}`, {
      hint,
      cause: error,
    });
  if (error instanceof Deno.errors.NotFound) {
    return failure(
      "FILE_NOT_FOUND",
      " does not exist",
      ({ credentialsFile }) =>
        path.includes("${")
          ? "the program that set that path did not expand ${…}; write the path out"
          : `create it with \`aws configure\`, or name another one with ${credentialsFile} or AWS_SHARED_CREDENTIALS_FILE`,
    );
  }
  // The message of the runtime would advise to grant all permissions.
  if (error instanceof Deno.errors.NotCapable) {
    const [state, hint] = PATHS.isNetwork(path)
      ? [
        "it is on the network, where updsts has no permission to open files",
        SHARE_HINT,
      ]
      : [
        "it is a part of the system that updsts has no permission to open",
        "name a file of your own",
      ];
    return failure("FILE_UNUSABLE", `: ${state}`, hint);
  }
  return failure(
    "FILE_UNREADABLE",
    `: ${systemMessage(error)}`,
    isHeld(error) ? HELD_HINT : "check the path and its permissions",
  );
}

/** The error for a failed write of the credentials file; other than system errors stay as they are. */
export function writeError(error: unknown, path: string): unknown {
  const isSystemError = error instanceof Error &&
    ("code" in error || systemNumber(error) !== undefined);
  if (error instanceof UpdstsError || !isSystemError) return error;
  const hint = isHeld(error)
    ? HELD_HINT
    : hasSystemCode(error, "ENOSPC", "EFBIG", "EDQUOT")
    ? "make room on the disk, then try again"
    : "check the permissions of the file and its directory";
  return unwritable(
    `${path}: ${systemMessage(error)}`,
    `${hint}; nothing was changed`,
    error,
  );
}

/** The error for a credentials file that cannot be written because of `state`. */
export function unwritable(
  state: string,
  hint: string,
  cause?: unknown,
): UpdstsError {
  return new UpdstsError(
    "FILE_UNWRITABLE",
    `Cannot write the ${CREDENTIALS_FILE}: ${state}`,
    { hint, cause },
  );
}

/** The error for a file that other programs keep changing. */
export function busy(path: string): UpdstsError {
  return new UpdstsError(
    "FILE_BUSY",
    `Cannot write the ${CREDENTIALS_FILE}: other programs keep changing ${path}`,
    { hint: "find out which program keeps writing to it, then try again" },
  );
}

/** The error for a link to nothing, or to a server. */
export function badLink(path: string, to: "nothing" | "a server"): UpdstsError {
  const isMissing = to === "nothing";
  // A link to a server would be replaced by a file.
  const more = isMissing
    ? ""
    : ", where updsts has no permission to open files";
  return new UpdstsError(
    isMissing ? "FILE_NOT_FOUND" : "FILE_UNUSABLE",
    `Cannot use the ${CREDENTIALS_FILE}: ${path} is a link to ${to}${more}`,
    {
      hint: isMissing
        ? "correct the link, or create what it points to"
        : SHARE_HINT,
    },
  );
}
