// renameOver(): patience where the system refuses to replace what is open.
import assert from "node:assert/strict";
import { renameOver } from "../../src/machine/rename.ts";
import type { Timepiece } from "../../src/machine/timepiece.ts";

/** A time that passes at once. */
function quickTime(): Timepiece {
  let now = 0;
  return {
    now: () => now,
    sleep: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

/** As the runtime says that another program has a file open: of no class of its own. */
function sharingViolation(number = 32): Error {
  return Object.assign(new Error(`In use. (os error ${number}): rename`), {
    code: "EBUSY",
  });
}

/** A rename that is refused some times first. */
function refusing(times: number, error: Error) {
  let calls = 0;
  const rename = () =>
    ++calls <= times ? Promise.reject(error) : Promise.resolve();
  return { rename, calls: () => calls };
}

const windows = () => ({ os: "windows" as const, time: quickTime() });

Deno.test("renameOver() tries again on Windows while the file is open elsewhere", async () => {
  for (
    const error of [
      new Deno.errors.PermissionDenied(),
      new Deno.errors.Busy(),
      // Once this one was not waited for, and a code was lost.
      sharingViolation(),
      sharingViolation(33),
    ]
  ) {
    const { rename, calls } = refusing(3, error);
    await renameOver("a", "b", { rename, ...windows() });
    assert.equal(calls(), 4);
  }
});

Deno.test("renameOver() waits as long as it is told to, and not longer", async () => {
  for (const patience of [10_000, 60_000]) {
    const options = windows();
    const { rename } = refusing(Infinity, sharingViolation());
    await assert.rejects(
      renameOver("a", "b", { rename, patience, ...options }),
    );
    const waited = options.time.now();
    assert(waited > patience && waited < patience + 100, String(waited));
  }
});

Deno.test("renameOver() gives up in the end, with the system's own error", async () => {
  const error = new Deno.errors.PermissionDenied("not yours");
  const rename = (from: string, to: string) =>
    from === to ? Promise.resolve() : Promise.reject(error);
  await assert.rejects(renameOver("a", "b", { rename, ...windows() }), error);
});

Deno.test("renameOver() says that a file is held where the system only denies it", async () => {
  const held = sharingViolation();
  const rename = (from: string, to: string) =>
    Promise.reject(from === to ? held : new Deno.errors.PermissionDenied());
  await assert.rejects(renameOver("a", "b", { rename, ...windows() }), held);
});

Deno.test("renameOver() does not wait for what will not change", async () => {
  for (
    const error of [
      new Deno.errors.PermissionDenied(),
      new Deno.errors.Busy(),
      sharingViolation(),
    ]
  ) {
    const denied = refusing(1, error);
    const options = { rename: denied.rename, os: "linux" as const };
    await assert.rejects(renameOver("a", "b", options), error);
    assert.equal(denied.calls(), 1);
  }
  const missing = refusing(1, new Deno.errors.NotFound());
  await assert.rejects(
    renameOver("a", "b", { rename: missing.rename, ...windows() }),
  );
  assert.equal(missing.calls(), 1);
});
