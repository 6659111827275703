// The file as read: whether it is complete, who owns it, and whether it can be replaced.
import { compareOutsideBlocks } from "../credentials/compare.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { PATHS } from "./paths.ts";
import { isSticky, type Place } from "./place.ts";
import { type OpenedFile, openRegularFile } from "./read.ts";
import {
  CREDENTIALS_FILE,
  hasSystemCode,
  LONGEST_PATIENCE,
  onceReleased,
  readError,
  type System,
  unwritable,
} from "./system.ts";
import {
  type Access,
  isFileAt,
  modeOf,
  ownName,
  type TemporaryFile,
} from "./temporary.ts";

/** How long a file that other programs write must have been left alone, in milliseconds. */
const STILL_AFTER_CHANGE = 500;
// A program that truncates a file and writes it anew may pause on the way.
const STILL_AFTER_LOSS = 10_000;

// Programs that replace the file again and again never leave it alone, but what
// they put there is whole.
const LONGEST_AFTER_CHANGE = 5_000;

/** How often to look at a file that is being written, in milliseconds. */
const LOOK_EVERY = 100;

/** Tells when a file that other programs change may be taken for whole. */
export class Stillness {
  readonly #system: System;
  /** Whether STS has given a session that waits to be written. */
  readonly #spent: boolean;
  /** How many milliseconds other programs have been waited for. */
  #waited = 0;
  /** What the file held when it was last known to be whole. */
  #baseline: string | undefined;
  #last: { readonly text: string; readonly since: number } | undefined;
  #collisions = 0;
  /** Whether another program has changed the file. */
  disturbed = false;

  /** Begins now; the file is compared with `baseline`, else with its first text. */
  constructor(system: System, baseline: string | undefined, spent: boolean) {
    this.#spent = spent;
    this.#system = system;
    this.#baseline = baseline;
  }

  /** Whether other programs have been waited for long enough. */
  get isOver(): boolean {
    return this.#waited >= LONGEST_PATIENCE;
  }

  /** Waits until it is worth another look, `wait` milliseconds at most. */
  async pause(wait: number): Promise<void> {
    const pause = Math.min(wait, LOOK_EVERY);
    this.#waited += pause;
    await this.#system.sleep(pause);
  }

  /** How many milliseconds to wait when somebody else was faster: at odd intervals, so that nobody is always too late. */
  afterCollision(): number {
    return 10 * ++this.#collisions * Math.random();
  }

  /**
   * How many milliseconds to leave the file alone, which holds `text` now; 0 if
   * that is to be taken. `refused` says that nothing can be done with the text,
   * maybe because it is half of one.
   */
  wait(text: string, refused: boolean): number {
    const before = this.#baseline ??= text;
    const difference = compareOutsideBlocks(before, text);
    if (difference === "same") return 0;
    this.disturbed = true;
    // Lines that were added are whole; a last line that was cut may go on.
    const isWhole = difference === "added" && /[\r\n]$/.test(before);
    // Where nothing is spent, a refusal is believed at once.
    if (isWhole && !(refused && this.#spent)) {
      this.#baseline = text;
      return 0;
    }
    const now = this.#system.now();
    const isStill = this.#last !== undefined &&
      compareOutsideBlocks(this.#last.text, text) === "same";
    const since = isStill && this.#last !== undefined ? this.#last.since : now;
    this.#last = { text, since };
    if (refused || difference === "missing") {
      return Math.max(0, since + STILL_AFTER_LOSS - now);
    }
    return this.#waited >= LONGEST_AFTER_CHANGE
      ? 0
      : Math.max(0, since + STILL_AFTER_CHANGE - now);
  }
}

/** What a new file is, if there was none. */
const NEW: Access = { uid: null, gid: null, mode: modeOf({ mode: 0o600 }) };

/** The file as it was read; empty if there is none yet. */
export class Target implements Disposable {
  readonly place: Place;
  #opened: OpenedFile | undefined;
  readonly text: string;
  readonly info: Deno.FileInfo | undefined;

  /** Reads the file at `place`; `path` is what the user calls it. */
  constructor(place: Place, path: string) {
    this.place = place;
    try {
      this.#opened = place.exists
        ? openRegularFile(place.path, path, CREDENTIALS_FILE)
        : undefined;
    } catch (error) {
      throw readError(error, path, CREDENTIALS_FILE);
    }
    this.text = this.#opened?.text ?? "";
    this.info = this.#opened?.info;
  }

  /** Whether it still has its name, or still has none. */
  get isInPlace(): boolean {
    return this.info === undefined || isFileAt(this.place.path, this.info);
  }

  /** Whether somebody has written to it since it was read; undefined if it is not open. */
  get isWritten(): boolean | undefined {
    if (this.#opened === undefined) return undefined;
    const { file, info } = this.#opened;
    const { mtime, size } = file.statSync();
    return size !== info.size || mtime?.getTime() !== info.mtime?.getTime();
  }

  /** Whether this is what `other` is, in the same place. */
  equals({ place, text, info }: Target): boolean {
    return place.path === this.place.path && text === this.text &&
      info?.uid === this.info?.uid && info?.gid === this.info?.gid &&
      info?.mode === this.info?.mode;
  }

  /** Whose it is, and who may do what with it. */
  get access(): Access {
    if (this.info === undefined) return NEW;
    const mode = modeOf(this.info);
    const { uid, gid } = this.info;
    return { uid, gid, mode: mode === null ? null : mode & 0o777 };
  }

  /**
   * Whose the new file is to be: the old one's owner's, with its mode. But what
   * a neighbour has put there since the rehearsal, when it was as `before`,
   * opens it to nobody new.
   */
  accessAfter(before: Access | undefined): Access {
    const now = this.access;
    if (before === undefined) return now;
    const same = now.uid === before.uid;
    const mode = now.mode === null || before.mode === null
      ? null
      : now.mode & before.mode & (same ? 0o777 : 0o700);
    return same ? { ...now, mode } : { uid: null, gid: null, mode };
  }

  [Symbol.dispose](): void {
    this.#opened?.file.close();
    this.#opened = undefined;
  }
}

/** Gives a file the name `to` as well: true; undefined if that is taken, false if there are no hard links. */
export function giveName(
  from: string,
  to: string,
  system: System,
): boolean | undefined {
  try {
    system.link(from, to);
    return true;
  } catch {
    // Either of the two.
  }
  try {
    Deno.lstatSync(to);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Finds, before anything is at stake, why the file could not be replaced. */
export async function assertReplaceable(
  { place: { path, directory }, info }: Target,
  { uid: own }: TemporaryFile,
  system: System,
): Promise<void> {
  if (info === undefined) return;
  // Root may write anyway, but the owner has said that it is not to change.
  if (info.mode !== null && (info.mode & 0o222) === 0) {
    const command = system.os === "windows" ? "attrib -r" : "chmod u+w";
    throw unwritable(
      `${path} is read-only`,
      `run ${command} ${shellQuoted(path)} if updsts may change it`,
    );
  }
  if (system.os === "windows") {
    // To rename it to what it is called changes nothing, and Windows refuses
    // that when it would refuse to replace it.
    return await onceReleased(() => system.rename(path, path), system);
  }
  Deno.openSync(path, { write: true }).close();

  const { uid: keeper, mode } = Deno.statSync(directory);
  if (isSticky(mode) && own !== 0 && own !== keeper && own !== info.uid) {
    throw unwritable(
      `${path} belongs to somebody else, in a directory where only they may replace it`,
      "run updsts as the owner of the file",
    );
  }

  // A file that is a mount point of its own (a container's bind mount) cannot
  // be renamed over; a hard link to it tells, since it would cross the mount.
  const probe = PATHS.join(directory, ownName(system, "probe"));
  try {
    Deno.linkSync(path, probe);
    Deno.removeSync(probe);
  } catch (error) {
    if (!hasSystemCode(error, "EXDEV")) return;
    throw unwritable(
      `${path} is a mount point, which cannot be replaced`,
      "mount its directory instead of the file",
      error,
    );
  }
}

/**
 * Refuses a directory that lets no name go (`chattr +a`), before one is created
 * there that would stay.
 */
export async function assertNamesCanGo(
  { path, directory, exists }: Place,
): Promise<void> {
  if (Deno.build.os === "windows" || !exists) return;
  try {
    // Refused there, and to whom the directory is not.
    const now = new Date();
    return Deno.utimeSync(directory, now, now);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
  // There, names of others stay for another reason.
  if (isSticky(Deno.statSync(directory).mode)) return;
  const { rmdirSync } = await import("node:fs");
  // Of a directory, what follows would be more than a question.
  if (!Deno.lstatSync(path).isFile) return;
  try {
    // For a file, the system refuses it in any case, and says first that names stay.
    rmdirSync(path);
  } catch (error) {
    if (!hasSystemCode(error, "EPERM")) return;
    throw unwritable(
      `${directory} is append-only`,
      `run chattr -a ${
        shellQuoted(directory)
      } if updsts may replace files there`,
      error,
    );
  }
}
