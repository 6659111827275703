// The file as read: whether it is complete, who owns it, and whether it can be replaced.
import { compareOutsideBlocks } from "../credentials/compare.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { isSticky, type Place } from "./place.ts";
import type { OpenedFile } from "./read.ts";
import {
  hasSystemCode,
  LONGEST_PATIENCE,
  onceReleased,
  type System,
  unwritable,
} from "./system.ts";
import { type Access, accessOf, ownPathIn } from "./temporary.ts";

/** How long a file must stay unchanged, in milliseconds. */
const STILL_AFTER_CHANGE = 500;
// A program that truncates a file and writes it anew may pause on the way.
const STILL_AFTER_LOSS = 10_000;

// Programs that replace the file again and again never leave it alone, but what
// they put there is whole.
const LONGEST_AFTER_CHANGE = 5_000;

/** The interval between two looks at a file that is being written, in milliseconds. */
const LOOK_EVERY = 100;

/** Tells when a file that other programs change may be taken for whole. */
export class Stillness {
  readonly #system: System;
  /** Whether STS has given a session that waits to be written. */
  readonly spent: boolean;
  /** The time spent waiting for other programs, in milliseconds. */
  #waited = 0;
  /** The text of the file when it was last known to be whole. */
  #baseline: string | undefined;
  #last: { readonly text: string; readonly since: number } | undefined;
  #collisions = 0;
  /** Whether another program has changed the file. */
  disturbed = false;

  /** Compares the file with `baseline`, else with its first text. */
  constructor(system: System, baseline: string | undefined, spent: boolean) {
    this.spent = spent;
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

  /** The pause after a collision with another program, in milliseconds; random, so that no program loses every time. */
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
    // Before the code is sent, a refusal counts at once.
    if (isWhole && !(refused && this.spent)) {
      this.#baseline = text;
      return 0;
    }
    const now = this.#system.now();
    const last = this.#last;
    const since =
      last !== undefined && compareOutsideBlocks(last.text, text) === "same"
        ? last.since
        : now;
    this.#last = { text, since };
    if (refused || difference === "missing") {
      return Math.max(0, since + STILL_AFTER_LOSS - now);
    }
    return this.#waited >= LONGEST_AFTER_CHANGE
      ? 0
      : Math.max(0, since + STILL_AFTER_CHANGE - now);
  }
}

/** The file as it was read; empty and without `file` and `info` if it does not exist. */
export interface Target extends Partial<OpenedFile> {
  readonly place: Place;
  readonly text: string;
}

/**
 * The access of the new file: that of the old one, or `own` if there was none.
 * A file that a neighbour has put there since the rehearsal, when it had
 * `rehearsed`, opens the session to nobody new.
 */
export function accessAfter(
  { info }: Target,
  own: Access,
  rehearsed: Access | undefined,
): Access {
  const now = info && accessOf(info);
  if (now === undefined || rehearsed === undefined) return now ?? own;
  const mode = now.mode & rehearsed.mode;
  return now.uid === rehearsed.uid
    ? { ...now, mode }
    : { ...own, mode: mode & 0o700 };
}

/** Refuses, before a code is spent, a file that user `own` could not replace. */
export async function assertReplaceable(
  { place: { path, directory }, info }: Target,
  { uid: own }: Access,
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
    // Renaming it to its own name changes nothing, and Windows refuses that
    // where it would refuse to replace the file.
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
  const probe = ownPathIn(directory);
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

/** Refuses an append-only directory (`chattr +a`) before a file is created there that could not be removed. */
export async function assertNamesCanGo(
  { path, directory, exists }: Place,
): Promise<void> {
  if (Deno.build.os === "windows" || !exists) return;
  try {
    // Refused there, and to other users.
    const now = new Date();
    return Deno.utimeSync(directory, now, now);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
  // There, names of others stay for another reason.
  if (isSticky(Deno.statSync(directory).mode)) return;
  const { rmdirSync } = await import("node:fs");
  // A directory would be removed.
  if (!Deno.lstatSync(path).isFile) return;
  try {
    // Refused for any file; an append-only directory refuses it with EPERM.
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
