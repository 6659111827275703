// A clone has the same bytes on every system, whatever Git is told to make of line ends there.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isInstalled, ROOT, run } from "./support/command.ts";
import { unless } from "./support/skipping.ts";

/** Asks Git of this clone; a source archive is none. */
async function git(...args: readonly string[]): Promise<string | undefined> {
  if (!isInstalled("git")) return undefined;
  const { code, stdout } = await run("git", [
    // It may belong to another user, as in a container.
    ...["-c", "safe.directory=*", "-C", fileURLToPath(ROOT)],
    ...args,
  ]);
  return code === 0 ? stdout : undefined;
}

const listing = await git("ls-files", "--eol");
const clone = unless(listing !== undefined, "this is no clone, or no Git");

Deno.test(
  `Git keeps line ends as they are written, on Windows too${clone.note}`,
  {
    ignore: clone.ignore,
  },
  () => {
    const lines = (listing ?? "").trimEnd().split("\n");
    assert(lines.length > 100);
    for (const line of lines) {
      const fixture = /\ttests\/fixtures\//.test(line);
      assert.match(line, fixture ? /attr\/-text/ : /attr\/text=auto eol=lf/);
      // Of what Git takes for text, nothing else is stored.
      assert(fixture || !/^i\/(?:crlf|mixed)/.test(line), line);
    }
  },
);
