// The lock with which updsts processes that write to one directory wait for each other.
import { UpdstsError } from "../errors.ts";
import { PATHS } from "./paths.ts";
import {
  hasSystemCode,
  LONGEST_WAIT,
  MAX_WAIT,
  onceReleased,
  type System,
  systemNumber,
  unwritable,
} from "./system.ts";
import { isAt, isSame, temporaryNamesIn } from "./temporary.ts";

/** The file that is locked where directories cannot be. */
const LOCK_FILE = ".updsts.lock";

/** How often to check who has the lock, in milliseconds. */
const POLL_INTERVAL = 500;

/** The last call of this process for each directory; resolves to when it got the lock. */
const lastCalls = new Map<string, Promise<number>>();

/**
 * Runs `action` while no other updsts writes into `directory`. When a code is
 * `spent`, a lock that is not released does not prevent it: `locked` is false.
 *
 * The lock is advisory and on an open directory (else on a file in it), so the
 * operating system releases it when the process ends.
 *
 * @throws {UpdstsError} `FILE_LOCKED` if one holder has kept it for 10 s
 */
export async function withLock<T>(
  directory: string,
  system: System,
  spent: boolean,
  action: (locked: boolean) => Promise<T>,
): Promise<T> {
  const before = lastCalls.get(directory);
  const turn = Promise.withResolvers<number>();
  lastCalls.set(directory, turn.promise);
  let since = system.now();
  try {
    since = Math.max(since, await before ?? since);
    const keepsWaiting = waitingRule(directory, system, spent, since);
    await using lock = await acquire(directory, system, keepsWaiting);
    since = system.now();
    return await action(lock !== undefined);
  } finally {
    if (lastCalls.get(directory) === turn.promise) lastCalls.delete(directory);
    turn.resolve(since);
  }
}

/**
 * A function that says whether to wait on: up to 10 s for each holder of the
 * lock. After that it throws `FILE_LOCKED`, or returns false if `spent`.
 */
function waitingRule(
  directory: string,
  system: System,
  spent: boolean,
  since: number,
): () => boolean {
  const start = system.now();
  let holder: string | undefined;
  return () => {
    const now = system.now();
    // Each holder has a temporary file with a new name.
    const found = temporaryNamesIn(directory).join() || undefined;
    if (found !== holder) [holder, since] = [found, now];
    if (spent && now - start >= LONGEST_WAIT) return false;
    if (now - since < MAX_WAIT) return true;
    if (spent) return false;
    const process = holder?.match(/\d+/)?.[0];
    const who = process === undefined
      ? "another program"
      : `another updsts (process ${process})`;
    throw new UpdstsError(
      "FILE_LOCKED",
      `Cannot write into ${directory}: ${who} has kept it locked for ${
        MAX_WAIT / 1000
      } s`,
      { hint: "end that process if it hangs, then try again" },
    );
  };
}

/** EBADF, EINVAL, ENOLCK, ENOSYS and ENOTSUP of Linux and macOS: the runtime does not name all of them. */
const UNSUPPORTED = [9, 22, 37, 38, 45, 77, 78, 95, 102];

/** An open file or directory that can be locked. */
interface Lock extends AsyncDisposable {
  readonly file: Deno.FsFile;
  /** False if its last holder has removed or replaced it. */
  isCurrent(): boolean;
}

/** Acquires the lock; undefined if `keepsWaiting` returned false. */
async function acquire(
  directory: string,
  system: System,
  keepsWaiting: () => boolean,
): Promise<Lock | undefined> {
  let open = system.os === "windows" ? openLockFile : openDirectory;
  for (;;) {
    const lock = open(directory);
    if (lock === undefined) {
      await system.sleep(10);
      if (!keepsWaiting()) return undefined;
      continue;
    }
    try {
      const granted = system.lock(lock.file).then(() => true);
      const later = () => system.sleep(POLL_INTERVAL).then(() => false);
      while (!await Promise.race([granted, later()])) {
        if (keepsWaiting()) continue;
        // Closing the file also drops a lock that is granted later.
        lock.file.close();
        return undefined;
      }
      if (lock.isCurrent()) return lock;
    } catch (error) {
      lock.file.close();
      // Some network file systems lock only files that are open for writing.
      const isRefused = UNSUPPORTED.includes(systemNumber(error) ?? 0);
      if (open === openLockFile || !isRefused) throw error;
      open = openLockFile;
      continue;
    }
    lock.file.close();
    // A file system may give a file another number at each look.
    await system.sleep(10);
    if (!keepsWaiting()) return undefined;
  }
}

function openDirectory(directory: string): Lock {
  const file = Deno.openSync(directory);
  return {
    file,
    // A link that leads here is as good: its real path is looked up later.
    isCurrent: () => isSame(Deno.statSync(directory), file.statSync()),
    [Symbol.asyncDispose]: () => Promise.try(() => file.close()),
  };
}

/** Opens or creates the lock file; undefined while Windows is removing it. */
function openLockFile(directory: string): Lock | undefined {
  const path = PATHS.join(directory, LOCK_FILE);
  const file = createOrOpen(path);
  if (file === undefined) return undefined;
  const isCurrent = () => !isBeingRemoved(path) && isAt(path, file.statSync());
  return {
    file,
    isCurrent,
    // Removed before it is closed: the next process creates a new file.
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
    if (!hasSystemCode(error, "EEXIST") && !isBeingRemoved(path)) throw error;
  }
  try {
    // Links could lead elsewhere, and opening a FIFO would wait for a reader.
    if (Deno.lstatSync(path).isFile) {
      return Deno.openSync(path, { write: true });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isBeingRemoved(path)) {
      return undefined;
    }
    throw error;
  }
  throw unwritable(
    `${path}, which updsts locks, is not a regular file`,
    "remove it, and find out who created it",
  );
}

/** Whether Windows is removing the file: it denies access to one that is still open elsewhere. */
function isBeingRemoved(path: string): boolean {
  if (Deno.build.os !== "windows") return false;
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}
