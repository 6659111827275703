// Other writers of the same file, of our kind and of others: no update is lost, and no wait is for ever.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Finished } from "../support/command.ts";
import { lockDirectory } from "../support/directory_lock.ts";
import { times } from "../support/effort.ts";
import { connect } from "../support/mcp_clients.ts";
import { ALICE, block, GIVEN, Scenario, valueIn } from "../support/scenario.ts";
import { testUnless, unless } from "../support/skipping.ts";

const PROFILES = ["a", "b", "c", "d"];

const FOUR = PROFILES.map((name) =>
  [
    `[${name}]`,
    `aws_access_key_id = ${ALICE.accessKeyId}`,
    `aws_secret_access_key = ${ALICE.secretAccessKey}`,
    `mfa_device_arn = ${ALICE.device}`,
    "",
  ].join("\n")
).join("");

const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs get for four profiles again and again, all at once; the file, in which every session is whole. */
async function getMany(
  scenario: Scenario,
  count: number,
  path = scenario.path,
): Promise<string> {
  const apart = path === scenario.path ? [] : ["-o", path];
  const all = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const get = ["get", PROFILES[index % PROFILES.length] ?? "", ...apart];
      const run = (...words: string[]) =>
        scenario.updstsBesideOthers([...get, ...words]);
      // A rehearsal removed the directory that it had made under others' feet.
      return [run("-t", "CODE"), ...index % 5 ? [] : [run("--dry-run")]];
    }).flat(),
  );
  for (const { code, stderr } of all) assert.equal(code, 0, stderr);
  assert.equal(scenario.codesSent, count);
  const names = Array.from(Deno.readDirSync(dirname(path)), ({ name }) => name);
  assert.deepEqual(names, ["credentials"]);
  const text = await Deno.readTextFile(path);
  for (const profile of PROFILES) {
    const blocks = text.split(`# \${{{ key=${profile} [`).length - 1;
    assert.equal(blocks, 1, `blocks for ${profile}`);
    const valueOf = (key: string) => valueIn(text, `${profile}_sts`, key);
    const session = scenario.sts.sessions.find(({ accessKeyId }) =>
      accessKeyId === valueOf("aws_access_key_id")
    );
    assert.equal(valueOf("aws_secret_access_key"), session?.secretAccessKey);
    assert.equal(valueOf("aws_session_token"), session?.sessionToken);
  }
  return text;
}

/** Windows takes long to start as many processes, and waits are limited. */
const MANY = Deno.build.os === "windows"
  ? 8
  // The emulator shares the processors with so many programs.
  : times({ brief: 40, full: Deno.env.has("UPDSTS_COMMAND") ? 500 : 150 });
const ROUNDS = times({ brief: 1, full: 10 });

Deno.test(`${MANY} get over 4 profiles at once: all succeed, one block a key`, async () => {
  // Of 128 at once, 21 to 57 were refused, since one process «had kept» the lock.
  await using scenario = await Scenario.start({ given: FOUR });
  assert((await getMany(scenario, MANY)).startsWith(FOUR));
});

Deno.test("40 get over 4 profiles at once, into a new file of their own", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await using scenario = await Scenario.start({ given: FOUR });
    await getMany(scenario, 40, join(scenario.home, "a", "b", "credentials"));
    assert.equal(await scenario.read(), FOUR);
  }
});

Deno.test("20 get beside a script that replaces other profiles: neither loses what it wrote", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await using scenario = await Scenario.start({ given: FOUR });
    let stop = false;
    let written = 0;
    // A well-behaved writer of another kind: reads, and renames a new file over.
    const write = async () => {
      while (!stop) {
        await pause(15);
        const text = await scenario.read();
        const path = join(scenario.home, "next");
        const rest = text.replace(/^# counter .*\n/m, "");
        await Deno.writeTextFile(path, `# counter ${written + 1}\n${rest}`, {
          mode: 0o600,
        });
        // Between its read and its rename it knows as little of us as we of it.
        if (await scenario.read() !== text) continue;
        try {
          await Deno.rename(path, scenario.path);
          written++;
        } catch (error) {
          // There, it is refused while another program has the file open.
          if (Deno.build.os !== "windows") throw error;
        }
      }
    };
    const other = write();
    await getMany(scenario, 20);
    stop = true;
    await other;
    assert(written > 0);
    const text = await scenario.read();
    assert(text.includes(FOUR));
    assert.match(text, /^# counter \d+$/m);
  }
});

Deno.test("a lock that another updsts keeps: get waits ten seconds, names it, and spends nothing", async () => {
  await using scenario = await Scenario.start();
  {
    using _lock = await lockDirectory(join(scenario.home, ".aws"));
    // What a run has beside the file while it has the lock, and leaves if it is killed.
    const temporary = join(scenario.home, ".aws", ".updsts-4711.tmp");
    await Deno.writeTextFile(temporary, "");
    const { code, stderr } = await scenario.updstsBesideOthers(
      "get default -t CODE",
    );
    assert.equal(code, 3);
    assert.match(
      stderr,
      /another updsts \(process 4711\) has kept it locked for 10 s/,
    );
    assert.equal(scenario.codesSent, 0);
    assert.equal(await scenario.read(), GIVEN);
  }
  const { code, stderr } = await scenario.get();
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.deepEqual(scenario.files(), ["credentials"]);
});

/** Writes the first half of a text into the file, and the rest after `gap`. */
async function writeInHalves(
  path: string,
  text: string,
  half: number,
  gap: () => Promise<unknown>,
): Promise<void> {
  using file = Deno.openSync(path, { write: true, truncate: true });
  file.writeSync(new TextEncoder().encode(text.slice(0, half)));
  await gap();
  file.writeSync(new TextEncoder().encode(text.slice(half)));
}

/** Enough that half of it is missed by more than 8 KiB. */
const LONG_GIVEN = GIVEN +
  Array.from({ length: 400 }, (_, i) => `[p${i}]\nregion = eu-west-${i}\n`)
    .join("");
const NEW = `[new]\nregion = x\n${GIVEN}`;
const WAITS = /waiting until it is done/;

/** What is done while STS is asked. */
const MEANWHILE: readonly {
  readonly name: string;
  readonly given?: string;
  /** It begins at once: a thread may have to be waited for. */
  readonly act: (
    scenario: Scenario,
    stack: DisposableStack,
  ) => Promise<unknown> | void;
  /** What the file begins with in the end; undefined if the session cannot be written. */
  readonly left: string | undefined;
  readonly says?: RegExp;
}[] = [
  {
    // Once the block was written into the empty file, and all keys were lost.
    name: "truncates it, and writes it anew after a while",
    act: async ({ path }) => {
      Deno.truncateSync(path);
      await pause(800);
      Deno.writeTextFileSync(path, NEW);
    },
    left: NEW,
  },
  {
    // Once the half was taken for whole, and the rest went into a file without a name.
    name: "writes half of it, pauses for four seconds, and writes the rest",
    act: ({ path }) =>
      writeInHalves(path, GIVEN, GIVEN.indexOf("[other]"), () => pause(4_000)),
    left: GIVEN,
    says: WAITS,
  },
  {
    // Once this was taken for half a file: the code was spent, the session lost.
    name: "makes it shorter by more than 8 KiB",
    given: LONG_GIVEN,
    act: ({ path }) => Deno.writeTextFileSync(path, GIVEN),
    left: GIVEN,
    says: WAITS,
  },
  {
    name: "takes the source out of it",
    act: ({ path }) => Deno.writeTextFileSync(path, "[other]\nregion = x\n"),
    left: "[other]\nregion = x\n",
    says: WAITS,
  },
  {
    name: "empties it, for good",
    act: ({ path }) => Deno.truncateSync(path),
    left: "",
    says: WAITS,
  },
  {
    name: "adds to it",
    act: ({ path }) => Deno.writeTextFileSync(path, NEW),
    left: NEW,
  },
  {
    name: "renames another over it",
    act: ({ path }) => {
      Deno.writeTextFileSync(`${path}.new`, NEW);
      Deno.renameSync(`${path}.new`, path);
    },
    left: NEW,
  },
  {
    name: "removes it",
    act: ({ path }) => Deno.remove(path),
    left: undefined,
  },
  {
    name: "puts a directory in its place",
    act: async ({ path }) => {
      await Deno.remove(path);
      await Deno.mkdir(path);
    },
    left: undefined,
  },
  {
    // FILE_BUSY after 60 s, with the code spent: sessions of its own counted as lost.
    name: "is updsts, and removes another session",
    given: GIVEN + block("b"),
    act: async (scenario) => {
      const { code } = await scenario.updstsBesideOthers(["remove", "b"]);
      assert.equal(code, 0);
    },
    left: GIVEN,
    says: /^(?![^]*waiting until it is done)/,
  },
  {
    // Whoever may list the directory may lock it: the session was lost.
    name: "locks it for good",
    act: async ({ home }, stack) =>
      void stack.use(await lockDirectory(join(home, ".aws"))),
    left: GIVEN,
    says: /keeps .* locked: the session is written without/,
  },
];

interface Outcome {
  readonly done: boolean;
  readonly said: string;
}

/** The ways to a refresh. */
const DOORS: Readonly<
  Record<string, (scenario: Scenario) => Promise<Outcome>>
> = {
  get: async (scenario) => {
    const { code, stderr } = await scenario.updstsBesideOthers(
      "get default -t CODE",
    );
    assert(code === 0 || code === 3, stderr);
    return { done: code === 0, said: stderr };
  },
  // Once the server dropped on the way what the file had been: half a file was
  // taken for whole, and all that came behind it was lost.
  "the MCP server": async (scenario) => {
    await using client = await connect("modern", scenario.env);
    const { isError, content } = await client.call(
      "updsts_update_sts_credential",
      { profile_name: "default", totp_token: scenario.code() },
    );
    return { done: isError !== true, said: String(content[0]?.text) };
  },
};

for (const [door, refresh] of Object.entries(DOORS)) {
  Deno.test(`${door}: what another program does to the file while STS is asked is kept, however slow it is, and so is the session`, async () => {
    await Promise.all(MEANWHILE.map(async (row) => {
      const { name, given = GIVEN, act, left, says } = row;
      await using scenario = await Scenario.start({ given });
      using stack = new DisposableStack();
      const { done, said } = await scenario.whileAsked(
        () => refresh(scenario),
        () => act(scenario, stack),
      );
      const context = `${name}: ${said}`;
      if (says !== undefined && door === "get") {
        assert.match(said, says, context);
      }
      assert.equal(done, left !== undefined, context);
      if (left === undefined) {
        return assert.match(said, /this code is spent/, context);
      }
      const text = await scenario.read();
      assert.equal(text.slice(0, left.length), left, context);
      assert.match(text.slice(left.length), /^# \$\{\{\{ key=default /, name);
      assert.equal(
        valueIn(text, "default_sts", "aws_session_token"),
        scenario.sts.sessions[0]?.sessionToken,
      );
      assert.deepEqual(
        scenario.files().filter((name) => name !== ".updsts.lock"),
        ["credentials"],
      );
    }));
  });
}

// Another program has the file open, as only Windows lets it.

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

testUnless(
  windows,
  "get finds a file that another program holds open before the code is spent, or waits for it",
  async () => {
    await Promise.all(SHARINGS.map(async (sharing) => {
      await using scenario = await Scenario.start();
      const assertDone = async ({ code, stderr }: Finished) => {
        assert.equal(code, 0, stderr);
        assert.equal(scenario.codesSent, 1);
        assert(
          (await scenario.read()).startsWith(`${GIVEN}# \${{{ key=default `),
        );
      };
      if (sharing.read && sharing.remove) {
        using holder = new DisposableStack();
        holder.use(hold(scenario.path, sharing));
        const running = scenario.get();
        if (isWine()) {
          await scenario.untilAsked();
          holder.dispose();
        }
        return await assertDone(await running);
      }
      {
        // Once the code was spent, and what STS gave for it was lost.
        using _holder = hold(scenario.path, sharing);
        const { code, stderr } = await scenario.get();
        assert.equal(code, 3, stderr);
        assert.match(
          stderr,
          /^updsts: Cannot (?:read|write) the credentials file: .*: another program has it open/,
        );
        assert.match(
          stderr,
          /^hint: close it in the program[^]*virus\s+scanner/m,
        );
        assert.equal(scenario.codesSent, 0, "a code was spent");
      }
      if (sharing.remove) return;
      await assertDone(
        await scenario.whileAsked(() => scenario.get(), async () => {
          using _holder = hold(scenario.path, sharing);
          await pause(12_000);
        }),
      );
    }));
  },
);

testUnless(
  windows,
  "list waits for a program that holds the file open for a moment",
  async () => {
    await using scenario = await Scenario.start();
    using holder = new DisposableStack();
    holder.use(
      hold(scenario.path, { read: false, write: false, remove: false }),
    );
    const running = scenario.updsts("list");
    await pause(3_000);
    holder.dispose();
    const { code, stderr } = await running;
    assert.equal(code, 0, stderr);
  },
);
