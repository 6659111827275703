// What the system is asked, in which order, while the file is replaced: seen by strace.
import assert from "node:assert/strict";
import { join } from "node:path";
import { commandLine, run } from "../support/command.ts";
import { Scenario } from "../support/scenario.ts";
import { unless } from "../support/skipping.ts";

const tracing = unless(await canTrace(), "strace cannot trace here");

async function canTrace(): Promise<boolean> {
  try {
    return (await run("strace", ["-f", "-o", "/dev/null", "true"])).code === 0;
  } catch {
    return false;
  }
}

const CALLS = [
  ...["open", "openat", "creat", "rename", "renameat", "renameat2"],
  ...["chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown"],
  ...["write", "pwrite64", "writev", "fsync", "fdatasync"],
];

/** The calls of a `get` that name our own files or their directory, in order. */
async function traced(scenario: Scenario): Promise<string[]> {
  const log = join(scenario.home, "calls");
  const get = ["get", "-n", "default", "-t", scenario.code()];
  const { code, stderr } = await scenario.run("strace", [
    // Descriptors with their paths; no content of what is written.
    ...["-f", "-y", "-s", "200", "-o", log],
    ...["-e", `trace=${CALLS}`, ...commandLine(get)],
  ]);
  assert.equal(code, 0, stderr);
  const lines = (await Deno.readTextFile(log)).split("\n");
  await Deno.remove(log);
  return lines.filter((line) => line.includes(`${scenario.home}/.aws`))
    .map((line) => line.replace(/^\d+ +/, ""));
}

for (const mode of [0o600, 0o644]) {
  Deno.test({
    name: `a file of mode ${
      mode.toString(8)
    } is created exclusively, written and given away by its handle, and on the disk before it is renamed${tracing.note}`,
    ignore: tracing.ignore,
    fn: async () => {
      await using scenario = await Scenario.start();
      await Deno.chmod(scenario.path, mode);
      const calls = await traced(scenario);
      const indexOf = (pattern: RegExp) =>
        calls.findIndex((call) => pattern.test(call));
      const lastOf = (pattern: RegExp) =>
        calls.findLastIndex((call) => pattern.test(call));

      const opened = calls.filter((call) =>
        /^open.*"[^"]*\.updsts-/.test(call)
      );
      const names = opened.map((call) =>
        /\.updsts-[^"]*/.exec(call)?.[0] ?? ""
      );
      assert(opened.length >= 2, calls.join("\n"));
      assert.equal(new Set(names).size, names.length, "one was opened again");
      for (const call of opened) {
        assert.match(call, /O_CREAT\|O_EXCL/);
        assert.match(call, /, 0600(?:\)| <unfinished)/);
      }
      assert.equal(indexOf(/^[a-z]*ch(?:mod|own)[a-z]*\([^)]*"/), -1);

      const rename = indexOf(/^rename/);
      const name = /\.updsts-[^"]*/.exec(calls[rename] ?? "")?.[0] ?? "";
      assert(names.includes(name), calls[rename]);
      const written = lastOf(new RegExp(`^p?write.*<[^>]*${name}>`));
      const given = lastOf(new RegExp(`^fchmod\\(.*${name}>`));
      const synced = indexOf(new RegExp(`^fsync\\(.*${name}>`));
      const directory = lastOf(/^fsync\(\d+<[^>]*\/\.aws>/);
      assert(written !== -1 && written < synced);
      assert.equal(given !== -1, mode !== 0o600);
      if (given !== -1) {
        assert(written < given && given < synced, "given away too early");
      }
      assert(synced < rename && rename < directory, calls.join("\n"));
    },
  });
}
