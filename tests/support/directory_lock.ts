// Holds the lock that updsts takes of a directory.
import assert from "node:assert/strict";
import { LockFile } from "../../src/machine/lock_file.ts";

/** Locks `directory`, as the system does it, until it is disposed of. */
export async function lockDirectory(
  directory: string,
): Promise<AsyncDisposable> {
  if (Deno.build.os === "windows") {
    const lock = new LockFile(directory);
    assert(await lock.tryLock(), "somebody else has the lock");
    return lock;
  }
  const open = await Deno.open(directory);
  await open.lock(true);
  return {
    [Symbol.asyncDispose]: () => Promise.try(() => open.close()),
  };
}
