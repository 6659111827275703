// What the files say when a person has typed the code, minutes after it was asked for: at the terminal, and on the page.
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../support/mcp_clients.ts";
import { type as typeOnPage } from "../support/page_driver.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { needs, testUnless, unless } from "../support/skipping.ts";
import { atTerminal } from "../support/terminal.ts";

/** Changes what a question was about while it is open; then the code is typed. */
type Door = (
  scenario: Scenario,
  change: () => Promise<void>,
) => Promise<{ readonly done: boolean; readonly said: string }>;

const typed: Door = async (scenario, change) => {
  const { code, screen } = await atTerminal(
    scenario,
    [`${scenario.code()}\n`],
    { change },
  );
  return { done: code === 0, said: screen };
};

const onPage: Door = async (scenario, change) => {
  await using client = await connect("legacy", scenario.env);
  const update = () =>
    client.call("updsts_update_sts_credential", { profile_name: "default" });
  const { content: [needed] } = await update();
  const [link = ""] = /http:\/\/127[^\s"\\]+/.exec(needed?.text ?? "") ?? [];
  await change();
  const { body } = await typeOnPage(new URL(link), scenario.code());
  const { isError, content } = await update();
  return { done: isError !== true, said: body + content[0]?.text };
};

const ROTATED = "AKIAROTATEDROTATED01";

/** What the files are by then, and why the code is not sent; it is, if nothing is said. */
const CHANGES: readonly {
  readonly what: string;
  readonly text?: string;
  readonly mode?: number;
  readonly config?: string;
  readonly says?: RegExp;
}[] = [
  {
    what: "the session's name becomes a role of the config file",
    config: "[profile default_sts]\nrole_arn = y\nsource_profile = default\n",
    says: /has credentials of its own/,
  },
  {
    what: "the file is made read-only",
    mode: 0o400,
    says: /is read-only/,
  },
  {
    what: "another device takes its place",
    text: GIVEN.replaceAll(ALICE.device, "arn:aws:iam::123456789012:mfa/bob"),
    says: /its MFA device was changed/,
  },
  {
    what: "the key is replaced",
    text: GIVEN.replaceAll(ALICE.accessKeyId, ROTATED),
  },
];

for (const door of [typed, onPage]) {
  const [name, skipping] = door === typed
    ? ["the terminal", needs("script")]
    : ["the page", unless(true, "")];
  for (
    const { what, text = GIVEN, mode = 0o600, config = "", says } of CHANGES
  ) {
    // The code was sent all the same, and then «this code is spent»; or the
    // request was signed with the key that had been there before.
    const ends = says === undefined
      ? "signs with the key in the file"
      : "is not sent";
    testUnless(
      skipping,
      `a code typed at ${name} after ${what} ${ends}`,
      async () => {
        const alice = { ...ALICE, devices: [{ serial: ALICE.device }] };
        await using scenario = await Scenario.start({
          accounts: [alice, { ...alice, accessKeyId: ROTATED }],
        });
        const { done, said } = await door(scenario, async () => {
          await Deno.writeTextFile(scenario.path, text);
          await Deno.chmod(scenario.path, mode);
          const path = join(scenario.home, ".aws", "config");
          await Deno.writeTextFile(path, config);
        });
        scenario.assertNoSecret(said);
        assert.equal(done, says === undefined, said);
        if (says === undefined) {
          assert.equal(scenario.codesSent, 1);
          assert.equal(scenario.sts.requests[0]?.accessKeyId, ROTATED);
        } else {
          assert.match(said, says);
          assert.doesNotMatch(said, /is spent/);
          assert.equal(scenario.codesSent, 0);
          assert.equal(await scenario.read(), text);
        }
      },
    );
  }
}

// The file was half there when the code had come: «no such profile», or a
// request signed with half a secret, was what came of it.
testUnless(
  needs("script"),
  "a code typed while another program writes the file waits for the rest of it",
  async () => {
    const secret = GIVEN.indexOf(ALICE.secretAccessKey) + 20;
    for (const length of [0, secret]) {
      await using scenario = await Scenario.start();
      const { done, said } = await typed(scenario, async () => {
        await Deno.writeTextFile(scenario.path, GIVEN.slice(0, length));
        setTimeout(() => Deno.writeTextFileSync(scenario.path, GIVEN), 2_000);
      });
      assert(done, said);
      assert.match(said, /waiting until it is done/);
      assert.equal(scenario.codesSent, 1);
    }
  },
);
