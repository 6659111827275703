// renameOver(): patience where the system refuses to replace what is open.
import assert from "node:assert/strict";
import { renameOver } from "../../src/adapters/rename.ts";

/** A rename that is refused some times first. */
function refusing(times: number, error: Error) {
  let calls = 0;
  const rename = () =>
    ++calls <= times ? Promise.reject(error) : Promise.resolve();
  return { rename, calls: () => calls };
}

Deno.test("renameOver() tries again on Windows while the file is open elsewhere", async () => {
  for (
    const error of [new Deno.errors.PermissionDenied(), new Deno.errors.Busy()]
  ) {
    const { rename, calls } = refusing(3, error);
    await renameOver("a", "b", { rename, os: "windows" });
    assert.equal(calls(), 4);
  }
});

Deno.test("renameOver() gives up in the end, with the system's own error", async () => {
  const error = new Deno.errors.PermissionDenied("in use");
  const { rename, calls } = refusing(Infinity, error);
  await assert.rejects(renameOver("a", "b", { rename, os: "windows" }), error);
  assert(calls() > 1);
});

Deno.test("renameOver() does not wait for what will not change", async () => {
  const denied = refusing(1, new Deno.errors.PermissionDenied());
  await assert.rejects(
    renameOver("a", "b", { rename: denied.rename, os: "linux" }),
  );
  const missing = refusing(1, new Deno.errors.NotFound());
  await assert.rejects(
    renameOver("a", "b", { rename: missing.rename, os: "windows" }),
  );
  assert.equal(denied.calls() + missing.calls(), 2);
});
