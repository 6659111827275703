// A clone has the same bytes on every system, whatever Git is told to make of line ends there.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isInstalled, ROOT, run } from "./support/command.ts";
import { testUnless, unless } from "./support/skipping.ts";

const { code, stdout } = isInstalled("git")
  ? await run("git", [
    // The clone may belong to another user, as in a container.
    ...["-c", "safe.directory=*", "-C", fileURLToPath(ROOT)],
    ...["ls-files", "--eol"],
  ])
  : { code: 1, stdout: "" };

testUnless(
  unless(code === 0, "this is not a clone, or Git is not installed"),
  "Git keeps line ends as they are written, on Windows too",
  () => {
    const lines = stdout.trimEnd().split("\n");
    assert(lines.length > 100);
    for (const line of lines) {
      const fixture = /\ttests\/fixtures\//.test(line);
      assert.match(line, fixture ? /attr\/-text/ : /attr\/text=auto eol=lf/);
      assert(fixture || !/^i\/(?:crlf|mixed)/.test(line), line);
    }
    return Promise.resolve();
  },
);
