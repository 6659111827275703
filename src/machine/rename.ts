// Puts a file in another one's place, also where somebody may be reading that.
import { type HeldOptions, onceReleased } from "./held_file.ts";
import type { Place } from "./place.ts";
import type { Timepiece } from "./timepiece.ts";

/** What this takes of the system. */
export interface RenameOptions extends HeldOptions {
  readonly rename?: (from: string, to: string) => void | Promise<void>;
}

/**
 * Renames `from` over `to`. Windows refuses that while another program has `to`
 * open (a virus scanner, an editor), mostly for an instant: so there it is
 * tried again until patience is at an end.
 */
export async function renameOver(
  from: string,
  to: string,
  { rename = Deno.renameSync, ...held }: RenameOptions = {},
): Promise<void> {
  try {
    await onceReleased(() => rename(from, to), { ...held, isBusy: isDenied });
  } catch (error) {
    // It says only that it may not be done; this says that the file is held.
    const { os = Deno.build.os } = held;
    if (os === "windows" && isDenied(error)) await rename(to, to);
    throw error;
  }
}

/**
 * Finds whether the file at `path` could be replaced: to rename it to what it is
 * called changes nothing, and Windows refuses that when it refuses the other.
 */
export async function rehearseRename(
  path: string,
  time?: Timepiece,
): Promise<void> {
  await onceReleased(
    () => Deno.renameSync(path, path),
    time === undefined ? {} : { time },
  );
}

function isDenied(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied;
}

/**
 * Gives the file at `from` the name `to` as well, unless that is taken: a
 * rename would replace what another program has put there. Whether it was free.
 */
export async function linkNew(
  from: string,
  to: string,
  link: (from: string, to: string) => void | Promise<void> = Deno.linkSync,
): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch {
    // It is taken, or the file system has no hard links.
  }
  try {
    Deno.lstatSync(to);
    return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await renameOver(from, to);
  return true;
}

/** Puts the file at `temporary` where the target is. Whether nobody else did so. */
export async function putInPlace(
  temporary: string,
  { path, directory, exists }: Place,
  options: RenameOptions = {},
): Promise<boolean> {
  if (exists) await renameOver(temporary, path, options);
  else if (!await linkNew(temporary, path)) return false;
  if (Deno.build.os === "windows") return true;
  using open = Deno.openSync(directory);
  // The new file stands; some file systems cannot sync a directory.
  await open.sync().catch(() => {});
  return true;
}
