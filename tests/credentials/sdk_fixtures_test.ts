// Every fixture reads as for the AWS SDK, but for those that are there to show a difference.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { ROOT } from "../support/command.ts";
import {
  differencesIn,
  readAsSdk,
  readAsWeDo,
  withoutContinuations,
} from "../support/sdk_parser.ts";

const FIXTURES = new URL("tests/fixtures/refresh/", ROOT);

/** Fixtures that the SDK reads otherwise, and how that difference is described. */
const DIFFERENT: ReadonlyMap<string, RegExp> = new Map([
  ["append_lone_cr", /^a lone CR ends a line/],
  ["append_upper_case_keys", /^keys count in any case/],
  ["name_space", /^a name of two words/],
  ["refresh_lone_cr", /^a lone CR ends a line/],
  ["refresh_other_order_and_missing_keys", /^a colon separates/],
]);

for (const { name } of Deno.readDirSync(FIXTURES)) {
  for (const { name: file } of Deno.readDirSync(new URL(name, FIXTURES))) {
    if (file === "change.json") continue;
    Deno.test(`reading fixture ${name}/${file}, next to the AWS SDK`, async () => {
      const path = new URL(`${name}/${file}`, FIXTURES);
      const text = Buffer.from(await Deno.readFile(path)).toString("latin1");
      const ours = withoutContinuations(readAsWeDo(text));
      const theirs = await readAsSdk(text);
      const difference = DIFFERENT.get(name);
      if (difference === undefined) {
        assert.deepEqual(ours, theirs);
      } else {
        assert.notDeepEqual(ours, theirs);
        assert(differencesIn(text).some((reason) => difference.test(reason)));
      }
    });
  }
}
