// Expects an UpdstsError of one kind.
import assert from "node:assert/strict";
import { type ErrorCode, UpdstsError } from "../../src/errors.ts";

/** Runs `action`, which must fail with `code`; the error. */
export async function failsWith(
  code: ErrorCode,
  action: () => unknown,
): Promise<UpdstsError> {
  try {
    await action();
  } catch (error) {
    assert(error instanceof UpdstsError, `no UpdstsError: ${error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`did not fail with ${code}`);
}
