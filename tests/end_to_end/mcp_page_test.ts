// A person types the code on the page, by way of the official clients of both eras; the model never sees it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { z } from "zod";
import { baseEnvironment, commandLine } from "../support/command.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import {
  connect,
  ERAS,
  errorOf,
  type Person,
  type TestClient,
  type ToolResult,
} from "../support/mcp_clients.ts";
import { needs } from "../support/skipping.ts";
import { assertClosed, send, submit, type } from "../support/page_driver.ts";

const UPDATE = "updsts_update_sts_credential";
const DEFAULT = { profile_name: "default" };
const bash = needs("bash");
const URL_MODE = { elicitation: { url: {} } };

function updated(result: ToolResult): Record<string, unknown> {
  assert(!result.isError, result.content[0]?.text);
  return z.object({ result: z.record(z.string(), z.unknown()) })
    .parse(result.structuredContent).result;
}

/** The page that the model is to show. */
function pageOf(result: ToolResult): URL {
  const { code, code_page, next_step } = errorOf(result);
  assert.equal(code, "CODE_NEEDED");
  assert(code_page !== undefined);
  assert(next_step.includes(code_page));
  assert.match(next_step, /call again with the same arguments/);
  return new URL(code_page);
}

/** Waits as no client does that has nobody to ask. */
function think(milliseconds = 1_100): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Fails if a code or a secret was said by the protocol or on stderr. */
function assertSilent(
  scenario: Scenario,
  client: TestClient,
  ...codes: string[]
): void {
  const all = client.heard() + client.stderr();
  scenario.assertNoSecret(all);
  for (const code of codes) assert(!all.includes(code), "a code is shown");
}

/** What a person does on the page that the client opened, and how the call ends. */
const VISITS: readonly {
  readonly name: string;
  /** Each code, `good` for the right one, and what is read then. */
  readonly types: readonly (readonly [code: string, reads: RegExp])[];
  readonly declines?: boolean;
  /** The client says that the person has agreed only when all is done. */
  readonly late?: boolean;
  readonly codesSent: number;
  readonly error?: { readonly code: string; readonly next: RegExp };
}[] = [
  {
    name: "the call ends with the session when the person has typed the code",
    types: [["good", /Your session is ready/]],
    codesSent: 1,
  },
  {
    name: "the page is faster than the client's own question",
    types: [["good", /Your session is ready/]],
    late: true,
    codesSent: 1,
  },
  {
    name: "a wrong code is asked for again, and the agent hears of none",
    types: [
      ["00 00 00", /2 more/],
      ["12", /not a six-digit code/],
      ["good", /ready/],
    ],
    codesSent: 2,
  },
  {
    name:
      "three wrong codes end the call, with the way to have the person asked anew",
    types: [["000001", /2 more/], ["000002", /1 more/], [
      "000003",
      /all three/,
    ]],
    codesSent: 3,
    error: { code: "MFA_REFUSED", next: /without totp_token/ },
  },
  {
    name: "a person who declines on the page ends the call",
    types: [],
    declines: true,
    codesSent: 0,
    error: { code: "CODE_DECLINED", next: /person/ },
  },
];

for (const era of ERAS) {
  for (const { name, types, declines, late, codesSent, error } of VISITS) {
    Deno.test(`${era}: ${name}`, async () => {
      await using scenario = await Scenario.start();
      const good = scenario.code();
      const codes = types.map(([code]) => code === "good" ? good : code);
      const visit = async (page: URL) => {
        for (const [index, [, reads]] of types.entries()) {
          assert.match((await type(page, codes[index] ?? "")).body, reads);
        }
        if (declines) {
          assert.match((await submit(page, { decline: "" })).body, /declined/);
        }
      };
      const messages: string[] = [];
      const visits: Promise<void>[] = [];
      let page = new URL("http://127.0.0.1");
      await using client = await connect(era, scenario.env, {
        ...URL_MODE,
        args: ["-v", "2"],
        person: async ({ message, url }) => {
          messages.push(message);
          page = new URL(url);
          // Most clients say yes as soon as they have opened the page.
          visits.push(late ? visit(page) : think(300).then(() => visit(page)));
          if (late) await Promise.all(visits).then(() => think());
          return { action: "accept" };
        },
      });
      const result = await client.call(UPDATE, DEFAULT);
      await Promise.all(visits);
      const [message = "", ...others] = messages;
      assert.deepEqual(others, []);
      const [point = ""] = message.split("\n");
      assert.equal(
        point,
        "Type the MFA code for profile default on this page.",
      );
      assert(message.includes(ALICE.device));
      if (error === undefined) {
        assert.equal(updated(result)["updated_profile_name"], "default_sts");
        assert.notEqual(await scenario.read(), GIVEN);
      } else {
        assert.equal(errorOf(result).code, error.code);
        assert.match(errorOf(result).next_step, error.next);
        assert.equal(await scenario.read(), GIVEN);
      }
      assert.equal(scenario.codesSent, codesSent);
      assertSilent(
        scenario,
        client,
        ...codes.map((code) => code.replaceAll(" ", ""))
          .filter((code) => code.length === 6),
      );
      await assertClosed(page);
    });
  }

  for (const action of ["decline", "cancel"] as const) {
    Deno.test(`${era}: whoever says ${action} is given the link, which a person may have declined`, async () => {
      await using scenario = await Scenario.start();
      await using client = await connect(era, scenario.env, {
        ...URL_MODE,
        person: async () => {
          await think();
          return { action };
        },
      });
      const result = await client.call(UPDATE, DEFAULT);
      assert.match(errorOf(result).next_step, /or the person declined/);
      assert.equal((await send(pageOf(result))).status, 200);
      assert.equal(scenario.codesSent, 0);
      assert.equal(await scenario.read(), GIVEN);
    });
  }

  for (
    const [name, options] of [
      ["cannot ask", {}],
      ["knows forms only", { person: () => ({ action: "cancel" }) as const }],
      ...(["decline", "cancel"] as const).map((action) =>
        [
          `says ${action} for a person that is not there`,
          { ...URL_MODE, person: () => ({ action }) },
        ] as const
      ),
    ] as const
  ) {
    Deno.test(`${era}: with a client that ${name}, the model shows the link and calls again`, async () => {
      await using scenario = await Scenario.start();
      await using client = await connect(era, scenario.env, options);
      const first = await client.call(UPDATE, DEFAULT);
      const page = pageOf(first);
      const { hint, message } = errorOf(first);
      assert.match(message, /profile "default"/);
      assert.match(hint, /in a terminal: \S+.* get -n default$/);
      const code = scenario.code();
      assert.match((await type(page, code)).body, /ready/);
      // The refresh ran when the code was sent, not when the agent came back.
      assert.match(await scenario.read(), /default_sts/);
      const written = await scenario.read();
      updated(await client.call(UPDATE, DEFAULT));
      assert.equal(await scenario.read(), written);
      assert.equal(scenario.codesSent, 1);
      assertSilent(scenario, client, code);
      await assertClosed(page);
      // The outcome is told once; what comes then is another question.
      assert.notEqual(
        pageOf(await client.call(UPDATE, DEFAULT)).href,
        page.href,
      );
    });
  }

  Deno.test(`${era}: the same call, however it is spelt, is one page; another is another`, async () => {
    await using scenario = await Scenario.start({
      given: GIVEN + GIVEN.replace("[default]", "[work]").replace(
        "[other]",
        "[third]",
      ),
    });
    await using client = await connect(era, scenario.env);
    const page = pageOf(await client.call(UPDATE, DEFAULT));
    const work = pageOf(await client.call(UPDATE, { profile_name: "work" }));
    const short = pageOf(
      await client.call(UPDATE, { ...DEFAULT, duration: 900 }),
    );
    const [both, other] = [
      [
        client.call(UPDATE, { ...DEFAULT, duration: "null", totp_token: "" }),
        client.call(UPDATE, {
          ...DEFAULT,
          min_remaining: 0,
          cred_file: scenario.path,
        }),
      ],
      client.call(UPDATE, { profile_name: "work" }),
    ];
    await type(page, scenario.code());
    for (const result of await Promise.all(both)) {
      assert.equal(updated(result)["updated_profile_name"], "default_sts");
    }
    await type(work, scenario.code());
    assert.equal(updated(await other)["updated_profile_name"], "work_sts");
    assert.equal((await send(short)).status, 200);
  });

  Deno.test(`${era}: a call that the client cancelled leaves the page, and the next finds the outcome`, async () => {
    await using scenario = await Scenario.start();
    const cancel = new AbortController();
    let page = new URL("http://127.0.0.1");
    const person: Person = ({ url }) => {
      page = new URL(url);
      setTimeout(() => cancel.abort(), 200);
      return { action: "accept" };
    };
    await using client = await connect(era, scenario.env, {
      ...URL_MODE,
      person,
    });
    await assert.rejects(client.call(UPDATE, DEFAULT, cancel.signal));
    assert.match((await type(page, scenario.code())).body, /ready/);
    updated(await client.call(UPDATE, DEFAULT));
    assert.equal(scenario.codesSent, 1);
  });

  Deno.test(`${era}: the question names the file if it is not the usual one, and who asks`, async () => {
    await using scenario = await Scenario.start();
    const other = join(scenario.home, "other");
    await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
    await using client = await connect(era, scenario.env);
    const page = pageOf(
      await client.call(UPDATE, { ...DEFAULT, cred_file: other }),
    );
    const { body } = await send(page);
    assert.match(body, /not your usual credentials file/);
    assert(body.includes(other));
    assert.match(body, /updsts-tests/);
    const usual = pageOf(await client.call(UPDATE, DEFAULT));
    assert.doesNotMatch((await send(usual)).body, /usual credentials file/);
  });

  Deno.test(`${era}: an agent's file cannot hide what it is`, async () => {
    await using scenario = await Scenario.start();
    const messages: string[] = [];
    // Windows has no such names.
    const forged = Deno.build.os === "windows"
      ? ""
      : "\nThe file is your usual one\x1b[2A\u202e";
    const other = join(scenario.home, "other");
    await Deno.writeTextFile(`${other}${forged}`, GIVEN, { mode: 0o600 });
    await using client = await connect(era, scenario.env, {
      ...URL_MODE,
      person: ({ message }) => {
        messages.push(message);
        return { action: "decline" };
      },
    });
    const answer = JSON.stringify(
      await client.call(UPDATE, { ...DEFAULT, cred_file: `${other}${forged}` }),
    );
    // The command in it is for the person to read.
    assert.match(answer, /CODE_NEEDED.*-c '/);
    assert.doesNotMatch(answer, /\\nThe file|\\u001b|\u202e/);
    const [message = ""] = messages;
    assert(message.includes(other), message);
    assert.equal(message.split("\n").length, 3, message);
    assert.doesNotMatch(message, /[^\P{Cc}\n]|\p{Cf}/u);
  });
}

// Regression: from a clone, the advice was `updsts get`, which was not there.
Deno.test({
  name: "the command that is advised for a terminal exists there" + bash.note,
  // Other forms of the program are installed under its name.
  ignore: bash.ignore || Deno.env.has("UPDSTS_COMMAND"),
  fn: async () => {
    await using scenario = await Scenario.start();
    const other = join(scenario.home, "a file");
    await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
    await using client = await connect("legacy", scenario.env);
    const { hint } = errorOf(
      await client.call(UPDATE, {
        ...DEFAULT,
        cred_file: other,
        duration: 900,
      }),
    );
    const [, command = ""] = /in a terminal: (.+)$/.exec(hint) ?? [];
    assert(command.includes(`-c '${other}'`), command);
    const { code, stdout, stderr } = await scenario.run("bash", [
      "-c",
      `${command} --dry-run`,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /default_sts/);
  },
});

Deno.test({
  name: "where no page can be opened, the answer is the command for a terminal",
  // Other forms of the program take no flags of the runtime.
  ignore: Deno.env.has("UPDSTS_COMMAND"),
  fn: async () => {
    await using scenario = await Scenario.start();
    const [command, first = "", ...rest] = commandLine(["mcp", "--mcp-server"]);
    const client = new Client({ name: "tests", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command,
        args: [first, "--deny-net=127.0.0.1", ...rest],
        env: {
          ...await baseEnvironment(),
          ...scenario.env,
          // By a name that stays allowed.
          AWS_ENDPOINT_URL_STS: scenario.sts.url.replace(
            "127.0.0.1",
            "localhost",
          ),
        },
      }),
    );
    const error = errorOf(
      await client.callTool({ name: UPDATE, arguments: DEFAULT }),
    );
    assert.equal(error.code, "CODE_MISSING");
    assert.match(error.hint, /in a terminal: .* get -n default$/);
    assert.match(error.next_step, /Have the person run the command/);
    assert.equal(error.code_page, undefined);
    await client.close();
  },
});
