// Refreshes a text and checks, edit by edit, that nothing else was touched.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import {
  refreshEdits,
  type SessionValues,
} from "../../src/credentials/session_edits.ts";
import { applyEdits } from "../../src/credentials/text.ts";

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
