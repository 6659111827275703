// remove and prune: our blocks go, every other byte stays.
import assert from "node:assert/strict";
import { block, GIVEN, Scenario } from "../support/scenario.ts";
import { testUnless, unlessWindows } from "../support/skipping.ts";

const PAST = "2020-01-01T00:00:00+09:00";
const FUTURE = "2999-01-01T00:00:00+00:00";
const EXPIRED = block("default", PAST);
const MINE = block("default", FUTURE).replace(/^# \$}/m, "region = x\n$&");
const OTHER = block("other", FUTURE);

const WOULD_REMOVE = {
  result: [{
    status: "would_remove",
    profile_name: "default",
    removed_profile_name: "default_sts",
  }],
};

/** Files before and after a command. */
const CASES: readonly {
  readonly name: string;
  readonly given: string;
  readonly command: string;
  readonly code?: number;
  /** stdout, or what stderr says if the command fails. */
  readonly says: string | RegExp;
  readonly left?: string;
}[] = [
  {
    name: "keeps CRLF, lines between tag and header, and other blocks",
    given: (GIVEN + MINE.replace("updsts]\n[", "updsts]\noutput = json\n[") +
      OTHER).replaceAll("\n", "\r\n"),
    command: "remove -n default",
    says: "Removed default_sts, the session of default\n",
    left: `${GIVEN}output = json\n${OTHER}`.replaceAll("\n", "\r\n"),
  },
  {
    name: "refuses where other lines would change what they mean",
    given: `${GIVEN}${MINE}  [indented]\n`,
    command: "remove -n default",
    code: 3,
    says: /line 17/,
  },
  // For some programs its keys would become those of the profile above.
  ...["remove -n default", "prune"].map((command) => ({
    name: "refuses a block where lone CRs meet other line ends",
    given: GIVEN + EXPIRED.replace("]\n", "]\r"),
    ...{ command, code: 3, says: /lone CR/ },
  })),
  {
    name: "takes out what has expired, and nothing else",
    given: EXPIRED + GIVEN + OTHER + block("third", "whenever"),
    command: "prune",
    says: "Removed default_sts, the session of default\n",
    left: GIVEN + OTHER + block("third", "whenever"),
  },
  {
    name: "does not replace the file if nothing has expired",
    given: GIVEN + OTHER,
    command: "prune",
    says: "Nothing has expired\n",
  },
  // Regression: both went, and with one of them a session that was not asked for.
  {
    name: "takes a name for that of the source before that of a session",
    given: MINE + block("work", FUTURE, "default"),
    command: "remove default",
    says: "Removed default_sts, the session of default\n",
    left: block("work", FUTURE, "default"),
  },
  {
    name: "takes a name for that of a session if it is that of no source",
    given: block("work", FUTURE, "default"),
    command: "remove default",
    says: "Removed default, the session of work\n",
    left: "",
  },
  {
    // Regression: a dry run said that they were removed.
    name: "says what it would remove beside a damaged block",
    given: EXPIRED + block("third", PAST).replace(/^# \$}/m, "[two]\n$&"),
    command: "prune --dry-run",
    code: 3,
    says: /^Would remove default_sts, the session of default$/m,
  },
  {
    name: "says what it would remove",
    given: EXPIRED + OTHER,
    command: "prune --dry-run --json",
    says: `${JSON.stringify(WOULD_REMOVE)}\n`,
  },
];

for (const { name, given, command, code = 0, says, left } of CASES) {
  Deno.test(`${command}: ${name}`, async () => {
    await using scenario = await Scenario.start({ given });
    const { ino } = await Deno.stat(scenario.path);
    const result = await scenario.updsts(command);
    assert.equal(result.code, code, result.stderr);
    if (typeof says === "string") assert.equal(result.stdout, says);
    else assert.match(result.stderr, says);
    assert.equal(await scenario.read(), left ?? given);
    const isReplaced = (await Deno.stat(scenario.path)).ino !== ino;
    assert.equal(isReplaced, left !== undefined);
  });
}

Deno.test("remove takes out the block that get made, and gives back the file", async () => {
  for (const name of ["default", "default_sts"]) {
    await using scenario = await Scenario.start();
    assert.equal((await scenario.get()).code, 0);
    const refreshed = await scenario.read();
    const dry = await scenario.updsts(`remove -n ${name} --dry-run`);
    const session = "default_sts, the session of default\n";
    assert.equal(dry.stdout, `Would remove ${session}`);
    assert.equal(await scenario.read(), refreshed);
    const { code, stdout, stderr } = await scenario.updsts(`remove -n ${name}`);
    assert.deepEqual([code, stdout, stderr], [0, `Removed ${session}`, ""]);
    assert.equal(await scenario.read(), GIVEN);
    const again = await scenario.updsts(`remove -n ${name}`);
    assert.equal(again.code, 3);
    assert.match(again.stderr, /keeps no block for it/);
  }
});

testUnless(
  unlessWindows("files have no modes"),
  "prune says that others can read the file, also when nothing changes",
  async () => {
    for (const expiration of [PAST, FUTURE]) {
      const given = GIVEN + block("default", expiration);
      await using scenario = await Scenario.start({ given });
      await Deno.chmod(scenario.path, 0o644);
      const { code, stderr } = await scenario.updsts("prune");
      assert.equal(code, 0);
      assert.match(stderr, /^warning: .*chmod 600/m);
    }
  },
);
