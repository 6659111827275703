// A get that is asked to end: before STS is asked it does so at once, afterwards it writes down what STS gives.
import assert from "node:assert/strict";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { testUnless, unlessWindows } from "../support/skipping.ts";

const signals = unlessWindows("Windows asks no program to end");

const test = (name: string, fn: () => Promise<void>) =>
  testUnless(signals, name, fn);

/** No process of a test lives longer, in milliseconds: a signal that it ignores ends none. */
const MAX_LIFE = 20_000;

async function start(
  scenario: Scenario,
  line: string,
  stdin: "null" | "piped" = "null",
): Promise<Deno.ChildProcess> {
  const child = await scenario.spawn(line, stdin);
  const late = setTimeout(() => child.kill("SIGKILL"), MAX_LIFE);
  child.status.finally(() => clearTimeout(late));
  return child;
}

/** Starts a get that STS keeps waiting for so long, and returns when it has been asked. */
async function startSlowGet(
  scenario: Scenario,
  ms: number,
  options = "",
): Promise<Deno.ChildProcess> {
  scenario.sts.script({ kind: "delay_headers", ms });
  const child = await start(scenario, `get default -t CODE${options}`);
  while (scenario.codesSent === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return child;
}

async function finished(child: Deno.ChildProcess) {
  const { code, signal, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const [out, err] = [decoder.decode(stdout), decoder.decode(stderr)];
  return { code, signal, stdout: out, stderr: err };
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  // Regression: the process ended at once, so that STS gave a session for the
  // code, and nobody wrote it down.
  test(`on ${signal}, get writes the session that STS takes a second to give, and says that it was interrupted`, async () => {
    await using scenario = await Scenario.start();
    const child = await startSlowGet(scenario, 1_000, " --json");
    child.kill(signal);
    const { code, stdout, stderr } = await finished(child);
    assert.equal(code, 130, stderr);
    assert.match(stderr, /^Waiting for STS, since the code may be spent/);
    assert.equal(JSON.parse(stdout).result.status, "updated");
    assert.match(await scenario.read(), /\[default_sts\]/);
    assert.deepEqual(scenario.files(), ["credentials"]);
    scenario.assertNoSecret(stdout + stderr);
  });
}

test("a second signal ends get at once, without a trace", async () => {
  await using scenario = await Scenario.start();
  const child = await startSlowGet(scenario, 30_000);
  child.kill("SIGTERM");
  // The first must have been heard before the second: they are not counted by the system.
  const reader = child.stderr.getReader();
  await reader.read();
  reader.releaseLock();
  // What comes at once is taken for the same.
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGTERM");
  const { code } = await finished(child);
  assert.equal(code, 130);
  assert.equal(await scenario.read(), GIVEN);
  assert.deepEqual(scenario.files(), ["credentials"]);
});

for (
  const [name, signals] of [
    ["the same, twice at once", ["SIGINT", "SIGINT"]],
    ["two kinds", ["SIGINT", "SIGTERM", "SIGHUP"]],
  ] as const
) {
  // Regression: one Ctrl-C reaches a program behind `deno task` three times,
  // and the second was taken for that of somebody who will not wait.
  test(`signals of one request do not end get: ${name}`, async () => {
    await using scenario = await Scenario.start();
    const child = await startSlowGet(scenario, 1_500);
    for (const signal of signals) {
      child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { code, stderr } = await finished(child);
    assert.equal(code, 130, stderr);
    // Said once.
    assert.equal(stderr.split("the code may be spent").length, 2);
    assert.match(await scenario.read(), /\[default_sts\]/);
  });
}

/** Makes writing take long enough to be met: some 4 MB that are synced. */
const FILLER = `# ${"x".repeat(97)}\n`.repeat(40_000);

for (const command of ["get", "remove"] as const) {
  // Regression: the signal ended the process at once, and its new file stayed.
  test(`a signal while ${command} has a new file beside the old one leaves none there`, async () => {
    await using scenario = await Scenario.start({ given: FILLER + GIVEN });
    assert.equal((await scenario.get()).code, 0);
    const before = await scenario.read();
    const hasNewFile = () =>
      scenario.files().some((name) => name.startsWith(".updsts"));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      let code: number | undefined;
      // The command may be faster than we look: then once more.
      for (let round = 0; code !== 130 && round < 50; round++) {
        const typed = command === "get" ? " -t CODE" : "";
        const child = await start(scenario, `${command} default${typed}`);
        const output = finished(child);
        let ended = false;
        output.finally(() => ended = true);
        while (!hasNewFile() && !ended) {
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
        try {
          child.kill(signal);
        } catch {
          // It has ended.
        }
        const { stderr, ...end } = await output;
        code = end.code;
        assert(code === 0 || code === 130, stderr);
        assert.deepEqual(scenario.files(), ["credentials"], stderr);
        const text = await scenario.read();
        assert(text === before || text.startsWith(FILLER + GIVEN));
        await scenario.write(before);
      }
      assert.equal(code, 130);
    }
  });
}

test("a signal while stdin is waited for ends get as a signal does, for a script to see", async () => {
  await using scenario = await Scenario.start();
  let ended: Deno.CommandStatus | undefined;
  // Until it reads there, another end is as good.
  for (let wait = 250; ended?.signal == null && wait < 20_000; wait *= 2) {
    const child = await start(scenario, "get default -t -", "piped");
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill("SIGINT");
    ended = await child.status;
    await child.stdin.close();
    await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
  }
  assert.equal(ended?.signal, "SIGINT");
  assert.deepEqual(scenario.files(), ["credentials"]);
});
