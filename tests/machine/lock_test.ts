// withLock(): one at a time, whatever the system locks; who waits is let in, or told by whom it is kept out.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type LockOptions, withLock } from "../../src/machine/lock.ts";
import { REAL_SYSTEM } from "../../src/machine/system.ts";
import { failsWith } from "../support/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { links, unlessWindows } from "../support/skipping.ts";

/** Where directories cannot be locked, as on Windows. */
const FILES_ONLY = { ...REAL_SYSTEM, os: "windows" } as const;

function options(
  system: LockOptions["system"],
  changed: Partial<LockOptions> = {},
): LockOptions {
  return { system, spent: false, findHolder: () => undefined, ...changed };
}

async function inDirectory(
  test: (directory: string, names: () => string[]) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(
      directory,
      () => Array.from(Deno.readDirSync(directory), ({ name }) => name),
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** An error of the system, as the runtime throws it: only some have a code. */
function failure(code: string | number): Error {
  return typeof code === "number"
    ? new Error(`Refused (os error ${code})`)
    : Object.assign(new Error(`Refused (${code})`), { code });
}

const posix = unlessWindows("it locks no directories");

Deno.test({
  name:
    `withLock() falls back on a file where a file system locks no directories, and for no other reason${posix.note}`,
  ignore: posix.ignore,
  fn: async () => {
    for (
      const [code, fallsBack] of [
        ...["EBADF", "ENOTSUP", "EINVAL", "ENOLCK"].map((code) =>
          [code, true] as const
        ),
        // ENOLCK, ENOSYS and ENOTSUP of Linux and macOS: once, these had no
        // code, and nothing could be written there.
        ...[37, 38, 95, 77, 78, 45].map((code) => [code, true] as const),
        ...["EIO", "EACCES", "EDEADLK", 5, 13].map((code) =>
          [code, false] as const
        ),
      ]
    ) {
      await inDirectory(async (directory, names) => {
        let asked = 0;
        const lock = (file: Deno.FsFile) =>
          asked++ === 0 ? Promise.reject(failure(code)) : file.lock(true);
        const locked = withLock(
          directory,
          options({ ...REAL_SYSTEM, lock }),
          () => Promise.resolve(names()),
        );
        if (fallsBack) assert.deepEqual(await locked, [".updsts.lock"]);
        else await assert.rejects(locked, /^Error: Refused/);
        assert.deepEqual(names(), []);
      });
    }
  },
});

for (
  const [what, system] of [["directory", REAL_SYSTEM], [
    "file",
    FILES_ONLY,
  ]] as const
) {
  Deno.test(`withLock() lets no two in by the lock of a ${what}, in turn, also behind one that fails`, () =>
    inDirectory(async (directory, names) => {
      let inside = 0;
      const order: number[] = [];
      const all = Array.from(
        { length: 50 },
        (_, index) =>
          withLock(directory, options(system), async () => {
            assert.equal(++inside, 1);
            await new Promise((resolve) => setTimeout(resolve, 0));
            inside--;
            order.push(index);
            if (index % 2) throw failure("EIO");
          }),
      );
      const done = await Promise.allSettled(all);
      assert.deepEqual(order, Array.from(all.keys()));
      assert.equal(
        done.filter(({ status }) => status === "rejected").length,
        25,
      );
      assert.deepEqual(names(), []);
    }));
}

for (
  const [what, system] of [["directory", REAL_SYSTEM], [
    "file",
    FILES_ONLY,
  ]] as const
) {
  Deno.test(`processes that want the lock of a ${what} are let in one by one`, () =>
    inDirectory(async (directory) => {
      const counter = join(directory, "counter");
      await Deno.writeTextFile(counter, "0");
      // Each reads and writes the counter in two steps, so that any two at once
      // would lose a count.
      const code = `
        import { withLock } from "${new URL(
        "../../src/machine/lock.ts",
        import.meta.url,
      )}";
        import { REAL_SYSTEM } from "${new URL(
        "../../src/machine/system.ts",
        import.meta.url,
      )}";
        const system = { ...REAL_SYSTEM, os: ${JSON.stringify(system.os)} };
        const [directory, counter] = ${JSON.stringify([directory, counter])};
        for (let round = 0; round < 20; round++) {
          await withLock(directory, { system, spent: false, findHolder: () => undefined }, async () => {
            const count = Number(await Deno.readTextFile(counter));
            await Deno.writeTextFile(counter, String(count + 1));
          });
        }`;
      const runs = Array.from(
        { length: 4 },
        () =>
          new Deno.Command(Deno.execPath(), {
            args: ["eval", "--no-check", code],
          }).output(),
      );
      for (const { success, stderr } of await Promise.all(runs)) {
        assert(success, new TextDecoder().decode(stderr));
      }
      assert.equal(await Deno.readTextFile(counter), "80");
    }));
}

Deno.test("withLock() takes the file that a killed process left, and removes it", () =>
  inDirectory(async (directory, names) => {
    await Deno.writeTextFile(join(directory, ".updsts.lock"), "");
    await withLock(directory, options(FILES_ONLY), () => Promise.resolve());
    assert.deepEqual(names(), []);
  }));

Deno.test(
  `withLock() follows no link that a neighbour has put there${links.note}`,
  { ignore: links.ignore },
  () =>
    inDirectory(async (directory, names) => {
      await Deno.symlink(
        join(directory, "elsewhere"),
        join(directory, ".updsts.lock"),
        { type: "file" },
      );
      const error = await failsWith("FILE_UNWRITABLE", () =>
        withLock(directory, options(FILES_ONLY), () => Promise.resolve()));
      assert.match(error.message, /\.updsts\.lock, which updsts locks/);
      assert.deepEqual(names(), [".updsts.lock"]);
    }),
);

/** Waits for a lock that is never free; whether it ran in the end, and without it. */
async function waitInVain(
  changed: Partial<LockOptions>,
): Promise<{ ran: boolean | undefined; waited: number; message: string }> {
  const system = new FakeSystem("linux");
  system.tryLock = () => false;
  const closing = Promise.withResolvers<void>();
  system.lock = () => closing.promise;
  let ran: boolean | undefined;
  let message = "";
  await inDirectory(async (directory) => {
    try {
      await withLock(directory, options(system, changed), (locked) => {
        ran = !locked;
        return Promise.resolve();
      });
    } catch (error) {
      message = String(error);
    }
  });
  closing.resolve();
  return { ran, waited: system.now(), message };
}

Deno.test("withLock() names who has kept the lock for ten seconds", async () => {
  const given = await waitInVain({ findHolder: () => ".updsts-4711-ab.tmp" });
  assert.match(
    given.message,
    /another updsts \(process 4711\) has kept it locked for 10 s/,
  );
  assert.equal(given.ran, undefined);
  assert(given.waited >= 10_000 && given.waited < 12_000, String(given.waited));
  const unknown = await waitInVain({});
  assert.match(unknown.message, /another program has kept it locked for 10 s/);
});

// Of 128 at once, 21 to 57 were refused, with a message that one process had
// kept the lock for 10 s, which was untrue.
Deno.test("withLock() waits on while the lock changes hands", async () => {
  let hands = 0;
  const { ran, waited, message } = await waitInVain({
    findHolder: () => `.updsts-${Math.min(hands++, 200)}-ab.tmp`,
  });
  assert.equal(ran, undefined);
  assert.match(message, /process 200\)/);
  assert(waited > 100_000, String(waited));
});

// Another user who may list the directory can hold its lock for ever: the
// session was lost.
Deno.test("withLock() does without the lock where a session has to be written", async () => {
  const held = await waitInVain({ spent: true });
  assert.equal(held.ran, true);
  assert(held.waited >= 10_000 && held.waited < 12_000, String(held.waited));
  let hands = 0;
  const passed = await waitInVain({
    spent: true,
    findHolder: () => `.updsts-${hands++}-ab.tmp`,
  });
  assert.equal(passed.ran, true);
  assert(passed.waited >= 60_000 && passed.waited < 62_000);
});

Deno.test({
  name: `withLock() lets go of a lock that it is granted too late${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async (directory) => {
      const holder = Deno.openSync(directory);
      holder.lockSync(true);
      const system = new FakeSystem();
      system.lock = REAL_SYSTEM.lock;
      await failsWith("FILE_LOCKED", () =>
        withLock(directory, options(system), () => Promise.resolve()));
      holder.close();
      await withLock(directory, options(REAL_SYSTEM), (locked) => {
        assert(locked);
        return Promise.resolve();
      });
    }),
});
