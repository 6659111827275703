// The new file beside the old one: nobody else's before it is in place, and gone if it never is.
import { atExit } from "./at_exit.ts";
import { onceReleased } from "./held_file.ts";
import { below } from "./paths.ts";
import { encodeBytes, hasSystemCode } from "./regular_file.ts";
import type { Access, Identity, Place } from "./place.ts";

/** Our own names beside the target, present only while the lock is held. */
const OWN_NAME = /^\.updsts-(\d+)(?:-[0-9a-f]{32})?\.(?:tmp|probe)$/;

/** How often to try another name if one is taken. */
const MAX_NAMES = 10;

/** A name that nobody can guess, and so nobody can take first. */
export function ownName(kind: "tmp" | "probe"): string {
  const random = crypto.getRandomValues(new Uint8Array(16)).toHex();
  return `.updsts-${Deno.pid}-${random}.${kind}`;
}

/** What both of the runtime's kinds of open files can do. */
interface OpenFile {
  stat(): Promise<Identity & Access>;
  sync(): Promise<void>;
  close(): unknown;
}

/** A file that is open, and the name that it was created under. */
interface Created<File extends OpenFile> {
  readonly path: string;
  readonly file: File;
  readonly info: Identity & Access;
  /** Says that the file needs no removing any more, should the process exit. */
  readonly gone: Disposable;
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
  readonly #nextName: () => string;
  readonly #plain: Deno.FsFile;
  #created: Created<OpenFile>;
  #open = true;

  private constructor(
    directory: string,
    nextName: () => string,
    created: Created<Deno.FsFile>,
  ) {
    this.#directory = directory;
    this.#nextName = nextName;
    this.#plain = created.file;
    this.#created = created;
  }

  /** Creates it, empty, in `directory`. */
  static async create(
    directory: string,
    nextName: () => string = () => ownName("tmp"),
  ): Promise<TemporaryFile> {
    const options = { write: true, createNew: true, mode: 0o600 };
    const open = (path: string) => Deno.openSync(path, options);
    const created = await create(directory, nextName, open);
    return new TemporaryFile(directory, nextName, created);
  }

  get path(): string {
    return this.#created.path;
  }

  /** The user that this program runs as; null where the system has none. */
  get uid(): number | null {
    return this.#created.info.uid;
  }

  /** Writes `text`, gives the file to whom it is for, and has it on the disk before it returns. */
  async write(text: string, wanted: Access): Promise<void> {
    const bytes = encodeBytes(text);
    if (fits(this.#created.info, wanted)) {
      for (let written = 0; written < bytes.length;) {
        written += this.#plain.writeSync(bytes.subarray(written));
      }
    } else {
      const { createFile, give } = await import("./given_file.ts");
      const given = await create(this.#directory, this.#nextName, createFile);
      await this[Symbol.asyncDispose]();
      this.#created = given;
      this.#open = true;
      await given.file.writeFile(bytes);
      await give(given.file, wanted);
    }
    // Before the rename: a power cut must not leave an empty file.
    await this.#created.file.sync();
    // Windows renames nothing over it that we have open, nor it on some drives.
    if (Deno.build.os === "windows") await this.#close();
  }

  /** Whether the file at `path` is this very one. */
  isAt(path: string): boolean {
    const { dev, ino } = this.#created.info;
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

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#created.file.close();
  }

  /** Closes it, and removes it unless it has been put in place. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { path, gone } = this.#created;
    await this.#close();
    await onceReleased(() => Deno.removeSync(path)).catch(() => {});
    gone[Symbol.dispose]();
  }
}

/** Creates a file under the first of some names that is free. */
async function create<File extends OpenFile>(
  directory: string,
  nextName: () => string,
  open: (path: string) => File | Promise<File>,
): Promise<Created<File>> {
  for (let taken = 0;; taken++) {
    const path = below(directory, [nextName()]);
    // Before there is one: no moment is without.
    const gone = atExit(() => removeIfThere(path));
    try {
      const file = await open(path);
      return { path, file, info: await file.stat(), gone };
    } catch (error) {
      gone[Symbol.dispose]();
      if (!hasSystemCode(error, "EEXIST") || taken === MAX_NAMES) throw error;
    }
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It has been put in place, or never came.
  }
}

/** Whether a file that is `own` is as `wanted` already. */
function fits(own: Access, wanted: Access): boolean {
  return (wanted.uid ?? own.uid) === own.uid &&
    (wanted.gid ?? own.gid) === own.gid &&
    (own.mode === null || wanted.mode === null ||
      wanted.mode === (own.mode & 0o7777));
}

/**
 * Removes what killed runs left beside the target; the lock says that nobody of
 * our kind uses it now. It is of those who could have left it: whoever runs
 * this, or the target's owner, to whom root's run may have given it already.
 */
export function removeLeftovers(
  { path: target, directory, exists }: Place,
  own: TemporaryFile,
): void {
  const owner = exists ? Deno.statSync(target).uid : own.uid;
  for (const { name, isFile } of Deno.readDirSync(directory)) {
    const path = below(directory, [name]);
    if (!isFile || !OWN_NAME.test(name) || path === own.path) continue;
    // Somebody may have named the credentials file like one of ours.
    if (path === target) continue;
    try {
      const { uid } = Deno.lstatSync(path);
      if (uid === own.uid || uid === owner) Deno.removeSync(path);
    } catch {
      // It does no harm: ours has another name.
    }
  }
}

/** The process that has a temporary file in `directory`, if there is one. */
export function findHolder(directory: string): string | undefined {
  for (const { name } of Deno.readDirSync(directory)) {
    const pid = OWN_NAME.exec(name)?.[1];
    if (pid !== undefined) return `another updsts (process ${pid})`;
  }
  return undefined;
}
