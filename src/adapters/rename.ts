// Puts a file in another one's place, also where somebody may be reading that.
import type { Place } from "./place.ts";
import { hasSystemCode } from "./regular_file.ts";

/** How long to try again, in milliseconds. */
const PATIENCE = 1_000;

/** What this takes of the system. */
export interface RenameOptions {
  readonly rename?: (from: string, to: string) => Promise<void>;
  readonly os?: typeof Deno.build.os;
}

/**
 * Renames `from` over `to`. Windows refuses that while another program has `to`
 * open (a virus scanner, an editor), mostly for an instant: so there it is
 * tried again for a second.
 */
export async function renameOver(
  from: string,
  to: string,
  { rename = Deno.rename, os = Deno.build.os }: RenameOptions = {},
): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await rename(from, to);
    } catch (error) {
      const inUse = os === "windows" &&
        (error instanceof Deno.errors.PermissionDenied ||
          error instanceof Deno.errors.Busy);
      if (!inUse || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/**
 * Gives the file at `from` the name `to` as well, unless that is taken: a
 * rename would replace what another program has put there. Whether it was free.
 */
export async function linkNew(
  from: string,
  to: string,
  link: (from: string, to: string) => Promise<void> = Deno.link,
): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasSystemCode(error, "EEXIST")) return false;
  }
  // Some file systems have no hard links.
  try {
    await Deno.lstat(to);
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
): Promise<boolean> {
  if (exists) await renameOver(temporary, path);
  else if (!await linkNew(temporary, path)) return false;
  if (Deno.build.os === "windows") return true;
  using open = await Deno.open(directory);
  // The new file stands; some file systems cannot sync a directory.
  await open.sync().catch(() => {});
  return true;
}
