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
import { isAt, ownNamesIn } from "./temporary.ts";

/** Locked instead where directories cannot be locked. */
const LOCK_FILE = ".updsts.lock";

/** The interval between two looks at the holder of the lock, in milliseconds. */
const LOOK_EVERY = 500;

/** Those of this process who want a directory, in turn; each says when it got the lock. */
const turns = new Map<string, Promise<number>>();

/**
 * Runs `action` while no other updsts writes into `directory`. After STS has
 * answered (`spent`) the lock delays and never prevents: `action` is told
 * whether it runs with the lock.
 *
 * The lock is advisory and belongs to an open file, so the operating system
 * drops it with the process, however that ends. It is on the directory, which
 * stays the same when the file in it is replaced; else on a file in it.
 *
 * @throws {UpdstsError} `FILE_LOCKED` if one holder has kept it for 10 s
 */
export async function withLock<T>(
  directory: string,
  system: System,
  spent: boolean,
  action: (locked: boolean) => Promise<T>,
): Promise<T> {
  const before = turns.get(directory);
  const turn = Promise.withResolvers<number>();
  turns.set(directory, turn.promise);
  let since = system.now();
  try {
    since = Math.max(since, await before ?? since);
    const goesOn = patience(directory, system, spent, since);
    await using lock = await acquire(directory, system, goesOn);
    since = system.now();
    return await action(lock !== undefined);
  } finally {
    if (turns.get(directory) === turn.promise) turns.delete(directory);
    turn.resolve(since);
  }
}

/**
 * Whether to go on waiting for the holder of the lock: 10 s, counted anew when
 * it changes hands. Then the lock is done without, or `FILE_LOCKED` is thrown.
 */
function patience(
  directory: string,
  system: System,
  spent: boolean,
  since: number,
): () => boolean {
  const start = system.now();
  let holder: string | undefined;
  return () => {
    const now = system.now();
    // The holder has a temporary file, named anew each time.
    const found = ownNamesIn(directory).join() || undefined;
    if (found !== holder) [holder, since] = [found, now];
    if (spent && now - start >= LONGEST_PATIENCE) return false;
    if (now - since < PATIENCE) return true;
    if (spent) return false;
    const process = holder?.match(/\d+/)?.[0];
    const who = process === undefined
      ? "another program"
      : `another updsts (process ${process})`;
    throw new UpdstsError(
      "FILE_LOCKED",
      `Cannot write into ${directory}: ${who} has kept it locked for ${
        PATIENCE / 1000
      } s`,
      { hint: "end that process if it hangs, then try again" },
    );
  };
}

/** EBADF, EINVAL, ENOLCK, ENOSYS and ENOTSUP, of Linux and macOS: the runtime has no code for some of them. */
const NO_LOCKS = [9, 22, 37, 38, 45, 77, 78, 95, 102];

/** An open file whose lock is the directory's. */
interface Lock extends AsyncDisposable {
  readonly file: Deno.FsFile;
  /** Whether the file still has its name: its last holder may have removed it. */
  isCurrent(): boolean;
}

/** The lock; undefined if it is to be done without. */
async function acquire(
  directory: string,
  system: System,
  goesOn: () => boolean,
): Promise<Lock | undefined> {
  let open = system.os === "windows" ? openLockFile : openDirectory;
  for (;;) {
    const lock = open(directory);
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
        // If it is granted after all, the system lets go of it.
        lock.file.close();
        return undefined;
      }
      if (lock.isCurrent()) return lock;
    } catch (error) {
      lock.file.close();
      // Some network file systems lock only what is open for writing, which a
      // directory never is, or nothing.
      const isRefused = NO_LOCKS.includes(systemNumber(error) ?? 0);
      if (open === openLockFile || !isRefused) throw error;
      open = openLockFile;
      continue;
    }
    lock.file.close();
  }
}

function openDirectory(directory: string): Lock {
  const file = Deno.openSync(directory);
  return {
    file,
    isCurrent: () => isAt(directory, file.statSync()),
    [Symbol.asyncDispose]: () => Promise.try(() => file.close()),
  };
}

/** The lock's file, created if there is none; undefined if it is just being removed. */
function openLockFile(directory: string): Lock | undefined {
  const path = PATHS.join(directory, LOCK_FILE);
  const file = createOrOpen(path);
  if (file === undefined) return undefined;
  const isCurrent = () => !isGoing(path) && isAt(path, file.statSync());
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
    if (!hasSystemCode(error, "EEXIST") && !isGoing(path)) throw error;
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
