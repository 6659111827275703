// Command lines as people type, paste and mistype them: what is said, and how it ends.
//
// The fixture holds each as it is typed, the exit code and all that is said.
// UPDSTS_TRANSCRIPTS=write writes what is said down anew, to be looked at.
import assert from "node:assert/strict";
import { isInstalled } from "../support/command.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { testUnless, unless } from "../support/skipping.ts";

const FIXTURE = new URL("../fixtures/command_lines.txt", import.meta.url);

interface Typed {
  readonly line: string;
  /** The exit code, and what was said. */
  readonly answer: string;
}

function parse(text: string): Typed[] {
  return text.split(/^\$ /m).slice(1).map((entry) => {
    const end = entry.indexOf("\n");
    return {
      line: entry.slice(0, end),
      answer: entry.slice(end + 1).trimEnd(),
    };
  });
}

/** Two candidates, one of them of two words, in a second file. */
const SEVERAL = GIVEN + `[my work]
aws_access_key_id = AKIAIOSFODNN7EXAMPL2
aws_secret_access_key = ${ALICE.secretAccessKey}
mfa_serial = GAHT12345678
`;

testUnless(
  unless(
    isInstalled("bash") && Deno.build.os !== "windows",
    "bash is not installed",
  ),
  "every command line that people type works, or says what to type",
  async () => {
    await using scenario = await Scenario.start();
    const { PATH } = await scenario.install();
    await Deno.writeTextFile(`${scenario.home}/several`, SEVERAL);
    await Deno.writeTextFile(`${scenario.home}/empty`, "");
    const given = parse(await Deno.readTextFile(FIXTURE));
    assert(given.length >= 95, "there are fewer than there were");
    const open = [...given.entries()];
    const found: Typed[] = [];
    const work = async () => {
      for (let next = open.shift(); next !== undefined; next = open.shift()) {
        const [index, { line }] = next;
        const { code, stdout, stderr } = await scenario.run("bash", [
          "-c",
          `cd; ${line}`,
        ], { PATH });
        scenario.assertNoSecret(stdout + stderr);
        const said = (stdout + stderr).replaceAll(scenario.home, "/home/alice");
        found[index] = { line, answer: `exit ${code}\n${said}`.trimEnd() };
      }
    };
    await Promise.all([work(), work(), work()]);
    if (Deno.env.get("UPDSTS_TRANSCRIPTS") === "write") {
      await Deno.writeTextFile(
        FIXTURE,
        found.map(({ line, answer }) => `$ ${line}\n${answer}\n`).join("\n"),
      );
    } else {
      assert.deepEqual(found, given);
    }
    for (const { line, answer } of found) {
      // The words of parsers, and of this code, are nobody's.
      assert.doesNotMatch(
        answer,
        /\b(?:parser?|flag|positional|expected|encountered|undefined|alias|SyntaxError)\b/i,
        line,
      );
      if (answer.startsWith("exit 2")) {
        assert.match(answer, /^hint: |"hint":/m, line);
      }
    }
    assert.equal(scenario.codesSent, 0);
    assert.equal(await scenario.read(), GIVEN);
  },
);
