// Makes updsts processes that write to one directory wait for each other.
import { UpdstsError } from "../errors.ts";
import { PATHS } from "./paths.ts";
import {
  hasSystemCode,
  LONGEST_PATIENCE,
  onceReleased,
  PATIENCE,
  type System,
  systemNumber,
  unwritable,
} from "./system.ts";
import { isFileAt } from "./temporary.ts";

/** The lock's file, where directories cannot be locked: in the directory, so that all see the same one. */
const LOCK_FILE = ".updsts.lock";

/** How often to look who has the lock, in milliseconds. */
const LOOK_EVERY = 500;

/** What the lock takes of its user. */
export interface LockOptions {
  readonly system: System;
  /** Whether STS has given a session: the lock delays it and never prevents it. */
  readonly spent: boolean;
  /** Names who has the lock: another name for each time that it is taken. */
  readonly findHolder: () => string | undefined;
}

/** Those of this process who want a directory take turns; each says when it had the lock. */
const turns = new Map<string, Promise<number>>();

/**
 * Runs `action` while no other updsts writes into `directory`, and tells it
 * whether that is so: if STS has given a session, it runs in the end without.
 *
 * The lock is advisory and belongs to an open file, so the operating system
 * drops it with the process, however that ends. It is on the directory itself
 * where that is possible, which stays the same when the file in it is replaced;
 * else on a file in it. The system lets in first who came first.
 *
 * @throws {UpdstsError} `FILE_LOCKED` if one holder has kept it for 10 s
 */
export async function withLock<T>(
  directory: string,
  options: LockOptions,
  action: (locked: boolean) => Promise<T>,
): Promise<T> {
  const { system } = options;
  const before = turns.get(directory);
  const turn = Promise.withResolvers<number>();
  turns.set(directory, turn.promise);
  const start = system.now();
  let had = start;
  try {
    had = Math.max(start, await before ?? start);
    await using lock = await acquire(directory, options, had);
    had = system.now();
    return await action(lock !== undefined);
  } finally {
    if (turns.get(directory) === turn.promise) turns.delete(directory);
    turn.resolve(had);
  }
}

/** The lock; undefined if it is to be done without. Patience counts from `since`. */
async function acquire(
  directory: string,
  options: LockOptions,
  since: number,
): Promise<AsyncDisposable | undefined> {
  const goesOn = patience(directory, options, since);
  if (options.system.os !== "windows") {
    try {
      return await waitFor(() => openDirectory(directory), options, goesOn);
    } catch (error) {
      if (!locksNoDirectories(error)) throw error;
    }
  }
  return await waitFor(() => openLockFile(directory), options, goesOn);
}

/** EBADF, EINVAL, ENOLCK, ENOSYS and ENOTSUP, of Linux and macOS: the runtime has no code for some of them. */
const NO_LOCKS = [9, 22, 37, 38, 45, 77, 78, 95, 102];

/** Some network file systems lock only what is open for writing, which a directory never is, or nothing. */
function locksNoDirectories(error: unknown): boolean {
  return hasSystemCode(error, "EBADF", "EINVAL", "ENOLCK", "ENOTSUP") ||
    NO_LOCKS.includes(systemNumber(error) ?? 0);
}

/**
 * Tells, each time that it is asked, whether to go on waiting for whoever has
 * the lock: 10 s, counted anew when it changes hands. Then it is to be done
 * without the lock, or `FILE_LOCKED` is thrown.
 */
function patience(
  directory: string,
  { system, spent, findHolder }: LockOptions,
  since: number,
): () => boolean {
  const start = system.now();
  let holder: string | undefined;
  return () => {
    const now = system.now();
    const found = findHolder();
    if (found !== holder) [holder, since] = [found, now];
    if (spent && now - start >= LONGEST_PATIENCE) return false;
    if (now - since < PATIENCE) return true;
    if (spent) return false;
    const process = holder?.match(/\d+/)?.[0];
    throw new UpdstsError(
      "FILE_LOCKED",
      `Cannot write into ${directory}: ${
        process === undefined
          ? "another program"
          : `another updsts (process ${process})`
      } has kept it locked for ${PATIENCE / 1000} s`,
      { hint: "end that process if it hangs, then try again" },
    );
  };
}

/** An open file whose lock is the directory's. */
interface Lockable extends AsyncDisposable {
  readonly file: Deno.FsFile;
  /** Whether this is still what the others lock. */
  isCurrent(): boolean;
}

async function waitFor(
  open: () => Lockable | undefined,
  { system }: LockOptions,
  goesOn: () => boolean,
): Promise<AsyncDisposable | undefined> {
  for (;;) {
    const lock = open();
    if (lock === undefined) {
      await system.sleep(10);
      if (!goesOn()) return undefined;
      continue;
    }
    try {
      const granted = system.lock(lock.file).then(() => true);
      const later = () => system.sleep(LOOK_EVERY).then(() => false);
      while (!await Promise.race([granted, later()])) {
        if (goesOn()) continue;
        lock.file.close();
        return undefined;
      }
      if (lock.isCurrent()) return lock;
    } catch (error) {
      // If it is granted some day after all, the system lets go of it.
      lock.file.close();
      throw error;
    }
    lock.file.close();
  }
}

function openDirectory(directory: string): Lockable {
  const file = Deno.openSync(directory);
  return {
    file,
    // Who has the lock looks whether the directory is still there.
    isCurrent: () => true,
    [Symbol.asyncDispose]: () => Promise.try(() => file.close()),
  };
}

/** The lock's file, created if there is none; undefined if it is just being removed. */
function openLockFile(directory: string): Lockable | undefined {
  const path = PATHS.join(directory, LOCK_FILE);
  const file = createOrOpen(path);
  if (file === undefined) return undefined;
  // Its last holder may have removed it.
  const isCurrent = () => !isGoing(path) && isFileAt(path, file.statSync());
  return {
    file,
    isCurrent,
    // First the name: who comes next creates a file of their own.
    [Symbol.asyncDispose]: async () => {
      if (isCurrent()) {
        await onceReleased(() => Deno.removeSync(path)).catch(() => {});
      }
      file.close();
    },
  };
}

function createOrOpen(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  } catch (error) {
    const taken = hasSystemCode(error, "EEXIST") || isGoing(path);
    if (!taken) throw error;
  }
  try {
    // A link would lead elsewhere, and a FIFO would wait for a reader.
    if (Deno.lstatSync(path).isFile) {
      return Deno.openSync(path, { write: true });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isGoing(path)) {
      return undefined;
    }
    throw error;
  }
  throw unwritable(
    `${path}, which updsts locks, is not a regular file`,
    "remove it, and see who put it there",
  );
}

/** Windows denies all access to a file that is removed but still open somewhere. */
function isGoing(path: string): boolean {
  if (Deno.build.os !== "windows") return false;
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}
