// LockFile: one holder at a time, whatever its environment, and nothing left of it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { LockFile } from "../../src/machine/lock_file.ts";
import { failsWith } from "../support/errors.ts";
import { links } from "../support/skipping.ts";

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

Deno.test("LockFile gives the lock to one at a time, and leaves nothing", () =>
  inDirectory(async (directory, names) => {
    {
      await using first = new LockFile(directory);
      assert(await first.tryLock());
      await using second = new LockFile(directory);
      assert(!await second.tryLock());
      assert.deepEqual(names(), [".updsts.lock"]);
    }
    assert.deepEqual(names(), []);
    await using again = new LockFile(directory);
    assert(await again.tryLock());
  }));

Deno.test("LockFile takes the file that a killed process left, and removes it", () =>
  inDirectory(async (directory, names) => {
    await Deno.writeTextFile(join(directory, ".updsts.lock"), "");
    {
      await using lock = new LockFile(directory);
      assert(await lock.tryLock());
    }
    assert.deepEqual(names(), []);
  }));

Deno.test("LockFile lets no two in, however many come and go", () =>
  inDirectory(async (directory, names) => {
    let inside = 0;
    let rounds = 0;
    const come = async () => {
      for (let round = 0; round < 25; round++) {
        await using lock = new LockFile(directory);
        while (!await lock.tryLock()) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        assert.equal(++inside, 1);
        await new Promise((resolve) => setTimeout(resolve, 0));
        inside--;
        rounds++;
      }
    };
    await Promise.all(Array.from({ length: 8 }, come));
    assert.equal(rounds, 200);
    assert.deepEqual(names(), []);
  }));

Deno.test(
  `LockFile follows no link that a neighbour has put there${links.note}`,
  {
    ignore: links.ignore,
  },
  () =>
    inDirectory(async (directory, names) => {
      const elsewhere = join(directory, "elsewhere");
      await Deno.symlink(elsewhere, join(directory, ".updsts.lock"), {
        type: "file",
      });
      const error = await failsWith(
        "FILE_UNWRITABLE",
        () => new LockFile(directory).tryLock(),
      );
      assert.match(error.message, /\.updsts\.lock is no regular file/);
      assert.deepEqual(names(), [".updsts.lock"]);
    }),
);
