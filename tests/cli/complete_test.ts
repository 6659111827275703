// What the shells propose is the grammar: every option of every command, no other, in its own words.
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/app.ts";
import { COMMAND_NAMES, COMMANDS, optionsOf } from "../../src/cli/commands.ts";
import { OPTION_NAMES, optionOf } from "../../src/cli/options.ts";

/** The proposals for the last of `words`, each with its description, and the directive. */
async function propose(...words: string[]): Promise<string[]> {
  let stdout = "";
  // No file is there to be asked for profiles.
  const failure = () => Promise.reject(new Error("A file is read"));
  const code = await runCli(["complete", "--", ...words], {
    version: "0",
    system: "",
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: () => {} },
    screen: {
      columns: undefined,
      colored: false,
      noteColumns: undefined,
      attended: false,
    },
    connect: failure,
    stdinCodes: { code: failure },
    heedSignals: () => new DisposableStack(),
    mcp: { describe: failure, serve: failure },
  });
  assert.equal(code, 0);
  return stdout.trimEnd().split("\n");
}

Deno.test("all commands are proposed, as the help describes them", async () => {
  assert.deepEqual(await propose(""), [
    ...COMMAND_NAMES.map((name) => `${name}\t${COMMANDS[name].brief}`),
    ":4",
  ]);
});

for (const command of COMMAND_NAMES) {
  Deno.test(`all options of ${command} are proposed, and no others, as its help describes them`, async () => {
    const expected = OPTION_NAMES.flatMap((name) => {
      const description = optionsOf(command)[name];
      if (description === undefined) return [];
      const { short, long } = optionOf(name);
      return [{ short, long, description }];
    });
    assert.deepEqual(
      await propose(command, "--"),
      expected.map(({ long, description }) => `${long}\t${description}`)
        .concat(":4"),
    );
    assert.deepEqual(
      await propose(command, "-"),
      expected.flatMap(({ short, long, description }) =>
        (short === undefined ? [long] : [short, long])
          .map((word) => `${word}\t${description}`)
      ).concat(":4"),
    );
  });
}

Deno.test("behind each option that takes a file, in each command, files are proposed", async () => {
  const tried: string[] = [];
  for (const command of COMMAND_NAMES) {
    for (const name of OPTION_NAMES) {
      const { short, long, value } = optionOf(name);
      if (!(name in optionsOf(command)) || value?.kind !== "path") continue;
      for (const word of [long, ...short === undefined ? [] : [short]]) {
        assert.deepEqual(await propose(command, word, ""), [":0"]);
        tried.push(word);
      }
    }
  }
  assert(tried.includes("-o") && tried.includes("--credential-file"));
});
