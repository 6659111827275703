// withLock(): one at a time, whatever the system locks; who waits is let in, or told who keeps the lock.
import assert from "node:assert/strict";
import { join } from "node:path";
import { withLock } from "../../src/machine/lock.ts";
import { REAL_SYSTEM, type System } from "../../src/machine/system.ts";
import { failsWith } from "../support/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { namesIn, testIn } from "../support/in_directory.ts";
import { links, unlessWindows } from "../support/skipping.ts";

/** Where directories cannot be locked, as on Windows. */
const FILES_ONLY: System = { ...REAL_SYSTEM, os: "windows" };

const posix = unlessWindows("it locks no directories");

const isLocked = (locked: boolean) => Promise.resolve(locked);

testIn(
  "withLock() falls back on a file where a file system locks no directories, and for no other reason",
  async (directory) => {
    // EBADF, EINVAL, ENOLCK, ENOSYS and ENOTSUP of Linux and macOS; EIO, EACCES.
    for (const number of [9, 22, 37, 38, 95, 77, 78, 45, 5, 13]) {
      let asked = 0;
      const lock: System["lock"] = (file) =>
        asked++ === 0
          ? Promise.reject(new Error(`Refused (os error ${number})`))
          : file.lock(true);
      const system = { ...REAL_SYSTEM, lock };
      const names = () => Promise.resolve(namesIn(directory));
      const found = withLock(directory, system, false, names);
      if (number === 5 || number === 13) await assert.rejects(found, /Refused/);
      else assert.deepEqual(await found, [".updsts.lock"]);
      assert.deepEqual(namesIn(directory), []);
    }
  },
  posix,
);

testIn(
  // Regression: whoever waited went round for ever, and lost the session.
  "withLock() lets in whoever waits while the directory is moved, and a link or another one takes its place",
  async (directory) => {
    for (const spent of [false, true]) {
      for (const takes of ["a link", "another one"]) {
        const path = join(directory, `${takes} ${spent}`);
        await Deno.mkdir(path);
        const release = Promise.withResolvers<boolean>();
        const holder = withLock(
          path,
          REAL_SYSTEM,
          false,
          () => release.promise,
        );
        const waiting = withLock(path, REAL_SYSTEM, spent, isLocked);
        await REAL_SYSTEM.sleep(20);
        await Deno.rename(path, `${path} moved`);
        if (takes === "a link") await Deno.symlink(`${path} moved`, path);
        else await Deno.mkdir(path);
        release.resolve(true);
        assert.deepEqual(await Promise.all([holder, waiting]), [true, true]);
      }
    }
  },
  posix,
);

for (
  const [what, system] of [
    ["directory", REAL_SYSTEM],
    ["file", FILES_ONLY],
  ] as const
) {
  testIn(
    `withLock() lets no two in by the lock of a ${what}, in turn, also after one that fails`,
    async (directory) => {
      let inside = 0;
      const order: number[] = [];
      const all = Array.from(
        { length: 50 },
        (_, index) =>
          withLock(directory, system, false, async () => {
            assert.equal(++inside, 1);
            await new Promise((resolve) => setTimeout(resolve, 0));
            inside--;
            order.push(index);
            if (index % 2) throw new Error();
          }),
      );
      const done = await Promise.allSettled(all);
      assert.deepEqual(order, Array.from(all.keys()));
      const failed = done.filter(({ status }) => status === "rejected");
      assert.equal(failed.length, 25);
      assert.deepEqual(namesIn(directory), []);
    },
  );

  testIn(
    `withLock() lets processes in one by one by the lock of a ${what}`,
    async (directory) => {
      const counter = join(directory, "counter");
      await Deno.writeTextFile(counter, "0");
      // Each reads and writes the counter in two steps, so that any two at once
      // would lose a count.
      const code = `
        const room = "${new URL("../../src/machine/", import.meta.url)}";
        const { withLock } = await import(room + "lock.ts");
        const { REAL_SYSTEM } = await import(room + "system.ts");
        const system = { ...REAL_SYSTEM, os: "${system.os}" };
        const [directory, counter] = ${JSON.stringify([directory, counter])};
        for (let round = 0; round < 20; round++) {
          await withLock(directory, system, false, async () => {
            const count = Number(await Deno.readTextFile(counter));
            await Deno.writeTextFile(counter, String(count + 1));
          });
        }`;
      const args = ["eval", "--no-check", code];
      const runs = Array.from(
        { length: 4 },
        () => new Deno.Command(Deno.execPath(), { args }).output(),
      );
      for (const { success, stderr } of await Promise.all(runs)) {
        assert(success, new TextDecoder().decode(stderr));
      }
      assert.equal(await Deno.readTextFile(counter), "80");
    },
  );
}

testIn(
  "withLock() takes the file that a killed process left, and follows no link that a neighbour has put there",
  async (directory) => {
    const path = join(directory, ".updsts.lock");
    await Deno.writeTextFile(path, "");
    assert(await withLock(directory, FILES_ONLY, false, isLocked));
    assert.deepEqual(namesIn(directory), []);
    await Deno.symlink(join(directory, "elsewhere"), path, { type: "file" });
    const error = await failsWith(
      "FILE_UNWRITABLE",
      () => withLock(directory, FILES_ONLY, false, isLocked),
    );
    assert.match(error.message, /\.updsts\.lock, which updsts locks/);
    assert.deepEqual(namesIn(directory), [".updsts.lock"]);
  },
  links,
);

/** Twenty processes, one after the other. */
const HANDS = Array.from({ length: 20 }, (_, index) => 100 + index);

for (
  const [name, holders, spent, after, says = /^$/] of [
    [
      "names who has kept the lock for ten seconds",
      ...[[4711], false, 10_000] as const,
      /another updsts \(process 4711\) has kept it locked for 10 s/,
    ],
    [
      "does so as well if nobody knows who it is",
      ...[[], false, 10_000] as const,
      /another program has kept it locked for 10 s/,
    ],
    // Of 128 at once, 21 to 57 were refused, as if one process had kept it.
    [
      "waits on while the lock changes hands",
      ...[HANDS, false, 105_000] as const,
      /process 119\)/,
    ],
    // Another user who may list the directory can hold its lock for ever: the
    // session was lost.
    ["does without the lock for a session", [4711], true, 10_000],
    ["does so after a minute if it changes hands", HANDS, true, 60_000],
  ] as const
) {
  testIn(`withLock() ${name}`, async (directory) => {
    const system = new FakeSystem("linux");
    const closing = Promise.withResolvers<void>();
    system.lock = () => closing.promise;
    for (const [index, process] of holders.entries()) {
      system.after(5_000 * index, () => {
        for (const name of namesIn(directory)) {
          Deno.removeSync(join(directory, name));
        }
        const path = join(directory, `.updsts-${process}.tmp`);
        Deno.writeTextFileSync(path, "");
      });
    }
    const ran = withLock(directory, system, spent, isLocked);
    if (spent) assert.equal(await ran, false);
    else {assert.match(
        (await failsWith("FILE_LOCKED", () => ran)).message,
        says,
      );}
    const waited = system.now() - after;
    assert(waited >= 0 && waited < 2_000, String(waited));
    closing.resolve();
  });
}

testIn(
  "withLock() lets go of a lock that it is granted too late",
  async (directory) => {
    const holder = Deno.openSync(directory);
    holder.lockSync(true);
    const system = new FakeSystem();
    system.lock = REAL_SYSTEM.lock;
    const late = () => withLock(directory, system, false, isLocked);
    await failsWith("FILE_LOCKED", late);
    holder.close();
    assert(await withLock(directory, REAL_SYSTEM, false, isLocked));
  },
  posix,
);
