// A lock that is a file of its own, for directories that cannot be locked themselves.
//
// It is in the very directory, so that all see the same one: whatever their
// environment says, and on a network drive from other machines as well.
import { UpdstsError } from "../errors.ts";
import { below } from "./paths.ts";
import { hasSystemCode } from "./regular_file.ts";
import { onceReleased } from "./held_file.ts";

/** Present only while somebody has the lock, or was killed with it. */
const NAME = ".updsts.lock";

/** The lock of one directory; ours once it could be taken, until it is disposed of. */
export class LockFile implements AsyncDisposable {
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  #ours = false;

  /** The lock of `directory`; nothing is touched yet. */
  constructor(directory: string) {
    this.#path = below(directory, [NAME]);
  }

  /** Takes it, unless somebody else has it. */
  async tryLock(): Promise<boolean> {
    // It stays open while it is waited for: asking again costs least so.
    this.#file ??= open(this.#path);
    if (this.#file === undefined || !await this.#file.tryLock(true)) {
      return false;
    }
    this.#ours = isAt(this.#file, this.#path);
    if (!this.#ours) this.#close();
    return this.#ours;
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First the name: who comes next makes a file of their own.
    if (this.#ours) {
      await onceReleased(() => Deno.removeSync(this.#path)).catch(() => {});
    }
    this.#close();
  }
}

/** The lock's file, made if there is none; undefined if it is just being removed. */
function open(path: string): Deno.FsFile | undefined {
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
  throw new UpdstsError(
    "FILE_UNWRITABLE",
    `Cannot lock the directory of the credentials file: ${path} is no regular file`,
    { hint: "remove it, and see who put it there" },
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

/** Whether `file` still is what the name stands for, and not one that its last holder has removed. */
function isAt(file: Deno.FsFile, path: string): boolean {
  const { dev, ino } = file.statSync();
  try {
    const info = Deno.lstatSync(path);
    return info.ino === ino && info.dev === dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isGoing(path)) return false;
    throw error;
  }
}
