// The AWS CLI reads these files by Python's configparser: other profiles stay the same for it, and it sees the session.
import fc from "fast-check";
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { decodeText } from "../../src/credentials/text.ts";
import { UpdstsError } from "../../src/errors.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { isInstalled, run } from "../support/command.ts";
import { NAMES, nastyFile } from "../support/nasty_files.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const READER = `
import configparser, io, json, sys

def read(text):
    # As a file is read: in UTF-8, and every kind of line end becomes one.
    file = io.TextIOWrapper(io.BytesIO(text.encode("latin1")), "utf-8", newline=None)
    parser = configparser.RawConfigParser()
    try:
        parser.read_file(file)
    except (configparser.Error, UnicodeDecodeError):
        return None
    return {name: dict(parser.items(name)) for name in parser.sections()}

json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;

type Reading = Record<string, Record<string, string>>;

const WRITTEN = {
  aws_access_key_id: EXAMPLE_SESSION.accessKeyId,
  aws_secret_access_key: EXAMPLE_SESSION.secretAccessKey.reveal(),
  aws_session_token: EXAMPLE_SESSION.sessionToken.reveal(),
  expiration_datetime: EXAMPLE_SESSION.expiration,
};

async function readAsAwsCli(
  texts: readonly string[],
): Promise<(Reading | null)[]> {
  const input = JSON.stringify(texts);
  const { code, stdout, stderr } = await run(
    "python3",
    ["-c", READER],
    {},
    input,
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test({
  name:
    "every other profile reads the same for the AWS CLI, and the session as written" +
    (isInstalled("python3") ? "" : " (skipped: python3 is not installed)"),
  ignore: !isInstalled("python3"),
  fn: async () => {
    const seed = Date.now();
    const name = fc.constantFrom(...NAMES);
    const cases = fc.sample(fc.tuple(nastyFile, name, name), {
      numRuns: 12_000,
      seed,
    })
      .flatMap(([given, key, target]) => {
        try {
          const after = checkedRefresh(
            given,
            decodeText(key),
            decodeText(target),
            EXAMPLE_SESSION,
          );
          const { blocks } = parseFile(given);
          const former = blocks.find((block) => block.key === key)?.section
            ?.name;
          return [{ given, after, target, touched: [target, former] }];
        } catch (error) {
          if (error instanceof UpdstsError) return [];
          throw error;
        }
      });
    const readings = await readAsAwsCli(
      cases.flatMap(({ given, after }) => [given, after]),
    );
    let compared = 0;
    for (const [index, { given, after, target, touched }] of cases.entries()) {
      const before = readings[2 * index];
      if (before === null || before === undefined) continue;
      compared++;
      const now = readings[2 * index + 1];
      const context = `seed ${seed}: ${JSON.stringify({ given, after })}`;
      assert(now !== null && now !== undefined, `unreadable: ${context}`);
      const session = now[decodeText(target)] ?? {};
      for (const [key, value] of Object.entries(WRITTEN)) {
        assert.equal(session[key], value, context);
      }
      for (const name of touched) {
        if (name === undefined) continue;
        delete before[decodeText(name)];
        delete now[decodeText(name)];
      }
      assert.deepEqual(now, before, context);
    }

    assert(compared >= 1_000, `only ${compared} files were compared`);
  },
});
