// withDirectoryLock(): where the system does not lock what it should, and within one process.
import assert from "node:assert/strict";
import { withDirectoryLock } from "../../src/machine/directory_lock.ts";
import { failsWith } from "../support/errors.ts";
import { FakeTime } from "../support/fake_time.ts";

function failure(code: string): Error {
  return Object.assign(new Error(`refused (${code})`), { code });
}

/** Whether the lock of a directory that fails with `code` falls back on a file in it. */
async function fallsBack(code: string): Promise<boolean> {
  const directory = await Deno.makeTempDir();
  let closed = 0;
  try {
    const result = await withDirectoryLock(directory, {
      patience: 1_000,
      time: new FakeTime(),
      lockDirectories: true,
      findHolder: () => undefined,
      openDirectory: () => ({
        tryLock: () => Promise.reject(failure(code)),
        close: () => void closed++,
      }),
    }, () => Promise.resolve(Array.from(Deno.readDirSync(directory)).length));
    assert.equal(result, 1);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message === `refused (${code})`) {
      return false;
    }
    throw error;
  } finally {
    assert.equal(closed, 1, "the directory was left open");
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("withDirectoryLock() falls back where a file system locks no directories", async () => {
  // Network file systems of several kinds.
  for (const code of ["EBADF", "ENOTSUP", "EINVAL", "ENOLCK"]) {
    assert(await fallsBack(code), code);
  }
});

Deno.test("withDirectoryLock() does not go on without a lock for any other reason", async () => {
  for (const code of ["EIO", "EACCES", "EINTR", "EDEADLK"]) {
    assert(!await fallsBack(code), code);
  }
});

Deno.test("withDirectoryLock() lets those of one process in one after the other, also behind one that fails", async () => {
  // Fifty waited in the system at once, on all of the runtime's threads; then
  // the one that had the lock waited for a thread.
  let waiting = 0;
  let most = 0;
  const inTurn: number[] = [];
  const wanted = Array.from(
    { length: 50 },
    (_, index) =>
      withDirectoryLock("/anywhere", {
        patience: 1_000,
        lockDirectories: true,
        findHolder: () => undefined,
        openDirectory: () => ({
          tryLock: async () => {
            most = Math.max(most, ++waiting);
            await new Promise((resolve) => setTimeout(resolve));
            return true;
          },
          close: () => void waiting--,
        }),
      }, () => {
        inTurn.push(index);
        return index % 2 ? Promise.reject(failure("EIO")) : Promise.resolve();
      }),
  );
  const done = await Promise.allSettled(wanted);
  assert.equal(most, 1);
  assert.deepEqual(inTurn, Array.from(wanted.keys()));
  assert.equal(done.filter(({ status }) => status === "rejected").length, 25);
});

Deno.test("withDirectoryLock() gives up where even asking for the lock takes for ever, and lets go of it", async () => {
  const asked = Promise.withResolvers<boolean>();
  let closed = 0;
  await failsWith("FILE_LOCKED", () =>
    withDirectoryLock("/anywhere", {
      patience: 50,
      lockDirectories: true,
      findHolder: () => undefined,
      openDirectory: () => ({
        tryLock: () => asked.promise,
        close: () => void closed++,
      }),
    }, () => Promise.reject(new Error("It is not locked"))));
  assert.equal(closed, 1);
  asked.resolve(true);
});
