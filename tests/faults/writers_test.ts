// Many writers at one file: nobody's update is lost, nobody waits for ever.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Finished, isInstalled } from "../support/command.ts";
import { lockDirectory } from "../support/directory_lock.ts";
import { times } from "../support/effort.ts";
import { ALICE, GIVEN, Scenario, valueIn } from "../support/scenario.ts";

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

function assertSessionsWhole(text: string, scenario: Scenario): void {
  for (const profile of PROFILES) {
    assert.equal(
      text.split(`# \${{{ key=${profile} [`).length,
      2,
      `one block for ${profile}`,
    );
    const id = valueIn(text, `${profile}_sts`, "aws_access_key_id");
    const session = scenario.sts.sessions.find(({ accessKeyId }) =>
      accessKeyId === id
    );
    assert.equal(
      valueIn(text, `${profile}_sts`, "aws_secret_access_key"),
      session?.secretAccessKey,
    );
    assert.equal(
      valueIn(text, `${profile}_sts`, "aws_session_token"),
      session?.sessionToken,
    );
  }
}

function runMany(
  scenario: Scenario,
  count: number,
  files: readonly string[] = [],
): Promise<Finished[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => {
    const name = PROFILES[index % PROFILES.length] ?? "";
    const args = ["get", "-n", name, "-t", scenario.code(), ...files];
    return scenario.updstsBesideOthers(args);
  }));
}

async function getMany(
  ...given: Parameters<typeof runMany>
): Promise<void> {
  for (const { code, stderr } of await runMany(...given)) {
    assert.equal(code, 0, stderr);
  }
}

/** Windows takes long to start as many processes, and nobody waits for ever. */
const MANY = Deno.build.os === "windows"
  ? 8
  // The emulator shares the processors with so many programs.
  : times({ brief: 40, full: Deno.env.has("UPDSTS_COMMAND") ? 500 : 150 });

Deno.test(`${MANY} get over 4 profiles at once: all succeed, one block a key`, async () => {
  // Of 128 at once, 21 to 57 were refused, since one process «had kept» the lock.
  await using scenario = await Scenario.start({ given: FOUR });
  await getMany(scenario, MANY);
  const text = await scenario.read();
  assert(text.startsWith(FOUR));
  assertSessionsWhole(text, scenario);
  assert.equal(scenario.codesSent, MANY);
  assert.deepEqual(scenario.files(), ["credentials"]);
});

Deno.test("40 get over 4 profiles at once, into a file of their own that nobody has made", async () => {
  for (let round = 0; round < times({ brief: 1, full: 10 }); round++) {
    await using scenario = await Scenario.start({ given: FOUR });
    const sessions = join(scenario.home, "sessions", "credentials");
    await getMany(scenario, 40, ["-o", sessions]);
    assert.equal(await scenario.read(), FOUR);
    assertSessionsWhole(await Deno.readTextFile(sessions), scenario);
    assert.equal(scenario.codesSent, 40);
    assert.deepEqual(
      Array.from(Deno.readDirSync(join(scenario.home, "sessions")))
        .map(({ name }) => name),
      ["credentials"],
    );
  }
});

Deno.test("20 get beside a script that replaces other profiles: neither loses what it wrote", async () => {
  for (let round = 0; round < times({ brief: 1, full: 10 }); round++) {
    await using scenario = await Scenario.start({ given: FOUR });
    let stop = false;
    let written = 0;
    // A well-behaved writer of another kind: reads, and renames a new file over.
    const other = (async () => {
      while (!stop) {
        const text = await scenario.read();
        const next = `${text.replace(/^# counter .*\n/m, "")}`;
        const path = join(scenario.home, "next");
        await Deno.writeTextFile(path, `# counter ${written + 1}\n${next}`, {
          mode: 0o600,
        });
        // Between its read and its rename it knows as little of us as we of it.
        if (await scenario.read() === text) {
          try {
            await Deno.rename(path, scenario.path);
            written++;
          } catch (error) {
            // There, it is refused while somebody has the file open.
            if (Deno.build.os !== "windows") throw error;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    await getMany(scenario, 20);
    stop = true;
    await other;
    const text = await scenario.read();
    assert(written > 0);
    assert(text.includes(FOUR));
    assertSessionsWhole(text, scenario);
    assert.match(text, /^# counter \d+$/m);
    assert.deepEqual(scenario.files(), ["credentials"]);
  }
});

Deno.test({
  name: "20 get beside aws configure set: blocks stay whole" +
    (isInstalled("aws") ? "" : " (skipped: aws is not installed)"),
  ignore: !isInstalled("aws"),
  fn: async () => {
    await using scenario = await Scenario.start({
      given: `${FOUR}[other]\nregion = x\n`,
    });
    let stop = false;
    const other = (async () => {
      for (let count = 0; !stop; count++) {
        const { code, stderr } = await scenario.run("aws", [
          "configure",
          "set",
          "aws_session_token",
          `token${count}`,
          "--profile",
          "other",
        ]);
        assert.equal(code, 0, stderr);
      }
    })();
    const finished = await runMany(scenario, 20);
    stop = true;
    await other;
    // The AWS CLI truncates the file and writes it anew: what it had not read
    // is lost by it, and who looks meanwhile sees half a file, and says so.
    for (const { code, stderr } of finished) {
      assert(code === 0 || (code === 3 && stderr !== ""), stderr);
    }
    await getMany(scenario, 4);
    const text = await scenario.read();
    assertSessionsWhole(text, scenario);
    assert.match(text, /^\[other\]$/m);
    assert.deepEqual(scenario.files(), ["credentials"]);
  },
});

const HOLDER = new URL("../support/lock_holder.ts", import.meta.url).href;

Deno.test("a lock held by a stopped process: waits ten seconds, says so, spends nothing", async () => {
  await using scenario = await Scenario.start();
  const directory = join(scenario.home, ".aws");
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", HOLDER, directory],
    stdout: "piped",
  }).spawn();
  const reader = holder.stdout.getReader();
  await reader.read();
  // Windows stops none; to us, one that goes on is as bad.
  if (Deno.build.os !== "windows") holder.kill("SIGSTOP");
  try {
    const before = await scenario.read();
    const { code, stderr } = await scenario.updstsBesideOthers([
      "get",
      "-n",
      "default",
      "-t",
      scenario.code(),
    ]);
    assert.equal(code, 3);
    assert.match(
      stderr,
      new RegExp(
        `another updsts \\(process ${holder.pid}\\) has kept it locked for 10 s`,
      ),
    );
    assert.equal(scenario.codesSent, 0);
    assert.equal(await scenario.read(), before);
  } finally {
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
  }
  const { code } = await scenario.get();
  assert.equal(code, 0);
  assert.deepEqual(scenario.files(), ["credentials"]);
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// The half that was rehearsed on had become what the file was compared with:
// exit 0, and two profiles gone, one with a long-term key.
for (const command of ["get", "remove", "prune"] as const) {
  Deno.test(`${command}, waiting for the lock, while another program truncates the file and writes the rest later: all of it is kept`, async () => {
    await using scenario = await Scenario.start({ given: FOUR });
    const get = ["get", "-n", "a", "-t", scenario.code()];
    if (command !== "get") {
      assert.equal((await scenario.updsts(get)).code, 0);
      const expired = (await scenario.read())
        .replace(/^(expiration_datetime = )20\d\d/m, "$12020");
      await scenario.write(expired);
    }
    const given = await scenario.read();
    const lock = await lockDirectory(join(scenario.home, ".aws"));
    const args = { get, remove: ["remove", "a"], prune: ["prune"] }[command];
    const running = scenario.updstsBesideOthers(args);
    // It has read the file by then: nobody can tell it when.
    await pause(1_500);
    using writer = await Deno.open(scenario.path, {
      write: true,
      truncate: true,
    });
    const bytes = new TextEncoder().encode(given);
    const half = given.indexOf("[c]");
    await writer.write(bytes.subarray(0, half));
    await pause(500);
    lock[Symbol.dispose]();
    await pause(3_000);
    await writer.write(bytes.subarray(half));
    const { code, stderr } = await running;
    assert.equal(code, 0, stderr);
    const text = await scenario.read();
    if (command === "get") {
      assert(text.startsWith(`${FOUR}# \${{{ key=a `), text);
    } else assert.equal(text, FOUR);
    assert.equal(scenario.codesSent, 1);
  });
}

// FILE_BUSY after 60 s, with the code spent: blocks of its own kind counted as lost.
Deno.test("get waits for STS while other commands of updsts refresh and remove another session: nobody waits for nobody", async () => {
  await using scenario = await Scenario.start({ given: FOUR });
  const other = (...args: string[]) => scenario.updstsBesideOthers(args);
  const refreshed = () => other("get", "-n", "b", "-t", scenario.code());
  assert.equal((await refreshed()).code, 0);
  scenario.sts.script({ kind: "delay_headers", ms: 3_000 });
  const sent = scenario.codesSent;
  const running = other("get", "-n", "a", "-t", scenario.code());
  while (scenario.codesSent === sent) await pause(5);
  let done = false;
  const ended = running.finally(() => done = true);
  for (let round = 0; !done; round++) {
    const { code, stderr } = round % 2 === 0
      ? await other("remove", "b")
      : await refreshed();
    assert.equal(code, 0, stderr);
  }
  const { code, stderr } = await ended;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /waiting until it is done/);
  assert.match(await scenario.read(), /\[a_sts\]/);
});

// Whoever may list the directory may lock it: the session was lost.
Deno.test("a lock that somebody holds while STS is asked delays the session, and loses none", async () => {
  await using scenario = await Scenario.start();
  scenario.sts.script({ kind: "delay_headers", ms: 500 });
  const running = scenario.updstsBesideOthers(
    ["get", "-n", "default", "-t", scenario.code()],
  );
  while (scenario.codesSent === 0) await pause(5);
  using _lock = await lockDirectory(join(scenario.home, ".aws"));
  const { code, stderr } = await running;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /keeps .* locked: the session is written without/);
  assert((await scenario.read()).startsWith(`${GIVEN}# \${{{ key=default `));
  assert.deepEqual(scenario.files().filter((name) => name !== ".updsts.lock"), [
    "credentials",
  ]);
});
