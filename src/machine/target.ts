// The credentials file as it is now, and whether it could be replaced.
import { UpdstsError } from "../errors.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { below } from "./paths.ts";
import { type Access, isSticky, modeOf, type Place, WHAT } from "./place.ts";
import { rehearseRename } from "./rename.ts";
import {
  assertRegular,
  hasSystemCode,
  readError,
  readToEnd,
} from "./regular_file.ts";
import { ownName, type TemporaryFile } from "./temporary_file.ts";
import type { Timepiece } from "./timepiece.ts";

/** A file as it was read, still open: what was read and what is known of it belong together. */
export class Target implements Disposable {
  /** Where it is. */
  readonly place: Place;
  /** One character a byte; empty if there is no file yet. */
  readonly text: string;
  /** Whose it was, and all else, when it was read; undefined if there is no file yet. */
  readonly info: Deno.FileInfo | undefined;
  #file: Deno.FsFile | undefined;

  /** Reads the file at `place`; `path` is what the user calls it. */
  constructor(place: Place, path: string) {
    this.place = place;
    if (!place.exists) {
      this.text = "";
      return;
    }
    let file: Deno.FsFile | undefined;
    try {
      // Before it is opened: opening a FIFO would wait for a writer for ever.
      assertRegular(Deno.statSync(place.path), path, WHAT);
      file = Deno.openSync(place.path);
      // Of what is open, not of what the name stands for by now: the text goes
      // to the owner of this very file, who may have put a link to somebody
      // else's there meanwhile.
      this.info = file.statSync();
      assertRegular(this.info, path, WHAT);
      this.text = readToEnd(file, this.info.size);
      this.#file = file;
    } catch (error) {
      file?.close();
      throw readError(error, path, WHAT);
    }
  }

  /**
   * Whether somebody has written to it since it was read, whatever its name is
   * now; undefined if it is not open, so that nobody can tell.
   */
  get written(): boolean | undefined {
    if (this.#file === undefined || this.info === undefined) return undefined;
    const { mtime, size } = this.#file.statSync();
    return size !== this.info.size ||
      mtime?.getTime() !== this.info.mtime?.getTime();
  }

  /** Whether this is what `other` is, in the same place. */
  equals({ place, text, info }: Target): boolean {
    return place.path === this.place.path && text === this.text &&
      info?.uid === this.info?.uid && info?.gid === this.info?.gid &&
      info?.mode === this.info?.mode;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** What a new file is, if there was none. */
const NEW: Access = { uid: null, gid: null, mode: modeOf({ mode: 0o600 }) };

/** Whose the target is, and who may do what with it. */
export function accessOf({ info }: Target): Access {
  if (info === undefined) return NEW;
  const mode = modeOf(info);
  const { uid, gid } = info;
  return { uid, gid, mode: mode === null ? null : mode & 0o777 };
}

/**
 * Whose the new file is to be: the old one's owner's, with its mode. But what a
 * neighbour has put there since the rehearsal, when it was as `before`, opens
 * it to nobody new.
 */
export function accessFor(target: Target, before: Access | undefined): Access {
  const now = accessOf(target);
  if (before === undefined) return now;
  const same = now.uid === before.uid;
  const mode = now.mode === null || before.mode === null
    ? null
    : now.mode & before.mode & (same ? 0o777 : 0o700);
  return same ? { ...now, mode } : { uid: null, gid: null, mode };
}

/** Finds, before anything is at stake, why the file could not be replaced. */
export async function assertReplaceable(
  { place: { path, directory }, info }: Target,
  { uid: own }: TemporaryFile,
  time: Timepiece,
): Promise<void> {
  if (info === undefined) return;
  // Root may write anyway, but the owner has said that it is not to change.
  if (info.mode !== null && (info.mode & 0o222) === 0) {
    throw new UpdstsError(
      "FILE_UNWRITABLE",
      `Cannot write the ${WHAT}: ${path} is read-only`,
      {
        hint: `run ${Deno.build.os === "windows" ? "attrib -r" : "chmod u+w"} ${
          shellQuoted(path)
        } if updsts may change it`,
      },
    );
  }
  if (Deno.build.os === "windows") return await rehearseRename(path, time);
  Deno.openSync(path, { write: true }).close();

  // In a sticky directory, only its owner may replace a file, and root.
  const { uid: keeper, mode } = Deno.statSync(directory);
  if (
    isSticky(mode) && own !== 0 && own !== keeper && own !== info.uid
  ) {
    throw new UpdstsError(
      "FILE_UNWRITABLE",
      `Cannot write the ${WHAT}: ${path} belongs to somebody else, in a directory where only they may replace it`,
      { hint: "run updsts as the owner of the file" },
    );
  }

  // A file that is a mount point of its own (a container's bind mount) cannot
  // be renamed over; a hard link to it tells, since it would cross the mount.
  const probe = below(directory, [ownName("probe")]);
  try {
    Deno.linkSync(path, probe);
    Deno.removeSync(probe);
  } catch (error) {
    if (!hasSystemCode(error, "EXDEV")) return;
    throw new UpdstsError(
      "FILE_UNWRITABLE",
      `Cannot write the ${WHAT}: ${path} is a mount point, which cannot be replaced`,
      { hint: "mount its directory instead of the file", cause: error },
    );
  }
}
