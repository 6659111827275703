// Where we read a file other than the AWS SDK for JavaScript: by intention, and nowhere else.
import assert from "node:assert/strict";
import {
  DIFFERENCES,
  differencesIn,
  readAsSdk,
  readAsWeDo,
} from "../support/sdk_parser.ts";

for (const { reason, example } of DIFFERENCES) {
  Deno.test(`reading differs from the SDK's: ${reason}`, async () => {
    assert.deepEqual(differencesIn(example), [reason]);
    assert.notDeepEqual(readAsWeDo(example), await readAsSdk(example));
  });
}
