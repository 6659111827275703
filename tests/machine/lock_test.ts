// withLock(): one at a time, whatever the system locks; who waits is let in, or told who keeps the lock.
import assert from "node:assert/strict";
import { join } from "node:path";
import { withLock } from "../../src/machine/lock.ts";
import { REAL_SYSTEM, type System } from "../../src/machine/system.ts";
import { failsWith } from "../support/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { links, unlessWindows } from "../support/skipping.ts";

/** Where directories cannot be locked, as on Windows. */
const FILES_ONLY: System = { ...REAL_SYSTEM, os: "windows" };

const posix = unlessWindows("it locks no directories");

/** A test in an empty directory. */
function testLock(
  name: string,
  test: (directory: string, names: () => string[]) => Promise<void>,
  { note, ignore } = { note: "", ignore: false },
) {
  Deno.test({
    name: `withLock() ${name}${note}`,
    ignore,
    fn: async () => {
      const directory = await Deno.makeTempDir();
      const names = () =>
        Array.from(Deno.readDirSync(directory), ({ name }) => name);
      try {
        await test(directory, names);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

const nothing = () => Promise.resolve();

testLock(
  "falls back on a file where a file system locks no directories, and for no other reason",
  async (directory, names) => {
    // EBADF, EINVAL, ENOLCK, ENOSYS and ENOTSUP of Linux and macOS; EIO, EACCES.
    for (const number of [9, 22, 37, 38, 95, 77, 78, 45, 5, 13]) {
      let asked = 0;
      const system: System = {
        ...REAL_SYSTEM,
        lock: (file) =>
          asked++ === 0
            ? Promise.reject(new Error(`Refused (os error ${number})`))
            : file.lock(true),
      };
      const found = withLock(
        directory,
        system,
        false,
        () => Promise.resolve(names()),
      );
      if (number === 5 || number === 13) await assert.rejects(found, /Refused/);
      else assert.deepEqual(await found, [".updsts.lock"]);
      assert.deepEqual(names(), []);
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
  testLock(
    `lets no two in by the lock of a ${what}, in turn, also after one that fails`,
    async (directory, names) => {
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
      assert.deepEqual(names(), []);
    },
  );

  testLock(
    `lets processes in one by one by the lock of a ${what}`,
    async (directory) => {
      const counter = join(directory, "counter");
      await Deno.writeTextFile(counter, "0");
      const source = (name: string) =>
        JSON.stringify(new URL(`../../src/machine/${name}`, import.meta.url));
      // Each reads and writes the counter in two steps, so that any two at once
      // would lose a count.
      const code = `
        import { withLock } from ${source("lock.ts")};
        import { REAL_SYSTEM } from ${source("system.ts")};
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

testLock(
  "takes the file that a killed process left, and removes it",
  async (directory, names) => {
    await Deno.writeTextFile(join(directory, ".updsts.lock"), "");
    await withLock(directory, FILES_ONLY, false, nothing);
    assert.deepEqual(names(), []);
  },
);

testLock(
  "follows no link that a neighbour has put there",
  async (directory, names) => {
    const link = join(directory, ".updsts.lock");
    await Deno.symlink(join(directory, "elsewhere"), link, { type: "file" });
    const error = await failsWith(
      "FILE_UNWRITABLE",
      () => withLock(directory, FILES_ONLY, false, nothing),
    );
    assert.match(error.message, /\.updsts\.lock, which updsts locks/);
    assert.deepEqual(names(), [".updsts.lock"]);
  },
  links,
);

for (
  const { name, hands, every = 0, spent = false, after, says } of [
    {
      name: "names who has kept the lock for ten seconds",
      hands: [4711],
      after: 10_000,
      says: /another updsts \(process 4711\) has kept it locked for 10 s/,
    },
    {
      name: "does so as well if nobody knows who it is",
      hands: [],
      after: 10_000,
      says: /another program has kept it locked for 10 s/,
    },
    {
      // Of 128 at once, 21 to 57 were refused, as if one process had kept it.
      name: "waits on while the lock changes hands",
      hands: Array.from({ length: 20 }, (_, index) => 100 + index),
      every: 5_000,
      after: 105_000,
      says: /process 119\)/,
    },
    {
      // Another user who may list the directory can hold its lock for ever: the
      // session was lost.
      name: "does without the lock where a session has to be written",
      hands: [4711],
      spent: true,
      after: 10_000,
    },
    {
      name: "does so after a minute even if the lock changes hands",
      hands: Array.from({ length: 20 }, (_, index) => 100 + index),
      every: 5_000,
      spent: true,
      after: 60_000,
    },
  ]
) {
  testLock(name, async (directory) => {
    const system = new FakeSystem("linux");
    const closing = Promise.withResolvers<void>();
    system.lock = () => closing.promise;
    for (const [index, process] of hands.entries()) {
      const path = join(directory, `.updsts-${process}.tmp`);
      system.after(index * every, () => {
        for (const { name } of Deno.readDirSync(directory)) {
          Deno.removeSync(join(directory, name));
        }
        Deno.writeTextFileSync(path, "");
      });
    }
    const ran = withLock(
      directory,
      system,
      spent,
      (locked) => Promise.resolve(locked),
    );
    if (says === undefined) assert.equal(await ran, false);
    else {
      const { message } = await failsWith("FILE_LOCKED", () => ran);
      assert.match(message, says);
    }
    const waited = system.now() - after;
    assert(waited >= 0 && waited < 2_000, String(waited));
    closing.resolve();
  });
}

testLock("lets go of a lock that it is granted too late", async (directory) => {
  const holder = Deno.openSync(directory);
  holder.lockSync(true);
  const system = new FakeSystem();
  system.lock = REAL_SYSTEM.lock;
  const late = () => withLock(directory, system, false, nothing);
  await failsWith("FILE_LOCKED", late);
  holder.close();
  await withLock(directory, REAL_SYSTEM, false, (locked) => {
    assert(locked);
    return Promise.resolve();
  });
}, posix);
