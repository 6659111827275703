// Holds the lock that updsts takes of a directory.
import { join } from "node:path";

/** Locks `directory`, as updsts does it, until it is disposed of. */
export async function lockDirectory(directory: string): Promise<Disposable> {
  const path = join(directory, ".updsts.lock");
  const isWindows = Deno.build.os === "windows";
  const open = isWindows
    ? await Deno.open(path, { write: true, create: true })
    : await Deno.open(directory);
  await open.lock(true);
  return {
    [Symbol.dispose]: () => {
      if (isWindows) Deno.removeSync(path);
      open.close();
    },
  };
}
