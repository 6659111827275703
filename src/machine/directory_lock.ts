// Makes updsts processes that write into one directory wait for each other.
import { UpdstsError } from "../errors.ts";
import { LockFile } from "./lock_file.ts";
import { hasSystemCode } from "./regular_file.ts";
import { REAL_TIME, type Timepiece } from "./timepiece.ts";

/** What is locked. */
export type Lockable = Pick<Deno.FsFile, "tryLock" | "close">;

/** How to lock, and whom to name. */
export interface LockOptions {
  /** How long to wait for another updsts, in milliseconds. */
  readonly patience: number;
  readonly time?: Timepiece;
  /** Whether directories can be opened and locked; not so on Windows. */
  readonly lockDirectories?: boolean;
  /** Opens a directory to lock it. */
  readonly openDirectory?: (path: string) => Lockable;
  /** Who may be holding the lock, to name them when patience is at an end. */
  readonly findHolder: () => string | undefined;
}

/** Those of this process who want a directory come one after the other: who was last, by directory. */
const queues = new Map<string, Promise<void>>();

/**
 * Runs `action` while holding the lock of `directory`.
 *
 * The lock is advisory and belongs to an open file, so the operating system
 * drops it with the process, however that ends: a dead process never blocks.
 * It is on the directory itself where that is possible, which stays the same
 * when the file in it is replaced; else on a file beside that.
 *
 * @throws {UpdstsError} `FILE_LOCKED` when patience is at an end
 */
export async function withDirectoryLock<T>(
  directory: string,
  options: LockOptions,
  action: () => Promise<T>,
): Promise<T> {
  const before = queues.get(directory);
  const done = Promise.withResolvers<void>();
  queues.set(directory, done.promise);
  const { time = REAL_TIME } = options;
  const since = time.now();
  try {
    // It is the system that locks; the queue only spares it. So whoever has
    // waited long enough asks the system, and is told if that is in vain.
    if (before !== undefined) {
      await Promise.race([before, time.sleep(options.patience)]);
    }
    await using _lock = await acquire(directory, options, since);
    return await action();
  } finally {
    if (queues.get(directory) === done.promise) queues.delete(directory);
    done.resolve();
  }
}

async function acquire(
  directory: string,
  options: LockOptions,
  since: number,
): Promise<AsyncDisposable> {
  const lockDirectories = options.lockDirectories ??
    Deno.build.os !== "windows";
  if (lockDirectories) {
    const open = options.openDirectory ?? Deno.openSync;
    const handle = open(directory);
    try {
      const lock = {
        [Symbol.asyncDispose]: () => Promise.try(() => handle.close()),
      };
      const tryLock = async () => await handle.tryLock(true) ? lock : undefined;
      return await patiently(tryLock, directory, options, since);
    } catch (error) {
      handle.close();
      // Some network file systems lock only what is open for writing, which a
      // directory never is.
      if (!hasSystemCode(error, "EBADF", "ENOTSUP", "EINVAL", "ENOLCK")) {
        throw error;
      }
    }
  }
  const file = new LockFile(directory);
  try {
    const tryLock = async () => await file.tryLock() ? file : undefined;
    return await patiently(tryLock, directory, options, since);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Asks again and again, at odd intervals so that nobody is always too late, and
 * ever more seldom, so that many who wait leave time to the one who works.
 */
async function patiently<Lock>(
  tryLock: () => Promise<Lock | undefined>,
  directory: string,
  { patience, time = REAL_TIME, findHolder }: LockOptions,
  since: number,
): Promise<Lock> {
  // On a network drive whose server has gone, even to ask may take for ever.
  const hung = REAL_TIME.sleep(patience).then(() => undefined);
  for (;;) {
    const lock = await Promise.race([tryLock(), hung]);
    if (lock !== undefined) return lock;
    const waited = time.now() - since;
    if (waited >= patience) {
      const holder = findHolder() ?? "another updsts";
      throw new UpdstsError(
        "FILE_LOCKED",
        `Cannot write into ${directory}: ${holder} has kept it locked for ${
          patience / 1000
        } s`,
        { hint: "end that process if it hangs, then try again" },
      );
    }
    await time.sleep(2 + Math.min(18 + waited / 25, 100) * Math.random());
  }
}
