// Replaces the credentials file so that no byte is lost, whatever happens.
import { applyEdits, type Edit } from "../credentials/edit.ts";
import { UpdstsError } from "../errors.ts";
import type { Change, Log } from "../ports.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { withDirectoryLock } from "./directory_lock.ts";
import type { Environment } from "./environment.ts";
import { below, directoryOf } from "./paths.ts";
import {
  assertRegular,
  decodeBytes,
  encodeBytes,
  hasSystemCode,
  isSystemError,
  readRegularFile,
  systemMessage,
} from "./regular_file.ts";
import { renameOver } from "./rename.ts";

const WHAT = "credentials file";

/** How often to start over when other programs keep changing the file. */
const MAX_ATTEMPTS = 20;

/** A file that has lost more than this since the rehearsal is half written. */
const MAX_SHRINKAGE = 8192;

/** Our own files beside the target, present only while the lock is held. */
const LEFTOVER = /^\.updsts-(\d+)\.(tmp|probe)$/;

/** What the file is, behind all links, at the moment of reading. */
interface Target {
  readonly path: string;
  readonly directory: string;
  readonly info: Deno.FileInfo;
  readonly text: string;
}

/** What a {@linkcode FileReplacement} may be told besides its path. */
export interface ReplacementOptions {
  /** See `LockOptions.lockDirectories`. */
  readonly lockDirectories?: boolean;
}

/** The writing side of a credentials file: see the port of that name. */
export class FileReplacement {
  readonly path: string;
  readonly #log: Log;
  /** How long the file was when it was rehearsed on. */
  #seen = 0;
  readonly #lock: {
    readonly fallbackDirectory: () => string;
    readonly lockDirectories?: boolean;
  };

  /** The file at `path`; nothing is touched yet. */
  constructor(
    path: string,
    environment: Environment,
    log: Log,
    options: ReplacementOptions,
  ) {
    this.path = path;
    this.#log = log;
    this.#lock = {
      fallbackDirectory: () =>
        below(environment.cacheDirectory(), ["updsts", "locks"]),
      ...options,
    };
  }

  /** See {@linkcode CredentialsFile.rehearse}. */
  rehearse(change: Change): Promise<void> {
    return this.#locked(async (target, temporary) => {
      const text = applyEdits(target.text, change(target.text));
      this.#seen = target.text.length;
      await assertReplaceable(target, temporary);
      await writeTemporary(temporary, target.info, text);
    });
  }

  /** See {@linkcode CredentialsFile.update}. */
  update(change: Change): Promise<void> {
    return this.#locked(async (first, temporary) => {
      let { target, edits } = await this.#settled(first, change);
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const text = applyEdits(target.text, edits);
        if (text === target.text) return this.#warnAbout(target.info);
        await writeTemporary(temporary, target.info, text);
        const current = await readTarget(this.path, target.directory);
        if (current.text === target.text && current.path === target.path) {
          await replace(target, temporary);
          return this.#warnAbout(target.info);
        }
        // A program that does not know our lock was faster.
        this.#log.info("The file was changed meanwhile: starting over");
        ({ target, edits } = await this.#settled(current, change));
      }
      throw busy(this.path);
    });
  }

  /**
   * The file once it looks whole: a program that truncates it and writes it
   * anew shows an empty or a half file for a while, which must not be kept.
   */
  async #settled(
    first: Target,
    change: Change,
  ): Promise<{ target: Target; edits: readonly Edit[] }> {
    let target = first;
    for (let attempt = 0;; attempt++) {
      try {
        if (this.#seen - target.text.length > MAX_SHRINKAGE) {
          throw busy(this.path);
        }
        return { target, edits: change(target.text) };
      } catch (error) {
        const half = error instanceof UpdstsError && error.code === "FILE_BUSY";
        if (!half || attempt === MAX_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
        target = await readTarget(this.path, target.directory);
      }
    }
  }

  /** Runs `action` under the lock, with a new file that does not outlive it. */
  async #locked(
    action: (target: Target, temporary: string) => Promise<void>,
  ): Promise<void> {
    const { directory } = await locate(this.path);
    const options = { ...this.#lock, findHolder: () => findHolder(directory) };
    try {
      await withDirectoryLock(directory, options, async () => {
        const target = await readTarget(this.path, directory);
        await removeLeftovers(directory, target.path);
        // Made first, so that its name tells those who wait whom they wait for.
        const temporary = below(directory, [`.updsts-${Deno.pid}.tmp`]);
        const mode = 0o600;
        (await Deno.open(temporary, { write: true, createNew: true, mode }))
          .close();
        try {
          await action(target, temporary);
        } finally {
          await removeOwn(temporary);
        }
      });
    } catch (error) {
      throw writeError(error, this.path);
    }
  }

  #warnAbout(info: Deno.FileInfo): void {
    if (info.mode !== null && (info.mode & 0o077) !== 0) {
      this.#log.warn(
        `${this.path} can be read by other users of this machine: run chmod 600 ${
          shellQuoted(this.path)
        }`,
      );
    }
    if (info.nlink !== null && info.nlink > 1) {
      this.#log.warn(
        `${this.path} had other hard links, which keep the old content`,
      );
    }
  }
}

/** Where the links end, and the directory there. */
async function locate(
  path: string,
): Promise<{ path: string; directory: string }> {
  try {
    const real = await Deno.realPath(path);
    return { path: real, directory: directoryOf(real) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && await isLink(path)) {
      throw new UpdstsError(
        "FILE_NOT_FOUND",
        `Cannot read the ${WHAT}: ${path} is a link to nothing`,
        { hint: "mend the link, or create what it points to", cause: error },
      );
    }
    // Says why, in the words that reading it would.
    readRegularFile(path, WHAT);
    throw error;
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch {
    return false;
  }
}

/** The file now, which must still be in the `directory` that is locked. */
async function readTarget(path: string, directory: string): Promise<Target> {
  const located = await locate(path);
  if (located.directory !== directory) throw busy(path);
  const info = await Deno.stat(located.path);
  assertRegular(info, path, WHAT);
  const text = decodeBytes(await Deno.readFile(located.path));
  return { ...located, info, text };
}

/** Finds, before anything is at stake, why the file could not be replaced. */
async function assertReplaceable(
  { path, directory, info }: Target,
  temporary: string,
): Promise<void> {
  // Root may write anyway, but the owner has said that it is not to change.
  if (info.mode !== null && (info.mode & 0o222) === 0) {
    throw new UpdstsError(
      "FILE_UNWRITABLE",
      `Cannot write the ${WHAT}: ${path} is read-only`,
      { hint: `run chmod u+w ${shellQuoted(path)} if updsts may change it` },
    );
  }
  (await Deno.open(path, { write: true })).close();

  // In a sticky directory, only its owner may replace a file, and root.
  const { uid: own } = await Deno.stat(temporary);
  const { uid: keeper, mode = 0 } = await Deno.stat(directory);
  const sticky = ((mode ?? 0) & 0o1000) !== 0;
  if (sticky && own !== 0 && own !== keeper && own !== info.uid) {
    throw new UpdstsError(
      "FILE_UNWRITABLE",
      `Cannot write the ${WHAT}: ${path} belongs to somebody else, in a directory where only they may replace it`,
      { hint: "run updsts as the owner of the file" },
    );
  }

  // A file that is a mount point of its own (a container's bind mount) cannot
  // be renamed over; a hard link to it tells, since it would cross the mount.
  const probe = below(directory, [`.updsts-${Deno.pid}.probe`]);
  try {
    await Deno.link(path, probe);
    await Deno.remove(probe);
  } catch (error) {
    if (!hasSystemCode(error, "EXDEV")) return;
    throw new UpdstsError(
      "FILE_UNWRITABLE",
      `Cannot write the ${WHAT}: ${path} is a mount point, which cannot be replaced`,
      { hint: "mount its directory instead of the file", cause: error },
    );
  }
}

/** Fills the temporary file; gives it the target's mode and, where possible, owner. */
async function writeTemporary(
  path: string,
  { mode, uid, gid }: Deno.FileInfo,
  text: string,
): Promise<void> {
  using file = await Deno.open(path, { write: true, truncate: true });
  const bytes = encodeBytes(text);
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
  const own = await file.stat();
  if (uid !== null && gid !== null && (uid !== own.uid || gid !== own.gid)) {
    // Only root may give a file away; others may still give it to their group.
    await Deno.chown(path, uid, gid)
      .catch(() => Deno.chown(path, null, gid))
      .catch(() => {});
  }
  if (mode !== null) await Deno.chmod(path, mode & 0o7777);
  // On disk before the rename is: a power cut must not leave an empty file.
  await file.sync();
}

async function replace(target: Target, temporary: string): Promise<void> {
  await renameOver(temporary, target.path);
  if (Deno.build.os === "windows") return;
  using directory = await Deno.open(target.directory);
  // The new file stands; some file systems cannot sync a directory.
  await directory.sync().catch(() => {});
}

/** Removes what killed runs left; the lock says that nobody uses it. */
async function removeLeftovers(
  directory: string,
  target: string,
): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    const path = below(directory, [name]);
    // Somebody may have named the credentials file like one of ours.
    if (!LEFTOVER.test(name) || !isFile || path === target) continue;
    // What cannot be removed does no harm: ours has another name.
    await Deno.remove(path).catch(() => {});
  }
}

/** Removes our own file, unless it has taken the target's place. */
async function removeOwn(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function findHolder(directory: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir(directory)) {
    const pid = LEFTOVER.exec(name)?.[1];
    if (pid !== undefined) return `another updsts (process ${pid})`;
  }
  return undefined;
}

function busy(path: string): UpdstsError {
  return new UpdstsError(
    "FILE_BUSY",
    `Cannot write the ${WHAT}: other programs keep changing ${path}`,
    { hint: "see which program keeps writing to it, then try again" },
  );
}

function writeError(error: unknown, path: string): unknown {
  if (error instanceof UpdstsError || !isSystemError(error)) return error;
  return new UpdstsError(
    "FILE_UNWRITABLE",
    `Cannot write the ${WHAT}: ${path}: ${systemMessage(error)}`,
    {
      hint: /no space|too large|quota/i.test(error.message)
        ? "make room on the disk, then try again; nothing was changed"
        : "check the permissions of the file and its directory; nothing was changed",
      cause: error,
    },
  );
}
