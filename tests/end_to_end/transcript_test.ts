// What a person sees in a narrow and in a wide terminal, kept as it was on the screen.
//
// UPDSTS_TRANSCRIPTS=write writes the screens down anew, to be looked at.
import assert from "node:assert/strict";
import { block, GIVEN, Scenario } from "../support/scenario.ts";
import { testUnless } from "../support/skipping.ts";
import { screens, steady, TmuxTerminal } from "../support/terminal.ts";

const OTHERS = block(
  "other",
  "2020-01-01T00:00:00+00:00",
  "a-rather-long-name-for-a-session-of-the-production-account",
) + [
  "[日本-本番]",
  "aws_access_key_id = AKIAIOSFODNN7EXAMPL3",
  `aws_secret_access_key = ${"x".repeat(40)}`,
  "mfa_serial = GAHT12345678",
  "",
].join("\n");

const SIZE = { columns: 80, rows: 20 };

for (const columns of [40, 80]) {
  testUnless(
    screens,
    `the screens of a terminal of ${columns} columns are as they were`,
    async () => {
      await using scenario = await Scenario.start({
        given: GIVEN + OTHERS,
        seed: "transcript",
        // Once a long TMPDIR changed the screens, and left tmux no socket.
        below: "/tmp",
      });
      await using terminal = await TmuxTerminal.open(scenario, {
        columns,
        rows: 60,
      });
      const shown = [
        await terminal.run("updsts get default", {
          answers: ["000000", scenario.code()].map((text) => ({
            to: "TOTP code:",
            text,
          })),
        }),
        await terminal.run("updsts list"),
        await terminal.run("updsts get --duraton 2h"),
      ].map((screen) => steady(screen, scenario));
      for (const line of shown.join("").split("\n")) {
        assert(line.length <= columns);
      }
      const kept = new URL(
        `../fixtures/transcripts/${columns}.txt`,
        import.meta.url,
      );
      const text = shown.join("\n");
      if (Deno.env.get("UPDSTS_TRANSCRIPTS") === "write") {
        await Deno.writeTextFile(kept, text);
      }
      assert.equal(text, await Deno.readTextFile(kept));
    },
  );
}

testUnless(
  screens,
  "colours tell expired sessions and those about to end",
  async () => {
    const soon = new Date(Date.now() + 10 * 60_000).toISOString().slice(0, 19);
    const later = new Date(Date.now() + 20 * 60_000).toISOString().slice(0, 19);
    await using scenario = await Scenario.start({
      below: "/tmp",
      given: `[old]\nexpiration_datetime = 2020-01-01T00:00:00Z\n` +
        `[soon]\nexpiration_datetime = ${soon}Z\n` +
        `[later]\nexpiration_datetime = ${later}Z\n`,
    });
    await using terminal = await TmuxTerminal.open(scenario, SIZE);
    const screen = await terminal.run("updsts list", { styled: true });
    const shown = screen.replaceAll("\x1b", "ESC");
    assert.match(shown, /^old .*ESC\[31mexpired \d+ d ago\nESC\[39m/m);
    assert.match(shown, /soon .*ESC\[33min 10 min\nESC\[39m/m);
    assert.match(shown, /later .* {2}in 20 min$/m);
    const plain = await terminal.run("NO_COLOR=1 updsts list", {
      styled: true,
    });
    assert(!plain.includes("\x1b"));
  },
);

testUnless(
  screens,
  "get says that it waits for STS after a second, on a terminal only",
  async () => {
    await using scenario = await Scenario.start({ below: "/tmp" });
    await using terminal = await TmuxTerminal.open(scenario, SIZE);
    const get = () => `updsts get -n default -t ${scenario.code()}`;
    const quick = await terminal.run(get());
    assert.doesNotMatch(quick, /Waiting/);
    scenario.sts.script({ kind: "delay_headers", ms: 1500 });
    const slow = await terminal.run(get());
    assert.match(slow, /^Waiting for STS in us-east-1 \.\.\.$/m);
    scenario.sts.script({ kind: "delay_headers", ms: 1500 });
    const { code, stderr } = await scenario.get();
    assert.equal(code, 0);
    assert.equal(stderr, "");
  },
);
