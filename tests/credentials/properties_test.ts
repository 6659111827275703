// The promises of the core, over generated files; a failure prints its seed.
import fc from "fast-check";
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { applyEdits, decodeText, Lines } from "../../src/credentials/text.ts";
import { UpdstsError } from "../../src/errors.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { NAMES, nastyFile } from "../support/nasty_files.ts";
import { fixtureTexts } from "../support/odd_files.ts";
import {
  DIFFERENCES,
  differencesIn,
  readAsSdk,
  readAsWeDo,
  withoutContinuations,
} from "../support/sdk_parser.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const SESSION = { ...EXAMPLE_SESSION, region: "eu-west-1" };
const WRITTEN = {
  aws_access_key_id: SESSION.accessKeyId,
  aws_secret_access_key: SESSION.secretAccessKey.reveal(),
  aws_session_token: SESSION.sessionToken.reveal(),
  expiration_datetime: SESSION.expiration,
};

/** More than in the suite by FAST_CHECK_RUNS=100000. */
const numRuns = Number(Deno.env.get("FAST_CHECK_RUNS") ?? 2_000);
const name = fc.constantFrom(...NAMES.map(decodeText));

/** The refreshed text; skips what is refused, which other tests are about. */
function refreshed(given: string, key: string, sessionProfile: string): string {
  try {
    return checkedRefresh(given, key, sessionProfile, SESSION);
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    fc.pre(false);
    throw error;
  }
}

Deno.test("Lines end at LF, CRLF and a lone CR, and join to the text", () => {
  fc.assert(
    fc.property(nastyFile, (text) => {
      const lines = [...new Lines(text)];
      const texts = lines.map(({ start, next }) => text.slice(start, next));
      assert.equal(texts.join(""), text);
      const contents = lines.map(({ start, end }) => text.slice(start, end));
      assert.deepEqual(
        texts.at(-1)?.match(/[\r\n]$/) ? [...contents, ""] : contents,
        text === "" ? [] : text.split(/\r\n|\r|\n/),
      );
    }),
    { numRuns },
  );
});

Deno.test("parseFile() reads any bytes, and finds blocks in them", () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) =>
      String.fromCharCode(code)
    ),
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.oneof(bytes, nastyFile), (text) => {
      parseFile(text).blocks;
      readAsWeDo(text);
    }),
    { numRuns },
  );
});

Deno.test("applyEdits() changes nothing outside of the edits", () => {
  const text = fc.string({ minLength: 60, maxLength: 80 });
  const span = fc.tuple(fc.nat(5), fc.nat(5), fc.string({ maxLength: 4 }));
  fc.assert(
    fc.property(text, fc.array(span, { maxLength: 5 }), (text, spans) => {
      let end = 0;
      let last = -1;
      let expected = "";
      const edits = spans.map(([gap, length, inserted]) => {
        const offset = Math.max(end + gap, last + 1);
        expected += text.slice(end, offset) + inserted;
        end = offset + length;
        last = offset;
        return { offset, length, text: inserted };
      });
      assert.equal(
        applyEdits(text, edits.toReversed()),
        expected + text.slice(end),
      );
    }),
    { numRuns },
  );
});

Deno.test("a refresh keeps all else, can be read back, and a second one changes nothing", () => {
  fc.assert(
    fc.property(nastyFile, name, name, (given, key, sessionProfile) => {
      const after = refreshed(given, key, sessionProfile);
      assert.equal(checkedRefresh(after, key, sessionProfile, SESSION), after);
      const keys = readAsWeDo(after)[sessionProfile];
      assert.deepEqual({ ...keys, ...WRITTEN }, keys);
    }),
    { numRuns, maxSkipsPerRun: 1_000 },
  );
});

Deno.test("reading agrees with the AWS SDK's own parser, known differences aside", async () => {
  const examples = fixtureTexts()
    .filter((text) => differencesIn(text).length === 0)
    .map((text): [string] => [text]);
  assert(examples.length > 190);
  await fc.assert(
    fc.asyncProperty(nastyFile, async (text) => {
      fc.pre(differencesIn(text).length === 0);
      assert.deepEqual(
        withoutContinuations(readAsWeDo(text)),
        await readAsSdk(text),
      );
    }),
    { numRuns: numRuns + examples.length, maxSkipsPerRun: 1_000, examples },
  );
  for (const { reason, example } of DIFFERENCES) {
    assert.deepEqual(differencesIn(example), [reason]);
    assert.notDeepEqual(readAsWeDo(example), await readAsSdk(example));
  }
});
