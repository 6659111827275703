// Another program has the file open, as only Windows lets it: found before the code is spent, or waited for.
import assert from "node:assert/strict";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { unless } from "../support/skipping.ts";

const windows = unless(
  Deno.build.os === "windows",
  "only Windows lets a program keep a file from others",
);

/** What others may do with the file meanwhile. */
interface Sharing {
  readonly read: boolean;
  readonly write: boolean;
  readonly remove: boolean;
}

const BOTH = [false, true];
const SHARINGS: readonly Sharing[] = BOTH.flatMap((read) =>
  BOTH.flatMap((write) => BOTH.map((remove) => ({ read, write, remove })))
);

const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const GENERIC_READ = 0x8000_0000;
const OPEN_EXISTING = 3;

/** Opens the file at `path`, on Windows, until it is disposed of. */
function hold(path: string, sharing: Sharing): Disposable {
  const kernel = Deno.dlopen("kernel32.dll", {
    CreateFileW: {
      parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"],
      result: "pointer",
    },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
  });
  const { CreateFileW, CloseHandle } = kernel.symbols;
  const wide = Uint16Array.from(`${path}\0`, (unit) => unit.charCodeAt(0));
  const mode = (sharing.read ? 1 : 0) | (sharing.write ? 2 : 0) |
    (sharing.remove ? 4 : 0);
  const handle = CreateFileW(
    new Uint8Array(wide.buffer),
    GENERIC_READ,
    mode,
    null,
    OPEN_EXISTING,
    0,
    null,
  );
  // The runtime shows what stands for an error, -1, as a pointer like any other.
  if (Deno.UnsafePointer.value(handle) === 0xffff_ffff_ffff_ffffn) {
    kernel.close();
    throw new Error(`Cannot hold ${path}`);
  }
  return {
    [Symbol.dispose]: () => {
      CloseHandle(handle);
      kernel.close();
    },
  };
}

/** Whether this is no Windows, but Wine, which replaces no file that anybody has open. */
function isWine(): boolean {
  try {
    Deno.dlopen("ntdll.dll", {
      wine_get_version: { parameters: [], result: "pointer" },
    }).close();
    return true;
  } catch {
    return false;
  }
}

/** A test of the real program, for each way of sharing that is asked about. */
function testEach(
  name: string,
  isTried: (sharing: Sharing) => boolean,
  test: (scenario: Scenario, sharing: Sharing) => Promise<void>,
): void {
  Deno.test(name + windows.note, { ignore: windows.ignore }, async () => {
    await Promise.all(
      SHARINGS.filter(isTried).map(async (sharing) => {
        await using scenario = await Scenario.start();
        await test(scenario, sharing);
      }),
    );
  });
}

testEach(
  "get finds a file that is held before the code is spent, whatever others may do with it",
  ({ read, remove }) => !read || !remove,
  // Once the code was spent, and what STS gave for it was lost.
  async (scenario, sharing) => {
    using _holder = hold(scenario.path, sharing);
    const { code, stderr } = await scenario.get();
    assert.equal(code, 3, stderr);
    assert.match(
      stderr,
      /^updsts: Cannot (?:read|write) the credentials file: .*: another program has it open/,
    );
    assert.match(stderr, /^hint: close it in the program[^]*virus\s+scanner/m);
    assert.equal(scenario.codesSent, 0, "a code was spent");
  },
);

testEach(
  "get replaces a file that others may read and replace",
  ({ read, remove }) => read && remove,
  async (scenario, sharing) => {
    using holder = new DisposableStack();
    holder.use(hold(scenario.path, sharing));
    const running = scenario.get();
    if (isWine()) {
      await scenario.untilAsked();
      holder.dispose();
    }
    const { code, stderr } = await running;
    assert.equal(code, 0, stderr);
    assert((await scenario.read()).startsWith(`${GIVEN}# \${{{ key=default `));
  },
);

testEach(
  "get waits for who has opened the file since STS was asked",
  ({ remove }) => !remove,
  async (scenario, sharing) => {
    const { code, stderr } = await scenario.whileAsked(
      () => scenario.get(),
      async () => {
        using _holder = hold(scenario.path, sharing);
        await sleep(12_000);
      },
    );
    assert.equal(code, 0, stderr);
    assert.equal(scenario.codesSent, 1);
    assert((await scenario.read()).startsWith(`${GIVEN}# \${{{ key=default `));
  },
);

testEach(
  "list waits for who has the file open for a moment",
  ({ read, write, remove }) => !read && !write && !remove,
  async (scenario, sharing) => {
    using holder = new DisposableStack();
    holder.use(hold(scenario.path, sharing));
    const running = scenario.updsts(["list"]);
    await sleep(3_000);
    holder.dispose();
    const { code, stderr } = await running;
    assert.equal(code, 0, stderr);
  },
);
