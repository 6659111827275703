// Another program has the file open, as only Windows lets it: found before the code is spent, or waited for.
import assert from "node:assert/strict";
import { hold, isWine, type Sharing } from "../support/held_file.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { unless } from "../support/skipping.ts";

const windows = unless(
  Deno.build.os === "windows",
  "only Windows lets a program keep a file from others",
);

const BOTH = [false, true];
const SHARINGS: readonly Sharing[] = BOTH.flatMap((read) =>
  BOTH.flatMap((write) => BOTH.map((remove) => ({ read, write, remove })))
);

function get(scenario: Scenario, ...options: readonly string[]) {
  return scenario.getWith([...options]);
}

async function whenAsked(scenario: Scenario): Promise<void> {
  while (scenario.codesSent === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function heldThroughout(sharing: Sharing): Promise<void> {
  await using scenario = await Scenario.start();
  using _holder = hold(scenario.path, sharing);
  const { code, stderr } = await get(scenario);
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /^updsts: Cannot (?:read|write) the credentials file: .*: another program has it open/,
  );
  assert.match(stderr, /^hint: close it in the program[^]*virus\s+scanner/m);
  assert.equal(scenario.codesSent, 0, "a code was spent");
}

Deno.test(
  `get finds a file that is held before the code is spent, whatever others may do with it${windows.note}`,
  {
    ignore: windows.ignore,
  },
  async () => {
    // Once the code was spent, and what STS gave for it was lost.
    const kept = SHARINGS.filter(({ read, remove }) => !read || !remove);
    assert.equal(kept.length, 6);
    await Promise.all(kept.map(heldThroughout));
  },
);

Deno.test(
  `get replaces a file that others may read and replace${windows.note}`,
  {
    ignore: windows.ignore,
  },
  async () => {
    const shared = SHARINGS.filter(({ read, remove }) => read && remove);
    for (const sharing of shared) {
      await using scenario = await Scenario.start();
      using holder = new DisposableStack();
      holder.use(hold(scenario.path, sharing));
      const running = get(scenario);
      if (isWine()) {
        await whenAsked(scenario);
        holder.dispose();
      }
      const { code, stderr } = await running;
      assert.equal(code, 0, stderr);
      assert(
        (await scenario.read()).startsWith(`${GIVEN}# \${{{ key=default `),
      );
    }
  },
);

Deno.test(
  `get waits for who has opened the file since STS was asked${windows.note}`,
  {
    ignore: windows.ignore,
  },
  async () => {
    const wait = async (sharing: Sharing) => {
      await using scenario = await Scenario.start();
      scenario.sts.script({ kind: "delay_headers", ms: 500 });
      const running = get(scenario);
      await whenAsked(scenario);
      {
        using _holder = hold(scenario.path, sharing);
        await new Promise((resolve) => setTimeout(resolve, 12_000));
      }
      const { code, stderr } = await running;
      assert.equal(code, 0, stderr);
      assert.equal(scenario.codesSent, 1);
      assert(
        (await scenario.read()).startsWith(`${GIVEN}# \${{{ key=default `),
      );
    };
    await Promise.all(SHARINGS.filter(({ remove }) => !remove).map(wait));
  },
);

Deno.test(`list waits for who has the file open for a moment${windows.note}`, {
  ignore: windows.ignore,
}, async () => {
  await using scenario = await Scenario.start();
  using holder = new DisposableStack();
  holder.use(hold(scenario.path, { read: false, write: false, remove: false }));
  const running = scenario.updsts(["list"]);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  holder.dispose();
  const { code, stderr } = await running;
  assert.equal(code, 0, stderr);
});
