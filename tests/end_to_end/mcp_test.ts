// The MCP server as a process with the shipped flags, by the official clients of both eras.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ALICE, GIVEN, Scenario, valueIn } from "../support/scenario.ts";
import {
  connect,
  type Era,
  ERAS,
  errorOf,
  type TestClient,
  type ToolResult,
} from "../support/mcp_clients.ts";

const UPDATE = "updsts_update_sts_credential";
const INFO = "updsts_get_credential_info";
const LIST = "updsts_get_credential_info_list";

function resultOf(
  { isError, structuredContent, content }: ToolResult,
): unknown {
  assert(!isError, content[0]?.text);
  return structuredContent?.["result"];
}

function updateOf(result: ToolResult) {
  return z.strictObject({
    status: z.string(),
    profile_name: z.string(),
    updated_profile_name: z.string(),
    aws_access_key_id: z.string(),
    aws_token_expiration: z.string(),
    expires_in_seconds: z.number(),
    cred_file: z.string(),
  }).parse(resultOf(result));
}

/** Runs a test on a server of its own, in the eras in which it can differ. */
function test(
  name: string,
  run: (scenario: Scenario, client: TestClient, era: Era) => Promise<void>,
  { eras = ERAS, given, ...options }: {
    readonly eras?: readonly Era[];
    readonly given?: string;
  } & Parameters<typeof connect>[2] = {},
): void {
  for (const era of eras) {
    Deno.test(`${era} client: ${name}`, async () => {
      await using scenario = await Scenario.start(
        given === undefined ? {} : { given },
      );
      await using client = await connect(era, scenario.env, options);
      await run(scenario, client, era);
    });
  }
}

const MODERN = { eras: ["modern"] } as const;
const DEFAULT = { profile_name: "default" };

/** The arguments of an update with a code that STS takes. */
function withCode(scenario: Scenario) {
  return { ...DEFAULT, totp_token: scenario.code() };
}

/** Writes `text` into a file beside the usual one. */
async function otherFile({ home }: Scenario, text = GIVEN): Promise<string> {
  const path = join(home, "other");
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  return path;
}

test(
  "lists the three tools, described in full, as updsts mcp does",
  async (scenario, client, era) => {
    const tools = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name), [UPDATE, INFO, LIST]);
    const [update, ...reads] = tools;
    assert.deepEqual(Object.keys(update?.inputSchema.properties ?? {}), [
      ...["profile_name", "totp_token", "sts_profile_name", "cred_file"],
      ...["duration", "min_remaining"],
    ]);
    assert.deepEqual(update?.inputSchema.required, ["profile_name"]);
    assert.deepEqual(update?.annotations, {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    });
    for (const { annotations } of reads) {
      assert.equal(annotations["readOnlyHint"], true);
      assert.equal(annotations["openWorldHint"], false);
    }
    assert.match(
      client.instructions ?? "",
      /mktotp_generate_token[^]*AWS_PROFILE/,
    );
    if (era === "modern") assert.equal(client.protocolVersion, "2026-07-28");
    const { code, stdout, stderr } = await scenario.updsts(["mcp"]);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    for (const { name, description, inputSchema } of tools) {
      assert.equal(inputSchema["additionalProperties"], false);
      assert(stdout.includes(`${name}\n`));
      assert(stdout.includes(description));
      for (
        const [parameter, schema] of Object.entries(inputSchema.properties)
      ) {
        assert(stdout.includes(`    ${parameter}`));
        assert(stdout.includes(schema.description));
      }
    }
  },
);

test(
  "takes a role, and refreshes the session that it uses",
  async (scenario, client) => {
    const config = join(scenario.home, ".aws", "config");
    const roleOf = (source: string) =>
      Deno.writeTextFile(
        config,
        "[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/x\n" +
          `source_profile = ${source}\nmfa_serial = ${ALICE.device}\n`,
      );
    await roleOf("default");
    const update = z.looseObject({
      role_profile_name: z.literal("prod"),
      profile_name: z.literal("default"),
      updated_profile_name: z.literal("default_sts"),
      note: z.string(),
    }).parse(resultOf(
      await client.call(UPDATE, {
        ...withCode(scenario),
        profile_name: "prod",
      }),
    ));
    assert.match(
      update.note,
      /^So that \w+ uses \w+, run: aws configure set source_profile default_/,
    );
    await roleOf("default_sts");
    const profiles = z.array(z.looseObject({ profile_name: z.string() }))
      .parse(resultOf(await client.call(LIST, {})));
    assert.equal(profiles.at(-1)?.["role_of"], "default_sts");
    await scenario.write("\u0000");
    const { content, isError } = await client.call(LIST, {});
    assert(isError);
    assert.match(content[0]?.text ?? "", /Cannot read a profile in/);
  },
);

test(
  "updates with a code, then reads it back without secrets",
  async (scenario, client) => {
    const before = Date.now();
    const update = updateOf(
      await client.call(UPDATE, {
        ...withCode(scenario),
        ...{ sts_profile_name: null, cred_file: "", duration: null },
      }),
    );
    const [session] = scenario.sts.sessions;
    assert.equal(update.status, "updated");
    assert.equal(update.updated_profile_name, "default_sts");
    assert.equal(update.aws_access_key_id, session?.accessKeyId);
    assert.equal(scenario.sts.requests[0]?.duration, "3600");
    const remaining = Date.parse(update.aws_token_expiration) - before;
    assert(Math.abs(remaining - 3_600_000) < 60_000);
    assert.equal(
      valueIn(await scenario.read(), "default_sts", "aws_session_token"),
      session?.sessionToken,
    );
    const info = await client.call(INFO, {
      ...{ profile_name: "default_sts", cred_file: null },
    });
    const { expires_in_seconds, ...rest } = z.looseObject({
      expires_in_seconds: z.number(),
    }).parse(resultOf(info));
    assert(expires_in_seconds > 3500);
    const shown = {
      profile_name: "default_sts",
      aws_access_key_id: session?.accessKeyId,
      aws_secret_access_key: "********",
      aws_session_token: "********",
      expiration_datetime: update.aws_token_expiration,
      managed_by: "default",
    };
    assert.deepEqual(rest, shown);
    const [first, second, third, ...others] = z.array(z.looseObject({}))
      .parse(resultOf(await client.call(LIST)));
    assert.deepEqual(first, {
      profile_name: "default",
      aws_access_key_id: ALICE.accessKeyId,
      aws_secret_access_key: "********",
      mfa_device_arn: ALICE.device,
    });
    assert.deepEqual(second, { profile_name: "other" });
    assert.equal(third?.["profile_name"], "default_sts");
    assert.deepEqual(others, []);
    assert.match(client.stderr(), /STS request id/);
    scenario.assertNoSecret(client.heard() + client.stderr());
  },
  { args: ["-v", "2"] },
);

test(
  "takes numbers as text, other names, another file",
  async (scenario, client) => {
    const cred_file = await otherFile(scenario);
    const update = updateOf(
      await client.call(UPDATE, {
        ...{ ...withCode(scenario), sts_profile_name: "today" },
        ...{ cred_file, duration: "900" },
      }),
    );
    assert.equal(update.updated_profile_name, "today");
    assert.equal(update.cred_file, cred_file);
    assert.equal(scenario.sts.requests[0]?.duration, "900");
    assert.equal(await scenario.read(), GIVEN);
    assert.match(await Deno.readTextFile(cred_file), /^\[today\]$/m);
    // As a number, a code has lost the zeros that it began with.
    await client.call(UPDATE, { ...DEFAULT, totp_token: 1234 });
    assert.equal(scenario.sts.requests[1]?.code, "001234");
  },
);

test(
  "a secret under a wrong key is masked, and the device is shown wherever it stands",
  async (scenario, client) => {
    const info = await client.call(INFO, { profile_name: "swapped" });
    const masked = "********";
    assert.deepEqual(resultOf(info), {
      ...{ profile_name: "swapped", mfa_device_arn: ALICE.device },
      ...{ aws_access_key_id: masked, aws_secret_access_key: masked },
      ...{ totp_secret_name: masked, expiration_datetime: masked },
    });
    const { stdout } = await scenario.updsts(["list", "-v", "1"]);
    assert.doesNotMatch(stdout, /JBSWY3DP|canaryLo/);
  },
  {
    given: [
      "[swapped]",
      `aws_access_key_id = ${ALICE.secretAccessKey}`,
      "aws_secret_access_key = AKIAIOSFODNN7EXAMPLE",
      "totp_secret_name = JBSWY3DPEHPK3PXPJBSWY3DP",
      `mfa_serial = ${ALICE.device}`,
      `expiration_datetime = ${ALICE.secretAccessKey}`,
      "",
    ].join("\n"),
  },
);

test("does nothing while enough time remains", async (scenario, client) => {
  await client.call(UPDATE, withCode(scenario));
  const after = await scenario.read();
  const update = updateOf(
    await client.call(UPDATE, { ...DEFAULT, min_remaining: 1800 }),
  );
  assert.equal(update.status, "still_valid");
  assert.equal(update.updated_profile_name, "default_sts");
  assert(update.expires_in_seconds > 1800);
  assert.equal(await scenario.read(), after);
  const longer = { ...DEFAULT, duration: 10_800, min_remaining: "7200" };
  assert.equal(errorOf(await client.call(UPDATE, longer)).code, "CODE_NEEDED");
  assert.equal(scenario.codesSent, 1);
});

test("nobody is asked for a code that could not be used", async (_, client) => {
  const error = errorOf(await client.call(UPDATE, DEFAULT));
  assert.equal(error.code, "NAME_TAKEN");
  assert.match(error.hint, /another name with sts_profile_name\b/);
}, {
  given: `${GIVEN}[default_sts]\n`,
  elicitation: { url: {} },
  person: () => assert.fail("asked"),
});

/** Calls that fail, by what is given besides the profile: the code, and the next step. */
const FAILURES: readonly (readonly [object, string, RegExp])[] = [
  [{ profile_name: "nobody" }, "PROFILE_NOT_FOUND", /info_list/],
  [{ totp_token: "000000" }, "MFA_REFUSED", /without totp_token/],
  [{ totp_token: "12" }, "CODE_INVALID", /nothing to wait for/],
  [{ totp_token: -123456 }, "CODE_INVALID", /nothing to wait for/],
  [{ duration: 5 }, "DURATION_INVALID", /corrected/],
  [{ duration: "long" }, "DURATION_INVALID", /corrected/],
  [{ sts_profile_name: "other" }, "NAME_TAKEN", /another/],
  // Regression: the advice was to use the name of a profile that there is.
  [{ sts_profile_name: "a#b" }, "NAME_INVALID", /that name corrected/],
  [{ profile_name: "other" }, "KEYS_MISSING", /Tell the person/],
  [{ cred_file: "/" }, "FILE_UNUSABLE", /Tell the person/],
  [{ profile_name: "a\nb" }, "NAME_INVALID", /info_list/],
  [{ profile_name: 3 }, "USAGE", /corrected/],
  [{ profile_name: null }, "USAGE", /corrected/],
  [{ profile_name: undefined }, "USAGE", /corrected/],
];

test(
  "failures are answers that say what to do next",
  async (scenario, client) => {
    const missing = await client.call(INFO, { profile_name: "defualt" });
    assert.equal(resultOf(missing), null);
    const { note } = missing.structuredContent ?? {};
    assert.match(String(note), /"default", "other"/);
    for (const [args, code, next] of FAILURES) {
      const given = { ...DEFAULT, totp_token: "123456", ...args };
      const error = errorOf(await client.call(UPDATE, given));
      assert.equal(error.code, code);
      assert.match(error.next_step, next);
      if (code === "USAGE") assert.match(error.message, /profile_name/);
    }
    assert.equal(scenario.codesSent, 1);
    assert.equal(await scenario.read(), GIVEN);
    scenario.assertNoSecret(client.heard() + client.stderr());
  },
  { args: ["-v", "2"] },
);

/** Another profile with a key, and another one without. */
const BOB = GIVEN.replaceAll("[default]", "[bob]")
  .replace("[other]", "[third]");

test(
  "50 updates at once on one server, and 10 get beside it, lose nothing",
  async (scenario, client) => {
    const names = Array.from(
      { length: 60 },
      (_, index) => index % 2 === 0 ? "default" : "bob",
    );
    const updates = names.slice(0, 50).map((profile_name) =>
      client.call(UPDATE, { profile_name, totp_token: scenario.code() })
    );
    const commands = names.slice(50).map((name) =>
      scenario.updstsBesideOthers(["get", name, "-t", scenario.code()])
    );
    for (const result of await Promise.all(updates)) {
      updateOf(result);
    }
    for (const { code, stderr } of await Promise.all(commands)) {
      assert.equal(code, 0, stderr);
    }
    const text = await scenario.read();
    assert(text.startsWith(GIVEN + BOB));
    assert.equal(text.match(/^# \$\{\{\{ key=/gm)?.length, 2);
    assert.equal(scenario.sts.sessions.length, 60);
    for (const profile of ["default_sts", "bob_sts"]) {
      const id = valueIn(text, profile, "aws_access_key_id");
      const { secretAccessKey, sessionToken } = scenario.sts.sessions
        .find(({ accessKeyId }) => accessKeyId === id) ?? {};
      assert.equal(
        valueIn(text, profile, "aws_secret_access_key"),
        secretAccessKey,
      );
      assert.equal(valueIn(text, profile, "aws_session_token"), sessionToken);
    }
    assert.deepEqual(scenario.files(), ["credentials"]);
  },
  { ...MODERN, given: GIVEN + BOB },
);

// Regression: whatever stood in brackets at the start of a line came back as a
// profile, and any file can be named.
test(
  "a line of a file that is no credentials file reaches no model",
  async (scenario, client) => {
    const texts = [
      '[url "https://me:canary-token@github.com/"]\n  insteadOf = https://github.com/\n[user]\n  name = canary-name\n',
      '["canary-password", "canary-other"]\n',
      "[['canary-a'],\n['canary-b']]\n",
      "[canary-section]\npassword = canary\n",
    ];
    for (const text of texts) {
      const cred_file = await otherFile(scenario, text);
      await client.call(LIST, { cred_file });
      for (const profile_name of ["x", "user", "default"]) {
        await client.call(INFO, { profile_name, cred_file });
        await client.call(UPDATE, { profile_name, cred_file });
      }
    }
    assert.doesNotMatch(client.heard(), /canary|insteadOf/);
  },
  MODERN,
);

for (const args of [[], ["-o", join(tmpdir(), "sessions")]]) {
  test(
    `an agent cannot have the protocol read for a credentials file: mcp ${
      args[0] ?? ""
    }`,
    async (_, client) => {
      for (const tool of [LIST, INFO, UPDATE]) {
        const profile = tool === LIST ? {} : DEFAULT;
        const answer = await client.call(tool, { ...profile, cred_file: "-" });
        assert.equal(errorOf(answer).code, "USAGE");
      }
      assert.equal((await client.listTools()).length, 3);
    },
    { ...MODERN, args },
  );
}

Deno.test("with -o, an agent cannot have the keys of another file used", async () => {
  await using scenario = await Scenario.start();
  const other = await otherFile(scenario);
  const sessions = join(scenario.home, "sessions");
  // The usual file, too, may be the one for sessions.
  for (const file of [scenario.path, sessions]) {
    await using client = await connect("modern", scenario.env, {
      args: ["-o", file],
    });
    const error = errorOf(
      await client.call(UPDATE, { ...withCode(scenario), cred_file: other }),
    );
    assert.equal(error.code, "USAGE");
    assert.match(error.hint, /leave cred_file out/);
    assert.equal(scenario.codesSent, 0);
    if (file === scenario.path) continue;
    const given = { ...withCode(scenario), cred_file: scenario.path };
    const { cred_file } = updateOf(await client.call(UPDATE, given));
    assert.equal(cred_file, sessions);
  }
});

test(
  "what models write for nothing is left out, and the profile's own duration holds",
  async (scenario, client) => {
    for (const nothing of ["null", "None", "undefined"]) {
      const update = updateOf(
        await client.call(UPDATE, {
          ...{ ...withCode(scenario), sts_profile_name: nothing },
          ...{ cred_file: nothing, duration: nothing, min_remaining: nothing },
        }),
      );
      assert.equal(update.updated_profile_name, "default_sts");
      assert.equal(update.cred_file, scenario.path);
      assert.equal(scenario.sts.requests.at(-1)?.duration, "7200");
    }
  },
  {
    ...MODERN,
    given: GIVEN.replace("[default]\n", "[default]\nduration_seconds = 7200\n"),
  },
);

test(
  "parameters that the tools do not have are refused by name, before anything is spent",
  async (scenario, client) => {
    const wrong: readonly (readonly [string, object, RegExp])[] = [
      [UPDATE, { duration_seconds: 900 }, /"duration_seconds".* duration,/],
      [UPDATE, { code: "123456" }, /"code".* totp_token,/],
      [INFO, { profile: "x" }, /"profile".* profile_name, cred_file$/],
      [LIST, { file: "x" }, /"file".* cred_file$/],
    ];
    for (const [tool, args, hint] of wrong) {
      const given = { [UPDATE]: withCode(scenario), [INFO]: DEFAULT }[tool];
      const error = errorOf(await client.call(tool, { ...given, ...args }));
      assert.equal(error.code, "USAGE");
      assert.match(`${error.message} ${error.hint}`, hint);
    }
    assert.equal(scenario.codesSent, 0);
  },
  MODERN,
);

// Regression: an endpoint was once read from the credentials file, too, which
// may be one that the agent wrote, so that the agent heard what a person typed.
Deno.test("a code goes to no endpoint that the agent's own file names", async () => {
  await using scenario = await Scenario.start();
  const cred_file = await otherFile(
    scenario,
    GIVEN.replace(
      "[default]\n",
      `[default]\nendpoint_url = ${scenario.sts.url}\n`,
    ),
  );
  await using client = await connect("modern", {
    ...scenario.env,
    AWS_ENDPOINT_URL_STS: "",
    HTTPS_PROXY: "http://127.0.0.1:9",
  });
  const error = errorOf(
    await client.call(UPDATE, { ...withCode(scenario), cred_file }),
  );
  assert.equal(error.code, "STS_UNREACHABLE");
  assert.match(error.message, /sts\.us-east-1\.amazonaws\.com/);
  assert.equal(scenario.sts.requests.length, 0);
});
