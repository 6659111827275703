// The MCP server's manners on the wire: what stands on stdout, and how the process ends.
import assert from "node:assert/strict";
import { z } from "zod";
import { baseEnvironment, commandLine } from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { assertClosed, type } from "../support/page_driver.ts";
import { unless, unlessWindows } from "../support/skipping.ts";

interface Server {
  readonly child: Deno.ChildProcess;
  send(...lines: readonly string[]): Promise<void>;
  /** Waits for the answer to the request `id`. */
  answer(id: number): Promise<Record<string, unknown>>;
  /** Waits for the end of the process. */
  finish(): Promise<{ stdout: string; stderr: string; code: number }>;
}

async function start(
  scenario: Scenario,
  options: readonly string[] = ["-v", "2"],
): Promise<Server> {
  const [command, ...args] = commandLine(["mcp", "--mcp-server", ...options]);
  const child = new Deno.Command(command, {
    args,
    env: { ...await baseEnvironment(), ...scenario.env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  let stdout = "";
  let stderr: Promise<string> | undefined;
  let ended = false;
  let wake = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (
      const chunk of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      stdout += chunk;
      wake.resolve();
      wake = Promise.withResolvers();
    }
    ended = true;
    wake.resolve();
  })();
  return {
    child,
    send: async (...lines) => {
      for (const line of lines) {
        await writer.write(new TextEncoder().encode(`${line}\n`));
      }
    },
    answer: async (id) => {
      for (;;) {
        const line = stdout.split("\n").slice(0, -1).find((line) =>
          JSON.parse(line).id === id
        );
        if (line !== undefined) return JSON.parse(line);
        assert(!ended, `the server ended without answer ${id}`);
        await wake.promise;
      }
    },
    finish: async () => {
      // Not before: some clients never read it.
      stderr ??= new Response(child.stderr).text();
      await writer.close().catch(() => {});
      const { code } = await child.status;
      await reading;
      return { stdout, stderr: await stderr, code };
    },
  };
}

const INITIALIZE = [
  JSON.stringify({
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "wire", version: "1" },
    },
  }),
  JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }),
];

function call(id: number, name: string, args: Record<string, unknown>): string {
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: `updsts_${name}`, arguments: args },
  });
}

Deno.test("stdout carries protocol lines only, and no secret, whatever comes", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario);
  await server.send(...INITIALIZE);
  scenario.sts.script({
    kind: "raw",
    status: 200,
    headers: {},
    body: "\u0000<<<",
  });
  await server.send(
    "this is no JSON",
    '{"jsonrpc":"2.0","id":1,"method":"no/such/method"}',
    '{"jsonrpc":"2.0","id":',
    "[]",
    "",
    call(2, "update_sts_credential", {
      profile_name: "default",
      totp_token: scenario.code(),
    }),
  );
  await server.answer(2);
  await server.send(
    call(3, "update_sts_credential", {
      profile_name: "default",
      totp_token: scenario.code(),
    }),
    call(4, "get_credential_info", { profile_name: "default" }),
    call(5, "get_credential_info_list", {}),
    call(6, "get_credential_info_list", { cred_file: "/nowhere" }),
    call(7, "no_such_tool", {}),
    call(8, "update_sts_credential", {
      profile_name: "\u001b[31m",
      totp_token: "1",
    }),
    '{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{}}',
    '{"jsonrpc":"2.0","id":10,"method":"ping"}',
  );
  for (let id = 1; id <= 10; id++) await server.answer(id);
  const { stdout, stderr, code } = await server.finish();
  const lines = stdout.split("\n");
  assert.equal(lines.pop(), "");
  assert(lines.length >= 11);
  for (const line of lines) assert.equal(JSON.parse(line).jsonrpc, "2.0");
  assert.match(stderr, /STS request id/);
  assert.equal(code, 0);
  assert.equal(scenario.sts.sessions.length, 1);
  scenario.assertNoSecret(stdout + stderr);
});

/** Starts an update that STS keeps waiting for so long. */
async function startSlowUpdate(
  scenario: Scenario,
  ms: number,
): Promise<Server> {
  const server = await start(scenario);
  await server.send(...INITIALIZE);
  await server.answer(0);
  scenario.sts.script({ kind: "delay_headers", ms });
  await server.send(
    call(1, "update_sts_credential", {
      profile_name: "default",
      totp_token: scenario.code(),
    }),
  );
  while (scenario.codesSent === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return server;
}

// There, a signal of another program is no request to end but the end.
const signals = unlessWindows("Windows asks no program to end");
/** Where a process can be asked what it has open. */
const linux = unless(Deno.build.os === "linux", "there is no /proc");

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  // Regression: the server waited less than a second, so that STS gave a
  // session for the code, and nobody wrote it down.
  Deno.test(
    `on ${signal}, a session that STS takes two seconds to give is written before the end${signals.note}`,
    { ignore: signals.ignore },
    async () => {
      await using scenario = await Scenario.start();
      const server = await startSlowUpdate(scenario, 2_000);
      server.child.kill(signal);
      // stdin stays open until it has ended by itself.
      const { code } = await server.child.status;
      assert.equal(code, 0);
      const { stdout } = await server.finish();
      assert.match(stdout, /"id":1,.*updated|updated.*"id":1/);
      assert.match(await scenario.read(), /\[default_sts\]/);
      assert.deepEqual(scenario.files(), ["credentials"]);
    },
  );
}

Deno.test("when stdin ends, a session that STS takes two seconds to give is written before the end", async () => {
  await using scenario = await Scenario.start();
  const server = await startSlowUpdate(scenario, 2_000);
  const { code } = await server.finish();
  assert.equal(code, 0);
  assert.match(await scenario.read(), /\[default_sts\]/);
  assert.deepEqual(scenario.files(), ["credentials"]);
});

Deno.test(
  `a second signal ends at once, without a trace${signals.note}`,
  { ignore: signals.ignore },
  async () => {
    await using scenario = await Scenario.start();
    const server = await startSlowUpdate(scenario, 30_000);
    server.child.kill("SIGTERM");
    // The first must have been heard before the second: they are not counted by the system.
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.child.kill("SIGTERM");
    const { code } = await server.child.status;
    assert.equal(code, 130);
    await server.finish();
    assert.equal(await scenario.read(), GIVEN);
    assert.deepEqual(scenario.files(), ["credentials"]);
  },
);

for (const by of ["SIGTERM", "the end of stdin"] as const) {
  Deno.test({
    name: `${by} ends the server at once while a page is open${
      by === "SIGTERM" ? signals.note : ""
    }`,
    ignore: by === "SIGTERM" && signals.ignore,
    fn: async () => {
      await using scenario = await Scenario.start();
      const server = await start(scenario);
      await server.send(...INITIALIZE);
      await server.send(
        call(1, "update_sts_credential", { profile_name: "default" }),
      );
      const [, page = ""] = /(http:\/\/127[^"\\ ]+)/.exec(
        JSON.stringify(await server.answer(1)),
      ) ?? [];
      if (by === "SIGTERM") server.child.kill(by);
      const { code } = by === "SIGTERM"
        ? await server.child.status
        : await server.finish();
      assert.equal(code, 0);
      await assertClosed(new URL(page));
      await server.finish();
      assert.equal(await scenario.read(), GIVEN);
    },
  });
}

Deno.test("a line that is no JSON is answered as JSON-RPC says, and disturbs nothing", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario);
  await server.send(...INITIALIZE, '{"jsonrpc":', "rubbish", "");
  await server.send('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  await server.answer(1);
  const { stdout } = await server.finish();
  const errors = stdout.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ error }) => error !== undefined);
  assert.deepEqual(
    errors.map(({ id, error }) => [id, error.code]),
    [[null, -32700], [null, -32700]],
  );
});

for (
  const [client, declined] of [
    ["claude-code", true],
    ["copilot-cli", true],
    ["some-other-client", false],
  ] as const
) {
  Deno.test(`revision 2026-07-28 is ${declined ? "declined" : "spoken"} to ${client}; what clients add to arguments is nothing`, async () => {
    await using scenario = await Scenario.start();
    const server = await start(scenario);
    await server.send(JSON.stringify({
      ...{ jsonrpc: "2.0", id: 7, method: "server/discover" },
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: client, version: "1" },
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }));
    const { error } = z.object({
      error: z.object({ code: z.number() }).optional(),
    }).parse(await server.answer(7));
    assert.equal(error?.code, declined ? -32601 : undefined);
    if (declined) {
      await server.send(
        ...INITIALIZE,
        call(1, "get_credential_info_list", { wait_for_previous: true }),
      );
      const { result } = z.object({
        result: z.object({ isError: z.boolean().optional() }),
      }).parse(await server.answer(1));
      assert.notEqual(result.isError, true);
    }
    await server.finish();
  });
}

Deno.test("the server says what it is", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario);
  await server.send(...INITIALIZE);
  const { result } = z.looseObject({
    result: z.object({
      capabilities: z.unknown(),
      serverInfo: z.object({
        name: z.literal("updsts"),
        title: z.string(),
        version: z.string(),
        websiteUrl: z.url(),
        icons: z.tuple([z.object({
          src: z.string().startsWith("data:image/svg+xml;base64,"),
          mimeType: z.literal("image/svg+xml"),
          sizes: z.tuple([z.literal("any")]),
        })]),
      }),
    }).loose(),
  }).parse(await server.answer(0));
  assert.deepEqual(result.capabilities, { tools: { listChanged: false } });
  await server.finish();
});

Deno.test(
  `updates leave no connection and no file open${linux.note}`,
  { ignore: linux.ignore },
  async () => {
    await using scenario = await Scenario.start();
    const server = await start(scenario);
    await server.send(...INITIALIZE);
    await server.answer(0);
    const open = async () => {
      const fds = `/proc/${server.child.pid}/fd`;
      const targets = await Array.fromAsync(
        Deno.readDir(fds),
        ({ name }) => Deno.readLink(`${fds}/${name}`).catch(() => ""),
      );
      return targets.filter((target) => /^(?:socket:|\/)/.test(target)).length;
    };
    let id = 0;
    const update = async () => {
      id++;
      const args = { profile_name: "default", totp_token: scenario.code() };
      await server.send(call(id, "update_sts_credential", args));
      await server.answer(id);
    };
    // What is loaded once stays open.
    for (let round = 0; round < 3; round++) await update();
    const before = await open();
    for (let round = 0; round < 10; round++) await update();
    // A connection takes a moment to go.
    for (let look = 0; look < 100 && await open() > before; look++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert(await open() <= before, `${await open()} of ${before}`);
    assert.equal(scenario.sts.sessions.length, 13);
    await server.finish();
  },
);

Deno.test(
  `an update that is done while the server ends is answered${signals.note}`,
  {
    ignore: signals.ignore,
  },
  async () => {
    await using scenario = await Scenario.start();
    const server = await start(scenario);
    await server.send(...INITIALIZE);
    await server.answer(0);
    scenario.sts.script({ kind: "delay_headers", ms: 300 });
    await server.send(
      call(1, "update_sts_credential", {
        profile_name: "default",
        totp_token: scenario.code(),
      }),
    );
    while (scenario.codesSent === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    server.child.kill("SIGTERM");
    await server.child.status;
    const { stdout } = await server.finish();
    assert.match(stdout, /"id":1/, "the answer was lost");
    assert.match(stdout, /updated/);
    assert.notEqual(await scenario.read(), GIVEN);
  },
);

Deno.test("a call that is cancelled before STS is asked spends no code", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario);
  await server.send(...INITIALIZE);
  await server.answer(0);
  const cancel = {
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: 1 },
  };
  await server.send(
    `${
      call(1, "update_sts_credential", {
        profile_name: "default",
        totp_token: scenario.code(),
      })
    }\n${JSON.stringify(cancel)}`,
    call(2, "get_credential_info_list", {}),
  );
  await server.answer(2);
  await server.finish();
  assert.equal(scenario.codesSent, 0);
  assert.equal(await scenario.read(), GIVEN);
});

Deno.test("a client that goes away in the middle of updates leaves a whole file", async () => {
  await using scenario = await Scenario.start();
  for (let round = 0; round < 5; round++) {
    const server = await start(scenario);
    await server.send(...INITIALIZE);
    await server.answer(0);
    await server.send(
      ...Array.from(
        { length: 5 },
        (_, index) =>
          call(index + 1, "update_sts_credential", {
            profile_name: "default",
            totp_token: scenario.code(),
          }),
      ),
    );
    if (round > 0) await server.answer(round);
    await server.finish();
    const text = await scenario.read();
    assert(text.startsWith(GIVEN));
    const block = text.slice(GIVEN.length);
    assert.match(
      block,
      /^(|# \$\{\{\{ key=default [^]*# \$\}\}\} \[auto update by updsts\]\n)$/,
    );
    assert.deepEqual(scenario.files(), ["credentials"]);
  }
});

Deno.test("a message that is too large ends the server, and does not leave it hanging", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario);
  await server.send(...INITIALIZE);
  await server.answer(0);
  // The SDK reads no more after this, so it would never see the end of stdin.
  await server.send("x".repeat(11_000_000)).catch(() => {});
  const { code } = await server.finish();
  assert.equal(code, 0);
});

Deno.test("an answer to another question, or a second time, counts for nothing; a made-up one is an error", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario, ["--form"]);
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "wire", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
  };
  const ask = (
    id: number,
    args: Record<string, unknown>,
    rest: Record<string, unknown> = {},
  ) =>
    JSON.stringify({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: {
        name: "updsts_update_sts_credential",
        arguments: args,
        ...rest,
        _meta: meta,
      },
    });
  const resultOf = async (id: number) =>
    JSON.stringify((await server.answer(id))["result"]);
  const args = { profile_name: "default" };
  await server.send(ask(1, args));
  const [, requestState] = /"requestState":"([^"]+)"/.exec(await resultOf(1)) ??
    [];
  assert(requestState !== undefined, await resultOf(1));
  const reply = (state: string) => ({
    requestState: state,
    inputResponses: {
      totp_token: {
        action: "accept",
        content: { totp_token: scenario.code() },
      },
    },
  });
  await server.send(
    ask(2, { ...args, sts_profile_name: "evil" }, reply(requestState)),
  );
  assert.match(await resultOf(2), /belongs to no question/);
  // Once by one bit, which the last digit of base64 may have to spare.
  const tampered = requestState.replace(
    /.$/,
    (last) => last === "A" ? "Q" : "A",
  );
  for (const [id, state] of [[31, "made-up"], [32, tampered]] as const) {
    await server.send(ask(id, args, reply(state)));
    const { error } = z.looseObject({ error: z.object({ code: z.number() }) })
      .parse(await server.answer(id));
    assert.equal(error.code, -32602);
  }
  assert.equal(scenario.codesSent, 0);

  await server.send(ask(4, args));
  const [, second = ""] = /"requestState":"([^"]+)"/.exec(await resultOf(4)) ??
    [];
  await server.send(ask(5, args, reply(second)));
  assert.match(await resultOf(5), /"status":"updated"/);
  await server.send(ask(6, args, reply(second)));
  assert.match(await resultOf(6), /belongs to no question/);
  assert.equal(scenario.codesSent, 1);
  await server.finish();
});

Deno.test("the state of a page's question counts for its own call, and only while it is open", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario);
  const ask = (id: number, args: object, rest: object = {}) =>
    JSON.stringify({
      ...{ jsonrpc: "2.0", id, method: "tools/call" },
      params: {
        name: "updsts_update_sts_credential",
        arguments: args,
        ...rest,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "w", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": {
            elicitation: { url: {} },
          },
        },
      },
    });
  const resultOf = async (id: number) =>
    JSON.stringify((await server.answer(id))["result"]);
  const args = { profile_name: "default" };
  await server.send(ask(1, args));
  const first = await resultOf(1);
  const [, requestState = ""] = /"requestState":"([^"]+)"/.exec(first) ?? [];
  const [, page = ""] = /"url":"([^"]+)"/.exec(first) ?? [];
  assert.match(first, /"mode":"url"/);
  const accepted = {
    requestState,
    inputResponses: { totp_token: { action: "accept" } },
  };
  await server.send(ask(2, { ...args, sts_profile_name: "evil" }, accepted));
  assert.match(await resultOf(2), /belongs to a call with other arguments/);
  const code = scenario.code();
  await server.send(ask(3, args, accepted));
  assert.match((await type(new URL(page), code)).body, /ready/);
  assert.match(await resultOf(3), /"status":"updated"/);
  await server.send(ask(4, args, accepted));
  assert.match(await resultOf(4), /CODE_EXPIRED/);
  assert.equal(scenario.codesSent, 1);
  const { stdout, stderr } = await server.finish();
  assert(!(stdout + stderr).includes(code));
});

// Regression: a full pipe stopped the server at the next note, for good.
Deno.test("notes that nobody reads do not stop the server, and are counted", async () => {
  await using scenario = await Scenario.start();
  const server = await start(scenario);
  const late = setTimeout(() => server.child.kill("SIGKILL"), 20_000);
  await server.send(...INITIALIZE, "no JSON\n".repeat(8_000));
  await server.send(call(1, "get_credential_info_list", {}));
  await server.answer(1);
  clearTimeout(late);
  const { stderr, code } = await server.finish();
  const told = stderr.match(/^MCP: a line that is no JSON$/gm)?.length ?? 0;
  const dropped = stderr.matchAll(/^(\d+) notes were dropped/gm)
    .reduce((sum, [, count]) => sum + Number(count), 0);
  assert(told > 0 && dropped > 0, stderr.slice(-200));
  assert(told + dropped >= 8_000, `${told} and ${dropped}`);
  assert.equal(code, 0);
});

Deno.test("the server ends when nobody reads its answers any more", async () => {
  await using scenario = await Scenario.start();
  const [command, ...args] = commandLine(["mcp", "--mcp-server"]);
  const child = new Deno.Command(command, {
    args,
    env: { ...await baseEnvironment(), ...scenario.env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout.cancel();
  const writer = child.stdin.getWriter();
  // stdin stays open: the broken pipe alone must end it.
  await writer.write(new TextEncoder().encode(`${INITIALIZE.join("\n")}\n`));
  const { code } = await child.status;
  assert.equal(code, 0);
  await writer.close().catch(() => {});
});
