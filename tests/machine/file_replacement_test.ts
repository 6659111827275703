// Replacing the file among others: slow writers, neighbours, links that move, files that do not exist yet.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { LocalCredentialsFile } from "../../src/machine/credentials_file.ts";
import { createEnvironment } from "../../src/machine/environment.ts";
import type { ReplacementOptions } from "../../src/machine/locked_target.ts";
import { leadsTo } from "../../src/machine/place.ts";
import type { Change, SeenBefore } from "../../src/ports.ts";
import { foreignChange } from "../../src/sessions/foreign_change.ts";
import { failsWith } from "../support/errors.ts";
import { FakeTime } from "../support/fake_time.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { links, unless, unlessWindows } from "../support/skipping.ts";

const GIVEN = "[a]\nregion = x\n[b]\nregion = y\n";
const SEEN: SeenBefore = { text: GIVEN, difference: foreignChange };
const append: Change = (text) => [
  { offset: text.length, length: 0, text: "# +\n" },
];

const posix = unlessWindows(
  "its files have no modes, and their names stay theirs",
);

const windows = unless(
  Deno.build.os === "windows",
  "elsewhere, the old file stays open",
);

interface World {
  readonly directory: string;
  readonly path: string;
  readonly log: MemoryLog;
  readonly time: FakeTime;
  readonly open: (
    path?: string,
    options?: ReplacementOptions,
  ) => LocalCredentialsFile;
}

async function inDirectory(test: (world: World) => Promise<void>) {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    const path = join(directory, "credentials");
    await Deno.writeTextFile(path, GIVEN, { mode: 0o600 });
    const log = new MemoryLog();
    const time = new FakeTime();
    const environment = createEnvironment((name) =>
      name === "HOME" ? directory : undefined
    );
    const open = (at = path, options: ReplacementOptions = {}) =>
      new LocalCredentialsFile(at, environment, log, { time, ...options });
    await test({ directory, path, log, time, open });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o7777;
}

Deno.test("update() waits for the rest of a file that is half written, wherever the half ends", async () => {
  for (let length = 0; length < GIVEN.length; length += 3) {
    await inDirectory(async ({ path, time, log, open }) => {
      const writer = await Deno.open(path, { write: true });
      const bytes = new TextEncoder().encode(GIVEN);
      writer.truncateSync(length);
      time.after(4_000, () => {
        writer.seekSync(length, Deno.SeekMode.Start);
        writer.writeSync(bytes.subarray(length));
        writer.close();
      });
      await open().update(append, SEEN);
      assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
      assert.match(log.lines.join("\n"), /waiting until it is done/);
    });
  }
});

Deno.test("update() takes what another program has left, when it has been still", () =>
  inDirectory(async ({ path, time, open }) => {
    for (
      const [left, waited] of [
        [GIVEN, 0],
        [`${GIVEN}[new]\n`, 500],
        ["[a]\nregion = x\n", 10_000],
        ["", 10_000],
      ] as const
    ) {
      await Deno.writeTextFile(path, left);
      const start = time.now();
      await open().update(append, SEEN);
      assert.equal(await Deno.readTextFile(path), `${left}# +\n`);
      const took = time.now() - start;
      assert(took >= waited && took < waited + 1_500, `${took} ms`);
    }
  }));

Deno.test("update() waits for a file that another program removes before it writes it anew", () =>
  inDirectory(async ({ path, time, open }) => {
    await Deno.remove(path);
    time.after(4_000, () => Deno.writeTextFileSync(path, GIVEN));
    await open().update(append, SEEN);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
    await Deno.remove(path);
    await failsWith("FILE_NOT_FOUND", () => open().update(append, SEEN));
    await failsWith("FILE_NOT_FOUND", () => open().update(append));
  }));

Deno.test("update() waits before it believes a refusal of what another program wrote", () =>
  inDirectory(async ({ path, time, open }) => {
    const change: Change = (text) => {
      if (text.includes("# half")) throw new RangeError("half");
      return append(text);
    };
    await Deno.writeTextFile(path, `${GIVEN}# half\n`);
    time.after(4_000, () => Deno.writeTextFileSync(path, `${GIVEN}# whole\n`));
    await open().update(change, SEEN);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# whole\n# +\n`);
    await Deno.writeTextFile(path, `${GIVEN}# half\n`);
    await assert.rejects(open().update(change, SEEN), RangeError);
  }));

Deno.test({
  name:
    `update() says so if a program goes on writing to the file that was replaced${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async ({ path, log, time, open }) => {
      using writer = await Deno.open(path, { append: true });
      time.after(5, () => {
        writer.writeSync(new TextEncoder().encode("# late\n"));
      });
      await open().update(append);
      assert.match(
        log.lines.join("\n"),
        /^warning: another program was still writing/,
      );
      assert.match(log.lines.join("\n"), /updsts list/);
    }),
});

Deno.test({
  name:
    `update() looks longer at the old file if somebody has written to it${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async ({ path, log, time, open }) => {
      using writer = await Deno.open(path, { append: true });
      writer.writeSync(new TextEncoder().encode("[new]\n"));
      time.after(1_200, () => {
        writer.writeSync(new TextEncoder().encode("# late\n"));
      });
      await open().update(append, SEEN);
      assert.match(log.lines.join("\n"), /another program was still writing/);
    }),
});

Deno.test({
  name:
    `update() waits ten seconds for the lock, and a minute when a code is spent${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async ({ directory, open, time }) => {
      using holder = await Deno.open(directory);
      await holder.lock(true);
      const locked = async (seen: SeenBefore | undefined, says: RegExp) => {
        const error = await failsWith("FILE_LOCKED", () =>
          open().update(append, seen));
        assert.match(error.message, says);
      };
      await locked(undefined, /for 10 s/);
      await locked(SEEN, /for 60 s/);
      time.after(59_000, () =>
        holder.unlockSync());
      await open().update(append, SEEN);
    }),
});

Deno.test(
  `update() starts over if a link is re-pointed to another directory meanwhile${links.note}`,
  {
    ignore: links.ignore,
  },
  () =>
    inDirectory(async ({ directory, path, open }) => {
      const other = join(directory, "other", "credentials");
      await Deno.mkdir(dirname(other));
      await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
      const link = join(directory, "link");
      await Deno.symlink(path, link, { type: "file" });
      let calls = 0;
      await open(link).update((text) => {
        if (calls++ === 0) {
          Deno.removeSync(link);
          Deno.symlinkSync(other, link, { type: "file" });
        }
        return append(text);
      });
      assert.equal(await Deno.readTextFile(path), GIVEN);
      assert.equal(await Deno.readTextFile(other), `${GIVEN}# +\n`);
      assert.deepEqual(names(directory), ["credentials", "link", "other"]);
      assert.deepEqual(names(dirname(other)), ["credentials"]);
    }),
);

Deno.test(
  `update() starts over if a link is re-pointed to an identical file beside it${links.note}`,
  {
    ignore: links.ignore,
  },
  () =>
    inDirectory(async ({ directory, path, open }) => {
      const twin = join(directory, "twin");
      await Deno.writeTextFile(twin, GIVEN, { mode: 0o600 });
      const link = join(directory, "link");
      await Deno.symlink(path, link, { type: "file" });
      let calls = 0;
      await open(link).update((text) => {
        if (calls++ === 0) {
          Deno.removeSync(link);
          Deno.symlinkSync(twin, link, { type: "file" });
        }
        return append(text);
      });
      assert.equal(await Deno.readTextFile(path), GIVEN);
      assert.equal(await Deno.readTextFile(twin), `${GIVEN}# +\n`);
    }),
);

Deno.test("update() starts over if another program's file has taken the place of ours at once", () =>
  inDirectory(async ({ path, open }) => {
    const { renameSync } = Deno;
    let count = 0;
    // What the other program does between our rename and our look at it.
    Deno.renameSync = (from, to) => {
      renameSync(from, to);
      if (count++ === 0) {
        Deno.writeTextFileSync(`${path}.new`, "[theirs]\n");
        renameSync(`${path}.new`, path);
      }
    };
    try {
      await open().update(append);
    } finally {
      Deno.renameSync = renameSync;
    }
    assert.equal(await Deno.readTextFile(path), "[theirs]\n# +\n");
  }));

Deno.test("a name that a neighbour has taken costs nothing", () =>
  inDirectory(async ({ directory, path, open }) => {
    await Deno.writeTextFile(join(directory, "taken"), "theirs");
    const queue = ["taken", "taken", "free"];
    const file = open(path, { nextName: () => queue.shift() ?? "free" });
    await file.rehearse(append);
    await file.update(append);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
    assert.deepEqual(names(directory), ["credentials", "taken"]);
    assert.equal(await Deno.readTextFile(join(directory, "taken")), "theirs");
  }));

Deno.test("the names of temporary files cannot be guessed", () =>
  inDirectory(async ({ directory, open }) => {
    const seen = new Set<string>();
    for (let round = 0; round < 3; round++) {
      await open().rehearse((text) => {
        for (const name of names(directory)) seen.add(name);
        return append(text);
      });
    }
    seen.delete("credentials");
    // Where directories cannot be locked, this is what all look for.
    seen.delete(".updsts.lock");
    assert.equal(seen.size, 3);
    for (const name of seen) {
      assert.match(name, /^\.updsts-\d+-[0-9a-f]{32}\.tmp$/);
    }
  }));

Deno.test(
  `a temporary file that is swapped for a link, or for another file, gets nothing${links.note}`,
  {
    ignore: links.ignore,
  },
  async () => {
    for (const mode of [0o600, 0o640]) {
      for (const kind of ["link", "file"] as const) {
        await inDirectory(async ({ directory, path, open }) => {
          await Deno.chmod(path, mode);
          const victim = join(directory, "victim");
          await Deno.writeTextFile(victim, "untouched", { mode: 0o600 });
          let swaps = 0;
          const swap: Change = (text) => {
            const name = names(directory).find((name) =>
              name.startsWith(".updsts")
            );
            assert(name !== undefined);
            if (swaps++ === 0) {
              Deno.removeSync(join(directory, name));
              if (kind === "link") {
                Deno.symlinkSync(victim, join(directory, name), {
                  type: "file",
                });
              } else Deno.linkSync(victim, join(directory, name));
            }
            return append(text);
          };
          await open().update(swap);
          assert.equal(await Deno.readTextFile(victim), "untouched");
          assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
          if (Deno.build.os !== "windows") {
            assert.equal(modeOf(victim), 0o600);
            assert.equal(modeOf(path), mode);
          }
          swaps = 0;
          const rehearsed = open().rehearse(swap);
          // What is to be given to others is written to a file of its own.
          if (mode === 0o600) await failsWith("FILE_BUSY", () => rehearsed);
          else await rehearsed;
          assert.equal(await Deno.readTextFile(victim), "untouched");
        });
      }
    }
  },
);

Deno.test({
  name:
    `a file that is opened wider after the rehearsal opens the session to nobody${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async ({ path, open }) => {
      const file = open();
      await file.rehearse(append);
      await Deno.chmod(path, 0o644);
      await file.update(append);
      assert.equal(modeOf(path), 0o600);
    }),
});

Deno.test("leftovers of killed runs go, also those of our own process id, and nothing else does", () =>
  inDirectory(async ({ directory, open }) => {
    const random = "0123456789abcdef".repeat(2);
    const left = [1, 23, Deno.pid].flatMap((pid) => [
      `.updsts-${pid}.tmp`,
      `.updsts-${pid}.probe`,
      `.updsts-${pid}-${random}.tmp`,
      `.updsts-${pid}-${random}.probe`,
    ]);
    const kept = [".updsts-1-0.tmp", ".updsts-x.tmp", "a.tmp"];
    for (const name of [...left, ...kept]) {
      await Deno.writeTextFile(join(directory, name), "");
    }
    await open().update(append);
    assert.deepEqual(names(directory), [...kept, "credentials"].sort());
  }));

const root = unless(
  Deno.build.os !== "windows" && Deno.uid() === 0,
  "only root can make files of somebody else",
);

Deno.test(`a leftover of somebody else stays${root.note}`, {
  ignore: root.ignore,
}, () =>
  inDirectory(async ({ directory, path, open }) => {
    for (const [name, uid] of [["1", 1234], ["2", 4321], ["3", 0]] as const) {
      const left = join(directory, `.updsts-${name}.tmp`);
      await Deno.writeTextFile(left, "");
      await Deno.chown(left, uid, 0);
    }
    // Root's run may have given its new file to the owner already.
    await Deno.chown(path, 1234, 1234);
    await open().update(append);
    assert.deepEqual(names(directory), [".updsts-2.tmp", "credentials"]);
  }));

Deno.test(
  `a file that is given to another group meanwhile is theirs afterwards${root.note}`,
  {
    ignore: root.ignore,
  },
  () =>
    inDirectory(async ({ path, open }) => {
      await open().update((text) => {
        Deno.chownSync(path, null, 2000);
        return append(text);
      });
      assert.equal((await Deno.stat(path)).gid, 2000);
    }),
);

Deno.test({
  name:
    `the rights of a program are not handed on to the new file${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async ({ path, open }) => {
      await Deno.chmod(path, 0o4700);
      await open().update(append);
      assert.equal(modeOf(path), 0o700);
    }),
});

Deno.test({
  name:
    `a link that is re-pointed while the lock is waited for leads to the other directory's lock${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async ({ directory, path, time, open }) => {
      const other = join(directory, "other", "credentials");
      await Deno.mkdir(dirname(other));
      await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
      const link = join(directory, "link");
      await Deno.symlink(path, link);
      using holder = await Deno.open(directory);
      await holder.lock(true);
      time.after(1_000, () => {
        Deno.removeSync(link);
        Deno.symlinkSync(other, link);
        holder.unlockSync();
      });
      await open(link).update((text) => {
        assert.match(names(dirname(other)).join(" "), /^\.updsts-/);
        return append(text);
      });
      assert.equal(await Deno.readTextFile(other), `${GIVEN}# +\n`);
      assert.equal(await Deno.readTextFile(path), GIVEN);
    }),
});

Deno.test({
  name:
    `leadsTo() tells the file that links lead to from any other${posix.note}`,
  ignore: posix.ignore,
  fn: () =>
    inDirectory(async ({ directory, path }) => {
      const link = join(directory, "link");
      const up = join(directory, "up");
      await Deno.mkdir(join(directory, "sub"));
      await Deno.symlink("sub/../credentials", link);
      await Deno.symlink(directory, up);
      const target = await Deno.stat(path);
      const { uid } = target;
      for (
        const through of [path, link, join(up, "link"), `${directory}/./link`]
      ) {
        assert.equal(await leadsTo(through, target, uid), true, through);
      }
      assert.equal(await leadsTo(link, await Deno.stat(directory), uid), false);
      await Deno.remove(link);
      await Deno.symlink(link, link);
      assert.equal(await leadsTo(link, target, uid), false);
    }),
});

// Regression: it was looked at for 10 ms, and for a second behind another program.
Deno.test({
  name: `update() looks at no old file that it has had to close${windows.note}`,
  ignore: windows.ignore,
  fn: () =>
    inDirectory(async ({ path, time, open }) => {
      await open().update(append);
      assert.equal(time.now(), 0);
      await Deno.writeTextFile(path, `${GIVEN}[new]\n`);
      await open().update(append, SEEN);
      assert.equal(time.now(), 500);
    }),
});

const CREATE = { create: true };

Deno.test("a file that does not exist yet is read as empty, rehearsed without a trace, and made", () =>
  inDirectory(async ({ directory, time, open }) => {
    const path = join(directory, "new", "deep", "session");
    const file = open(path, CREATE);
    assert.equal(await file.read(), "");
    await file.rehearse(append);
    assert.deepEqual(names(directory), ["credentials"]);
    await file.update(append, { text: "", difference: foreignChange });
    // Regression: it looked for 10 ms at an old file that there was not.
    assert.equal(time.now(), 0);
    assert.equal(await Deno.readTextFile(path), "# +\n");
    assert.deepEqual(names(dirname(path)), ["session"]);
    if (Deno.build.os !== "windows") {
      assert.equal(modeOf(path), 0o600);
      assert.equal(modeOf(dirname(path)), 0o700);
      assert.equal(modeOf(join(directory, "new")), 0o700);
    }
    // From then on it is a file like any other.
    await file.update(append);
    assert.equal(await Deno.readTextFile(path), "# +\n# +\n");
  }));

Deno.test("a new file replaces none that another program has made meanwhile", () =>
  inDirectory(async ({ directory, open }) => {
    const path = join(directory, "session");
    const { linkSync } = Deno;
    // Between our last look and our own attempt.
    Deno.linkSync = (from, to) => {
      Deno.linkSync = linkSync;
      Deno.writeTextFileSync(path, "[theirs]\n");
      linkSync(from, to);
    };
    try {
      await open(path, CREATE).update(append);
    } finally {
      Deno.linkSync = linkSync;
    }
    assert.equal(await Deno.readTextFile(path), "[theirs]\n# +\n");
    assert.deepEqual(names(directory), ["credentials", "session"]);
  }));

Deno.test("a directory that was made for a file that does not come is removed again", () =>
  inDirectory(async ({ directory, open }) => {
    const refuse: Change = () => {
      throw new RangeError("no");
    };
    const file = open(join(directory, "new", "session"), CREATE);
    await assert.rejects(file.rehearse(refuse), RangeError);
    await assert.rejects(file.update(refuse), RangeError);
    assert.deepEqual(names(directory), ["credentials"]);
  }));

Deno.test("a file that need not exist can still not be a directory, or a link to nothing", () =>
  inDirectory(async ({ directory, open }) => {
    await failsWith(
      "FILE_UNUSABLE",
      () => open(directory, CREATE).update(append),
    );
    if (links.ignore) return;
    const link = join(directory, "link");
    await Deno.symlink("nowhere", link, { type: "file" });
    await failsWith("FILE_NOT_FOUND", () => open(link, CREATE).update(append));
  }));
