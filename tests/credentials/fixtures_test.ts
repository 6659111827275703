// Files before and after a refresh, byte for byte: tests/fixtures/refresh/NAME/{given,change.json,expected}.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { ROOT, run } from "../support/command.ts";
import { failsWith } from "../support/errors.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";
import { needs, testUnless } from "../support/skipping.ts";

const FIXTURES = new URL("tests/fixtures/", ROOT);
const REFRESH = new URL("refresh/", FIXTURES);
const names = Array.from(Deno.readDirSync(REFRESH), ({ name }) => name).sort();
const readme = Deno.readTextFileSync(new URL("README.md", FIXTURES));

const changeSchema = z.strictObject({
  profile: z.string(),
  sessionProfile: z.string(),
  error: z.enum(["BLOCK_BROKEN", "FILE_UNUSABLE", "NAME_TAKEN"]).optional(),
  says: z.string().optional(),
});

function readBytes(name: string, file: string): Buffer {
  return Buffer.from(Deno.readFileSync(new URL(`${name}/${file}`, REFRESH)));
}

for (const name of names) {
  const given = readBytes(name, "given").toString("latin1");
  const change = changeSchema.parse(
    JSON.parse(readBytes(name, "change.json").toString()),
  );
  const { profile, sessionProfile, error, says = "?" } = change;
  const refresh = (text: string) =>
    checkedRefresh(text, profile, sessionProfile, EXAMPLE_SESSION);

  Deno.test(`refreshEdits() fixture: ${name}, of a kind that the README names`, async () => {
    const [kind = ""] = name.split("_");
    for (const word of [kind, ...Object.keys(change), error ?? kind]) {
      assert(readme.includes(`| \`${word}\` `), word);
    }
    if (error !== undefined) {
      const { message } = await failsWith(error, () => refresh(given));
      assert(message.includes(says), message);
      return;
    }
    const expected = readBytes(name, "expected").toString("latin1");
    assert.equal(refresh(given), expected);
    assert.equal(refresh(expected), expected, "a second refresh changed it");
  });
}

const python = needs("python3", "bash", "sed");

testUnless(
  python,
  "the runner for other programs passes the core, and finds another reason and another byte",
  async () => {
    const path = (name: string) => fileURLToPath(new URL(name, ROOT));
    const program = [
      ...[Deno.execPath(), "run", "--quiet", "--allow-read"],
      ...["--config", path("tests/deno.json")],
      path("tests/support/conformance_program.ts"),
    ];
    const some = /^\d\d+ passed, [1-9]\d* failed$/m;
    const cases: [string, number, RegExp[]][] = [
      ["", 0, [new RegExp(`^${names.length} passed, 0 failed\n$`)]],
      ["s/NAME_TAKEN/BLOCK_BROKEN/", 1, [
        /^refuse_name_taken: 'refused: BLOCK_BROKEN', not /m,
        some,
      ]],
      // «#» and a blank in base64, at the start of a file that begins with a comment.
      ['s/"result":"IyA/"result":"Iya/', 1, [/^\w+: b'.*, not b'/m, some]],
    ];
    for (const [change, expected, patterns] of cases) {
      const { code, stdout, stderr } = await run("python3", [
        path("tests/fixtures/runner.py"),
        ...["bash", "-c", '"${@:2}" | sed -u "$1"', "bash", change],
        ...program,
      ]);
      assert.equal(code, expected, stdout + stderr);
      for (const pattern of patterns) assert.match(stdout, pattern);
    }
  },
);
