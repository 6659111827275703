// The fixtures as others use them: an independent runner, told by their README alone, and a README that names all there is.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Finished, isInstalled, ROOT, run } from "../support/command.ts";

const FIXTURES = new URL("tests/fixtures/", ROOT);
const REFRESH = new URL("refresh/", FIXTURES);
const README = await Deno.readTextFile(new URL("README.md", FIXTURES));
const NAMES = Array.from(Deno.readDirSync(REFRESH), ({ name }) => name);
const PYTHON = isInstalled("python3") && isInstalled("bash");
const SKIPPED = PYTHON ? "" : " (skipped: no python3, or no bash)";

function path(name: string): string {
  return fileURLToPath(new URL(name, ROOT));
}

/** Runs the runner against the core, after `change` to what the core answers. */
function runner(change = ""): Promise<Finished> {
  const program = [
    ...[Deno.execPath(), "run", "--quiet", "--allow-read"],
    ...["--config", path("tests/deno.json")],
    path("tests/support/conformance_program.ts"),
  ];
  return run("bash", [
    "-c",
    'runner=$1; change=$2; shift 2; exec python3 "$runner" bash -c ' +
    '\'if [ -n "$0" ]; then "$@" | sed -u "$0"; else exec "$@"; fi\' "$change" "$@"',
    ...["bash", path("tests/fixtures/runner.py"), change, ...program],
  ]);
}

Deno.test({
  name:
    `the runner finds that the core does all that the fixtures say${SKIPPED}`,
  ignore: !PYTHON,
  fn: async () => {
    const { code, stdout, stderr } = await runner();
    assert.equal(code, 0, stdout + stderr);
    assert.equal(stdout, `${NAMES.length} passed, 0 failed\n`);
  },
});

Deno.test({
  name: `the runner finds a program that refuses for another reason${SKIPPED}`,
  ignore: !PYTHON,
  fn: async () => {
    const { code, stdout } = await runner("s/NAME_TAKEN/BLOCK_BROKEN/");
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^refuse_name_taken: 'refused: BLOCK_BROKEN', not /m);
    assert.match(stdout, /^\d\d+ passed, [1-9]\d* failed$/m);
  },
});

Deno.test({
  name: `the runner finds a program that writes another byte${SKIPPED}`,
  ignore: !PYTHON,
  fn: async () => {
    // «#» and a blank in base64, at the start of a file that begins with a comment.
    const { code, stdout } = await runner('s/"result":"IyA/"result":"Iya/');
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^\w+: b'.*, not b'/m);
  },
});

Deno.test("the fixtures' README names every kind, key and error that there is", () => {
  assert(NAMES.length >= 40);
  for (const name of NAMES) {
    const [kind] = name.split("_");
    assert(README.includes(`| \`${kind}\` `), name);
    const text = Deno.readTextFileSync(new URL(`${name}/change.json`, REFRESH));
    const change: Record<string, string> = JSON.parse(text);
    for (const key of Object.keys(change)) {
      assert(README.includes(`| \`${key}\` `), `${name}: ${key}`);
    }
    const { error } = change;
    if (error !== undefined) assert(README.includes(`| \`${error}\` `), error);
  }
});
