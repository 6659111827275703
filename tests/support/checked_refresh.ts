// Refreshes a text and checks, edit by edit, that nothing else was touched.
import assert from "node:assert/strict";
import { applyEdits } from "../../src/credentials/edit.ts";
import { refreshEdits } from "../../src/credentials/refresh_edits.ts";
import type { SessionValues } from "../../src/credentials/session_values.ts";
import { parseFile } from "../../src/credentials/parsed_file.ts";

/** The refreshed text, after every byte outside of the edits was compared. */
export function checkedRefresh(
  given: string,
  key: string,
  sessionProfile: string,
  session: SessionValues,
): string {
  const edits = refreshEdits(parseFile(given), key, sessionProfile, session)
    .toSorted((a, b) => a.offset - b.offset);
  const result = applyEdits(given, edits);
  let before = 0;
  let after = 0;
  for (const { offset, length, text } of edits) {
    assert(before <= offset && offset + length <= given.length);
    const kept = given.slice(before, offset);
    assert.equal(result.slice(after, after + kept.length), kept);
    after += kept.length;
    assert.equal(result.slice(after, after + text.length), text);
    after += text.length;
    before = offset + length;
  }
  assert.equal(result.slice(after), given.slice(before));
  return result;
}
