// A disk that is full, a file that may not be written, a file that changes: nothing is lost, no code is spent.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  baseEnvironment,
  commandLine,
  type Finished,
  isInstalled,
  run,
} from "../support/command.ts";
import { connect } from "../support/mcp_clients.ts";
import { ALICE, GIVEN, Scenario, valueIn } from "../support/scenario.ts";
import { links, needs, unless } from "../support/skipping.ts";

const ROOT_USER = Deno.build.os === "linux" && Deno.uid() === 0;
const NOBODY = 65534;

/** Whether `mount` works here: root alone is not enough in most containers. */
const CAN_MOUNT = await canMount();

async function canMount(): Promise<boolean> {
  if (!ROOT_USER || !isInstalled("mount")) return false;
  const directory = await Deno.makeTempDir();
  const { code } = await run("mount", [
    "-t",
    "tmpfs",
    "-o",
    "size=64k",
    "tmpfs",
    directory,
  ]);
  if (code === 0) await run("umount", [directory]);
  await Deno.remove(directory);
  return code === 0;
}

const mounting = unless(CAN_MOUNT, "file systems cannot be mounted here");
const limits = needs("bash");
const dropping = unless(
  ROOT_USER && isInstalled("setpriv"),
  "another user cannot be become here",
);

async function assertRefusedUntouched(
  scenario: Scenario,
  finished: Finished,
  says: RegExp,
  given = GIVEN,
): Promise<void> {
  assert.match(finished.stderr, says);
  assert.match(
    finished.stderr,
    /^updsts: Cannot write the credentials file: /m,
  );
  assert.equal(finished.code, 3);
  assert.equal(scenario.codesSent, 0, "a code was spent");
  assert.equal(await scenario.read(), given);
}

/** Mounts something over `target` for as long as it is held. */
async function mounted(
  args: readonly string[],
  target: string,
): Promise<AsyncDisposable> {
  const { code, stderr } = await run("mount", [...args, target]);
  assert.equal(code, 0, stderr);
  return {
    [Symbol.asyncDispose]: async () => {
      await run("umount", [target]);
    },
  };
}

/** Leaves no room on the disk of `directory`. */
async function fill(directory: string): Promise<void> {
  using filler = await Deno.open(join(directory, "filler"), {
    write: true,
    create: true,
  });
  try {
    for (;;) await filler.write(new Uint8Array(1024));
  } catch (error) {
    assert(error instanceof Error && /space/i.test(error.message));
  }
}

const SMALL_DISK = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"];

Deno.test({
  name: `a disk that is full is found before the code is spent${mounting.note}`,
  ignore: mounting.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const directory = join(scenario.home, ".aws");
    await using _mount = await mounted(SMALL_DISK, directory);
    await scenario.write(GIVEN);
    await fill(directory);
    const finished = await scenario.get();
    await assertRefusedUntouched(scenario, finished, /No space left on device/);
    assert.match(finished.stderr, /^hint: make room on the disk/m);
    assert.deepEqual(scenario.files(), ["credentials", "filler"]);
  },
});

Deno.test({
  name:
    `a disk that fills up while STS is asked: the old file stays whole${mounting.note}`,
  ignore: mounting.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const directory = join(scenario.home, ".aws");
    await using _mount = await mounted(SMALL_DISK, directory);
    await scenario.write(GIVEN);
    scenario.sts.script({ kind: "delay_headers", ms: 500 });
    const running = scenario.get();
    while (scenario.codesSent === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await fill(directory);
    const { code, stderr } = await running;
    assert.equal(code, 3);
    assert.match(stderr, /No space left on device/);
    assert.match(stderr, /this code is spent: use the next one/);
    assert.equal(await scenario.read(), GIVEN);
    assert.deepEqual(scenario.files(), ["credentials", "filler"]);
  },
});

Deno.test({
  name:
    `a limit on the size of files is found before the code is spent${limits.note}`,
  ignore: limits.ignore,
  fn: async () => {
    const given = GIVEN + `# ${"x".repeat(97)}\n`.repeat(100);
    await using scenario = await Scenario.start({ given });
    const [command, ...args] = commandLine([
      "get",
      "-n",
      "default",
      "-t",
      scenario.code(),
    ]);
    // In blocks of 1 KiB; the signal that comes with it would end the process.
    const limit = `trap '' XFSZ; ulimit -f 10; exec "$@"`;
    const finished = await scenario.run("bash", [
      "-c",
      limit,
      "bash",
      command,
      ...args,
    ]);
    await assertRefusedUntouched(scenario, finished, /File too large/, given);
    assert.deepEqual(scenario.files(), ["credentials"]);
  },
});

Deno.test({
  name:
    `a file that is a mount point is refused before the code is spent${mounting.note}`,
  ignore: mounting.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    await Deno.writeTextFile(join(scenario.home, "outside"), GIVEN, {
      mode: 0o600,
    });
    await using _mount = await mounted([
      "--bind",
      join(scenario.home, "outside"),
    ], scenario.path);
    const finished = await scenario.get();
    await assertRefusedUntouched(scenario, finished, /is a mount point/);
    assert.match(finished.stderr, /^hint: mount its directory instead/m);
  },
});

Deno.test({
  name:
    `a read-only file system is found before the code is spent${mounting.note}`,
  ignore: mounting.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const directory = join(scenario.home, ".aws");
    await using _mount = await mounted(["--bind", directory], directory);
    await run("mount", ["-o", "remount,ro,bind", directory]);
    const finished = await scenario.get();
    await assertRefusedUntouched(scenario, finished, /Read-only file system/);
  },
});

const attributes = unless(
  ROOT_USER && isInstalled("chattr") && await canAppendOnly(),
  "directories cannot be made append-only here",
);

async function canAppendOnly(): Promise<boolean> {
  const directory = await Deno.makeTempDir();
  const { code } = await run("chattr", ["+a", directory]);
  await run("chattr", ["-a", directory]);
  await Deno.remove(directory);
  return code === 0;
}

// It passed, the code was spent, and two files stayed, one with the session.
Deno.test({
  name:
    `an append-only directory is found before the code is spent${attributes.note}`,
  ignore: attributes.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const directory = join(scenario.home, ".aws");
    await run("chattr", ["+a", directory]);
    try {
      const finished = await scenario.get();
      await assertRefusedUntouched(scenario, finished, /is append-only/);
      // These left a file each, one with the long-term key.
      for (const args of [["remove", "default"], ["prune"]]) {
        const { code, stderr } = await scenario.updsts(args);
        assert.equal(code, 3, args[0]);
        assert.match(stderr, /is append-only/);
      }
      assert.deepEqual(scenario.files(), ["credentials"]);
    } finally {
      await run("chattr", ["-a", directory]);
    }
  },
});

Deno.test("a read-only file is refused before the code is spent, by root as well", async () => {
  await using scenario = await Scenario.start();
  await Deno.chmod(scenario.path, 0o400);
  const finished = await scenario.get();
  await assertRefusedUntouched(scenario, finished, /is read-only/);
  assert.match(finished.stderr, /chmod u\+w|attrib -r/);
});

let nobodysPlace: Promise<string> | undefined;

/** Deno, the project and its packages, where another user can read them. */
async function makeNobodysPlace(): Promise<string> {
  const place = await Deno.makeTempDir({ prefix: "updsts-nobody-" });
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(place, { recursive: true });
  });
  const { DENO_DIR } = await baseEnvironment();
  // Links are enough where they can be made, and far quicker than copies.
  const copy = 'cp -rl "$1" "$2" 2>/dev/null || cp -r "$1" "$2"';
  await run("bash", ["-c", copy, "bash", `${DENO_DIR}/npm`, place]);
  const root = new URL("../../", import.meta.url).pathname;
  await Deno.mkdir(`${place}/project`);
  for (const name of ["deno.json", "deno.lock", "main.ts", "src"]) {
    await run("cp", ["-r", `${root}${name}`, `${place}/project`]);
  }
  await Deno.copyFile(Deno.execPath(), `${place}/deno`);
  await run("chmod", ["-R", "a+rX", `${place}/project`, `${place}/deno`]);
  await Deno.chmod(place, 0o777);
  return place;
}

for (
  const { name, mode, target } of [
    { name: "directory that may not be written", mode: 0o555, target: ".aws" },
    { name: "file of somebody else", mode: 0o644, target: ".aws/credentials" },
    // Once the code was spent, and a link to the file stayed behind for ever.
    { name: "file in a sticky directory", mode: 0o1777, target: ".aws" },
  ]
) {
  Deno.test({
    name: `a ${name} is found before the code is spent${dropping.note}`,
    ignore: dropping.ignore,
    fn: async () => {
      await using scenario = await Scenario.start();
      // Everything is open to the other user, but for what is to be refused.
      const directory = join(scenario.home, ".aws");
      await Deno.chmod(scenario.home, 0o755);
      const sticky = mode === 0o1777;
      await Deno.chown(directory, sticky ? 0 : NOBODY, sticky ? 0 : NOBODY);
      const writable = target === ".aws" && !sticky;
      await Deno.chown(scenario.path, writable ? NOBODY : 1234, 0);
      if (sticky) await Deno.chmod(scenario.path, 0o666);
      await Deno.chmod(join(scenario.home, target), mode);
      const place = await (nobodysPlace ??= makeNobodysPlace());
      const [, ...args] = commandLine([
        "get",
        "-n",
        "default",
        "-t",
        scenario.code(),
      ]);
      const main = new URL("../../main.ts", import.meta.url).pathname;
      const moved = args.map((arg) =>
        arg === main ? `${place}/project/main.ts` : arg
      );
      const finished = await scenario.run("setpriv", [
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        "--clear-groups",
        "--",
        `${place}/deno`,
        ...moved,
      ], { DENO_DIR: place });
      await assertRefusedUntouched(
        scenario,
        finished,
        /Permission denied|only they may replace it/,
      );
      assert.deepEqual(scenario.files(), ["credentials"]);
    },
  });
}

Deno.test("a file that is replaced or removed while STS is asked: the new one counts, or nothing is written", async () => {
  const replaced = `[added]\nregion = x\n${GIVEN}`;
  const cases: {
    change: (path: string) => Promise<void>;
    code: number;
    begins: string | undefined;
  }[] = [
    {
      change: (path) => Deno.writeTextFile(path, replaced),
      code: 0,
      begins: replaced,
    },
    {
      change: async (path) => {
        await Deno.writeTextFile(`${path}.new`, replaced);
        await Deno.rename(`${path}.new`, path);
      },
      code: 0,
      begins: replaced,
    },
    { change: (path) => Deno.remove(path), code: 3, begins: undefined },
    {
      change: async (path) => {
        await Deno.remove(path);
        await Deno.mkdir(path);
      },
      code: 3,
      begins: undefined,
    },
  ];
  for (const { change, code, begins } of cases) {
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind: "delay_headers", ms: 1_000 });
    const running = scenario.get();
    while (scenario.codesSent === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await change(scenario.path);
    const finished = await running;
    assert.equal(finished.code, code, finished.stderr);
    if (begins === undefined) {
      assert.match(finished.stderr, /this code is spent/);
    } else {
      assert(
        (await scenario.read()).startsWith(`${begins}# \${{{ key=default `),
      );
    }
  }
});

Deno.test(
  `a dangling link, a loop of links and a link to elsewhere${links.note}`,
  {
    ignore: links.ignore,
  },
  async () => {
    await using scenario = await Scenario.start();
    const link = join(scenario.home, "link");
    const get = () => scenario.getWith(["-c", link]);
    await Deno.symlink(join(scenario.home, "nothing"), link, { type: "file" });
    assert.match((await get()).stderr, /is a link to nothing|does not exist/);
    await Deno.remove(link);
    await Deno.symlink(link, link, { type: "file" });
    assert.match((await get()).stderr, /symbolic links/i);
    assert.equal(scenario.codesSent, 0);
    await Deno.remove(link);
    await Deno.symlink(join(".aws", "credentials"), link, { type: "file" });
    assert.equal((await get()).code, 0);
    assert.equal(await Deno.readLink(link), join(".aws", "credentials"));
    assert.match(
      await scenario.read(),
      new RegExp(`${ALICE.accessKeyId}[^]*default_sts`),
    );
  },
);

/** Enough that half of it is missed by more than 8 KiB. */
const LONG_GIVEN = GIVEN +
  Array.from({ length: 400 }, (_, i) => `[p${i}]\nregion = eu-west-${i}\n`)
    .join("");

/**
 * What another program does to the file while STS is asked, and what stands
 * there in the end. It begins at once: a thread may have to be waited for.
 */
const WRITERS: readonly {
  readonly name: string;
  readonly given: string;
  readonly write: (path: string) => Promise<void> | void;
  readonly left: string;
}[] = [
  {
    // Once the block was written into the empty file, and all keys were lost.
    name: "truncates it, and writes it anew after a while",
    given: GIVEN,
    write: async (path) => {
      Deno.truncateSync(path);
      await pause(800);
      Deno.writeTextFileSync(path, `${GIVEN}[new]\nregion = x\n`);
    },
    left: `${GIVEN}[new]\nregion = x\n`,
  },
  {
    // Once the half was taken for whole, and the rest went into a file without a name.
    name: "writes half of it, pauses for four seconds, and writes the rest",
    given: GIVEN,
    write: async (path) => {
      const half = GIVEN.indexOf("[other]");
      using file = Deno.openSync(path, { write: true, truncate: true });
      file.writeSync(new TextEncoder().encode(GIVEN.slice(0, half)));
      await pause(4_000);
      file.writeSync(new TextEncoder().encode(GIVEN.slice(half)));
    },
    left: GIVEN,
  },
  {
    // Once this was taken for half a file: the code was spent, the session lost.
    name: "makes it shorter by more than 8 KiB",
    given: LONG_GIVEN,
    write: (path) => Deno.writeTextFileSync(path, GIVEN),
    left: GIVEN,
  },
  {
    name: "takes the source out of it",
    given: GIVEN,
    write: (path) => Deno.writeTextFileSync(path, "[other]\nregion = x\n"),
    left: "[other]\nregion = x\n",
  },
  {
    name: "empties it, for good",
    given: GIVEN,
    write: (path) => Deno.truncateSync(path),
    left: "",
  },
];

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The ways to a refresh; each tells what went wrong, if anything did. */
const DOORS: Readonly<
  Record<string, (scenario: Scenario) => Promise<string | undefined>>
> = {
  get: async (scenario) => {
    const { code, stderr } = await scenario.get();
    return code === 0 ? undefined : stderr;
  },
  // Once the server dropped on the way what the file had been: half a file was
  // taken for whole, and all that came behind it was lost.
  "the MCP server": async (scenario) => {
    await using client = await connect("modern", scenario.env);
    const { isError, content } = await client.call(
      "updsts_update_sts_credential",
      { profile_name: "default", totp_token: scenario.code() },
    );
    return isError ? content[0]?.text : undefined;
  },
};

for (const [door, refresh] of Object.entries(DOORS)) {
  Deno.test(`${door}: what another program writes while STS is asked is kept, however slow it is, and so is the session`, async () => {
    await Promise.all(WRITERS.map(async ({ name, given, write, left }) => {
      await using scenario = await Scenario.start({ given });
      scenario.sts.script({ kind: "delay_headers", ms: 500 });
      const running = refresh(scenario);
      while (scenario.codesSent === 0) await pause(5);
      await write(scenario.path);
      assert.equal(await running, undefined, name);
      const text = await scenario.read();
      assert.equal(text.slice(0, left.length), left, name);
      assert.match(text.slice(left.length), /^# \$\{\{\{ key=default /, name);
      assert.equal(
        valueIn(text, "default_sts", "aws_session_token"),
        scenario.sts.sessions[0]?.sessionToken,
      );
      assert.deepEqual(scenario.files(), ["credentials"]);
    }));
  });
}
