// Temporary files and new directories beside the credentials file.
import { PATHS } from "./paths.ts";
import type { Place } from "./place.ts";
import { encodeBytes } from "./read.ts";
import { onceReleased, type System } from "./system.ts";

/** Our own names beside the credentials file, there only while the lock is held. */
const OWN_NAME = /^\.updsts-(\d+)(?:-[0-9a-f]{32})?\.tmp$/;

/** A name that nobody can guess, and so nobody can take first. */
export function ownPathIn(directory: string): string {
  const random = crypto.getRandomValues(new Uint8Array(16)).toHex();
  return PATHS.join(directory, `.updsts-${Deno.pid}-${random}.tmp`);
}

/** The temporary files in `directory`, by name: those of the holder of its lock. */
export function ownNamesIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name)
    .filter((name) => OWN_NAME.test(name));
}

/** The owner of a file, null where the system has none, and its permission bits. */
export interface Access {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number;
}

/** The parts of a file's information that are used here. */
type Info = Pick<Deno.FileInfo, "dev" | "ino" | "uid" | "gid" | "mode">;

/** Owner and mode of a file; mode 0600 on Windows, where the runtime invents a mode. */
export function accessOf({ uid, gid, mode }: Info): Access {
  const isWindows = Deno.build.os === "windows";
  return { uid, gid, mode: isWindows ? 0o600 : (mode ?? 0) & 0o777 };
}

/** Whether two files have the same owner and mode. */
export function isSameAccess(one: Access, other: Access): boolean {
  return one.uid === other.uid && one.gid === other.gid &&
    one.mode === other.mode;
}

/** Whether `path` is the name of this very file or directory, and not a link to it. */
export function isAt(
  path: string,
  { dev, ino }: Pick<Info, "dev" | "ino">,
): boolean {
  try {
    const info = Deno.lstatSync(path);
    // A file system without inode numbers cannot tell files apart.
    return !info.isSymlink &&
      (ino === null || info.ino === ino && info.dev === dev);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Removed if the process ends in the middle: files, and directories that are empty. */
const goneAtExit = new Set<string>();

globalThis.addEventListener("unload", () => {
  // The latest first: a directory can go when its file has gone.
  [...goneAtExit].reverse().forEach(removeIfPossible);
});

function removeIfPossible(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It has been put in place, was never created, or is used by others.
  }
  goneAtExit.delete(path);
}

/** Creates the directories that `place` lacks, for this user only; disposing of `made` removes those that are still empty. */
export function makeDirectories(
  { missing }: Place,
  made: DisposableStack,
): void {
  for (const directory of missing) {
    try {
      Deno.mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      // Another program was faster.
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw error;
    }
    goneAtExit.add(directory);
    made.defer(() => removeIfPossible(directory));
  }
}

/** Of the runtime, or of Node, which can give it another owner and mode. */
type NewFile = Deno.FsFile | import("node:fs/promises").FileHandle;

/** Creates a file at `path`, where nothing may be, not even a link. */
function create(path: string): NewFile {
  return Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
}

/** Creates a file whose owner and mode can be changed through its handle. */
async function createToGive(path: string): Promise<NewFile> {
  // The runtime takes 6 ms to load its Node modules, which few files need.
  const [{ constants }, { open }] = await Promise.all([
    import("node:fs"),
    import("node:fs/promises"),
  ]);
  const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;
  return await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
}

/** A file of our own in a directory where others may write as well. */
export interface TemporaryFile extends AsyncDisposable {
  readonly path: string;
  /** As it was created: this user's. */
  readonly access: Access;
  /** This file if it has such access, else another one that can be given it. */
  for(access: Access): Promise<TemporaryFile>;
  /** Writes `text`, and gives the file `access`, as far as this user may; it is on the disk then. */
  write(text: string, access: Access): Promise<void>;
  /** Whether the file at `path` is this very one. */
  isAt(path: string): boolean;
  /** Renames and removes it, to find whether names can be taken away here. */
  tryRemoval(): Promise<void>;
}

/**
 * Creates an empty file in `directory`; disposing of it removes it, unless it
 * has been put in place.
 *
 * It is created exclusively with mode 0600, and written and given away through
 * the handle that created it. It is never opened by its name, which a neighbour
 * may have given to another file meanwhile.
 */
export async function createTemporaryFile(
  directory: string,
  system: System,
  open: (path: string) => NewFile | Promise<NewFile> = create,
): Promise<TemporaryFile> {
  let path = ownPathIn(directory);
  // Before it exists, so that a signal at any moment removes it.
  goneAtExit.add(path);
  let file: NewFile;
  let info: Info;
  try {
    file = await open(path);
    info = await file.stat();
  } catch (error) {
    goneAtExit.delete(path);
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
      // Before the rename: a power cut must not leave an empty file.
      await file.sync();
      // Windows renames no open file on some drives.
      if (Deno.build.os === "windows") await close();
    },
    isAt: (path) => isAt(path, info),
    tryRemoval: async () => {
      const next = ownPathIn(directory);
      goneAtExit.add(next);
      system.rename(path, next);
      goneAtExit.delete(path);
      path = next;
      await remove();
    },
    [Symbol.asyncDispose]: async () => {
      await remove().catch(() => {});
      goneAtExit.delete(path);
    },
  };
  return temporary;
}

/** Gives an open file away, as far as this user may. */
async function give(
  file: import("node:fs/promises").FileHandle,
  { uid, gid, mode }: Access,
): Promise<void> {
  const own = await file.stat();
  if (uid !== null && gid !== null && (uid !== own.uid || gid !== own.gid)) {
    // Only root may give a file away; others may still give it to their group.
    await file.chown(uid, gid)
      .catch(() => file.chown(own.uid, gid))
      .catch(() => {});
  }
  // The permissions of the old group are not meant for another group.
  const { gid: group } = await file.stat();
  await file.chmod(gid === group ? mode : mode & ~0o070);
}

/**
 * Removes what killed runs left beside the credentials file: nobody else uses
 * it while the lock is held. It belongs to this user, or to the owner of the
 * file, to whom a run of root's may have given it.
 */
export function removeLeftovers(
  { path: target, directory, exists }: Place,
  { path: own, access: { uid: user } }: TemporaryFile,
): void {
  const owner = exists ? Deno.statSync(target).uid : user;
  for (const name of ownNamesIn(directory)) {
    const path = PATHS.join(directory, name);
    // The credentials file may be named like one of ours.
    if (path === own || path === target) continue;
    try {
      const { uid, isFile } = Deno.lstatSync(path);
      if (isFile && (uid === user || uid === owner)) Deno.removeSync(path);
    } catch {
      // It does no harm: ours has another name.
    }
  }
}
