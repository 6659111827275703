// Where we read a file other than the AWS SDK for JavaScript: by intention, as some fixtures show, and nowhere else.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { ROOT } from "../support/command.ts";
import {
  DIFFERENCES,
  differencesIn,
  readAsSdk,
  readAsWeDo,
  withoutContinuations,
} from "../support/sdk_parser.ts";

const FIXTURES = new URL("tests/fixtures/refresh/", ROOT);

/** Fixtures that the SDK reads otherwise, and how that difference is described. */
const DIFFERENT: ReadonlyMap<string, RegExp> = new Map([
  ["refuse_append_to_lone_cr_only/given", /^a lone CR ends a line/],
  ["append_upper_case_keys/expected", /^keys count in any case/],
  ["append_upper_case_keys/given", /^keys count in any case/],
  ["name_space/expected", /^a name of two words/],
  ["name_space/given", /^a name of two words/],
  ["refresh_expiry_keys_in_utc/given", /^a colon separates/],
  ["refresh_keys_of_other_spelling/given", /^keys count in any case/],
  ["refuse_ideographic_space_below_token/given", /^only ASCII blanks/],
  ["refuse_name_taken_before_comment_sign/given", /^a header counts/],
  ["refuse_name_taken_behind_no_break_space/given", /^only ASCII blanks/],
  ["refuse_no_break_space_before_header/given", /^only ASCII blanks/],
  ["refresh_lone_cr/expected", /^a lone CR ends a line/],
  ["refresh_lone_cr/given", /^a lone CR ends a line/],
  ["refresh_other_order_and_missing_keys/given", /^a colon separates/],
]);

for (const { name } of Deno.readDirSync(FIXTURES)) {
  for (const { name: file } of Deno.readDirSync(new URL(name, FIXTURES))) {
    if (file === "change.json") continue;
    Deno.test(`reading fixture ${name}/${file}, next to the AWS SDK`, async () => {
      const path = new URL(`${name}/${file}`, FIXTURES);
      const text = Buffer.from(await Deno.readFile(path)).toString("latin1");
      const ours = withoutContinuations(readAsWeDo(text));
      const theirs = await readAsSdk(text);
      const difference = DIFFERENT.get(`${name}/${file}`);
      if (difference === undefined) {
        assert.deepEqual(ours, theirs);
      } else {
        assert.notDeepEqual(ours, theirs);
        assert(differencesIn(text).some((reason) => difference.test(reason)));
      }
    });
  }
}

for (const { reason, example } of DIFFERENCES) {
  Deno.test(`reading differs from the SDK's: ${reason}`, async () => {
    assert.deepEqual(differencesIn(example), [reason]);
    assert.notDeepEqual(readAsWeDo(example), await readAsSdk(example));
  });
}
