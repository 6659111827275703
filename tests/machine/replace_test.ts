// LocalCredentialsFile on a real file system: what it keeps, refuses, waits for, and leaves behind.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { createEnvironment } from "../../src/machine/environment.ts";
import {
  type FileWorld,
  LocalCredentialsFile,
} from "../../src/machine/replace.ts";
import { REAL_SYSTEM } from "../../src/machine/system.ts";
import type { Change, UpdateOptions } from "../../src/ports.ts";
import { lockDirectory } from "../support/directory_lock.ts";
import { failsWith } from "../support/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { links, needs, unless, unlessWindows } from "../support/skipping.ts";

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

const posix = unlessWindows(
  "its files have no modes, and their names stay theirs",
);
const windows = unless(
  Deno.build.os === "windows",
  "elsewhere, the old file stays open",
);
const root = unless(
  Deno.build.os !== "windows" && Deno.uid() === 0,
  "only root can make files of somebody else",
);

interface World {
  readonly directory: string;
  readonly path: string;
  readonly log: MemoryLog;
  readonly system: FakeSystem;
  readonly open: (
    path?: string,
    changed?: Partial<FileWorld>,
  ) => LocalCredentialsFile;
  /** A file that has been read, as it is before a code is asked for. */
  readonly openRead: () => Promise<LocalCredentialsFile>;
}

async function inDirectory(test: (world: World) => Promise<void>) {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    const path = join(directory, "credentials");
    await Deno.writeTextFile(path, GIVEN, { mode: 0o600 });
    const log = new MemoryLog();
    const system = new FakeSystem();
    const environment = createEnvironment((name) =>
      name === "HOME" ? directory : undefined
    );
    const open: World["open"] = (at = path, changed) =>
      new LocalCredentialsFile(at, { environment, log, system, ...changed });
    const openRead = async () => {
      const file = open();
      await file.read();
      return file;
    };
    await test({ directory, path, log, system, open, openRead });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A test in such a directory; skipped, and said so, where `skipping` says. */
function testFile(
  name: string,
  test: (world: World) => Promise<void>,
  { note, ignore } = { note: "", ignore: false },
) {
  Deno.test({ name: `${name}${note}`, ignore, fn: () => inDirectory(test) });
}

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o7777;
}

testFile(
  "update() replaces the file and leaves nothing beside it",
  async ({ directory, path, open }) => {
    const before = await Deno.stat(path);
    await open().update(append);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
    assert.notEqual((await Deno.stat(path)).ino, before.ino);
    assert.deepEqual(names(directory), ["credentials"]);
  },
);

testFile(
  "read() and update() keep every byte value",
  async ({ path, open }) => {
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    await Deno.writeFile(path, bytes);
    assert.equal((await open().read()).length, 512);
    await open().update(append);
    assert.deepEqual(
      await Deno.readFile(path),
      Uint8Array.of(...bytes, ...new TextEncoder().encode("# +\n")),
    );
  },
);

testFile(
  "update() keeps the mode and warns if others can read",
  async ({ path, log, open }) => {
    for (const mode of [0o600, 0o640, 0o644]) {
      await Deno.chmod(path, mode);
      await open().update(append);
      assert.equal(modeOf(path), mode);
    }
    assert.equal(log.lines.length, 2);
    assert.match(log.lines[0] ?? "", /^warning: .*chmod 600/);
  },
  posix,
);

testFile("update() keeps the owner", async ({ path, open }) => {
  await Deno.chown(path, 12345, 23456);
  await open().update(append);
  const { uid, gid } = await Deno.stat(path);
  assert.deepEqual([uid, gid], [12345, 23456]);
}, root);

testFile(
  "update() follows links and leaves them links",
  async ({ directory, path, open }) => {
    await Deno.mkdir(join(directory, "home"));
    const link = join(directory, "home", "link");
    await Deno.symlink("../middle", link, { type: "file" });
    await Deno.symlink(path, join(directory, "middle"), { type: "file" });
    await open(link).update(append);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
    assert.equal(await Deno.readLink(link), join("..", "middle"));
    assert.deepEqual(names(directory), ["credentials", "home", "middle"]);
    assert.deepEqual(names(join(directory, "home")), ["link"]);
  },
  links,
);

// The runtime takes «..» away with the name before it, and with that a link:
// another file was read, and another account's key signed.
testFile(
  "read(), update() and facts() follow a link before its «..», as the system does",
  async ({ directory, open }) => {
    const real = join(directory, "real");
    await Deno.mkdir(join(real, "deep"), { recursive: true });
    await Deno.writeTextFile(join(real, "creds"), "[real]\n", { mode: 0o600 });
    await Deno.writeTextFile(join(directory, "creds"), "[other]\n");
    await Deno.symlink(join(real, "deep"), join(directory, "link"));
    const path = `${directory}/link/../creds`;
    assert.equal(await open(path).read(), "[real]\n");
    assert.equal((await open(path).facts())?.realPath, join(real, "creds"));
    await open(path).update(append);
    await open(`${directory}/link/../new/s`, { create: true }).update(append);
    assert.equal(await Deno.readTextFile(join(real, "creds")), "[real]\n# +\n");
    assert.equal(await Deno.readTextFile(join(real, "new", "s")), "# +\n");
    assert.equal(
      await Deno.readTextFile(join(directory, "creds")),
      "[other]\n",
    );
    assert.deepEqual(
      names(directory),
      ["creds", "credentials", "link", "real"].sort(),
    );
    for (const path of ["credentials/../creds", "nowhere/../creds"]) {
      await assert.rejects(open(`${directory}/${path}`).read());
    }
  },
  posix,
);

testFile(
  "update() warns of other hard links, which keep the old content",
  async ({ directory, path, log, open }) => {
    await Deno.link(path, join(directory, "other"));
    await open().update(append);
    assert.equal(await Deno.readTextFile(join(directory, "other")), GIVEN);
    assert.match(log.lines.join("\n"), /hard links/);
  },
);

testFile(
  "rehearse() changes nothing and leaves nothing",
  async ({ directory, path, open }) => {
    const before = await Deno.stat(path);
    await open().rehearse(append);
    const after = await Deno.stat(path);
    assert.equal(await Deno.readTextFile(path), GIVEN);
    assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
    assert.deepEqual(names(directory), ["credentials"]);
  },
);

testFile(
  "rehearse() and update() leave the file when the change is refused",
  async ({ directory, path, open }) => {
    await assert.rejects(open().rehearse(refuse), RangeError);
    await assert.rejects(open().update(refuse), RangeError);
    assert.equal(await Deno.readTextFile(path), GIVEN);
    assert.deepEqual(names(directory), ["credentials"]);
  },
);

// Renaming and removing were not rehearsed: the code was spent, and two files
// stayed, one with the session.
for (const refused of ["rename", "remove"] as const) {
  testFile(
    `rehearse() finds that nothing can be ${refused}d there`,
    async ({ directory, open, system }) => {
      const { removeSync } = Deno;
      const error = new Deno.errors.PermissionDenied("no (os error 1)");
      if (refused === "rename") {
        system.rename = () => {
          throw error;
        };
      } else {
        Deno.removeSync = (path) => {
          if (String(path).endsWith(".tmp")) throw error;
          removeSync(path);
        };
      }
      try {
        await failsWith("FILE_UNWRITABLE", () => open().rehearse(append));
      } finally {
        Deno.removeSync = removeSync;
      }
      if (refused === "rename") {
        assert.deepEqual(names(directory), ["credentials"]);
      }
    },
  );
}

const attributes = root.ignore ? root : needs("chattr");

testFile(
  "rehearse() refuses an append-only directory, and leaves nothing in it",
  async ({ directory, open }) => {
    const chattr = (flag: string) =>
      new Deno.Command("chattr", { args: [flag, directory] }).output();
    // Some file systems have no such attribute.
    if (!(await chattr("+a")).success) return;
    try {
      const error = await failsWith(
        "FILE_UNWRITABLE",
        () => open().rehearse(append),
      );
      assert.match(error.message, /append-only/);
      assert.deepEqual(names(directory), ["credentials"]);
    } finally {
      await chattr("-a");
    }
  },
  attributes,
);

// A file just below the limit became one that updsts then refused.
testFile(
  "rehearse() and update() refuse to write what they could not read back",
  async ({ path, open }) => {
    const limit = 128 * 1024 * 1024;
    await Deno.truncate(path, limit - 2);
    await failsWith("FILE_UNUSABLE", () => open().rehearse(append));
    await failsWith("FILE_UNUSABLE", () => open().update(append));
    assert.equal((await Deno.stat(path)).size, limit - 2);
    assert.equal((await open().read()).length, limit - 2);
  },
);

testFile(
  "update() starts over from what another program wrote meanwhile",
  async ({ path, open }) => {
    const seen: string[] = [];
    await open().update((text) => {
      seen.push(text);
      if (seen.length === 1) Deno.writeTextFileSync(path, `${GIVEN}[other]\n`);
      return append(text);
    });
    assert.deepEqual(seen, [GIVEN, `${GIVEN}[other]\n`]);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}[other]\n# +\n`);
  },
);

// No test noticed when the mode was not compared.
testFile(
  "update() starts over if the mode is changed between read and rename",
  async ({ path, open }) => {
    let calls = 0;
    await open().update((text) => {
      if (calls++ === 0) Deno.chmodSync(path, 0o400);
      return append(text);
    });
    assert.equal(calls, 2);
    assert.equal(modeOf(path), 0o400);
  },
  posix,
);

testFile(
  "update() gives up on a file that changes every time, and keeps it",
  async ({ directory, path, open }) => {
    let count = 0;
    await failsWith("FILE_BUSY", () =>
      open().update((text) => {
        Deno.writeTextFileSync(path, `${GIVEN}[other${count++}]\n`);
        return append(text);
      }));
    assert.equal(
      await Deno.readTextFile(path),
      `${GIVEN}[other${count - 1}]\n`,
    );
    assert.deepEqual(names(directory), ["credentials"]);
  },
);

testFile(
  "update() never removes the credentials file, whatever its name",
  async ({ directory, path, open }) => {
    // Once it did: the name was taken for what a killed run had left.
    const rescued = join(directory, ".updsts-77.tmp");
    await Deno.rename(path, rescued);
    await open(rescued).rehearse(append);
    await open(rescued).update(append);
    assert.equal(await Deno.readTextFile(rescued), `${GIVEN}# +\n`);
    assert.deepEqual(names(directory), [".updsts-77.tmp"]);
  },
);

testFile(
  "rehearse() and update() get by beside what cannot be removed",
  async ({ directory, path, open }) => {
    // Once the first of these kept the others, and our own file, from removal.
    for (const id of [1, 2, 3, 4]) {
      await Deno.mkdir(join(directory, `.updsts-${id}.tmp`, "x"), {
        recursive: true,
      });
    }
    await open().rehearse(append);
    await open().update(append);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
    assert.equal(names(directory).length, 5);
  },
);

testFile(
  "update() waits for others: no update is lost",
  async ({ path, open }) => {
    await Promise.all(
      Array.from(
        { length: 20 },
        () => open(path, { system: REAL_SYSTEM }).update(append),
      ),
    );
    assert.equal(await Deno.readTextFile(path), GIVEN + "# +\n".repeat(20));
  },
);

// Seen: another user who may only list the directory held its lock, and the
// session was lost.
testFile(
  "update() gives up on a lock that somebody keeps, but not with a session that STS has given",
  async ({ path, directory, log, open }) => {
    using _lock = await lockDirectory(directory);
    await failsWith("FILE_LOCKED", () => open().update(append));
    await failsWith("FILE_LOCKED", () => open().rehearse(append));
    assert.equal(await Deno.readTextFile(path), GIVEN);
    await Deno.writeTextFile(join(directory, ".updsts-4711.tmp"), "");
    const file = open();
    await file.update(append, SPENT);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
    assert.match(log.lines.join("\n"), /^warning: .* keeps .* locked/);
    // Of whoever has the lock, nothing is removed.
    assert(names(directory).includes(".updsts-4711.tmp"));
  },
);

const UNUSABLE: readonly {
  readonly name: string;
  readonly prepare: (path: string) => Promise<unknown>;
  readonly code: Parameters<typeof failsWith>[0];
  readonly says: RegExp;
  readonly skipping?: typeof posix;
}[] = [
  {
    name: "a missing file",
    prepare: (path) => Deno.remove(path),
    code: "FILE_NOT_FOUND",
    says: /does not exist/,
  },
  {
    name: "a dangling link",
    prepare: async (path) => {
      await Deno.remove(path);
      await Deno.symlink("nowhere", path, { type: "file" });
    },
    code: "FILE_NOT_FOUND",
    says: /link to nothing/,
    skipping: links,
  },
  {
    name: "a loop of links",
    prepare: async (path) => {
      await Deno.remove(path);
      await Deno.symlink("credentials", path, { type: "file" });
    },
    code: "FILE_UNREADABLE",
    says: /symbolic links/i,
    skipping: links,
  },
  {
    name: "a directory",
    prepare: async (path) => {
      await Deno.remove(path);
      await Deno.mkdir(path);
    },
    code: "FILE_UNUSABLE",
    says: /a directory/,
  },
  {
    name: "a FIFO",
    prepare: async (path) => {
      await Deno.remove(path);
      await new Deno.Command("mkfifo", { args: [path] }).output();
    },
    code: "FILE_UNUSABLE",
    says: /not a regular file/,
    skipping: unlessWindows("there are no FIFOs"),
  },
  {
    name: "a read-only file",
    prepare: (path) => Deno.chmod(path, 0o400),
    code: "FILE_UNWRITABLE",
    says: /read-only/,
  },
];

for (const { name, prepare, code, says, skipping } of UNUSABLE) {
  testFile(`rehearse() refuses ${name}`, async ({ directory, path, open }) => {
    await prepare(path);
    const error = await failsWith(code, () => open().rehearse(append));
    assert.match(error.message, says);
    assert(names(directory).every((name) => name === "credentials"));
  }, skipping);
}

// One rule for files that others write: the text outside of all managed blocks
// is compared with what was read first.

testFile(
  "whatever is done waits for the rest of a file that is half written, wherever the half ends",
  async ({ path, system, log, open }) => {
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
  },
);

// remove and prune read within update(): they started over from the half at
// once, and replaced it.
testFile(
  "update() waits for a file that is truncated between its read and the rename",
  async ({ path, system, open }) => {
    let calls = 0;
    await open().update((text) => {
      if (calls++ === 0) {
        Deno.truncateSync(path, 5);
        system.after(5_000, () => Deno.writeTextFileSync(path, GIVEN));
      }
      return append(text);
    });
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
  },
);

testFile(
  "update() takes what another program has left, when it has been still",
  async ({ path, system, openRead }) => {
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
      assert.equal(await Deno.readTextFile(path), `${left}# +\n`);
      const took = system.now() - start;
      assert(took >= waited && took < waited + 1_500, `${left}: ${took} ms`);
    }
  },
);

testFile(
  "update() does not take a file for whole whose end was cut when it was read first",
  async ({ path, system, open }) => {
    const cut = GIVEN.slice(0, -4);
    for (
      const [first, next, whole] of [
        [cut, `${cut} = `, GIVEN],
        // All that was there still is, and more; but the writer goes on.
        [GIVEN.slice(0, -1), `${GIVEN}[c]\n`, `${GIVEN}[c]\nregion = z\n`],
      ] as const
    ) {
      await Deno.writeTextFile(path, first);
      const file = open();
      await file.read();
      await Deno.writeTextFile(path, next);
      system.after(300, () => Deno.writeTextFileSync(path, whole));
      await file.update(append);
      assert.equal(await Deno.readTextFile(path), `${whole}# +\n`);
    }
  },
);

testFile(
  "update() does not wait again for what was waited for before the code was asked for",
  async ({ path, system, openRead }) => {
    const file = await openRead();
    await Deno.writeTextFile(path, "[a]\nregion = x\n");
    await file.rehearse(append);
    const start = system.now();
    assert(start >= 10_000);
    await file.update(append, SPENT);
    assert(system.now() - start < 1_000);
  },
);

// One get waited for STS while others refreshed and removed another profile's
// session every 4 s: FILE_BUSY after 60 s, code spent, session lost.
testFile(
  "update() does not wait for what other updsts do to their blocks",
  async ({ path, system, openRead }) => {
    const file = await openRead();
    const pass = (left: number) => {
      if (left === 0) return;
      Deno.writeTextFileSync(path, left % 2 ? `${GIVEN}${BLOCK}` : GIVEN);
      system.after(4_000, () => pass(left - 1));
    };
    pass(20);
    await file.update(append, SPENT);
    assert(system.now() < 1_000);
  },
);

testFile(
  "update() waits a minute for a file that is never still: then nothing is spent, or the session is written all the same",
  async ({ path, log, system, openRead }) => {
    // A note has gone, and a tool replaces the file every 5 s; every version is whole.
    const note = `# note\n${GIVEN}`;
    for (const act of ["rehearse", "update", "spent"] as const) {
      await Deno.writeTextFile(path, note);
      const file = await openRead();
      const start = system.now();
      const replace = (count: number) => {
        if (count === 30) return;
        Deno.writeTextFileSync(
          `${path}.new`,
          `${GIVEN}[n]\nregion = ${count}\n`,
        );
        Deno.renameSync(`${path}.new`, path);
        system.after(5_000, () => replace(count + 1));
      };
      replace(0);
      if (act === "spent") {
        await file.update(append, SPENT);
        assert.match(await Deno.readTextFile(path), /^\[a\][^]*# \+\n$/);
        assert.match(
          log.lines.join("\n"),
          /^warning: other programs kept changing/m,
        );
      } else {
        await failsWith("FILE_BUSY", () => file.update(append));
      }
      assert(system.now() - start >= 60_000);
      while (system.now() < start + 160_000) await system.sleep(5_000);
    }
  },
);

testFile(
  "update() waits for a file that another program removes before it writes it anew",
  async ({ path, system, open, openRead }) => {
    const file = await openRead();
    await Deno.remove(path);
    system.after(4_000, () => Deno.writeTextFileSync(path, GIVEN));
    await file.update(append, SPENT);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# +\n`);
    const other = await openRead();
    await Deno.remove(path);
    await failsWith("FILE_NOT_FOUND", () => other.update(append, SPENT));
    await failsWith("FILE_NOT_FOUND", () => open().update(append));
  },
);

testFile(
  "update() waits before it believes a refusal of what another program wrote",
  async ({ path, system, openRead }) => {
    const change: Change = (text) => {
      if (text.includes("# half")) throw new RangeError("half");
      return append(text);
    };
    const file = await openRead();
    await Deno.writeTextFile(path, `${GIVEN}# half\n`);
    system.after(
      4_000,
      () => Deno.writeTextFileSync(path, `${GIVEN}# whole\n`),
    );
    await file.update(change, SPENT);
    assert.equal(await Deno.readTextFile(path), `${GIVEN}# whole\n# +\n`);
    await Deno.writeTextFile(path, `${GIVEN}# half\n`);
    await assert.rejects(file.update(change, SPENT), RangeError);
  },
);

testFile(
  "update() says so if a program goes on writing to the file that was replaced",
  async ({ path, log, system, open }) => {
    using writer = await Deno.open(path, { append: true });
    const write = (text: string) =>
      writer.writeSync(new TextEncoder().encode(text));
    system.after(5, () => write("# late\n"));
    const file = open();
    await file.update(append);
    await file.settled();
    assert.match(
      log.lines.join("\n"),
      /^warning: another program was still writing/,
    );
    assert.match(log.lines.join("\n"), /updsts list/);
  },
  posix,
);

testFile(
  "update() looks longer at the old file if somebody has written to it",
  async ({ path, log, system, openRead }) => {
    const file = await openRead();
    using writer = await Deno.open(path, { append: true });
    const write = (text: string) =>
      writer.writeSync(new TextEncoder().encode(text));
    write("[new]\n");
    system.after(900, () => write("# late\n"));
    await file.update(append, SPENT);
    await file.settled();
    assert.match(log.lines.join("\n"), /another program was still writing/);
  },
  posix,
);

// Regression: it was looked at for 10 ms, and for a second behind another program.
testFile(
  "update() looks at no old file that it has had to close",
  async ({ system, open }) => {
    const file = open();
    await file.update(append);
    const start = system.now();
    await file.settled();
    assert.equal(system.now(), start);
  },
  windows,
);

for (
  const [where, to] of [["in another directory", "other/credentials"], [
    "beside it, with the same text",
    "twin",
  ]] as const
) {
  testFile(
    `update() starts over if a link is re-pointed to a file ${where} meanwhile`,
    async ({ directory, path, open }) => {
      const other = join(directory, to);
      await Deno.mkdir(dirname(other), { recursive: true });
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
      assert.deepEqual(names(directory), [
        "credentials",
        "link",
        to.split("/")[0],
      ]);
    },
    links,
  );
}

testFile(
  "a link that is re-pointed while the lock is waited for leads to the other directory's lock",
  async ({ directory, path, system, open }) => {
    const other = join(directory, "other", "credentials");
    await Deno.mkdir(dirname(other));
    await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
    const link = join(directory, "link");
    await Deno.symlink(path, link);
    using holder = await Deno.open(directory);
    await holder.lock(true);
    system.after(1_000, () => {
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
  },
  posix,
);

testFile(
  "update() starts over if another program's file has taken the place of ours at once",
  async ({ path, system, open }) => {
    let count = 0;
    // What the other program does between our rename and our look at it.
    system.rename = (from, to) => {
      Deno.renameSync(from, to);
      if (count++ === 0) {
        Deno.writeTextFileSync(`${path}.new`, "[theirs]\n");
        Deno.renameSync(`${path}.new`, path);
      }
    };
    await open().update(append);
    assert.equal(await Deno.readTextFile(path), "[theirs]\n# +\n");
  },
);

testFile(
  "no name of a temporary file can be guessed",
  async ({ directory, open }) => {
    const seen = new Set<string>();
    for (let round = 0; round < 3; round++) {
      await open().rehearse((text) => {
        for (const name of names(directory)) seen.add(name);
        return append(text);
      });
    }
    const own = [...seen].filter((name) => name !== "credentials");
    assert.equal(own.length, 3);
    for (const name of own) {
      assert.match(name, /^\.updsts-\d+-[0-9a-f]{32}\.tmp$/);
    }
  },
);

for (const mode of [0o600, 0o640]) {
  for (const kind of ["link", "file"] as const) {
    testFile(
      `a temporary file (${
        mode.toString(8)
      }) that is swapped for a ${kind} of somebody else gets nothing`,
      async ({ directory, path, open }) => {
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
            const put = kind === "link" ? Deno.symlinkSync : Deno.linkSync;
            put(victim, join(directory, name));
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
      },
      links,
    );
  }
}

testFile(
  "a file that is opened wider after the rehearsal opens the session to nobody",
  async ({ path, open }) => {
    const file = open();
    await file.rehearse(append);
    await Deno.chmod(path, 0o644);
    await file.update(append);
    assert.equal(modeOf(path), 0o600);
  },
  posix,
);

testFile(
  "leftovers of killed runs go, also those of our own process id, and nothing else does",
  async ({ directory, open }) => {
    const random = "0123456789abcdef".repeat(2);
    const left = [1, 23, Deno.pid].flatMap((pid) => [
      `.updsts-${pid}.tmp`,
      `.updsts-${pid}-${random}.tmp`,
    ]);
    const kept = [".updsts-1-0.tmp", ".updsts-x.tmp", "a.tmp"];
    for (const name of [...left, ...kept]) {
      await Deno.writeTextFile(join(directory, name), "");
    }
    await open().update(append);
    assert.deepEqual(names(directory), [...kept, "credentials"].sort());
  },
);

testFile(
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
    assert.deepEqual(names(directory), [".updsts-2.tmp", "credentials"]);
  },
  root,
);

testFile(
  "a file that is given to another group meanwhile is theirs afterwards",
  async ({ path, open }) => {
    await open().update((text) => {
      Deno.chownSync(path, null, 2000);
      return append(text);
    });
    assert.equal((await Deno.stat(path)).gid, 2000);
  },
  root,
);

testFile(
  "the rights of a program are not handed on to the new file",
  async ({ path, open }) => {
    await Deno.chmod(path, 0o4700);
    await open().update(append);
    assert.equal(modeOf(path), 0o700);
  },
  posix,
);

const CREATE = { create: true };

testFile(
  "a file that does not exist yet is read as empty, rehearsed without a trace, and created",
  async ({ directory, system, open }) => {
    const path = join(directory, "new", "deep", "session");
    const file = open(path, CREATE);
    assert.equal(await file.read(), "");
    await file.rehearse(append);
    assert.deepEqual(names(directory), ["credentials"]);
    const start = system.now();
    await file.update(append, SPENT);
    await file.settled();
    // Regression: it looked for 10 ms at an old file that there was not.
    assert.equal(system.now(), start);
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
  },
);

testFile(
  "a new file replaces none that another program has made meanwhile",
  async ({ directory, system, open }) => {
    const path = join(directory, "session");
    // Between our last look and our own attempt.
    system.link = (from, to) => {
      system.link = Deno.linkSync;
      Deno.writeTextFileSync(path, "[theirs]\n");
      Deno.linkSync(from, to);
    };
    await open(path, CREATE).update(append);
    assert.equal(await Deno.readTextFile(path), "[theirs]\n# +\n");
    assert.deepEqual(names(directory), ["credentials", "session"]);
  },
);

testFile(
  "a directory that was made for a file that does not come is removed again",
  async ({ directory, open }) => {
    const file = open(join(directory, "new", "session"), CREATE);
    await assert.rejects(file.rehearse(refuse), RangeError);
    await assert.rejects(file.update(refuse), RangeError);
    assert.deepEqual(names(directory), ["credentials"]);
  },
);

testFile(
  "a file that need not exist can still not be a directory, or a link to nothing",
  async ({ directory, open }) => {
    const refused = (code: "FILE_UNUSABLE" | "FILE_NOT_FOUND", path: string) =>
      failsWith(code, () => open(path, CREATE).update(append));
    await refused("FILE_UNUSABLE", directory);
    if (links.ignore) return;
    const link = join(directory, "link");
    await Deno.symlink("nowhere", link);
    await refused("FILE_NOT_FOUND", link);
    await refused("FILE_NOT_FOUND", join(link, "session"));
    assert.deepEqual(names(directory), ["credentials", "link"]);
  },
);

// Windows refuses to rename over what another program has open.

/** As the runtime says that another program has a file open: of no class of its own. */
function sharingViolation(number = 32): Error {
  return Object.assign(new Error(`In use. (os error ${number}): rename`), {
    code: "EBUSY",
  });
}

testFile(
  "update() tries again on Windows while the file is open elsewhere, for ten seconds, and for a minute with a session",
  async ({ path, open }) => {
    for (
      const { errors, os, passes } of [
        {
          errors: [new Deno.errors.PermissionDenied()],
          os: "windows",
          passes: true,
        },
        { errors: [new Deno.errors.Busy()], os: "windows", passes: true },
        // Once these were not waited for, and a code was lost.
        {
          errors: [sharingViolation(), sharingViolation(33)],
          os: "windows",
          passes: true,
        },
        {
          errors: [new Deno.errors.PermissionDenied()],
          os: "linux",
          passes: false,
        },
        { errors: [sharingViolation()], os: "linux", passes: false },
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
      if (passes) await done;
      else await assert.rejects(done);
    }
    // Once it was waited for as long after STS as before: a session was lost.
    for (
      const [options, patience] of [[{}, 10_000], [SPENT, 60_000]] as const
    ) {
      const system = new FakeSystem("windows");
      system.rename = (from, to) => {
        throw from === to
          ? sharingViolation()
          : new Deno.errors.PermissionDenied();
      };
      const error = await failsWith(
        "FILE_UNWRITABLE",
        () => open(path, { system }).update(append, options),
      );
      assert.match(error.message, /In use|has it open/);
      const waited = system.now() - patience;
      assert(waited > 0 && waited < 500, String(waited));
    }
  },
);
