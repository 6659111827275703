// What other programs leave of a session, and the five commands on it: tests/fixtures/writers/NAME.
import assert from "node:assert/strict";
import { ROOT } from "../support/command.ts";
import { MODELS } from "../support/readers.ts";
import { ALICE, block, GIVEN, Scenario } from "../support/scenario.ts";

const FIXTURES = new URL("tests/fixtures/writers/", ROOT);

interface Left {
  /** What doctor warns of. */
  readonly warns: RegExp;
  /** Whether the session that is there can be used on, with its own expiry. */
  readonly lasts: boolean;
}

/** By the name of the fixture. */
const WRITERS: Readonly<Record<string, Left>> = {
  aws_configure_set: {
    warns: /default_sts: session of default, whose key another program/,
    lasts: false,
  },
  configparser: { warns: /line 11 begins a session whose tags/, lasts: true },
  dotnet: { warns: /line 20 belongs to the session, and follows/, lasts: true },
  editor: {
    warns: /line 12 is an indented tag[^]*line 19 is a closing tag without/,
    lasts: true,
  },
  go_ini_adds: {
    warns: /line 12 begins a block whose closing tag/,
    lasts: true,
  },
  go_ini_renews: {
    warns: /line 12 begins a block whose closing tag/,
    lasts: true,
  },
  npm_ini: { warns: /line 14 has quotes, which most programs/, lasts: true },
  serverless: {
    warns: /begins a session that lacks aws_access_key_id, aws_secret_access_k/,
    lasts: false,
  },
};

/** What three programs read of all profiles but the session. */
function others(text: string) {
  return Object.entries(MODELS).map(([program, read]) => {
    const { default_sts: _, ...rest } = read(text) ?? {};
    return [program, rest];
  });
}

/** The session as every program reads it. */
function assertReadable(text: string, { sts }: Scenario): void {
  const session = sts.sessions.at(-1);
  for (const [program, read] of Object.entries(MODELS)) {
    const keys = read(text)?.["default_sts"];
    assert.equal(keys?.["aws_access_key_id"], session?.accessKeyId, program);
    assert.equal(keys?.["aws_session_token"], session?.sessionToken, program);
    assert.equal(keys?.["aws_secret_access_key"], session?.secretAccessKey);
  }
}

Deno.test("each fixture of a writer has its row", () => {
  const names = Array.from(Deno.readDirSync(FIXTURES), ({ name }) => name);
  assert.deepEqual(names.sort(), Object.keys(WRITERS).sort());
});

for (const [name, { warns, lasts }] of Object.entries(WRITERS)) {
  const given = Deno.readTextFileSync(new URL(name, FIXTURES));
  const device = ["--device", ALICE.device];

  Deno.test(`after ${name}: list, doctor and --min-remaining see the session, get takes it back, remove and prune take it out`, async () => {
    await using scenario = await Scenario.start({ given });
    const list = await scenario.updsts("list");
    assert.match(
      list.stdout,
      lasts
        ? /^default_sts +session .* default +in \d+ d$/m
        : /^default_sts +session .* default +-$/m,
    );
    const doctor = await scenario.updsts("doctor");
    assert.match(doctor.stdout, warns);
    assert.doesNotMatch(doctor.stdout, /^problem +contents/m);
    const quiet = ["get", "default", ...device, "--min-remaining", "30m"];
    const still = await scenario.updsts(quiet);
    assert.equal(still.code, lasts ? 0 : 6, still.stderr);
    for (const read of Object.values(MODELS)) {
      const keys = read(await scenario.read())?.["default_sts"];
      assert.doesNotMatch(keys?.["aws_session_token"] ?? "", /["']/);
    }

    for (const command of ["remove", "prune"]) {
      const expired = given.replace("2999", "2020");
      await scenario.write(expired);
      const args = command === "remove" ? ["remove", "default"] : ["prune"];
      const { code, stderr } = await scenario.updsts(args);
      assert.equal(code, 0, stderr);
      const left = await scenario.read();
      assert.deepEqual(others(left), others(expired));
      const isGone = !left.includes("default_sts") &&
        !left.includes("[auto update by");
      assert.equal(isGone, command === "remove" || lasts, left);
    }

    await scenario.write(given);
    const get = ["get", "default", ...device, "-t", scenario.code()];
    const { code, stderr } = await scenario.updsts(get);
    assert.equal(code, 0, stderr);
    if (name !== "aws_configure_set") assert.match(stderr, /fixes it/);
    const refreshed = await scenario.read();
    assert.deepEqual(others(refreshed), others(given));
    assertReadable(refreshed, scenario);
    assert.match(
      refreshed,
      /^# \$\{\{\{ key=default \[auto update by updsts\]\n\[default_sts\]\n(?:\w+ *= ?.*\n)+\n*# \$\}\}\} \[auto update by updsts\]$/m,
    );
    const again = await scenario.updsts([...quiet, "-v", "1"]);
    assert.equal(again.code, 0);
    assert.equal(await scenario.read(), refreshed);
    const removed = await scenario.updsts("remove default_sts");
    assert.equal(removed.code, 0, removed.stderr);
    assert.deepEqual(others(await scenario.read()), others(given));
  });
}

Deno.test("damage in one block stops only what concerns it: prune takes the rest and names it", async () => {
  // Two sections, none of them ours, and no end.
  const broken = "# ${{{ key=bad [auto update by updsts]\n[bad_sts]\nx = 1\n";
  await using scenario = await Scenario.start({
    given: broken + block("other") + block("default") + GIVEN,
  });
  assert.equal((await scenario.get()).code, 0);
  const got = await scenario.updsts(["get", "bad", "-t", "123456"]);
  assert.equal(got.code, 3);
  const removed = await scenario.updsts("remove bad");
  assert.equal(removed.code, 3);
  assert.match(
    removed.stderr.replaceAll(/\n +/g, " "),
    /line 1 begins a block that has no end[^]*add the line "# \$\}\}\} \[auto update by updsts\]" after line 2/,
  );
  const { code, stdout, stderr } = await scenario.updsts("prune");
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "Removed other_sts, the session of other\n");
  assert.match(stderr, /^warning: .*line 1 begins a block that has no end/);
  assert.equal((await scenario.updsts("remove default")).code, 0);
  assert((await scenario.read()).startsWith(broken + GIVEN));
});

Deno.test("a section of the session's name that is not one is refused, with the lines to delete", async () => {
  for (
    const section of [
      "[default_sts]\naws_access_key_id = AKIAX\naws_session_token = t\nexpiration_datetime = x\n",
      "[default_sts]\naws_access_key_id = ASIAX\naws_session_token = t\n",
      "[default_sts]\naws_session_token = t\nmine = 1\n",
      "[default_sts]\naws_session_token = t\nrole_arn = r\n",
    ]
  ) {
    await using scenario = await Scenario.start();
    const given = (await scenario.read()) + section;
    await scenario.write(given);
    const { code, stderr } = await scenario.get();
    assert.equal(code, 3);
    const last = given.split("\n").length - 1;
    assert.match(
      stderr.replaceAll(/\s+/g, " "),
      new RegExp(`line 9 already has .*delete lines 9 to ${last}`),
    );
    assert.equal(await scenario.read(), given);
    assert.equal((await scenario.updsts("remove default")).code, 3);
  }
});

Deno.test("a session written over a long-term key is the reason in get and a warning of doctor", async () => {
  await using scenario = await Scenario.start();
  const given = await scenario.read();
  await scenario.write(
    given.replace("mfa_device_arn", "aws_session_token = t\nmfa_device_arn"),
  );
  const { code, stderr } = await scenario.get();
  assert.equal(code, 3);
  const says = /a session token beside an MFA device/;
  assert.match(stderr.replaceAll(/\s+/g, " "), says);
  assert.match((await scenario.updsts("doctor")).stdout, says);
});
