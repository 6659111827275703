// get is killed at random moments of each phase: the file is the old or the new one, whole.
import assert from "node:assert/strict";
import { join } from "node:path";
import { baseEnvironment, commandLine } from "../support/command.ts";
import { times } from "../support/effort.ts";
import { GIVEN, Scenario, valueIn } from "../support/scenario.ts";

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

/** Longer than any round. */
const UNANSWERED = { kind: "delay_headers", ms: 600_000 } as const;

/** Makes writing take long enough to be hit: some 4 MB that are synced. */
const FILLER = `# ${"x".repeat(97)}\n`.repeat(40_000);

/** The phase that has begun when the temporary file or the request appears. */
async function waitFor(
  phase: Phase,
  scenario: Scenario,
  sent: number,
): Promise<void> {
  const temporary = () =>
    scenario.files().some((name) => name.startsWith(".updsts"));
  const until = async (happened: () => boolean) => {
    const deadline = Date.now() + 20_000;
    while (!happened() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  if (phase === "before the lock") return;
  if (phase === "rehearsing under the lock") return await until(temporary);
  await until(() => scenario.codesSent > sent);
  if (phase === "writing under the lock") await until(temporary);
}

/** Where the sessions are written, and the options that say so. */
interface Sessions {
  readonly path: string;
  readonly options: readonly string[];
}

/** Starts get, kills it in `phase`; what it had done by then. */
async function kill(
  phase: Phase,
  scenario: Scenario,
  { path, options }: Sessions,
): Promise<Phase | "done"> {
  const sent = scenario.codesSent;
  const before = await Deno.readTextFile(path);
  // It cannot be past asking before it is killed, however fast it is.
  if (phase === "asking STS") scenario.sts.script(UNANSWERED);
  const [command, ...args] = commandLine([
    "get",
    "-n",
    "default",
    "-t",
    scenario.code(),
    ...options,
  ]);
  const child = new Deno.Command(command, {
    args,
    env: { ...await baseEnvironment(), ...scenario.env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await waitFor(phase, scenario, sent);
  const range = phase === "before the lock" ? 60 : 12;
  await new Promise((resolve) => setTimeout(resolve, Math.random() * range));
  try {
    child.kill("SIGKILL");
  } catch {
    // It was faster.
  }
  await child.status;

  const asked = scenario.codesSent > sent;
  if (await Deno.readTextFile(path) !== before) return "done";
  if (scenario.files().some((name) => name.startsWith(".updsts"))) {
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

async function killInAllPhases(
  sessionsOf: (scenario: Scenario) => Sessions,
  rounds: number,
): Promise<void> {
  const hits = new Map<string, number>();
  // A phase may be over before the kill comes: how long it takes is the machine's.
  const missed = () => PHASES.some((phase) => !hits.has(phase));
  const work = async () => {
    await using scenario = await Scenario.start({ given: FILLER + GIVEN });
    const sessions = sessionsOf(scenario);
    const { path, options } = sessions;
    if (path !== scenario.path) await Deno.copyFile(scenario.path, path);
    const names = scenario.files();
    const least = rounds / 2;
    const most = least + MORE_ROUNDS;
    for (let round = 0; round < least || missed() && round < most; round++) {
      for (const phase of PHASES) {
        const hit = await kill(phase, scenario, sessions);
        hits.set(hit, (hits.get(hit) ?? 0) + 1);
        assertWhole(await Deno.readTextFile(path), scenario);
      }
      // The next run gets its session and clears away what the others left.
      const { code, stderr } = await scenario.updsts([
        ...["get", "default", "-t", scenario.code(), ...options],
      ]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(scenario.files(), names);
      assertWhole(await Deno.readTextFile(path), scenario);
    }
    if (path === scenario.path) return;
    assert.equal(await scenario.read(), FILLER + GIVEN);
  };
  await Promise.all([work(), work()]);
  const counts = JSON.stringify(Object.fromEntries(hits));
  assert(!missed(), `some phase was never hit: ${counts}`);
  console.log(`Killed: ${counts}`);
}

Deno.test("get killed in any phase leaves the old or the new file, and nothing that stays", async () => {
  await killInAllPhases(
    ({ path }) => ({ path, options: [] }),
    times({ brief: 12, full: 300 }),
  );
});

Deno.test("get -o killed in any phase leaves the file for sessions whole, and the keys alone", async () => {
  await killInAllPhases((scenario) => {
    const path = join(scenario.home, ".aws", "sessions");
    return { path, options: ["-o", path] };
  }, times({ brief: 6, full: 300 }));
});

const HOLDER = new URL("../support/lock_holder.ts", import.meta.url).href;

Deno.test("a lock that a killed process held blocks nobody", async () => {
  await using scenario = await Scenario.start();
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", HOLDER],
      join(scenario.home, ".aws"),
    ],
    stdout: "piped",
  }).spawn();
  const reader = holder.stdout.getReader();
  await reader.read();
  holder.kill("SIGKILL");
  await holder.status;
  await reader.cancel();
  const { code, stderr } = await scenario.get();
  assert.equal(stderr, "");
  assert.equal(code, 0);
});
