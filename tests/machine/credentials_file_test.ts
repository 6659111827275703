// LocalCredentialsFile on a real file system: links, modes, locks, other writers.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  credentialsPath,
  LocalCredentialsFile,
} from "../../src/machine/credentials_file.ts";
import { createEnvironment } from "../../src/machine/environment.ts";
import type { Change } from "../../src/ports.ts";
import { lockDirectory } from "../support/directory_lock.ts";
import { failsWith } from "../support/errors.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { links, unless, unlessWindows } from "../support/skipping.ts";

const append: Change = (
  text,
) => [{ offset: text.length, length: 0, text: "+" }];

/** A directory with a credentials file in it, gone afterwards. */
async function inDirectory(
  test: (world: {
    directory: string;
    path: string;
    log: MemoryLog;
    file: LocalCredentialsFile;
  }) => Promise<void>,
): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    const path = join(directory, "credentials");
    await Deno.writeTextFile(path, "[default]\n", { mode: 0o600 });
    const log = new MemoryLog();
    const file = new LocalCredentialsFile(path, environment(directory), log);
    await test({ directory, path, log, file });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function environment(home: string) {
  return createEnvironment((name) => name === "HOME" ? home : undefined);
}

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
}

Deno.test("credentialsPath() is -c, the variable, then the usual place", () => {
  const variables = new Map([["HOME", "/home/alice"]]);
  const env = createEnvironment((name) => variables.get(name), "linux");
  assert.equal(credentialsPath(undefined, env), "/home/alice/.aws/credentials");
  variables.set("AWS_SHARED_CREDENTIALS_FILE", "~/keys");
  assert.equal(credentialsPath(undefined, env), "/home/alice/keys");
  assert.equal(credentialsPath("", env), "/home/alice/keys");
  assert.equal(credentialsPath("~/other", env), "/home/alice/other");
  assert.equal(credentialsPath("rel/ative", env), "rel/ative");
});

Deno.test("createEnvironment() takes USERPROFILE on Windows", () => {
  const variables = new Map([["HOME", "/msys"], ["USERPROFILE", "C:\\alice"]]);
  const get = (name: string) => variables.get(name);
  assert.equal(
    createEnvironment(get, "windows").expandHome("~/x/y"),
    "C:\\alice\\x\\y",
  );
  assert.equal(createEnvironment(get, "linux").expandHome("~/x"), "/msys/x");
});

Deno.test("createEnvironment() says that there is no home directory", async () => {
  const env = createEnvironment(() => undefined, "linux");
  const error = await failsWith("FILE_NOT_FOUND", () => env.expandHome("~/x"));
  assert.match(error.message, /HOME is not set/);
});

Deno.test("update() replaces the file and leaves nothing beside it", () =>
  inDirectory(async ({ directory, path, file }) => {
    const before = await Deno.stat(path);
    await file.update(append);
    assert.equal(await Deno.readTextFile(path), "[default]\n+");
    assert.notEqual((await Deno.stat(path)).ino, before.ino);
    assert.deepEqual(names(directory), ["credentials"]);
  }));

Deno.test("read() and update() keep every byte value", () =>
  inDirectory(async ({ path, file }) => {
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    await Deno.writeFile(path, bytes);
    assert.equal((await file.read()).length, 512);
    await file.update(append);
    assert.deepEqual(
      await Deno.readFile(path),
      Uint8Array.of(...bytes, "+".charCodeAt(0)),
    );
  }));

const modes = unlessWindows("files have no modes");

Deno.test({
  name: `update() keeps the mode and warns if others can read${modes.note}`,
  ignore: modes.ignore,
  fn: () =>
    inDirectory(async ({ path, log, file }) => {
      for (const mode of [0o600, 0o640, 0o644]) {
        await Deno.chmod(path, mode);
        await file.update(append);
        assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, mode);
      }
      assert.equal(log.lines.length, 2);
      assert.match(log.lines[0] ?? "", /^warning: .*chmod 600/);
    }),
});

const owners = unless(
  Deno.build.os !== "windows" && Deno.uid() === 0,
  "only root can give a file to somebody else",
);

Deno.test({
  name: `update() keeps the owner${owners.note}`,
  ignore: owners.ignore,
  fn: () =>
    inDirectory(async ({ path, file }) => {
      await Deno.chown(path, 12345, 23456);
      await file.update(append);
      const { uid, gid } = await Deno.stat(path);
      assert.deepEqual([uid, gid], [12345, 23456]);
    }),
});

Deno.test({
  name: `update() follows links and leaves them links${links.note}`,
  ignore: links.ignore,
  fn: () =>
    inDirectory(async ({ directory, path, log }) => {
      await Deno.mkdir(join(directory, "home"));
      const link = join(directory, "home", "link");
      await Deno.symlink("../middle", link, { type: "file" });
      await Deno.symlink(path, join(directory, "middle"), { type: "file" });
      const file = new LocalCredentialsFile(link, environment(directory), log);
      await file.update(append);
      assert.equal(await Deno.readTextFile(path), "[default]\n+");
      assert((await Deno.lstat(link)).isSymlink);
      assert.equal(await Deno.readLink(link), join("..", "middle"));
      assert.deepEqual(names(directory), ["credentials", "home", "middle"]);
      assert.deepEqual(names(join(directory, "home")), ["link"]);
    }),
});

Deno.test("update() warns of other hard links, which keep the old content", () =>
  inDirectory(async ({ directory, path, log, file }) => {
    await Deno.link(path, join(directory, "other"));
    await file.update(append);
    assert.equal(
      await Deno.readTextFile(join(directory, "other")),
      "[default]\n",
    );
    assert.match(log.lines.join("\n"), /hard links/);
  }));

Deno.test("rehearse() changes nothing and leaves nothing", () =>
  inDirectory(async ({ directory, path, file }) => {
    const before = await Deno.stat(path);
    await file.rehearse(append);
    const after = await Deno.stat(path);
    assert.equal(await Deno.readTextFile(path), "[default]\n");
    assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
    assert.deepEqual(names(directory), ["credentials"]);
  }));

Deno.test("rehearse() and update() leave the file when the change is refused", () =>
  inDirectory(async ({ directory, path, file }) => {
    const refuse: Change = () => {
      throw new RangeError("no");
    };
    await assert.rejects(file.rehearse(refuse), RangeError);
    await assert.rejects(file.update(refuse), RangeError);
    assert.equal(await Deno.readTextFile(path), "[default]\n");
    assert.deepEqual(names(directory), ["credentials"]);
  }));

Deno.test("update() starts over from what another program wrote meanwhile", () =>
  inDirectory(async ({ path, file }) => {
    const seen: string[] = [];
    await file.update((text) => {
      seen.push(text);
      if (seen.length === 1) Deno.writeTextFileSync(path, "[other]\n");
      return append(text);
    });
    assert.deepEqual(seen, ["[default]\n", "[other]\n"]);
    assert.equal(await Deno.readTextFile(path), "[other]\n+");
  }));

Deno.test("update() gives up on a file that changes every time, and keeps it", () =>
  inDirectory(async ({ directory, path, file }) => {
    let count = 0;
    await failsWith("FILE_BUSY", () =>
      file.update((text) => {
        Deno.writeTextFileSync(path, `[other${count++}]\n`);
        return append(text);
      }));
    assert.equal(await Deno.readTextFile(path), `[other${count - 1}]\n`);
    assert.deepEqual(names(directory), ["credentials"]);
  }));

Deno.test("update() removes what a killed run left, and nothing else", () =>
  inDirectory(async ({ directory, file }) => {
    for (
      const name of [
        ".updsts-1.tmp",
        ".updsts-23.probe",
        ".updsts-x.tmp",
        "a.tmp",
      ]
    ) await Deno.writeTextFile(join(directory, name), "");
    await file.update(append);
    assert.deepEqual(names(directory), [
      ".updsts-x.tmp",
      "a.tmp",
      "credentials",
    ]);
  }));

Deno.test("update() never removes the credentials file, whatever its name", () =>
  inDirectory(async ({ directory, path, log }) => {
    // Once it did: the name was taken for what a killed run had left.
    const rescued = join(directory, ".updsts-77.tmp");
    await Deno.rename(path, rescued);
    const file = new LocalCredentialsFile(rescued, environment(directory), log);
    await file.rehearse(append);
    await file.update(append);
    assert.equal(await Deno.readTextFile(rescued), "[default]\n+");
    assert.deepEqual(names(directory), [".updsts-77.tmp"]);
  }));

Deno.test("rehearse() and update() get by beside what cannot be removed", () =>
  inDirectory(async ({ directory, path, file }) => {
    // Once the first of these kept the others, and our own file, from removal.
    for (const id of [1, 2, 3, 4]) {
      await Deno.mkdir(join(directory, `.updsts-${id}.tmp`, "x"), {
        recursive: true,
      });
    }
    await file.rehearse(append);
    await file.update(append);
    assert.equal(await Deno.readTextFile(path), "[default]\n+");
    assert.equal(names(directory).length, 5);
  }));

Deno.test("update() waits for others: no update is lost", () =>
  inDirectory(async ({ path, directory, log }) => {
    const files = Array.from(
      { length: 20 },
      () => new LocalCredentialsFile(path, environment(directory), log),
    );
    await Promise.all(files.map((file) => file.update(append)));
    assert.equal(await Deno.readTextFile(path), "[default]\n" + "+".repeat(20));
  }));

Deno.test("update() locks by a file beside the other where directories cannot be locked", () =>
  inDirectory(async ({ path, directory, log }) => {
    const files = Array.from(
      { length: 10 },
      () =>
        new LocalCredentialsFile(path, environment(directory), log, {
          lockDirectories: false,
        }),
    );
    await Promise.all(files.map((file) => file.update(append)));
    assert.equal(await Deno.readTextFile(path), "[default]\n" + "+".repeat(10));
    assert.deepEqual(names(directory), ["credentials"]);
  }));

Deno.test("update() gives up after ten seconds and says who holds the lock", () =>
  inDirectory(async ({ path, directory, file }) => {
    await using _lock = await lockDirectory(directory);
    await Deno.writeTextFile(join(directory, ".updsts-4711.tmp"), "");
    const error = await failsWith("FILE_LOCKED", () => file.update(append));
    assert.match(error.message, /process 4711/);
    assert.match(error.message, /10 s/);
    assert.equal(await Deno.readTextFile(path), "[default]\n");
  }));

const UNUSABLE: readonly {
  readonly name: string;
  readonly prepare: (path: string) => Promise<void>;
  readonly code: Parameters<typeof failsWith>[0];
  readonly says: RegExp;
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
  },
  {
    name: "a loop of links",
    prepare: async (path) => {
      await Deno.remove(path);
      await Deno.symlink("credentials", path, { type: "file" });
    },
    code: "FILE_UNREADABLE",
    says: /symbolic links/i,
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
  },
  {
    name: "a read-only file",
    prepare: (path) => Deno.chmod(path, 0o400),
    code: "FILE_UNWRITABLE",
    says: /read-only/,
  },
];

for (const { name, prepare, code, says } of UNUSABLE) {
  const skipping = name === "a FIFO"
    ? unlessWindows("there are no FIFOs")
    : / link/.test(name)
    ? links
    : unless(true, "");
  Deno.test({
    name: `rehearse() refuses ${name}${skipping.note}`,
    ignore: skipping.ignore,
    fn: () =>
      inDirectory(async ({ directory, path, file }) => {
        await prepare(path);
        const error = await failsWith(code, () => file.rehearse(append));
        assert.match(error.message, says);
        assert(names(directory).every((name) => name === "credentials"));
      }),
  });
}
