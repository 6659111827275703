// A new file that is given to somebody, through the very handle that created it.
// Apart, because the runtime takes 6 ms to make its node modules ready, and a
// file that is ours alone needs none of this.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Access } from "./place.ts";

/** Creates a file at `path`, where there must be none and no link, mode 0600. */
export function createFile(path: string): Promise<FileHandle> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  return open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
}

/** Gives the file its owner, as far as this user may, and its mode. */
export async function give(
  file: FileHandle,
  { uid, gid, mode }: Access,
): Promise<void> {
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
