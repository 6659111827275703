// Another user of the machine who may write the directory: gets nothing, and is given nothing.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { createEnvironment } from "../../src/machine/environment.ts";
import { openRegularFile } from "../../src/machine/read.ts";
import { LocalCredentialsFile } from "../../src/machine/replace.ts";
import { REAL_SYSTEM, type System } from "../../src/machine/system.ts";
import type { Change } from "../../src/ports.ts";
import { isInstalled } from "../support/command.ts";
import { failsWith } from "../support/errors.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { unless } from "../support/skipping.ts";

const twoUsers = unless(
  Deno.build.os === "linux" && Deno.uid() === 0 && isInstalled("setpriv"),
  "another user cannot be become here",
);

/** The neighbour; root is the one who runs updsts. */
const BOB = 1234;

const SECRET = "aws_secret_access_key = rootsOwnSecret\n";
const append: Change = (text) => [
  { offset: text.length, length: 0, text: "token = fresh\n" },
];

/** Does something as the neighbour; what it printed, if it was allowed to. */
function asBob(script: string, ...args: string[]): string | undefined {
  const { success, stdout } = new Deno.Command("setpriv", {
    args: [
      ...[`--reuid=${BOB}`, `--regid=${BOB}`, "--clear-groups", "--"],
      ...["sh", "-ec", script, "sh", ...args],
    ],
    stderr: "null",
  }).outputSync();
  return success ? new TextDecoder().decode(stdout) : undefined;
}

/** The real system with a clock that is 20 times as fast: waiting for a minute takes three seconds. */
const FAST: System = {
  ...REAL_SYSTEM,
  now: () => 20 * REAL_SYSTEM.now(),
  sleep: (milliseconds) => REAL_SYSTEM.sleep(milliseconds / 20),
};

interface World {
  readonly directory: string;
  /** A file in a directory where both may write. */
  readonly path: string;
  readonly file: LocalCredentialsFile;
  /** One of root's alone, elsewhere. */
  readonly other: string;
}

function open(path: string): LocalCredentialsFile {
  const home = dirname(path);
  const environment = createEnvironment((name) =>
    name === "HOME" ? home : undefined
  );
  const log = new MemoryLog();
  return new LocalCredentialsFile(path, { environment, log, system: FAST });
}

async function amongNeighbours(
  { mode, owner }: { readonly mode: number; readonly owner: number },
  test: (world: World) => Promise<void>,
): Promise<void> {
  const top = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.chmod(top, 0o755);
    const directory = join(top, "shared");
    await Deno.mkdir(directory);
    await Deno.chmod(directory, mode);
    await Deno.mkdir(join(top, "roots"), { mode: 0o700 });
    const other = join(top, "roots", "credentials");
    await Deno.writeTextFile(other, `[root]\n${SECRET}`, { mode: 0o600 });
    const path = join(directory, "credentials");
    await Deno.writeTextFile(path, `[default]\n${SECRET}`, { mode: 0o600 });
    await Deno.chown(path, owner, owner);
    await test({ directory, path, file: open(path), other });
  } finally {
    await Deno.remove(top, { recursive: true });
  }
}

/** Swaps the temporary file for something of the neighbour's while the change is made. */
function swapping(directory: string, script: string): Change {
  return (text) => {
    asBob(`cd "$1"; for t in .updsts-*.tmp; do ${script}; done`, directory);
    return append(text);
  };
}

/** What the neighbour puts in its place; `mine` is what it leads to. */
const SWAPS = [
  { name: "a link to a file of theirs", script: 'ln -s mine "$t"' },
  { name: "a file of theirs", script: 'ln mine "$t"' },
];

for (const { name, script } of SWAPS) {
  Deno.test(
    `a neighbour who swaps the temporary file for ${name} reads nothing${twoUsers.note}`,
    {
      ignore: twoUsers.ignore,
    },
    () =>
      amongNeighbours({ mode: 0o777, owner: 0 }, async (world) => {
        const { directory, path, file } = world;
        // They open it before it is given to somebody else.
        const theirs: Deno.FsFile[] = [];
        const swap = swapping(
          directory,
          `rm -f mine "$t"; : >mine; chmod 666 mine; ${script}`,
        );
        const change: Change = (text) => {
          const edits = swap(text);
          theirs.push(Deno.openSync(join(directory, "mine")));
          return edits;
        };
        await file.rehearse(change).catch(() => {});
        await file.update(change).catch(() => {});
        assert(theirs.length >= 2);
        for (const handle of theirs) {
          assert.equal(handle.readSync(new Uint8Array(100)), null);
          handle.close();
        }
        assert.equal((await Deno.lstat(path)).mode, 0o100600);
        assert(
          (await Deno.readTextFile(path)).startsWith(`[default]\n${SECRET}`),
        );
      }),
  );
}

Deno.test(
  `root gives the owner of a file no file of its own, whatever they put in the temporary file's place${twoUsers.note}`,
  {
    ignore: twoUsers.ignore,
  },
  () =>
    amongNeighbours({ mode: 0o777, owner: BOB }, async (world) => {
      const { directory, file, other } = world;
      const link = swapping(directory, `rm -f "$t"; ln -s ${other} "$t"`);
      await file.rehearse(link).catch(() => {});
      await file.update(link).catch(() => {});
      const { uid, mode } = await Deno.stat(other);
      assert.deepEqual([uid, mode], [0, 0o100600]);
      assert.equal(await Deno.readTextFile(other), `[root]\n${SECRET}`);
    }),
);

Deno.test(
  `what was read goes to the owner of what was read, whatever the name stands for by then${twoUsers.note}`,
  {
    ignore: twoUsers.ignore,
  },
  () =>
    amongNeighbours({ mode: 0o777, owner: BOB }, async (world) => {
      const { directory, path, file, other } = world;
      // Between finding the file and opening it.
      asBob('rm "$1"; ln -s "$2" "$1"', path, other);
      const { file: opened, info } = openRegularFile(path, "file");
      opened.close();
      assert.deepEqual([info.uid, (info.mode ?? 0) & 0o777], [0, 0o600]);
      // And from end to end.
      await file.update(append);
      const seen = asBob('cat "$1"/* 2>/dev/null || :', directory);
      assert.equal(seen, "");
    }),
);

Deno.test(
  `a file that a neighbour puts there after the rehearsal does not bring them the session${twoUsers.note}`,
  {
    ignore: twoUsers.ignore,
  },
  () =>
    amongNeighbours({ mode: 0o777, owner: 0 }, async ({ path, file }) => {
      await Deno.chmod(path, 0o640);
      await file.rehearse(append);
      asBob('rm "$1"; echo "[default]" >"$1"; chmod 666 "$1"', path);
      await file.update(append);
      assert.match(await Deno.readTextFile(path), /fresh/);
      assert.equal(asBob('cat "$1"', path), undefined);
      const { uid, mode } = await Deno.stat(path);
      assert.deepEqual([uid, mode], [0, 0o100600]);
    }),
);

Deno.test(
  `a link that a neighbour has put into a sticky directory is refused by us${twoUsers.note}`,
  {
    ignore: twoUsers.ignore,
  },
  () =>
    amongNeighbours({ mode: 0o1777, owner: 0 }, async ({ directory, path }) => {
      // Most kernels refuse it, too; /proc/sys/fs/protected_symlinks says so.
      const kernel =
        (await Deno.readTextFile("/proc/sys/fs/protected_symlinks"))
          .trim() !== "0";
      const theirs = join(directory, "theirs");
      const through = join(directory, "through");
      asBob('ln -s credentials "$1"/theirs; ln -s . "$1"/through', directory);
      for (const name of [theirs, join(through, "credentials")]) {
        for (const act of ["rehearse", "update"] as const) {
          const error = await failsWith(
            kernel ? "FILE_UNREADABLE" : "FILE_UNWRITABLE",
            () => open(name)[act](append),
          );
          assert.match(
            error.message,
            kernel ? /denied/i : /a link of another user/,
          );
        }
      }
      const own = join(directory, "own");
      await Deno.symlink(path, own);
      await open(own).update(append);
      assert.match(await Deno.readTextFile(path), /fresh/);
    }),
);

// The kernel lets it pass: whoever owns the directory may put links there.
Deno.test(
  `so is one of the neighbour who owns that directory${twoUsers.note}`,
  {
    ignore: twoUsers.ignore,
  },
  () =>
    amongNeighbours({ mode: 0o1777, owner: BOB }, async ({ directory }) => {
      await Deno.chown(directory, BOB, BOB);
      asBob('ln -s credentials "$1"/theirs', directory);
      await failsWith(
        "FILE_UNWRITABLE",
        () => open(join(directory, "theirs")).rehearse(append),
      );
    }),
);

/** Replaces the file at a path by itself, as any user may run it. */
const PROGRAM = `
import { createEnvironment } from "./src/machine/environment.ts";
import { LocalCredentialsFile } from "./src/machine/replace.ts";
const [path, home] = Deno.args;
const environment = createEnvironment((name) => name === "HOME" ? home : undefined);
const quiet = () => {};
const log = { warn: quiet, note: quiet, info: quiet, debug: quiet };
const file = new LocalCredentialsFile(path, { environment, log });
const append = (text) => [{ offset: text.length, length: 0, text: "+" }];
await file.rehearse(append);
await file.update(append);
`;

Deno.test(
  `a file keeps its group if its user is in that, and is closed to groups if not${twoUsers.note}`,
  {
    ignore: twoUsers.ignore,
  },
  async () => {
    const top = await Deno.makeTempDir();
    try {
      await Deno.chmod(top, 0o755);
      await new Deno.Command("cp", {
        args: ["-r", new URL("../../src", import.meta.url).pathname, top],
      }).output();
      await Deno.copyFile(Deno.execPath(), join(top, "deno"));
      await Deno.writeTextFile(join(top, "replace.ts"), PROGRAM);
      const home = join(top, "home");
      await Deno.mkdir(home);
      await Deno.chown(home, BOB, BOB);
      const path = join(home, "credentials");
      for (
        const { owner, group, mode, becomes } of [
          // One of the user's other groups.
          { owner: 4321, group: 2000, mode: 0o660, becomes: [2000, 0o660] },
          { owner: BOB, group: 2000, mode: 0o640, becomes: [2000, 0o640] },
          // One that the user has left.
          { owner: BOB, group: 3000, mode: 0o640, becomes: [BOB, 0o600] },
        ]
      ) {
        await Deno.writeTextFile(path, "[a]\n");
        await Deno.chown(path, owner, group);
        await Deno.chmod(path, mode);
        const { success, stderr } = await new Deno.Command("setpriv", {
          args: [
            ...[
              `--reuid=${BOB}`,
              `--regid=${BOB}`,
              `--groups=${BOB},2000`,
              "--",
            ],
            ...[join(top, "deno"), "run", "--no-config", "--no-check"],
            ...["--no-prompt", "--allow-read", "--allow-write"],
            ...[join(top, "replace.ts"), path, home],
          ],
          env: { DENO_DIR: join(home, "cache"), DENO_NO_UPDATE_CHECK: "1" },
          cwd: home,
        }).output();
        assert(success, new TextDecoder().decode(stderr));
        const info = await Deno.stat(path);
        assert.equal(await Deno.readTextFile(path), "[a]\n+");
        assert.equal(info.uid, BOB);
        assert.deepEqual([info.gid, (info.mode ?? 0) & 0o777], becomes);
        await Deno.remove(path);
      }
    } finally {
      await Deno.remove(top, { recursive: true });
    }
  },
);
