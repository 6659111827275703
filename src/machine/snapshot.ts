// The credentials file as read: whether it is complete, its access, and whether it can be replaced.
import { compareOutsideBlocks } from "../credentials/compare.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { isSticky, type Place } from "./place.ts";
import type { OpenedFile } from "./read.ts";
import {
  hasSystemCode,
  LONGEST_WAIT,
  onceReleased,
  type System,
  unwritable,
} from "./system.ts";
import { type Access, accessOf, temporaryPathIn } from "./temporary.ts";

/** How long a file must have been unchanged after another program changed it, in milliseconds. */
const QUIET_AFTER_CHANGE = 500;
/** The same after text was lost: a program that truncates and rewrites a file may pause. */
const QUIET_AFTER_LOSS = 10_000;

/** After this, in milliseconds, changes without loss are accepted: programs that keep replacing the file write it whole. */
const MAX_WAIT_AFTER_CHANGE = 5_000;

/** How often to read a file that is being written, in milliseconds. */
const POLL_INTERVAL = 100;

/** Decides when a file that other programs change is complete. */
export class ChangeMonitor {
  readonly #system: System;
  /** Whether STS has issued the session that is to be written. */
  readonly spent: boolean;
  /** Total wait for other programs, in milliseconds. */
  #waited = 0;
  /** The text when the file was last known to be complete. */
  #baseline: string | undefined;
  #last: { readonly text: string; readonly since: number } | undefined;
  #collisions = 0;
  hasSeenChange = false;

  /** Without a `baseline`, the first text that is read is the baseline. */
  constructor(system: System, baseline: string | undefined, spent: boolean) {
    this.spent = spent;
    this.#system = system;
    this.#baseline = baseline;
  }

  /** Whether the time to wait for other programs has passed. */
  get isOver(): boolean {
    return this.#waited >= LONGEST_WAIT;
  }

  /** Waits until the file is to be read again, at most `wait` milliseconds. */
  async pause(wait: number): Promise<void> {
    const pause = Math.min(wait, POLL_INTERVAL);
    this.#waited += pause;
    await this.#system.sleep(pause);
  }

  /** Wait after another program was faster, in milliseconds; random, so that no process always loses. */
  afterCollision(): number {
    return 10 * ++this.#collisions * Math.random();
  }

  /**
   * Milliseconds to wait before `text` counts as complete; 0 if it does now.
   * `refused` means that the change cannot be made in it, maybe since it is cut off.
   */
  wait(text: string, refused: boolean): number {
    const before = this.#baseline ??= text;
    const difference = compareOutsideBlocks(before, text);
    if (difference === "same") return 0;
    this.hasSeenChange = true;
    // Added lines are complete, but a last line without a line end may continue.
    const isWhole = difference === "added" && /[\r\n]$/.test(before);
    // A refusal is final at once while no code is spent.
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
      return Math.max(0, since + QUIET_AFTER_LOSS - now);
    }
    return this.#waited >= MAX_WAIT_AFTER_CHANGE
      ? 0
      : Math.max(0, since + QUIET_AFTER_CHANGE - now);
  }
}

/** The file as it was read; a missing file has an empty text and no `file` and `info`. */
export interface FileSnapshot extends Partial<OpenedFile> {
  readonly place: Place;
  readonly text: string;
}

/**
 * The access of the new file: that of the old one, or `own` without one. If the
 * file was replaced after a rehearsal (`rehearsed`), no other user gains access.
 */
export function accessAfter(
  { info }: FileSnapshot,
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

/** Refuses a file that user `own` cannot replace. @throws {UpdstsError} `FILE_UNWRITABLE` */
export async function assertReplaceable(
  { place: { path, directory }, info }: FileSnapshot,
  { uid: own }: Access,
  system: System,
): Promise<void> {
  if (info === undefined) return;
  // Also for root, who could write it against the wish of the owner.
  if (info.mode !== null && (info.mode & 0o222) === 0) {
    const command = system.os === "windows" ? "attrib -r" : "chmod u+w";
    throw unwritable(
      `${path} is read-only`,
      `run ${command} ${shellQuoted(path)} if updsts may change it`,
    );
  }
  if (system.os === "windows") {
    // Windows refuses a rename to the same name where it would refuse to replace.
    return await onceReleased(() => system.rename(path, path), system);
  }
  Deno.openSync(path, { write: true }).close();

  const { uid: keeper, mode } = Deno.statSync(directory);
  if (isSticky(mode) && own !== 0 && own !== keeper && own !== info.uid) {
    throw unwritable(
      `${path} belongs to another user, in a directory where only that user may replace it`,
      "run updsts as the owner of the file",
    );
  }

  // A mount point (bind mount of a container) cannot be replaced by a rename,
  // and a hard link to it fails because it would cross the mount.
  const probe = temporaryPathIn(directory);
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

/** Refuses an append-only directory (`chattr +a`), where a temporary file could not be removed. */
export async function assertNotAppendOnly(
  { path, directory, exists }: Place,
): Promise<void> {
  if (Deno.build.os === "windows" || !exists) return;
  try {
    // Refused in append-only directories, and to other users.
    const now = new Date();
    return Deno.utimeSync(directory, now, now);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
  // Sticky directories refuse it for another reason.
  if (isSticky(Deno.statSync(directory).mode)) return;
  const { rmdirSync } = await import("node:fs");
  // rmdir would remove a directory.
  if (!Deno.lstatSync(path).isFile) return;
  try {
    // Fails for any file, with EPERM in an append-only directory.
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
