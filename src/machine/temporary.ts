// New files and directories beside the credentials file: only for this user until they are in place, and removed otherwise.
import { hasSystemCode } from "./system.ts";
import { PATHS } from "./paths.ts";
import type { Place } from "./place.ts";
import { encodeBytes } from "./read.ts";
import { onceReleased, type System } from "./system.ts";

/** Our own names beside the credentials file, present only while the lock is held. */
const OWN_NAME = /^\.updsts-(\d+)(?:-[0-9a-f]{32})?\.(?:tmp|probe)$/;

/** How often to try another name if one is taken. */
const MAX_NAMES = 10;

/** Which file it is, whatever its name. */
export interface Identity {
  readonly dev: number;
  readonly ino: number | null;
}

/** Whose a file is, and its permission bits; null where the system has no such thing. */
export interface Access {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number | null;
}

/** Permission bits; null on Windows, where the runtime makes some up. */
export function modeOf({ mode }: Pick<Access, "mode">): number | null {
  return Deno.build.os === "windows" ? null : mode;
}

/** A name that nobody can guess, and so nobody can take first. */
export function ownName(system: System, kind: "tmp" | "probe" = "tmp"): string {
  return `.updsts-${Deno.pid}-${system.random()}.${kind}`;
}

/** A new file that is open: of the runtime, or of Node, by which it can be given away. */
type NewFile = Deno.FsFile | import("node:fs/promises").FileHandle;

/** Creates a file at `path`, where there must be none and no link, mode 0600. */
type Open = (path: string) => NewFile | Promise<NewFile>;

/** For a file that stays ours. */
const openPlainly: Open = (path) =>
  Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });

/** For a file that is given away through the very handle that created it. */
const openToGive: Open = async (path) => {
  // The runtime takes 6 ms to make its Node modules ready, and most files need
  // none of them.
  const [{ constants }, { open }] = await Promise.all([
    import("node:fs"),
    import("node:fs/promises"),
  ]);
  const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;
  return await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
};

/** Writes all of `bytes`, and gives the file to whom it is for, as far as this user may. */
async function fill(
  file: NewFile,
  bytes: Uint8Array,
  { uid, gid, mode }: Access,
): Promise<void> {
  if (file instanceof Deno.FsFile) {
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    return;
  }
  await file.writeFile(bytes);
  const own = await file.stat();
  if (uid !== null && gid !== null && (uid !== own.uid || gid !== own.gid)) {
    // Only root may give a file away; others may still give it to their group.
    await file.chown(uid, gid)
      .catch(() => file.chown(own.uid, gid))
      .catch(() => {});
  }
  if (mode === null) return;
  // What the old group was allowed is not for another one.
  const { gid: group } = await file.stat();
  await file.chmod(gid === null || group === gid ? mode : mode & ~0o070);
}

/**
 * A file of our own in a directory where others may write as well.
 *
 * It is created exclusively with mode 0600, and written and given away through
 * the handle that created it. It is never opened by its name, which a neighbour
 * may have given to another file meanwhile.
 */
export class TemporaryFile implements AsyncDisposable {
  readonly #directory: string;
  readonly #system: System;
  readonly #file: NewFile;
  readonly #info: Identity & Access;
  #path: string;
  #open = true;

  private constructor(
    path: string,
    directory: string,
    system: System,
    file: NewFile,
    info: Identity & Access,
  ) {
    this.#path = path;
    this.#directory = directory;
    this.#system = system;
    this.#file = file;
    this.#info = info;
  }

  /** Creates it, empty, in `directory`, under the first of some names that is free. */
  static async create(
    directory: string,
    system: System,
    open = openPlainly,
  ): Promise<TemporaryFile> {
    for (let taken = 0;; taken++) {
      const path = PATHS.join(directory, ownName(system));
      // Before there is one: no moment is without.
      goneAtExit.add(path);
      try {
        const file = await open(path);
        const info = await file.stat();
        return new TemporaryFile(path, directory, system, file, info);
      } catch (error) {
        goneAtExit.delete(path);
        if (!hasSystemCode(error, "EEXIST") || taken === MAX_NAMES) throw error;
      }
    }
  }

  /** This one if it can be given such access, else another. */
  async for({ uid, gid, mode }: Access): Promise<TemporaryFile> {
    const own = this.#info;
    const fits = (uid ?? own.uid) === own.uid &&
      (gid ?? own.gid) === own.gid &&
      (own.mode === null || mode === null || mode === (own.mode & 0o7777));
    return fits
      ? this
      : await TemporaryFile.create(this.#directory, this.#system, openToGive);
  }

  get path(): string {
    return this.#path;
  }

  /** The user that this program runs as; null where the system has none. */
  get uid(): number | null {
    return this.#info.uid;
  }

  /** Writes `text`, gives the file to whom it is for, and has it on the disk before it returns. */
  async write(text: string, access: Access): Promise<void> {
    await fill(this.#file, encodeBytes(text), access);
    // Before the rename: a power cut must not leave an empty file.
    await this.#file.sync();
    // Windows renames nothing over it that we have open, nor it on some drives.
    if (Deno.build.os === "windows") await this.#close();
  }

  /** Gives it another name of its own, to find whether names can be taken away here. */
  rename(): void {
    const next = PATHS.join(this.#directory, ownName(this.#system));
    goneAtExit.add(next);
    this.#system.rename(this.#path, next);
    goneAtExit.delete(this.#path);
    this.#path = next;
  }

  /** Whether the file at `path` is this very one. */
  isAt(path: string): boolean {
    return isFileAt(path, this.#info);
  }

  /** Closes and removes it. */
  async remove(): Promise<void> {
    await this.#close();
    await onceReleased(() => Deno.removeSync(this.#path), this.#system);
  }

  async #close(): Promise<void> {
    if (this.#open) await this.#file.close();
    this.#open = false;
  }

  /** Closes it, and removes it unless it has been put in place. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove().catch(() => {});
    goneAtExit.delete(this.#path);
  }
}

/** Whether the file at `path` is the one of that identity, and not a link to it. */
export function isFileAt(path: string, { dev, ino }: Identity): boolean {
  try {
    const info = Deno.lstatSync(path);
    // Where files have no numbers, nobody else can have taken the name.
    return info.isFile &&
      (ino === null || info.ino === ino && info.dev === dev);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The directories that a new file lacks: created for it, and removed if it does not come. */
export class NewDirectories implements Disposable {
  readonly #made: string[] = [];

  /** Creates what `place` lacks, open to this user only. */
  make({ missing }: Place): void {
    for (const directory of missing) {
      try {
        Deno.mkdirSync(directory, { mode: 0o700 });
        this.#made.push(directory);
        goneAtExit.add(directory);
      } catch (error) {
        // Another program was faster.
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  }

  /** Leaves them where they are. */
  keep(): void {
    for (const directory of this.#made.splice(0)) goneAtExit.delete(directory);
  }

  /** Removes those that are still empty. */
  [Symbol.dispose](): void {
    this.#made.toReversed().forEach(removeIfThere);
    this.keep();
  }
}

/** What is removed should the process end in the middle: files, and directories if they are empty. */
const goneAtExit = new Set<string>();

globalThis.addEventListener("unload", () => {
  // The latest first: a directory can go when its file has gone.
  [...goneAtExit].reverse().forEach(removeIfThere);
});

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It has been put in place, never came, or is used by somebody else.
  }
}

/**
 * Removes what killed runs left beside the credentials file; the lock says that
 * nobody of our kind uses it now. It is of those who could have left it: whoever
 * runs this, or the file's owner, to whom root's run may have given it already.
 */
export function removeLeftovers(
  { path: target, directory, exists }: Place,
  { path: own, uid: user }: TemporaryFile,
): void {
  const owner = exists ? Deno.statSync(target).uid : user;
  for (const name of ownNamesIn(directory)) {
    const path = PATHS.join(directory, name);
    // Somebody may have named the credentials file like one of ours.
    if (path === own || path === target) continue;
    try {
      const { uid, isFile } = Deno.lstatSync(path);
      if (isFile && (uid === user || uid === owner)) Deno.removeSync(path);
    } catch {
      // It does no harm: ours has another name.
    }
  }
}

/** The temporary files in `directory`, by name: those of whoever has its lock. */
export function ownNamesIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name)
    .filter((name) => OWN_NAME.test(name));
}
