// The MCP server as a process with the shipped flags, by the official clients of both eras.
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { ALICE, GIVEN, Scenario, valueIn } from "../support/scenario.ts";
import {
  connect,
  ERAS,
  errorOf,
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

for (const era of ERAS) {
  Deno.test(`${era} client: lists the three tools, described in full`, async () => {
    await using scenario = await Scenario.start();
    await using client = await connect(era, scenario.env);
    const tools = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name), [UPDATE, INFO, LIST]);
    const [update, ...reads] = tools;
    assert.deepEqual(Object.keys(update?.inputSchema.properties ?? {}), [
      "profile_name",
      "totp_token",
      "sts_profile_name",
      "cred_file",
      "duration",
      "min_remaining",
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
  });

  Deno.test(`${era} client: takes a role, and refreshes the session that it uses`, async () => {
    await using scenario = await Scenario.start();
    await Deno.writeTextFile(
      join(scenario.home, ".aws", "config"),
      "[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/x\n" +
        `source_profile = default\nmfa_serial = ${ALICE.device}\n`,
    );
    await using client = await connect(era, scenario.env);
    const call = () =>
      client.call(UPDATE, {
        profile_name: "prod",
        totp_token: scenario.code(),
      });
    const update = z.looseObject({
      role_profile_name: z.literal("prod"),
      profile_name: z.literal("default"),
      updated_profile_name: z.literal("default_sts"),
      note: z.string(),
    }).parse(resultOf(await call()));
    assert.match(
      update.note,
      /^So that \w+ uses \w+, run: aws configure set source_profile default_/,
    );
    const config = join(scenario.home, ".aws", "config");
    const text = await Deno.readTextFile(config);
    await Deno.writeTextFile(
      config,
      text.replace("= default\n", "= default_sts\n"),
    );
    const profiles = z.array(z.looseObject({ profile_name: z.string() }))
      .parse(resultOf(await client.call(LIST, {})));
    assert.equal(profiles.at(-1)?.["role_of"], "default_sts");
    await scenario.write("\u0000");
    const { content, isError } = await client.call(LIST, {});
    assert(isError);
    assert.match(content[0]?.text ?? "", /Cannot read a profile in/);
  });

  Deno.test(`${era} client: updates with a code, then reads it back without secrets`, async () => {
    await using scenario = await Scenario.start();
    await using client = await connect(era, scenario.env, {
      args: ["-v", "2"],
    });
    const before = Date.now();
    const update = updateOf(
      await client.call(UPDATE, {
        profile_name: "default",
        totp_token: scenario.code(),
        sts_profile_name: null,
        cred_file: "",
        duration: null,
      }),
    );
    const [session] = scenario.sts.sessions;
    assert.equal(update.status, "updated");
    assert.equal(update.updated_profile_name, "default_sts");
    assert.equal(update.aws_access_key_id, session?.accessKeyId);
    assert.equal(scenario.sts.requests[0]?.duration, "3600");
    assert(
      Math.abs(Date.parse(update.aws_token_expiration) - before - 3_600_000) <
        60_000,
    );
    assert.equal(
      valueIn(await scenario.read(), "default_sts", "aws_session_token"),
      session?.sessionToken,
    );

    const info = resultOf(
      await client.call(INFO, { profile_name: "default_sts", cred_file: null }),
    );
    const { expires_in_seconds, ...rest } = z.looseObject({
      expires_in_seconds: z.number(),
    }).parse(info);
    assert(expires_in_seconds > 3500);
    assert.deepEqual(rest, {
      profile_name: "default_sts",
      aws_access_key_id: session?.accessKeyId,
      aws_secret_access_key: "********",
      aws_session_token: "********",
      expiration_datetime: update.aws_token_expiration,
      managed_by: "default",
    });
    const list = z.array(z.looseObject({ profile_name: z.string() })).parse(
      resultOf(await client.call(LIST)),
    );
    assert.deepEqual(list.map(({ profile_name }) => profile_name), [
      "default",
      "other",
      "default_sts",
    ]);
    assert.deepEqual(list[0], {
      profile_name: "default",
      aws_access_key_id: ALICE.accessKeyId,
      aws_secret_access_key: "********",
      mfa_device_arn: ALICE.device,
    });
    assert.deepEqual(list[1], { profile_name: "other" });
    assert.match(client.stderr(), /STS request id/);
    scenario.assertNoSecret(client.heard() + client.stderr());
  });

  Deno.test(`${era} client: takes numbers as text, other names, another file`, async () => {
    await using scenario = await Scenario.start();
    const other = join(scenario.home, "other");
    await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
    await using client = await connect(era, scenario.env);
    const update = updateOf(
      await client.call(UPDATE, {
        profile_name: "default",
        totp_token: scenario.code(),
        sts_profile_name: "today",
        cred_file: other,
        duration: "900",
      }),
    );
    assert.equal(update.updated_profile_name, "today");
    assert.equal(update.cred_file, other);
    assert.equal(scenario.sts.requests[0]?.duration, "900");
    assert.equal(await scenario.read(), GIVEN);
    assert.match(await Deno.readTextFile(other), /^\[today\]$/m);
    // As a number, a code has lost the zeros that it began with.
    await client.call(UPDATE, { profile_name: "default", totp_token: 1234 });
    assert.equal(scenario.sts.requests[1]?.code, "001234");
  });

  Deno.test(`${era} client: a secret under a wrong key is masked, and the device is shown wherever it stands`, async () => {
    const given = [
      "[swapped]",
      `aws_access_key_id = ${ALICE.secretAccessKey}`,
      "aws_secret_access_key = AKIAIOSFODNN7EXAMPLE",
      "totp_secret_name = JBSWY3DPEHPK3PXPJBSWY3DP",
      `mfa_serial = ${ALICE.device}`,
      `expiration_datetime = ${ALICE.secretAccessKey}`,
      "",
    ].join("\n");
    await using scenario = await Scenario.start({ given });
    await using client = await connect(era, scenario.env);
    const info = resultOf(await client.call(INFO, { profile_name: "swapped" }));
    assert.deepEqual(info, {
      profile_name: "swapped",
      aws_access_key_id: "********",
      aws_secret_access_key: "********",
      totp_secret_name: "********",
      expiration_datetime: "********",
      mfa_device_arn: ALICE.device,
    });
    const { stdout } = await scenario.updsts(["list", "-v", "1"]);
    assert.doesNotMatch(stdout, /JBSWY3DP|canaryLo/);
  });

  Deno.test(`${era} client: does nothing while enough time remains`, async () => {
    await using scenario = await Scenario.start();
    await using client = await connect(era, scenario.env);
    await client.call(UPDATE, {
      profile_name: "default",
      totp_token: scenario.code(),
    });
    const after = await scenario.read();
    const update = updateOf(
      await client.call(UPDATE, {
        profile_name: "default",
        min_remaining: 1800,
      }),
    );
    assert.equal(update.status, "still_valid");
    assert.equal(update.updated_profile_name, "default_sts");
    assert(update.expires_in_seconds > 1800);
    assert.equal(await scenario.read(), after);
    const longer = await client.call(UPDATE, {
      ...{ profile_name: "default", duration: 10_800 },
      min_remaining: "7200",
    });
    assert.equal(errorOf(longer).code, "CODE_NEEDED");
    assert.equal(scenario.codesSent, 1);
  });

  Deno.test(`${era} client: nobody is asked for a code that could not be used`, async () => {
    await using scenario = await Scenario.start({
      given: `${GIVEN}[default_sts]\n`,
    });
    await using client = await connect(era, scenario.env, {
      elicitation: { url: {} },
      person: () => assert.fail("asked"),
    });
    const error = errorOf(
      await client.call(UPDATE, { profile_name: "default" }),
    );
    assert.equal(error.code, "NAME_TAKEN");
    assert.match(error.hint, /another name with sts_profile_name\b/);
  });

  Deno.test(`${era} client: failures are answers that say what to do next`, async () => {
    await using scenario = await Scenario.start();
    await using client = await connect(era, scenario.env, {
      args: ["-v", "2"],
    });
    const missing = await client.call(INFO, { profile_name: "defualt" });
    assert.equal(resultOf(missing), null);
    assert.match(
      String(missing.structuredContent?.["note"]),
      /"default", "other"/,
    );
    const wrong = { profile_name: "default", totp_token: "123456" };
    const failures: [string, object, string, RegExp][] = [
      [UPDATE, { profile_name: "nobody" }, "PROFILE_NOT_FOUND", /info_list/],
      [UPDATE, { totp_token: "000000" }, "MFA_REFUSED", /without totp_token/],
      [UPDATE, { totp_token: "12" }, "CODE_INVALID", /nothing to wait for/],
      [UPDATE, { duration: 5 }, "DURATION_INVALID", /corrected/],
      [UPDATE, { duration: "long" }, "DURATION_INVALID", /corrected/],
      [UPDATE, { sts_profile_name: "other" }, "NAME_TAKEN", /another/],
      [UPDATE, { profile_name: "other" }, "KEYS_MISSING", /Tell the person/],
      // Regression: the advice was to use the name of an existing profile.
      [UPDATE, { sts_profile_name: "a#b" }, "NAME_INVALID", /name corrected/],
      [LIST, { cred_file: scenario.home }, "FILE_UNUSABLE", /Tell the person/],
      [INFO, { profile_name: "a\nb" }, "NAME_INVALID", /info_list/],
    ];
    for (const [tool, args, code, next] of failures) {
      const given = tool === UPDATE ? { ...wrong, ...args } : { ...args };
      const error = errorOf(await client.call(tool, given));
      assert.equal(error.code, code);
      assert.match(error.next_step, next);
    }
    // Arguments of a wrong type, and none at all, are answers of the same kind.
    for (const args of [{ profile_name: 3 }, {}, { profile_name: null }]) {
      const error = errorOf(await client.call(UPDATE, args));
      assert.equal(error.code, "USAGE");
      assert.match(error.message, /profile_name/);
    }
    assert.equal(await scenario.read(), GIVEN);
    scenario.assertNoSecret(client.heard() + client.stderr());
  });
}

Deno.test("50 updates at once on one server, and 10 get beside it, lose nothing", async () => {
  const given = GIVEN + GIVEN.replace("[default]", "[bob]")
    .replace("[other]", "[third]");
  await using scenario = await Scenario.start({ given });
  await using client = await connect("modern", scenario.env);
  await Promise.all(Array.from({ length: 60 }, async (_, index) => {
    const code = scenario.code();
    const profile = index % 2 === 0 ? "default" : "bob";
    if (index < 50) {
      const args = { profile_name: profile, totp_token: code };
      return void updateOf(await client.call(UPDATE, args));
    }
    const get = ["get", "-n", profile, "-t", code];
    const { code: exit, stderr } = await scenario.updstsBesideOthers(get);
    assert.equal(exit, 0, stderr);
  }));
  const text = await scenario.read();
  assert(text.startsWith(given));
  assert.equal(text.match(/^# \$\{\{\{ key=/gm)?.length, 2);
  assert.equal(scenario.sts.sessions.length, 60);
  for (const profile of ["default_sts", "bob_sts"]) {
    const value = (key: string) => valueIn(text, profile, key);
    const session = scenario.sts.sessions.find(({ accessKeyId }) =>
      accessKeyId === value("aws_access_key_id")
    );
    assert(session !== undefined);
    assert.equal(value("aws_secret_access_key"), session.secretAccessKey);
    assert.equal(value("aws_session_token"), session.sessionToken);
  }
  assert.deepEqual(scenario.files(), ["credentials"]);
});

// Regression: whatever stood in brackets at the start of a line came back as a
// profile, and any file can be named.
Deno.test("a line of a file that is no credentials file reaches no model", async () => {
  await using scenario = await Scenario.start();
  const texts = [
    '[url "https://me:canary-token@github.com/"]\n  insteadOf = https://github.com/\n[user]\n  name = canary-name\n',
    '["canary-password", "canary-other"]\n',
    "[['canary-a'],\n['canary-b']]\n",
    "[canary-section]\npassword = canary\n",
  ];
  await using client = await connect("modern", scenario.env);
  for (const text of texts) {
    const cred_file = join(scenario.home, "any");
    await Deno.writeTextFile(cred_file, text);
    await client.call(LIST, { cred_file });
    for (const profile_name of ["x", "user", "default"]) {
      await client.call(INFO, { profile_name, cred_file });
      await client.call(UPDATE, { profile_name, cred_file });
    }
  }
  assert.doesNotMatch(client.heard(), /canary|insteadOf/);
});

Deno.test("an agent cannot have the protocol read for a credentials file", async () => {
  await using scenario = await Scenario.start();
  const sessions = join(scenario.home, "sessions");
  for (const args of [[], ["-o", sessions]]) {
    await using client = await connect("modern", scenario.env, { args });
    for (const tool of [LIST, INFO, UPDATE]) {
      const error = errorOf(
        await client.call(tool, {
          ...(tool === LIST ? {} : { profile_name: "default" }),
          cred_file: "-",
        }),
      );
      assert.equal(error.code, "USAGE");
    }
    assert.equal((await client.listTools()).length, 3);
  }
});

Deno.test("with -o, an agent cannot have the keys of another file used", async () => {
  await using scenario = await Scenario.start();
  const other = join(scenario.home, "other");
  await Deno.writeTextFile(other, GIVEN, { mode: 0o600 });
  const sessions = join(scenario.home, "sessions");
  // The usual file, too, may be the one for sessions.
  for (const file of [sessions, scenario.path]) {
    await using client = await connect("modern", scenario.env, {
      args: ["-o", file],
    });
    const update = (cred_file: string) =>
      client.call(UPDATE, {
        ...{ profile_name: "default", cred_file },
        totp_token: scenario.code(),
      });
    const error = errorOf(await update(other));
    assert.equal(error.code, "USAGE");
    assert.match(error.hint, /leave cred_file out/);
    assert.equal(scenario.codesSent, 0);
  }
  await using client = await connect("modern", scenario.env, {
    args: ["-o", sessions],
  });
  const { cred_file } = updateOf(
    await client.call(UPDATE, {
      ...{ profile_name: "default", cred_file: scenario.path },
      totp_token: scenario.code(),
    }),
  );
  assert.equal(cred_file, sessions);
});

Deno.test("what models write for nothing is left out, and the profile's own duration holds", async () => {
  await using scenario = await Scenario.start({
    given: GIVEN.replace("[default]\n", "[default]\nduration_seconds = 7200\n"),
  });
  await using client = await connect("modern", scenario.env);
  for (const nothing of ["null", "None", "undefined"]) {
    const update = updateOf(
      await client.call(UPDATE, {
        ...{ profile_name: "default", totp_token: scenario.code() },
        ...{ sts_profile_name: nothing, cred_file: nothing },
        ...{ duration: nothing, min_remaining: nothing },
      }),
    );
    assert.equal(update.updated_profile_name, "default_sts");
    assert.equal(update.cred_file, scenario.path);
    assert.equal(scenario.sts.requests.at(-1)?.duration, "7200");
  }
  const error = errorOf(
    await client.call(UPDATE, { profile_name: "default", totp_token: -123456 }),
  );
  assert.equal(error.code, "CODE_INVALID");
  assert.equal(scenario.codesSent, 3);
});

Deno.test("parameters that the tools do not have are refused by name, before anything is spent", async () => {
  await using scenario = await Scenario.start();
  await using client = await connect("modern", scenario.env);
  const wrong: readonly (readonly [string, object, RegExp])[] = [
    [UPDATE, { duration_seconds: 900 }, /"duration_seconds".* duration,/],
    [UPDATE, { code: "123456" }, /"code".* totp_token,/],
    [INFO, { profile: "x" }, /"profile".* profile_name, cred_file$/],
    [LIST, { file: "x" }, /"file".* cred_file$/],
  ];
  for (const [tool, args, hint] of wrong) {
    const error = errorOf(
      await client.call(tool, {
        ...(tool === LIST ? {} : { profile_name: "default" }),
        ...(tool === UPDATE ? { totp_token: scenario.code() } : {}),
        ...args,
      }),
    );
    assert.equal(error.code, "USAGE");
    assert.match(`${error.message} ${error.hint}`, hint);
  }
  assert.equal(scenario.codesSent, 0);
  for (const { inputSchema } of await client.listTools()) {
    assert.equal(inputSchema["additionalProperties"], false);
  }
});

// Regression: an endpoint was once read from the credentials file, too, which
// may be one that the agent wrote, so that the agent heard what a person typed.
Deno.test("a code goes to no endpoint that the agent's own file names", async () => {
  await using scenario = await Scenario.start();
  const mine = join(scenario.home, "mine");
  await Deno.writeTextFile(
    mine,
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
    await client.call(UPDATE, {
      ...{ profile_name: "default", cred_file: mine },
      totp_token: scenario.code(),
    }),
  );
  assert.equal(error.code, "STS_UNREACHABLE");
  assert.match(error.message, /sts\.us-east-1\.amazonaws\.com/);
  assert.equal(scenario.sts.requests.length, 0);
});
