// remove and prune: our blocks go, every other byte stays.
import assert from "node:assert/strict";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { testUnless, unlessWindows } from "../support/skipping.ts";

function block(key: string, name: string, expiration: string, extra = "") {
  return [
    `# \${{{ key=${key} [auto update by updsts]`,
    `[${name}]`,
    "aws_access_key_id = ASIAEXAMPLESESSION00",
    "aws_secret_access_key = canaryLongTerm",
    "aws_session_token = canaryLongTerm",
    `expiration_datetime = ${expiration}`,
    `${extra}# $}}} [auto update by updsts]`,
    "",
  ].join("\n");
}

const PAST = "2020-01-01T00:00:00+09:00";
const FUTURE = "2999-01-01T00:00:00+00:00";

Deno.test("remove takes out the block that get made, and gives back the file", async () => {
  for (const name of ["default", "default_sts"]) {
    await using scenario = await Scenario.start();
    assert.equal((await scenario.get()).code, 0);
    const before = await scenario.read();
    const dry = await scenario.updsts(`remove ${name} --dry-run`);
    const which = "remove default_sts, the session of default\n";
    assert.equal(dry.stdout, `Would ${which}`);
    assert.equal(await scenario.read(), before);
    const { code, stdout, stderr } = await scenario.updsts(`remove ${name}`);
    assert.equal(stderr, "");
    assert.equal(stdout, which.replace("remove", "Removed"));
    assert.equal(code, 0);
    assert.equal(await scenario.read(), GIVEN);
    const again = await scenario.updsts(`remove ${name}`);
    assert.equal(again.code, 3);
    assert.match(again.stderr, /keeps no block for it/);
  }
});

Deno.test("remove keeps CRLF, what stands between tag and header, and other blocks", async () => {
  const other = block("other", "other_sts", FUTURE);
  const mine = block("default", "default_sts", FUTURE, "region = x\n")
    .replace("updsts]\n[", "updsts]\noutput = json\n[");
  const given = (GIVEN + mine + other).replaceAll("\n", "\r\n");
  await using scenario = await Scenario.start({ given });
  assert.equal((await scenario.updsts("remove default")).code, 0);
  assert.equal(
    await scenario.read(),
    `${GIVEN}output = json\n${other}`.replaceAll("\n", "\r\n"),
  );
});

Deno.test("prune takes out what has expired, and nothing else", async () => {
  const expired = block("default", "default_sts", PAST);
  const valid = block("other", "other_sts", FUTURE);
  const unclear = block("third", "third_sts", "whenever");
  await using scenario = await Scenario.start({
    given: expired + GIVEN + valid + unclear,
  });
  const dry = await scenario.updsts("prune --dry-run --json");
  assert.deepEqual(JSON.parse(dry.stdout), {
    result: [{
      status: "would_remove",
      profile_name: "default",
      removed_profile_name: "default_sts",
    }],
  });
  const { code, stdout } = await scenario.updsts("prune");
  assert.equal(code, 0);
  assert.equal(stdout, "Removed default_sts, the session of default\n");
  assert.equal(await scenario.read(), GIVEN + valid + unclear);
  const { ino } = await Deno.stat(scenario.path);
  const nothing = await scenario.updsts("prune");
  assert.equal(nothing.stdout, "Nothing has expired\n");
  const after = await Deno.stat(scenario.path);
  assert.equal(after.ino, ino, "the file was replaced");
});

Deno.test("remove and prune refuse where other lines would change what they mean", async () => {
  const given = GIVEN + block("default", "default_sts", PAST);
  for (
    const [text, says] of [
      [`${given}  [indented]\n`, /line 16/],
      // For some programs its keys would become those of the profile above.
      [given.replace("_sts]\n", "_sts]\r"), /lone CR/],
    ] as const
  ) {
    await using scenario = await Scenario.start({ given: text });
    for (const line of ["remove default", "prune"]) {
      const { code, stderr } = await scenario.updsts(line);
      assert.equal(code, 3, stderr);
      assert.match(stderr, says);
      assert.equal(await scenario.read(), text);
    }
  }
});

testUnless(
  unlessWindows("files have no modes"),
  "prune says that others can read the file, also when nothing changes",
  async () => {
    for (const expiration of [PAST, FUTURE]) {
      await using scenario = await Scenario.start({
        given: GIVEN + block("default", "default_sts", expiration),
      });
      await Deno.chmod(scenario.path, 0o644);
      const { code, stderr } = await scenario.updsts("prune");
      assert.equal(code, 0);
      assert.match(stderr, /^warning: .*chmod 600/m);
    }
  },
);

// Both went once, and with one of them a session that was not asked for.
Deno.test("remove of a name that a source and another session share takes out the source's session alone", async () => {
  const other = block("work", "default", FUTURE);
  await using scenario = await Scenario.start({
    given: block("default", "default_sts", FUTURE) + other,
  });
  assert.equal((await scenario.updsts("remove default")).code, 0);
  assert.equal(await scenario.read(), other);
  assert.equal((await scenario.updsts("remove default")).code, 0);
  assert.equal(await scenario.read(), "");
});
