// Temporary files and new directories beside the credentials file.
import { PATHS } from "./paths.ts";
import type { Place } from "./place.ts";
import { encodeBytes } from "./read.ts";
import { onceReleased, type System } from "./system.ts";

/** Names of temporary files, which exist only while the lock is held. */
const TEMPORARY_NAME = /^\.updsts-(\d+)(?:-[0-9a-f]{32})?\.tmp$/;

/** A path that other users cannot guess, and so cannot create first. */
export function temporaryPathIn(directory: string): string {
  const random = crypto.getRandomValues(new Uint8Array(16)).toHex();
  return PATHS.join(directory, `.updsts-${Deno.pid}-${random}.tmp`);
}

/** Names of the temporary files in `directory`: those of the holder of its lock. */
export function temporaryNamesIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name)
    .filter((name) => TEMPORARY_NAME.test(name));
}

/** Owner and permission bits of a file; null where the system has no owners. */
export interface Access {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number;
}

type Info = Pick<Deno.FileInfo, "dev" | "ino" | "uid" | "gid" | "mode">;

/** The access of a file; 0600 on Windows, where the runtime invents a mode. */
export function accessOf({ uid, gid, mode }: Info): Access {
  const isWindows = Deno.build.os === "windows";
  return { uid, gid, mode: isWindows ? 0o600 : (mode ?? 0) & 0o777 };
}

export function isSameAccess(one: Access, other: Access): boolean {
  return one.uid === other.uid && one.gid === other.gid &&
    one.mode === other.mode;
}

type Identity = Pick<Info, "dev" | "ino">;

/** Whether two looks found one file or directory; without inode numbers, another user cannot have replaced it. */
export function isSame(one: Identity, other: Identity): boolean {
  return other.ino === null || one.ino === other.ino && one.dev === other.dev;
}

/** Whether `path` is this file or directory itself, and not a link to it. */
export function isAt(path: string, file: Identity): boolean {
  try {
    const info = Deno.lstatSync(path);
    return !info.isSymlink && isSame(info, file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Files and empty directories to remove if the process ends early. */
const removedAtExit = new Set<string>();

globalThis.addEventListener("unload", () => {
  // In reverse: a directory is removed after its file.
  [...removedAtExit].reverse().forEach(removeIfPossible);
});

function removeIfPossible(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was put in place, was not created, or is in use.
  }
  removedAtExit.delete(path);
}

/** Creates the missing directories of `place` with mode 0700; disposing of `made` removes empty ones. */
export function makeDirectories(
  { missing }: Place,
  made: DisposableStack,
): void {
  for (const directory of missing) {
    try {
      Deno.mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw error;
    }
    removedAtExit.add(directory);
    made.defer(() => removeIfPossible(directory));
  }
}

/** A file of Deno, or of Node, which can change owner and mode. */
type NewFile = Deno.FsFile | import("node:fs/promises").FileHandle;

/** Creates a file at `path`; fails if anything exists there, even a link. */
function create(path: string): NewFile {
  return Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
}

/** The same, with a handle that can change owner and mode. */
async function createToGive(path: string): Promise<NewFile> {
  // Loaded here because it takes 6 ms and few files need it.
  const [{ constants }, { open }] = await Promise.all([
    import("node:fs"),
    import("node:fs/promises"),
  ]);
  const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;
  return await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
}

/** A temporary file in a directory where other users may write. */
export interface TemporaryFile extends AsyncDisposable {
  readonly path: string;
  /** The access at its creation. */
  readonly access: Access;
  /** This file if it has that access, else a new one that can get it. */
  for(access: Access): Promise<TemporaryFile>;
  /** Writes `text` to the disk, with `access` as far as this user may set it. */
  write(text: string, access: Access): Promise<void>;
  isAt(path: string): boolean;
  /** Renames and removes the file, to test whether the directory allows it. */
  tryRemoval(): Promise<void>;
}

/**
 * Creates an empty file in `directory`, mode 0600; disposing of it removes it
 * unless it was put in place. It is used only through the handle that created it:
 * another user may have replaced the name.
 */
export async function createTemporaryFile(
  directory: string,
  system: System,
  open: (path: string) => NewFile | Promise<NewFile> = create,
): Promise<TemporaryFile> {
  let path = temporaryPathIn(directory);
  // Registered before it exists, so that a signal at any moment removes it.
  removedAtExit.add(path);
  let file: NewFile;
  let info: Info;
  try {
    file = await open(path);
    info = await file.stat();
  } catch (error) {
    removedAtExit.delete(path);
    throw error;
  }
  let isOpen = true;
  const close = async () => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  const remove = async () => {
    await close();
    await onceReleased(() => Deno.removeSync(path), system);
  };
  const temporary: TemporaryFile = {
    get path() {
      return path;
    },
    access: accessOf(info),
    for: async (access) =>
      isSameAccess(access, temporary.access)
        ? temporary
        : await createTemporaryFile(directory, system, createToGive),
    write: async (text, access) => {
      const bytes = encodeBytes(text);
      if (file instanceof Deno.FsFile) {
        for (let written = 0; written < bytes.length;) {
          written += await file.write(bytes.subarray(written));
        }
      } else {
        await file.writeFile(bytes);
        await give(file, access);
      }
      // Before the rename: a power failure must not leave an empty file.
      await file.sync();
      // Windows does not rename open files on some drives.
      if (Deno.build.os === "windows") await close();
    },
    isAt: (path) => isAt(path, info),
    tryRemoval: async () => {
      const next = temporaryPathIn(directory);
      removedAtExit.add(next);
      system.rename(path, next);
      removedAtExit.delete(path);
      path = next;
      await remove();
    },
    [Symbol.asyncDispose]: async () => {
      await remove().catch(() => {});
      removedAtExit.delete(path);
    },
  };
  return temporary;
}

/** Changes owner and mode of an open file, as far as this user may. */
async function give(
  file: import("node:fs/promises").FileHandle,
  { uid, gid, mode }: Access,
): Promise<void> {
  const own = await file.stat();
  if (uid !== null && gid !== null && (uid !== own.uid || gid !== own.gid)) {
    // Only root may change the owner; other users may set one of their groups.
    await file.chown(uid, gid)
      .catch(() => file.chown(own.uid, gid))
      .catch(() => {});
  }
  // Permissions of the old group must not go to another group.
  const { gid: group } = await file.stat();
  await file.chmod(gid === group ? mode : mode & ~0o070);
}

/**
 * Removes temporary files that killed processes left, which requires the lock. They
 * belong to this user, or to the owner of the credentials file if root ran.
 */
export function removeLeftovers(
  { path: target, directory, exists }: Place,
  { path: own, access: { uid: user } }: TemporaryFile,
): void {
  const owner = exists ? Deno.statSync(target).uid : user;
  for (const name of temporaryNamesIn(directory)) {
    const path = PATHS.join(directory, name);
    // The credentials file may have such a name, too.
    if (path === own || path === target) continue;
    try {
      const { uid, isFile } = Deno.lstatSync(path);
      if (isFile && (uid === user || uid === owner)) Deno.removeSync(path);
    } catch {
      // A leftover is harmless: new files have other names.
    }
  }
}
