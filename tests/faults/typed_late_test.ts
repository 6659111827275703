// What the files say when a person has typed the code, minutes after it was asked for: at the terminal, and on the page.
import assert from "node:assert/strict";
import { baseEnvironment, commandLine } from "../support/command.ts";
import { connect } from "../support/mcp_clients.ts";
import { type as typeOnPage } from "../support/page_desk.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { needs } from "../support/skipping.ts";

/** Changes what a question was about while it is open; then the code is typed. */
type Door = (
  scenario: Scenario,
  change: () => Promise<void>,
) => Promise<{ readonly done: boolean; readonly said: string }>;

const atTerminal: Door = async (scenario, change) => {
  const command = commandLine(["get", "-n", "default"])
    .map((word) => `'${word}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    env: { ...await baseEnvironment(), ...scenario.env, TERM: "xterm" },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  let said = "";
  let asked = 0;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    for (; asked < said.split("TOTP code: ").length - 1; asked++) {
      if (asked === 0) await change();
      const answer = asked === 0 ? `${scenario.code()}\n` : "\x04";
      await writer.write(new TextEncoder().encode(answer));
    }
  }
  await writer.close().catch(() => {});
  const { code } = await child.status;
  return { done: code === 0, said };
};

const onPage: Door = async (scenario, change) => {
  await using client = await connect("legacy", scenario.env);
  const args = { profile_name: "default" };
  const needed = await client.call("updsts_update_sts_credential", args);
  const [link = ""] = /http:\/\/127[^\s"\\]+/.exec(
    needed.content[0]?.text ?? "",
  ) ?? [];
  await change();
  const { body } = await typeOnPage(new URL(link), scenario.code());
  const { isError, content } = await client.call(
    "updsts_update_sts_credential",
    args,
  );
  return { done: isError !== true, said: body + content[0]?.text };
};

const DOORS = { "the terminal": atTerminal, "the page": onPage };

const OTHER = { ...ALICE, accessKeyId: "AKIAROTATEDROTATED01" };

/** What happens to the file, and the code of the refusal, if it is one. */
const CHANGES: readonly {
  readonly what: string;
  readonly text: string;
  readonly mode?: number;
  readonly says?: RegExp;
}[] = [
  {
    what: "the session's name is taken",
    text: `${GIVEN}[default_sts]\nregion = x\nrole_arn = y\n`,
    says: /already has a section of that name/,
  },
  {
    what: "a tag is broken",
    text: `${GIVEN}# $}}} [auto update by updsts]\n`,
    says: /ends a block that has no begin|closing tag|no opening/,
  },
  {
    what: "the file is made read-only",
    text: GIVEN,
    mode: 0o400,
    says: /is read-only/,
  },
  {
    what: "the device becomes another thing",
    text: GIVEN.replaceAll(ALICE.device, "arn:aws:iam::123456789012:u2f/x"),
    says: /FIDO/,
  },
  {
    what: "the key is replaced",
    text: GIVEN.replaceAll(ALICE.accessKeyId, OTHER.accessKeyId),
  },
];

for (const [name, door] of Object.entries(DOORS)) {
  const skipping = door === atTerminal
    ? needs("script")
    : { note: "", ignore: false };
  for (const { what, text, mode, says } of CHANGES) {
    // The code was sent all the same, and then «this code is spent»; or the
    // request was signed with the key that had been there before.
    Deno.test({
      name: `a code typed at ${name} after ${what} ${
        says === undefined ? "signs with the key in the file" : "is not sent"
      }${skipping.note}`,
      ignore: skipping.ignore,
      fn: async () => {
        const devices = [{ serial: ALICE.device }];
        const accounts = [{ ...ALICE, devices }, { ...OTHER, devices }];
        await using scenario = await Scenario.start({ accounts });
        const { done, said } = await door(scenario, async () => {
          await Deno.writeTextFile(scenario.path, text);
          if (mode !== undefined) await Deno.chmod(scenario.path, mode);
        });
        scenario.assertNoSecret(said);
        if (says === undefined) {
          assert(done, said);
          assert.equal(scenario.codesSent, 1);
          const [request] = scenario.sts.requests;
          assert.equal(request?.accessKeyId, OTHER.accessKeyId);
        } else {
          assert(!done, said);
          assert.match(said, says);
          assert.doesNotMatch(said, /is spent/);
          assert.equal(scenario.codesSent, 0);
          assert.equal(await scenario.read(), text);
        }
      },
    });
  }
}
