// Makes updsts processes that write into one directory wait for each other.
import { UpdstsError } from "../errors.ts";
import { hasSystemCode, systemMessage } from "./regular_file.ts";
import { REAL_TIME, type Timepiece } from "./timepiece.ts";

/** What is locked. */
export type Lockable = Pick<Deno.FsFile, "tryLock" | "close">;

/** Where locks are put for directories that cannot be locked themselves. */
export interface LockOptions {
  /** How long to wait for another updsts, in milliseconds. */
  readonly patience: number;
  readonly time?: Timepiece;
  /** A directory of the user's own, made if it is missing; asked for only if it is needed. */
  readonly fallbackDirectory: () => string;
  /** Whether directories can be opened and locked; not so on Windows. */
  readonly lockDirectories?: boolean;
  /** Opens a directory to lock it. */
  readonly openDirectory?: (path: string) => Promise<Lockable>;
  /** Who may be holding the lock, to name them when patience is at an end. */
  readonly findHolder: () => Promise<string | undefined>;
}

/**
 * Runs `action` while holding the lock of `directory`.
 *
 * The lock is advisory and belongs to an open file, so the operating system
 * drops it with the process, however that ends: a dead process never blocks.
 * It is on the directory itself where that is possible: no lock file is left
 * there, and it stays the same when the file in it is replaced.
 *
 * @throws {UpdstsError} `FILE_LOCKED` when patience is at an end
 */
export async function withDirectoryLock<T>(
  directory: string,
  options: LockOptions,
  action: () => Promise<T>,
): Promise<T> {
  const lock = await acquire(directory, options);
  try {
    return await action();
  } finally {
    lock.close();
  }
}

async function acquire(
  directory: string,
  options: LockOptions,
): Promise<Lockable> {
  const lockDirectories = options.lockDirectories ??
    Deno.build.os !== "windows";
  if (lockDirectories) {
    const open = options.openDirectory ?? Deno.open;
    const handle = await open(directory);
    try {
      return await patiently(handle, directory, options);
    } catch (error) {
      handle.close();
      // Some network file systems lock only what is open for writing, which a
      // directory never is.
      if (!hasSystemCode(error, "EBADF", "ENOTSUP", "EINVAL", "ENOLCK")) {
        throw error;
      }
    }
  }
  const handle = await openFallback(directory, options.fallbackDirectory());
  try {
    return await patiently(handle, directory, options);
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** Asks again and again, at odd intervals so that nobody is always too late. */
async function patiently(
  handle: Lockable,
  directory: string,
  { patience, time = REAL_TIME, findHolder }: LockOptions,
): Promise<Lockable> {
  const deadline = time.now() + patience;
  while (!await handle.tryLock(true)) {
    if (time.now() > deadline) {
      const holder = await findHolder() ?? "another updsts";
      throw new UpdstsError(
        "FILE_LOCKED",
        `Cannot write into ${directory}: ${holder} has kept it locked for ${
          patience / 1000
        } s`,
        { hint: "end that process if it hangs, then try again" },
      );
    }
    await time.sleep(2 + 18 * Math.random());
  }
  return handle;
}

async function openFallback(
  directory: string,
  fallbackDirectory: string,
): Promise<Deno.FsFile> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(directory),
  );
  const name = new Uint8Array(digest).toHex().slice(0, 32);
  try {
    await Deno.mkdir(fallbackDirectory, { recursive: true, mode: 0o700 });
    return await Deno.open(`${fallbackDirectory}/${name}.lock`, {
      create: true,
      write: true,
      mode: 0o600,
    });
  } catch (error) {
    throw new UpdstsError(
      "FILE_UNWRITABLE",
      `Cannot lock ${directory}: ${fallbackDirectory}: ${systemMessage(error)}`,
      { cause: error },
    );
  }
}
