// A get that is asked to end: before STS is asked it does so at once, afterwards it writes down what STS gives.
import assert from "node:assert/strict";
import { baseEnvironment, commandLine } from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { unlessWindows } from "../support/skipping.ts";

const signals = unlessWindows("Windows asks no program to end");

function test(name: string, fn: () => Promise<void>): void {
  Deno.test(name + signals.note, { ignore: signals.ignore }, fn);
}

/** Starts a get that STS keeps waiting for so long, and returns when it has been asked. */
async function startSlowGet(
  scenario: Scenario,
  ms: number,
  ...options: readonly string[]
): Promise<Deno.ChildProcess> {
  scenario.sts.script({ kind: "delay_headers", ms });
  const [command, ...args] = commandLine([
    ...["get", "-n", "default", "-t", scenario.code()],
    ...options,
  ]);
  const child = new Deno.Command(command, {
    args,
    env: { ...await baseEnvironment(), ...scenario.env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  while (scenario.codesSent === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return child;
}

async function finished(child: Deno.ChildProcess) {
  const { code, signal, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    ...{ code, signal },
    ...{ stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) },
  };
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  // Regression: the process ended at once, so that STS gave a session for the
  // code, and nobody wrote it down.
  test(`on ${signal}, get writes the session that STS takes a second to give, and says that it was interrupted`, async () => {
    await using scenario = await Scenario.start();
    const child = await startSlowGet(scenario, 1_000, "--json");
    child.kill(signal);
    const { code, stdout, stderr } = await finished(child);
    assert.equal(code, 130, stderr);
    assert.match(stderr, /^STS has been asked, and its answer is waited for/);
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
  const { name, signals } of [
    { name: "the same, twice at once", signals: ["SIGINT", "SIGINT"] },
    { name: "two kinds", signals: ["SIGINT", "SIGTERM", "SIGHUP"] },
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
    assert.equal(stderr.split("STS has been asked").length, 2);
    assert.match(await scenario.read(), /\[default_sts\]/);
  });
}
