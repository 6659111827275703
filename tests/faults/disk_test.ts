// A disk or a file that cannot be written: found before the code is spent, and nothing is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  commandLine,
  type Finished,
  isInstalled,
  run,
} from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import {
  needs,
  type Skipping,
  testUnless,
  unless,
} from "../support/skipping.ts";

const ROOT_USER = Deno.build.os === "linux" && Deno.uid() === 0;

/** Whether a directory can be changed so: root alone is not enough in most containers. */
async function can(
  command: string,
  args: readonly string[],
  undo: readonly string[],
): Promise<boolean> {
  if (!ROOT_USER || !isInstalled(command)) return false;
  const directory = await Deno.makeTempDir();
  const { code } = await run(command, [...args, directory]);
  if (code === 0) await run(undo[0] ?? "", [...undo.slice(1), directory]);
  await Deno.remove(directory);
  return code === 0;
}

const SMALL_DISK = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"];
const mounting = unless(
  await can("mount", SMALL_DISK, ["umount"]),
  "file systems cannot be mounted here",
);
const attributes = unless(
  await can("chattr", ["+a"], ["chattr", "-a"]),
  "directories cannot be made append-only here",
);

/** Mounts something over `target` until `stack` is disposed of. */
async function mount(
  stack: AsyncDisposableStack,
  args: readonly string[],
  target: string,
): Promise<void> {
  const { code, stderr } = await run("mount", [...args, target]);
  assert.equal(code, 0, stderr);
  stack.defer(async () => void await run("umount", [target]));
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

interface Fault {
  readonly name: string;
  readonly skipping?: Skipping;
  readonly says: RegExp;
  readonly hint?: RegExp;
  readonly given?: string;
  readonly prepare?: (
    scenario: Scenario,
    stack: AsyncDisposableStack,
  ) => Promise<void>;
  /** Commands that it stops as it stops get. */
  readonly also?: readonly string[][];
  readonly run?: (scenario: Scenario, args: string[]) => Promise<Finished>;
}

const FAULTS: readonly Fault[] = [
  {
    name: "a disk that is full",
    skipping: mounting,
    says: /No space left on device/,
    hint: /^hint: make room on the disk/m,
    prepare: async (scenario, stack) => {
      const directory = join(scenario.home, ".aws");
      await mount(stack, SMALL_DISK, directory);
      await scenario.write(GIVEN);
      await fill(directory);
    },
  },
  {
    name: "a limit on the size of files",
    skipping: needs("bash"),
    says: /File too large/,
    given: GIVEN + `# ${"x".repeat(97)}\n`.repeat(100),
    run: (scenario, args) => {
      // In blocks of 1 KiB; the signal that comes with it would end the process.
      const limit = `trap '' XFSZ; ulimit -f 10; exec "$@"`;
      return scenario.run("bash", ["-c", limit, "bash", ...commandLine(args)]);
    },
  },
  {
    name: "a file that is a mount point",
    skipping: mounting,
    says: /is a mount point/,
    hint: /^hint: mount its directory instead/m,
    prepare: async ({ home, path }, stack) => {
      const outside = join(home, "outside");
      await Deno.writeTextFile(outside, GIVEN, { mode: 0o600 });
      await mount(stack, ["--bind", outside], path);
    },
  },
  {
    name: "a read-only file system",
    skipping: mounting,
    says: /Read-only file system/,
    prepare: async ({ home }, stack) => {
      const directory = join(home, ".aws");
      await mount(stack, ["--bind", directory], directory);
      await run("mount", ["-o", "remount,ro,bind", directory]);
    },
  },
  {
    // It passed, the code was spent, and two files stayed, one with the session.
    name: "an append-only directory",
    skipping: attributes,
    says: /is append-only/,
    // These left a file each, one with the long-term key.
    also: [["remove", "default"], ["prune"]],
    prepare: async ({ home }, stack) => {
      const directory = join(home, ".aws");
      await run("chattr", ["+a", directory]);
      stack.defer(async () => void await run("chattr", ["-a", directory]));
    },
  },
  {
    name: "a read-only file, by root as well",
    says: /is read-only/,
    hint: /chmod u\+w|attrib -r/,
    also: [["get", "default", "--dry-run"]],
    prepare: ({ path }) => Deno.chmod(path, 0o400),
  },
];

for (const fault of FAULTS) {
  const { name, says, hint = /^hint: /m, given = GIVEN, prepare } = fault;
  const { skipping = unless(true, "") } = fault;
  testUnless(
    skipping,
    `get finds ${name} before the code is spent`,
    async () => {
      await using scenario = await Scenario.start({ given });
      await using stack = new AsyncDisposableStack();
      await prepare?.(scenario, stack);
      const files = scenario.files();
      const updsts = fault.run ?? ((of, args) => of.updsts(args));
      const get = ["get", "default", "-t", scenario.code()];
      for (const args of [get, ...fault.also ?? []]) {
        const { code, stderr } = await updsts(scenario, args);
        assert.match(stderr, says, args[0]);
        assert.match(stderr, /^updsts: Cannot write the credentials file: /m);
        assert.match(stderr, hint);
        assert.equal(code, 3);
        assert.equal(scenario.codesSent, 0, "a code was spent");
        assert.equal(await scenario.read(), given);
        assert.deepEqual(scenario.files(), files);
      }
    },
  );
}

testUnless(
  mounting,
  "a disk that fills up while STS is asked: the old file stays whole",
  async () => {
    await using scenario = await Scenario.start();
    await using stack = new AsyncDisposableStack();
    const directory = join(scenario.home, ".aws");
    await mount(stack, SMALL_DISK, directory);
    await scenario.write(GIVEN);
    const { code, stderr } = await scenario.whileAsked(
      () => scenario.get(),
      () => fill(directory),
    );
    assert.equal(code, 3);
    assert.match(stderr, /No space left on device/);
    assert.match(stderr, /this code is spent: use the next one/);
    assert.equal(await scenario.read(), GIVEN);
    assert.deepEqual(scenario.files(), ["credentials", "filler"]);
  },
);
