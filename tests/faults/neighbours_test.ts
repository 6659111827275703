// Other users of the machine: who may write the directory gets nothing and is given nothing; who runs updsts keeps to their rights.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { createEnvironment } from "../../src/machine/environment.ts";
import { openRegularFile } from "../../src/machine/read.ts";
import { LocalCredentialsFile } from "../../src/machine/replace.ts";
import { REAL_SYSTEM, type System } from "../../src/machine/system.ts";
import type { Change } from "../../src/ports.ts";
import {
  baseEnvironment,
  commandLine,
  type Finished,
  isInstalled,
  ROOT,
  run,
} from "../support/command.ts";
import { failsWith } from "../support/errors.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { needs, testUnless, unless } from "../support/skipping.ts";

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

/** A test in a directory of this mode, with a file of this owner in it. */
function testNeighbours(
  name: string,
  { mode, owner }: { readonly mode: number; readonly owner: number },
  test: (world: World) => Promise<void>,
): void {
  testUnless(twoUsers, name, async () => {
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
  });
}

testNeighbours(
  "root gives the owner of a file no file of its own, whatever they put in the temporary file's place",
  { mode: 0o777, owner: BOB },
  async ({ directory, file, other }) => {
    const link: Change = (text) => {
      const swap =
        'cd "$1"; for t in .updsts-*.tmp; do rm -f "$t"; ln -s "$2" "$t"; done';
      asBob(swap, directory, other);
      return append(text);
    };
    await file.rehearse(link).catch(() => {});
    await file.update(link).catch(() => {});
    const { uid, mode } = await Deno.stat(other);
    assert.deepEqual([uid, mode], [0, 0o100600]);
    assert.equal(await Deno.readTextFile(other), `[root]\n${SECRET}`);
  },
);

testNeighbours(
  "what was read goes to the owner of what was read, whatever the name stands for by then",
  { mode: 0o777, owner: BOB },
  async ({ directory, path, file, other }) => {
    // Between finding the file and opening it.
    asBob('rm "$1"; ln -s "$2" "$1"', path, other);
    const { file: opened, info } = openRegularFile(path, "file");
    opened.close();
    assert.deepEqual([info.uid, (info.mode ?? 0) & 0o777], [0, 0o600]);
    // And from end to end.
    await file.update(append);
    assert.equal(asBob('cat "$1"/* 2>/dev/null || :', directory), "");
  },
);

testNeighbours(
  "a file that a neighbour puts there after the rehearsal does not bring them the session",
  { mode: 0o777, owner: 0 },
  async ({ path, file }) => {
    await Deno.chmod(path, 0o640);
    await file.rehearse(append);
    asBob('rm "$1"; echo "[default]" >"$1"; chmod 666 "$1"', path);
    await file.update(append);
    assert.match(await Deno.readTextFile(path), /fresh/);
    assert.equal(asBob('cat "$1"', path), undefined);
    const { uid, mode } = await Deno.stat(path);
    assert.deepEqual([uid, mode], [0, 0o100600]);
  },
);

// The kernel lets the links of a directory's owner pass, and most kernels refuse
// all others; /proc/sys/fs/protected_symlinks says so.
for (const owner of [0, BOB]) {
  testNeighbours(
    `a link that a neighbour has put into a sticky directory of ${
      owner === 0 ? "root" : "their own"
    } is refused`,
    { mode: 0o1777, owner },
    async ({ directory, path }) => {
      await Deno.chown(directory, owner, owner);
      const kernel = owner === 0 && (await Deno.readTextFile(
            "/proc/sys/fs/protected_symlinks",
          )).trim() !== "0";
      asBob('ln -s credentials "$1"/theirs; ln -s . "$1"/through', directory);
      for (const name of ["theirs", "through/credentials"]) {
        for (const act of ["rehearse", "update"] as const) {
          const error = await failsWith(
            kernel ? "FILE_UNREADABLE" : "FILE_UNWRITABLE",
            () => open(join(directory, name))[act](append),
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
    },
  );
}

let bobsPlace: Promise<string> | undefined;

/** Deno, the project and its packages, where another user can read them. */
async function makeBobsPlace(): Promise<string> {
  const place = await Deno.makeTempDir({ prefix: "updsts-bob-" });
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(place, { recursive: true });
  });
  const { DENO_DIR } = await baseEnvironment();
  // Links are enough where they can be made, and far quicker than copies.
  const copy = 'cp -rl "$1" "$2" 2>/dev/null || cp -r "$1" "$2"';
  await run("bash", ["-c", copy, "bash", `${DENO_DIR}/npm`, place]);
  await Deno.mkdir(`${place}/project`);
  for (const name of ["deno.json", "deno.lock", "main.ts", "src"]) {
    await run("cp", ["-r", `${ROOT.pathname}${name}`, `${place}/project`]);
  }
  await Deno.copyFile(Deno.execPath(), `${place}/deno`);
  await run("chmod", ["-R", "a+rX", `${place}/project`, `${place}/deno`]);
  await Deno.chmod(place, 0o777);
  return place;
}

/** Runs get as the neighbour, who is in the group 2000, too. */
async function getAsBob(scenario: Scenario): Promise<Finished> {
  const place = await (bobsPlace ??= makeBobsPlace());
  const main = `${ROOT.pathname}main.ts`;
  const [, ...args] = commandLine(["get", "default", "-t", scenario.code()]);
  return await scenario.run("setpriv", [
    ...[`--reuid=${BOB}`, `--regid=${BOB}`, `--groups=${BOB},2000`, "--"],
    `${place}/deno`,
    ...args.map((arg) => arg === main ? `${place}/project/main.ts` : arg),
  ], { DENO_DIR: place });
}

/** What becomes of a file: its group and mode, or why get refuses it. */
const FILES_OF_OTHERS: readonly {
  readonly name: string;
  /** Owner and mode. */
  readonly directory: readonly [number, number];
  /** Owner, group and mode. */
  readonly file: readonly [number, number, number];
  readonly becomes: readonly [number, number] | RegExp;
}[] = [
  {
    name: "in a directory that they may not write is found first",
    directory: [BOB, 0o555],
    file: [BOB, 0, 0o600],
    becomes: /Permission denied/,
  },
  {
    name: "of somebody else is found first",
    directory: [BOB, 0o755],
    file: [4321, 0, 0o644],
    becomes: /Permission denied/,
  },
  {
    // Once the code was spent, and a link to the file stayed behind for ever.
    name: "of somebody else in a sticky directory is found first",
    directory: [0, 0o1777],
    file: [4321, 0, 0o666],
    becomes: /only that user may replace it/,
  },
  {
    name: "of somebody else and one of their groups keeps that group",
    directory: [BOB, 0o755],
    file: [4321, 2000, 0o660],
    becomes: [2000, 0o660],
  },
  {
    name: "of theirs and one of their groups keeps that group",
    directory: [BOB, 0o755],
    file: [BOB, 2000, 0o640],
    becomes: [2000, 0o640],
  },
  {
    name: "of a group that they have left is closed to groups",
    directory: [BOB, 0o755],
    file: [BOB, 3000, 0o640],
    becomes: [BOB, 0o600],
  },
];

for (const { name, directory, file, becomes } of FILES_OF_OTHERS) {
  testUnless(
    twoUsers,
    `get by a user who is not root: a file ${name}`,
    async () => {
      await using scenario = await Scenario.start();
      // Everything is open to them but for what is to be refused.
      await Deno.chmod(scenario.home, 0o755);
      const [owner, open] = directory;
      await Deno.chown(join(scenario.home, ".aws"), owner, owner);
      await Deno.chmod(join(scenario.home, ".aws"), open);
      const [user, group, mode] = file;
      await Deno.chown(scenario.path, user, group);
      await Deno.chmod(scenario.path, mode);
      const { code, stderr } = await getAsBob(scenario);
      const text = await scenario.read();
      if (!(becomes instanceof RegExp)) {
        assert.equal(code, 0, stderr);
        assert(text.startsWith(`${GIVEN}# \${{{ key=default `));
        const info = await Deno.stat(scenario.path);
        assert.equal(info.uid, BOB);
        assert.deepEqual([info.gid, (info.mode ?? 0) & 0o777], becomes);
      } else {
        assert.match(stderr, becomes);
        assert.match(stderr, /^updsts: Cannot write the credentials file: /m);
        assert.equal(code, 3);
        assert.equal(scenario.codesSent, 0, "a code was spent");
        assert.equal(text, GIVEN);
      }
      assert.deepEqual(scenario.files(), ["credentials"]);
    },
  );
}

for (const name of ["default", "my session"]) {
  testUnless(
    needs("aws"),
    `with the key's directory gone, aws works by the session ${name} in another`,
    async () => {
      await using scenario = await Scenario.start();
      const sessions = join(scenario.home, "sessions", "credentials");
      const got = await scenario.updsts(
        ["get", "default", "-t", "CODE", "-sn", name, "-o", sessions],
      );
      assert.equal(got.code, 0, got.stderr);
      await Deno.remove(dirname(scenario.path), { recursive: true });
      const { code, stdout, stderr } = await scenario.run("aws", [
        ...["--profile", name, "sts", "get-caller-identity"],
        ...["--endpoint-url", scenario.sts.url],
      ], {
        AWS_SHARED_CREDENTIALS_FILE: sessions,
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_DEFAULT_REGION: "us-east-1",
      });
      assert.equal(code, 0, stderr);
      assert(stdout.includes(ALICE.accountId), stdout);
      // It asked by the session, and by nothing else.
      const [{ accessKeyId } = {}] = scenario.sts.sessions;
      assert.equal(scenario.sts.requests.at(-1)?.accessKeyId, accessKeyId);
      scenario.assertNoSecret(stdout + stderr);
    },
  );
}
