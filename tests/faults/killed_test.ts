// What becomes of a get that is killed or stopped at any moment, and what it asks of the system to be safe then.
import assert from "node:assert/strict";
import { join } from "node:path";
import { commandLine, run } from "../support/command.ts";
import { FULL, times } from "../support/effort.ts";
import { GIVEN, Scenario, valueIn } from "../support/scenario.ts";
import { testUnless, unless, unlessWindows } from "../support/skipping.ts";

/** Where a run can be, in order; told from outside by what it has done so far. */
const PHASES = [
  "before the lock",
  "rehearsing under the lock",
  "asking STS",
  "writing under the lock",
] as const;
type Phase = typeof PHASES[number];

/** How many rounds more than asked for may be needed until each phase was hit. */
const MORE_ROUNDS = 50;

/** Makes writing take long enough to be hit: some 4 MB that are synced. */
const FILLER = `# ${"x".repeat(97)}\n`.repeat(40_000);

const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function hasTemporary(scenario: Scenario): boolean {
  return scenario.files().some((name) => name.startsWith(".updsts"));
}

/** The phase that has begun when the temporary file or the request appears. */
async function waitFor(
  phase: Phase,
  scenario: Scenario,
  sent: number,
): Promise<void> {
  const until = async (happened: () => boolean) => {
    const deadline = Date.now() + 20_000;
    while (!happened() && Date.now() < deadline) await sleep(0);
  };
  if (phase === "before the lock") return;
  if (phase !== "rehearsing under the lock") {
    await until(() => scenario.codesSent > sent);
  }
  if (phase !== "asking STS") await until(() => hasTemporary(scenario));
}

/** Starts get, kills it in `phase`; what it had done by then. */
async function kill(
  phase: Phase,
  scenario: Scenario,
  path: string,
  options: readonly string[],
): Promise<Phase | "done"> {
  const sent = scenario.codesSent;
  const before = await Deno.readTextFile(path);
  // It cannot be past asking before it is killed, however fast it is.
  if (phase === "asking STS") {
    scenario.sts.script({ kind: "delay_headers", ms: 600_000 });
  }
  const child = await scenario.spawn(
    ["get", "default", "-t", "CODE", ...options],
  );
  const output = child.output();
  await waitFor(phase, scenario, sent);
  await sleep(Math.random() * (phase === "before the lock" ? 60 : 12));
  try {
    child.kill("SIGKILL");
  } catch {
    // It was faster.
  }
  await output;

  const asked = scenario.codesSent > sent;
  if (await Deno.readTextFile(path) !== before) return "done";
  if (hasTemporary(scenario)) {
    return asked ? "writing under the lock" : "rehearsing under the lock";
  }
  return asked ? "asking STS" : "before the lock";
}

/** Fails unless the file holds the given text and at most one whole block. */
function assertWhole(text: string, scenario: Scenario): void {
  assert.equal(text.slice(0, FILLER.length + GIVEN.length), FILLER + GIVEN);
  const block = text.slice(FILLER.length + GIVEN.length);
  if (block === "") return;
  assert.match(
    block,
    /^# \$\{\{\{ key=default [^\n]*\n(?:[^\n]+\n){6}# \$\}\}\} \[auto update by updsts\]\n$/,
  );
  const token = valueIn(block, "default_sts", "aws_session_token");
  const session = scenario.sts.sessions.find(({ sessionToken }) =>
    sessionToken === token
  );
  assert.equal(
    valueIn(block, "default_sts", "aws_secret_access_key"),
    session?.secretAccessKey,
  );
}

for (const apart of [false, true]) {
  Deno.test(`get${apart ? " -o" : ""} killed in any phase leaves the old or the new file${apart ? " and the keys alone" : ""}, and nothing that stays`, async () => {
    const least = times({ brief: apart ? 3 : 6, full: 150 });
    const hits = new Map<string, number>();
    // A phase may be over before the kill comes: how long it takes is the machine's.
    const missed = () => PHASES.some((phase) => !hits.has(phase));
    const work = async () => {
      await using scenario = await Scenario.start({ given: FILLER + GIVEN });
      const path = apart
        ? join(scenario.home, ".aws", "sessions")
        : scenario.path;
      const options = apart ? ["-o", path] : [];
      if (apart) await Deno.copyFile(scenario.path, path);
      const names = scenario.files();
      const most = least + MORE_ROUNDS;
      for (let round = 0; round < least || missed() && round < most; round++) {
        for (const phase of PHASES) {
          const hit = await kill(phase, scenario, path, options);
          hits.set(hit, (hits.get(hit) ?? 0) + 1);
          assertWhole(await Deno.readTextFile(path), scenario);
        }
        // The next run gets its session and clears away what the others left.
        const { code, stderr } = await scenario.updsts(
          ["get", "default", "-t", "CODE", ...options],
        );
        assert.equal(code, 0, stderr);
        assert.deepEqual(scenario.files(), names);
        assertWhole(await Deno.readTextFile(path), scenario);
      }
      if (apart) assert.equal(await scenario.read(), FILLER + GIVEN);
    };
    await Promise.all([work(), work()]);
    const counts = JSON.stringify(Object.fromEntries(hits));
    assert(!missed(), `some phase was never hit: ${counts}`);
    console.log(`Killed: ${counts}`);
  });
}

const sleeping = FULL
  ? unlessWindows("it has no signal that stops a process")
  : unless(false, "takes 35 s; UPDSTS_FAULTS=full");

testUnless(
  sleeping,
  "get takes the answer that came while it was stopped for 35 s, as by a laptop that sleeps",
  async () => {
    // Once it gave up with STS_TIMEOUT, and the session was lost.
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind: "delay_headers", ms: 1_000 });
    const child = await scenario.spawn("get default -t CODE");
    await scenario.untilAsked();
    child.kill("SIGSTOP");
    await sleep(35_000);
    child.kill("SIGCONT");
    const { code, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(scenario.codesSent, 1);
    assert.match(await scenario.read(), /^\[default_sts\]$/m);
  },
);

const tracing = unless(await canTrace(), "strace cannot trace here");

async function canTrace(): Promise<boolean> {
  try {
    return (await run("strace", ["-f", "-o", "/dev/null", "true"])).code === 0;
  } catch {
    return false;
  }
}

const CALLS = [
  ...["open", "openat", "creat", "rename", "renameat", "renameat2"],
  ...["chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown"],
  ...["write", "pwrite64", "writev", "fsync", "fdatasync"],
];

/** The calls of a get that name our own files or their directory, in order. */
async function traced(scenario: Scenario): Promise<string[]> {
  const log = join(scenario.home, "calls");
  const get = ["get", "-n", "default", "-t", scenario.code()];
  const { code, stderr } = await scenario.run("strace", [
    // Descriptors with their paths; no content of what is written.
    ...["-f", "-y", "-s", "200", "-o", log],
    ...["-e", `trace=${CALLS}`, ...commandLine(get)],
  ]);
  assert.equal(code, 0, stderr);
  return (await Deno.readTextFile(log)).split("\n")
    .filter((line) => line.includes(`${scenario.home}/.aws`))
    .map((line) => line.replace(/^\d+ +/, ""));
}

for (const mode of [0o600, 0o644]) {
  testUnless(
    tracing,
    `a file of mode ${
      mode.toString(8)
    } is created exclusively, written and given away by its handle, and on the disk before it is renamed`,
    async () => {
      await using scenario = await Scenario.start();
      await Deno.chmod(scenario.path, mode);
      const calls = await traced(scenario);
      const indexOf = (pattern: RegExp) =>
        calls.findIndex((call) => pattern.test(call));
      const lastOf = (pattern: RegExp) =>
        calls.findLastIndex((call) => pattern.test(call));
      const nameIn = (call = "") => /\.updsts-[^"]*/.exec(call)?.[0] ?? "";

      const opened = calls.filter((call) =>
        /^open.*"[^"]*\.updsts-/.test(call)
      );
      const names = opened.map(nameIn);
      assert(opened.length >= 2, calls.join("\n"));
      assert.equal(new Set(names).size, names.length, "one was opened again");
      for (const call of opened) {
        assert.match(call, /O_CREAT\|O_EXCL/);
        assert.match(call, /, 0600(?:\)| <unfinished)/);
      }
      assert.equal(indexOf(/^[a-z]*ch(?:mod|own)[a-z]*\([^)]*"/), -1);

      const rename = indexOf(/^rename/);
      const name = nameIn(calls[rename]);
      assert(names.includes(name), calls[rename]);
      const written = lastOf(new RegExp(`^p?write.*<[^>]*${name}>`));
      const given = lastOf(new RegExp(`^fchmod\\(.*${name}>`));
      const synced = indexOf(new RegExp(`^fsync\\(.*${name}>`));
      const directory = lastOf(/^fsync\(\d+<[^>]*\/\.aws>/);
      assert(written !== -1 && written < synced);
      assert.equal(given !== -1, mode !== 0o600);
      if (given !== -1) {
        assert(written < given && given < synced, "given away too early");
      }
      assert(synced < rename && rename < directory, calls.join("\n"));
    },
  );
}
