// LocalCredentialsFile on a real file system: what it keeps, refuses, waits for, and leaves behind.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { createEnvironment } from "../../src/machine/environment.ts";
import {
  type FileContext,
  LocalCredentialsFile,
} from "../../src/machine/replace.ts";
import type { Change, UpdateOptions } from "../../src/ports.ts";
import { lockDirectory } from "../support/directory_lock.ts";
import { failsWith } from "../support/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { namesIn, testIn } from "../support/in_directory.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { links, unless, unlessWindows } from "../support/skipping.ts";

const GIVEN = "[a]\nregion = x\n[b]\nregion = y\n";
const BLOCK = "# ${{{ key=a [auto update by updsts]\n[a_sts]\nregion = z\n" +
  "# $}}} [auto update by updsts]\n";
const SPENT: UpdateOptions = { spent: true };
const append: Change = (text) => [
  { offset: text.length, length: 0, text: "# +\n" },
];
const refuse: Change = () => {
  throw new RangeError("no");
};

const isWindows = Deno.build.os === "windows";
const posix = unlessWindows("files have neither modes nor free names");
const root = unless(!isWindows && Deno.uid() === 0, "only root can chown");

/** A credentials file in `directory`, and what looks after it. */
async function worldIn(directory: string) {
  const path = join(directory, "credentials");
  await Deno.writeTextFile(path, GIVEN, { mode: 0o600 });
  const log = new MemoryLog();
  const system = new FakeSystem();
  const environment = createEnvironment((name) =>
    name === "HOME" ? directory : undefined
  );
  const open = (at = path, changed: Partial<FileContext> = {}) =>
    new LocalCredentialsFile(at, { environment, log, system, ...changed });
  return {
    ...{ directory, path, log, system, open },
    /** A file that has been read, as it is before a code is asked for. */
    openRead: async () => {
      const file = open();
      await file.read();
      return file;
    },
    /** Fails unless the file at `path` holds `text`, and the directory these `others` besides. */
    assertHolds: (text: string, ...others: string[]) => {
      assert.equal(Deno.readTextFileSync(path), text);
      const all = ["credentials", ...others];
      assert.deepEqual(namesIn(directory), all.toSorted());
    },
  };
}

/** A test in a directory with a credentials file; skipped where `skipping` says so. */
function test(
  name: string,
  act: (world: Awaited<ReturnType<typeof worldIn>>) => Promise<void>,
  skipping?: typeof links,
) {
  testIn(name, async (directory) => act(await worldIn(directory)), skipping);
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o7777;
}

test("read() and update() keep every byte, and update() replaces the file, and warns of another hard link, which keeps the old content", async ({ directory, path, log, open }) => {
  const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
  await Deno.writeFile(path, bytes);
  const other = join(directory, "other");
  await Deno.link(path, other);
  assert.equal((await open().read()).length, 512);
  await open().update(append);
  assert.deepEqual(
    await Deno.readFile(path),
    Uint8Array.of(...bytes, ...new TextEncoder().encode("# +\n")),
  );
  assert.deepEqual(await Deno.readFile(other), bytes);
  assert.match(log.lines.join("\n"), /hard links/);
  assert.deepEqual(namesIn(directory), ["credentials", "other"]);
});

test(
  "update() keeps owner, group and mode but for the rights of a program, and warns if others can read",
  async ({ path, log, open }) => {
    if (!root.ignore) await Deno.chown(path, 12345, 23456);
    const { uid, gid } = await Deno.stat(path);
    for (const mode of [0o600, 0o640, 0o644, 0o4700]) {
      await Deno.chmod(path, mode);
      await open().update(append);
      assert.equal(modeOf(path), mode & 0o777);
      const now = await Deno.stat(path);
      assert.deepEqual([now.uid, now.gid], [uid, gid]);
    }
    assert.equal(log.lines.length, 2);
    assert.match(log.lines[0] ?? "", /^warning: .*chmod 600/);
    // What is opened wider after the rehearsal opens the session to nobody.
    const file = open();
    await file.rehearse(append);
    await Deno.chmod(path, 0o744);
    await file.update(append);
    assert.equal(modeOf(path), 0o700);
  },
  posix,
);

test("rehearse() changes nothing, and a change that is refused leaves nothing", async ({ path, open, assertHolds }) => {
  const before = await Deno.stat(path);
  await open().rehearse(append);
  await assert.rejects(open().rehearse(refuse), RangeError);
  await assert.rejects(open().update(refuse), RangeError);
  const after = await Deno.stat(path);
  assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  assertHolds(GIVEN);
});

// Neither was rehearsed: the code was spent, and a file stayed with the session.
test("rehearse() finds that nothing can be renamed there, or removed", async ({ open, system, assertHolds }) => {
  const { removeSync } = Deno;
  const refused = () => {
    throw new Deno.errors.PermissionDenied("no (os error 1)");
  };
  const rename = system.rename;
  system.rename = refused;
  await failsWith("FILE_UNWRITABLE", () => open().rehearse(append));
  assertHolds(GIVEN);
  system.rename = rename;
  Deno.removeSync = (path) =>
    String(path).endsWith(".tmp") ? refused() : removeSync(path);
  try {
    await failsWith("FILE_UNWRITABLE", () => open().rehearse(append));
  } finally {
    Deno.removeSync = removeSync;
  }
});

// A file just below the limit became one that updsts then refused.
test("rehearse() and update() refuse to write what they could not read back", async ({ path, open }) => {
  const limit = 128 * 1024 * 1024;
  await Deno.truncate(path, limit - 2);
  await failsWith("FILE_UNUSABLE", () => open().rehearse(append));
  await failsWith("FILE_UNUSABLE", () => open().update(append));
  assert.equal((await Deno.stat(path)).size, limit - 2);
  assert.equal((await open().read()).length, limit - 2);
});

test(
  "rehearse() refuses a loop of links, and a link to nothing",
  async ({ path, open }) => {
    for (
      const [to, code, says] of [
        ["credentials", "FILE_UNREADABLE", /symbolic links/i],
        ["nowhere", "FILE_NOT_FOUND", /link to nothing/],
      ] as const
    ) {
      await Deno.remove(path);
      await Deno.symlink(to, path);
      const error = await failsWith(code, () => open().rehearse(append));
      assert.match(error.message, says);
    }
    assert.deepEqual(namesIn(dirname(path)), ["credentials"]);
  },
  posix,
);

test("update() starts over if another program changes text, mode or group between the read and the rename", async ({ path, open, assertHolds }) => {
  const other = `${GIVEN}[other]\n`;
  const changes = [
    () => Deno.writeTextFileSync(path, other),
    () => Deno.chmodSync(path, 0o400),
    () => Deno.chownSync(path, null, 2000),
  ].slice(0, isWindows ? 1 : root.ignore ? 2 : 3);
  for (const [index, change] of changes.entries()) {
    let calls = 0;
    await open().update((text) => {
      if (calls++ === 0) change();
      return append(text);
    });
    assert.equal(calls, 2);
    assertHolds(other + "# +\n".repeat(index + 1));
  }
  if (!posix.ignore) assert.equal(modeOf(path), 0o400);
  if (!root.ignore) assert.equal((await Deno.stat(path)).gid, 2000);
});

test("update() gives up on a file that changes every time, and keeps it", async ({ path, open, assertHolds }) => {
  let count = 0;
  await failsWith("FILE_BUSY", () =>
    open().update((text) => {
      Deno.writeTextFileSync(path, `${GIVEN}[other${count++}]\n`);
      return append(text);
    }));
  assertHolds(`${GIVEN}[other${count - 1}]\n`);
});

test("update() without the lock removes nothing of its holder's", async ({ directory, log, open, assertHolds }) => {
  using _lock = await lockDirectory(directory);
  await Deno.writeTextFile(join(directory, ".updsts-4711.tmp"), "");
  await open().update(append, SPENT);
  assertHolds(
    `${GIVEN}# +\n`,
    ".updsts-4711.tmp",
    ...isWindows ? [".updsts.lock"] : [],
  );
  assert.match(log.lines.join("\n"), /^warning: .* keeps .* locked/);
});

// One rule for files that others write: the text outside of all managed blocks
// is compared with what was read first.
test("whatever is done waits for the rest of a file that is half written, wherever the half ends", async ({ path, system, log, open }) => {
  const bytes = new TextEncoder().encode(GIVEN);
  for (let length = 0; length < GIVEN.length; length += 3) {
    for (const act of ["rehearse", "update"] as const) {
      await Deno.writeTextFile(path, GIVEN);
      const file = open();
      await file.read();
      const writer = await Deno.open(path, { write: true });
      writer.truncateSync(length);
      system.after(4_000, () => {
        writer.seekSync(length, Deno.SeekMode.Start);
        writer.writeSync(bytes.subarray(length));
        writer.close();
      });
      const seen: string[] = [];
      await file[act]((text) => {
        seen.push(text);
        return append(text);
      });
      assert.equal(seen.at(-1), GIVEN);
      assert.match(log.lines.join("\n"), /waiting until it is done/);
      assert.equal(
        await Deno.readTextFile(path),
        act === "update" ? `${GIVEN}# +\n` : GIVEN,
      );
    }
  }
});

// remove and prune read within update(): they started over from the half at
// once, and replaced it.
test("update() waits for a file that is truncated between its read and the rename", async ({ path, system, open, assertHolds }) => {
  let calls = 0;
  await open().update((text) => {
    if (calls++ === 0) {
      Deno.truncateSync(path, 5);
      system.after(5_000, () => Deno.writeTextFileSync(path, GIVEN));
    }
    return append(text);
  });
  assertHolds(`${GIVEN}# +\n`);
});

test("update() takes what another program has left, when it has been still", async ({ path, system, openRead, assertHolds }) => {
  for (
    const [left, waited] of [
      [GIVEN, 0],
      [`${GIVEN}[new]\n`, 0],
      // Other updsts refresh, add and remove sessions: nobody waits for them.
      [`${GIVEN}${BLOCK}`, 0],
      [GIVEN.replace("= y", "= z"), 500],
      ["[a]\nregion = x\n", 10_000],
      [GIVEN.slice(0, -1), 10_000],
      ["", 10_000],
    ] as const
  ) {
    await Deno.writeTextFile(path, GIVEN);
    const file = await openRead();
    await Deno.writeTextFile(path, left);
    const start = system.now();
    await file.update(append);
    assertHolds(`${left}# +\n`);
    const took = system.now() - start;
    assert(took >= waited && took < waited + 1_500, `${left}: ${took} ms`);
  }
});

test("update() does not take a file for whole whose end was cut when it was read first", async ({ path, system, openRead, assertHolds }) => {
  const cut = GIVEN.slice(0, -4);
  for (
    const [first, next, whole] of [
      [cut, `${cut} = `, GIVEN],
      // All that was there still is, and more; but the writer goes on.
      [GIVEN.slice(0, -1), `${GIVEN}[c]\n`, `${GIVEN}[c]\nregion = z\n`],
    ] as const
  ) {
    await Deno.writeTextFile(path, first);
    const file = await openRead();
    await Deno.writeTextFile(path, next);
    system.after(300, () => Deno.writeTextFileSync(path, whole));
    await file.update(append);
    assertHolds(`${whole}# +\n`);
  }
});

test("update() does not wait again for what was waited for before the code was asked for", async ({ path, system, openRead }) => {
  const file = await openRead();
  await Deno.writeTextFile(path, "[a]\nregion = x\n");
  await file.rehearse(append);
  const start = system.now();
  assert(start >= 10_000);
  await file.update(append, SPENT);
  assert(system.now() - start < 1_000);
});

test("update() waits a minute for a file that is never still: then nothing is spent, or the session is written all the same", async ({ path, log, system, openRead }) => {
  // A note has gone, and a tool replaces the file every 5 s; every version is whole.
  for (const options of [{}, SPENT]) {
    await Deno.writeTextFile(path, `# note\n${GIVEN}`);
    const file = await openRead();
    const start = system.now();
    const replace = (count: number) => {
      if (count === 30) return;
      const text = `${GIVEN}[n]\nregion = ${count}\n`;
      Deno.writeTextFileSync(`${path}.new`, text);
      Deno.renameSync(`${path}.new`, path);
      system.after(5_000, () => replace(count + 1));
    };
    replace(0);
    const updated = file.update(append, options);
    if (options.spent) {
      await updated;
      assert.match(await Deno.readTextFile(path), /^\[a\][^]*# \+\n$/);
      assert.match(log.lines.join("\n"), /^warning: other programs kept/m);
    } else {
      await failsWith("FILE_BUSY", () => updated);
    }
    assert(system.now() - start >= 60_000);
    while (system.now() < start + 160_000) await system.sleep(5_000);
  }
});

test("update() waits for a file that another program removes before it writes it anew", async ({ path, system, open, openRead, assertHolds }) => {
  const file = await openRead();
  await Deno.remove(path);
  system.after(4_000, () => Deno.writeTextFileSync(path, GIVEN));
  await file.update(append, SPENT);
  assertHolds(`${GIVEN}# +\n`);
  const other = await openRead();
  await Deno.remove(path);
  await failsWith("FILE_NOT_FOUND", () => other.update(append, SPENT));
  await failsWith("FILE_NOT_FOUND", () => open().update(append));
});

test("update() waits before it believes a refusal of what another program wrote", async ({ path, system, openRead, assertHolds }) => {
  const change: Change = (text) =>
    text.includes("# half") ? refuse(text) : append(text);
  const file = await openRead();
  await Deno.writeTextFile(path, `${GIVEN}# half\n`);
  system.after(
    4_000,
    () => Deno.writeTextFileSync(path, `${GIVEN}# whole\n`),
  );
  await file.update(change, SPENT);
  assertHolds(`${GIVEN}# whole\n# +\n`);
  await Deno.writeTextFile(path, `${GIVEN}# half\n`);
  await assert.rejects(file.update(change, SPENT), RangeError);
});

test(
  "update() says so if a program goes on writing to the file that was replaced, and looks longer if it has written before",
  async ({ path, log, system, openRead }) => {
    for (const [before, late] of [["", 5], ["[new]\n", 900]] as const) {
      log.lines.length = 0;
      const file = await openRead();
      using writer = await Deno.open(path, { append: true });
      const write = (text: string) =>
        writer.writeSync(new TextEncoder().encode(text));
      write(before);
      system.after(late, () => write("# late\n"));
      await file.update(append, SPENT);
      await file.settled();
      assert.match(
        log.lines.join("\n"),
        /^warning: another program was still writing[^]*updsts list/,
      );
    }
  },
  posix,
);

for (
  const [to, isLocked] of [
    ["other/credentials", false],
    ["twin", false],
    // Then it takes the other directory's lock.
    ["other/credentials", true],
  ] as const
) {
  test(
    `update() starts over if a link is re-pointed to ${to}, of the same text${
      isLocked ? ", while the lock is waited for" : ""
    }`,
    async ({ directory, path, system, open, assertHolds }) => {
      const other = join(directory, to);
      await Deno.mkdir(dirname(other), { recursive: true });
      await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
      const link = join(directory, "link");
      await Deno.symlink(path, link, { type: "file" });
      let calls = 0;
      const repoint = () => {
        if (calls++ > 0) return;
        Deno.removeSync(link);
        Deno.symlinkSync(other, link, { type: "file" });
      };
      using held = new DisposableStack();
      if (isLocked) {
        held.use(await lockDirectory(directory));
        system.after(1_000, () => {
          repoint();
          held.dispose();
        });
      }
      await open(link).update((text) => {
        repoint();
        if (isLocked) {
          assert.match(namesIn(dirname(other)).join(), /^\.updsts-/);
        }
        return append(text);
      });
      assertHolds(GIVEN, "link", to.split("/")[0] ?? "");
      assert.equal(await Deno.readTextFile(other), `${GIVEN}# +\n`);
    },
    links.ignore ? links : posix,
  );
}

test("update() starts over if another program's file has taken the place of ours at once", async ({ path, system, open, assertHolds }) => {
  let count = 0;
  // What the other program does between our rename and our look at it.
  system.rename = (from, to) => {
    Deno.renameSync(from, to);
    if (count++ > 0) return;
    Deno.writeTextFileSync(`${path}.new`, "[theirs]\n");
    Deno.renameSync(`${path}.new`, path);
  };
  await open().update(append);
  assertHolds("[theirs]\n# +\n");
});

test(
  "a temporary file has a name that nobody can guess, and what is put in its place gets nothing",
  async ({ directory, path, open }) => {
    const victim = join(directory, "victim");
    await Deno.writeTextFile(victim, "untouched", { mode: 0o600 });
    for (const put of [Deno.symlinkSync, Deno.linkSync]) {
      for (const act of ["rehearse", "update"] as const) {
        await Deno.writeTextFile(path, GIVEN);
        let swaps = 0;
        const done = open()[act]((text) => {
          const own = namesIn(directory).find((name) => name.startsWith("."));
          assert.match(own ?? "", /^\.updsts-\d+-[0-9a-f]{32}\.tmp$/);
          if (swaps++ === 0) {
            Deno.removeSync(join(directory, own ?? ""));
            put(victim, join(directory, own ?? ""));
          }
          return append(text);
        });
        if (act === "rehearse") await failsWith("FILE_BUSY", () => done);
        else {
          await done;
          assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
        }
        assert.equal(await Deno.readTextFile(victim), "untouched");
        for (const file of [victim, path]) {
          if (!isWindows) assert.equal(modeOf(file), 0o600);
        }
      }
    }
  },
  links,
);

test("leftovers of killed runs go, also those of our own process id, and nothing else does", async ({ directory, path, open, assertHolds }) => {
  const random = "0123456789abcdef".repeat(2);
  const left = [1, 23, Deno.pid].flatMap((pid) => [
    `.updsts-${pid}.tmp`,
    `.updsts-${pid}-${random}.tmp`,
  ]);
  const kept = [".updsts-1-0.tmp", ".updsts-x.tmp", "a.tmp"];
  for (const name of [...left, ...kept]) {
    await Deno.writeTextFile(join(directory, name), "");
  }
  // What cannot be removed kept the others, and our own file, from removal.
  await Deno.mkdir(join(directory, ".updsts-2.tmp", "x"), {
    recursive: true,
  });
  await open().rehearse(append);
  await open().update(append);
  assertHolds(`${GIVEN}# +\n`, ...kept, ".updsts-2.tmp");
  // The credentials file was taken for what a killed run had left.
  const rescued = join(directory, ".updsts-77.tmp");
  await Deno.rename(path, rescued);
  await open(rescued).rehearse(append);
  await open(rescued).update(append);
  assert.match(await Deno.readTextFile(rescued), /# \+\n# \+\n$/);
});

test(
  "a leftover of somebody else stays",
  async ({ directory, path, open }) => {
    for (const [name, uid] of [["1", 1234], ["2", 4321], ["3", 0]] as const) {
      const left = join(directory, `.updsts-${name}.tmp`);
      await Deno.writeTextFile(left, "");
      await Deno.chown(left, uid, 0);
    }
    // Root's run may have given its new file to the owner already.
    await Deno.chown(path, 1234, 1234);
    await open().update(append);
    assert.deepEqual(namesIn(directory), [".updsts-2.tmp", "credentials"]);
  },
  root,
);

test("a file that does not exist is read as empty, rehearsed without a trace, and created", async ({ directory, system, open }) => {
  const path = join(directory, "new", "deep", "session");
  const file = open(path, { create: true });
  assert.equal(await file.read(), "");
  await file.rehearse(append);
  await assert.rejects(file.update(refuse), RangeError);
  assert.deepEqual(namesIn(directory), ["credentials"]);
  const start = system.now();
  await file.update(append, SPENT);
  await file.settled();
  // Regression: it looked for 10 ms at an old file that there was not.
  assert.equal(system.now(), start);
  assert.equal(await Deno.readTextFile(path), "# +\n");
  assert.deepEqual(namesIn(dirname(path)), ["session"]);
  if (!isWindows) {
    assert.equal(modeOf(path), 0o600);
    assert.equal(modeOf(dirname(path)), 0o700);
    assert.equal(modeOf(join(directory, "new")), 0o700);
  }
  await file.update(append);
  assert.equal(await Deno.readTextFile(path), "# +\n# +\n");
});

test("a new file replaces none that another program has made meanwhile", async ({ directory, system, open, assertHolds }) => {
  // Between our last look and our own attempt; also without hard links.
  for (
    const [name, denied] of [["a"], [
      "b",
      new Deno.errors.PermissionDenied(),
    ]] as const
  ) {
    const path = join(directory, name);
    system.link = (from, to) => {
      system.link = Deno.linkSync;
      Deno.writeTextFileSync(path, "[theirs]\n");
      if (denied) throw denied;
      Deno.linkSync(from, to);
    };
    await open(path, { create: true }).update(append);
    assert.equal(await Deno.readTextFile(path), "[theirs]\n# +\n");
  }
  assertHolds(GIVEN, "a", "b");
});

/** As the runtime says that another program has a file open, over which Windows renames none: of no class of its own. */
function sharingViolation(number = 32): Error {
  return Object.assign(new Error(`In use. (os error ${number}): rename`), {
    code: "EBUSY",
  });
}

test("update() tries again on Windows while the file is open elsewhere, for ten seconds, and for a minute with a session", async ({ path, open }) => {
  const denied = new Deno.errors.PermissionDenied();
  for (
    const [os, ...errors] of [
      ["windows", denied],
      ["windows", new Deno.errors.Busy()],
      ["windows", sharingViolation(), sharingViolation(33)],
      ["linux", denied],
      ["linux", sharingViolation()],
    ] as const
  ) {
    const system = new FakeSystem(os);
    const left: Error[] = [...errors];
    system.rename = (from, to) => {
      const error = from === to ? undefined : left.shift();
      if (error !== undefined) throw error;
      Deno.renameSync(from, to);
    };
    const done = open(path, { system }).update(append);
    if (os === "windows") await done;
    else await assert.rejects(done);
  }
  for (
    const [options, patience] of [[{}, 10_000], [SPENT, 60_000]] as const
  ) {
    const system = new FakeSystem("windows");
    system.rename = (from, to) => {
      throw from === to ? sharingViolation() : denied;
    };
    const error = await failsWith(
      "FILE_UNWRITABLE",
      () => open(path, { system }).update(append, options),
    );
    assert.match(error.message, /In use|has it open/);
    const waited = system.now() - patience;
    assert(waited > 0 && waited < 500, String(waited));
  }
});
