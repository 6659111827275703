// A laptop that sleeps while STS answers: get is stopped past its deadline, and takes the answer when it wakes.
import assert from "node:assert/strict";
import { baseEnvironment, commandLine } from "../support/command.ts";
import { FULL } from "../support/effort.ts";
import { Scenario } from "../support/scenario.ts";
import { unlessWindows } from "../support/skipping.ts";

const posix = unlessWindows("it has no signal that stops a process");
const note = FULL ? posix.note : " (skipped: takes 35 s; UPDSTS_FAULTS=full)";
const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test({
  name: `get takes the answer that came while it was stopped for 35 s${note}`,
  ignore: posix.ignore || !FULL,
  fn: async () => {
    // Once it gave up with STS_TIMEOUT, and the session was lost.
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind: "delay_headers", ms: 1_000 });
    const [command, ...args] = commandLine(
      ["get", "-n", "default", "-t", scenario.code()],
    );
    const child = new Deno.Command(command, {
      args,
      env: { ...await baseEnvironment(), ...scenario.env },
      clearEnv: true,
      ...{ stdin: "null", stdout: "piped", stderr: "piped" },
    }).spawn();
    while (scenario.codesSent === 0) await sleep(10);
    child.kill("SIGSTOP");
    await sleep(35_000);
    child.kill("SIGCONT");
    const { code, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(scenario.codesSent, 1);
    assert.match(await scenario.read(), /^\[default_sts\]$/m);
  },
});
