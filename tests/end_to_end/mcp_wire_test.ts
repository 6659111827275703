// The MCP server's manners on the wire, in both protocol eras: what is on stdout, and how the process ends.
import assert from "node:assert/strict";
import { commandLine } from "../support/command.ts";
import { type Era, ERAS, Wire } from "../support/mcp_clients.ts";
import { assertClosed, type } from "../support/page_driver.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { unless, unlessWindows } from "../support/skipping.ts";

const UPDATE = "updsts_update_sts_credential";
const LIST = "updsts_get_credential_info_list";
const DEFAULT = { profile_name: "default" };

/** One thing that must hold, in the eras in which it can differ. */
interface Case {
  readonly name: string;
  readonly eras?: readonly Era[];
  /** Where it cannot be tried, and why. */
  readonly skip?: { readonly ignore: boolean; readonly note: string };
  run(scenario: Scenario, era: Era): Promise<void>;
}

const LEGACY = { eras: ["legacy"] } as const;
// There, a signal of another program is no request to end but the end.
const signals = { skip: unlessWindows("Windows asks no program to end") };
/** Where a process can be asked what it has open. */
const linux = { skip: unless(Deno.build.os === "linux", "there is no /proc") };

/** An update with a code, which STS keeps waiting for so long. */
async function startSlowUpdate(scenario: Scenario, ms: number): Promise<Wire> {
  const wire = await Wire.start(scenario, "legacy");
  scenario.sts.script({ kind: "delay_headers", ms });
  wire.call(UPDATE, { ...DEFAULT, totp_token: scenario.code() })
    .catch(() => {});
  while (scenario.codesSent === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return wire;
}

const CASES: readonly Case[] = [
  {
    name: "stdout carries protocol lines only, and no secret, whatever comes",
    run: async (scenario, era) => {
      const wire = await Wire.start(scenario, era);
      scenario.sts.script({
        ...{ kind: "raw", status: 200, headers: {} },
        body: "\u0000<<<",
      });
      const update = (args = {}) =>
        wire.call(UPDATE, { ...DEFAULT, totp_token: scenario.code(), ...args });
      await wire.send("this is not JSON", '{"jsonrpc":"2.0","id":', "[]", "");
      await update();
      await Promise.all([
        update(),
        update({ profile_name: "\u001b[31m" }),
        wire.call("updsts_get_credential_info", DEFAULT),
        wire.call(LIST, {}),
        wire.call(LIST, { cred_file: "/nowhere" }),
        wire.call("no_such_tool", {}),
        wire.request("no/such/method", {}),
        wire.request("tools/list", {}),
        wire.request("ping", {}),
      ]);
      const { lines, stdout, stderr, code } = await wire.finish();
      assert(lines.length >= 12);
      for (const { jsonrpc } of lines) assert.equal(jsonrpc, "2.0");
      // A line that is not JSON is answered, as JSON-RPC says.
      assert.deepEqual(
        lines.flatMap(({ id, error }) => id === null ? [error?.code] : []),
        [-32700, -32700],
      );
      assert.match(stderr, /STS request id/);
      assert.equal(code, 0);
      assert.equal(scenario.sts.sessions.length, 1);
      scenario.assertNoSecret(stdout + stderr);
    },
  },
  {
    name: "what a package prints does not reach stdout",
    // A binary cannot be given a file that runs before the program.
    skip: unless(commandLine([])[1] === "run", "the runtime takes no flags"),
    ...LEGACY,
    run: async (scenario) => {
      const preload = `${scenario.home}/prints.js`;
      await Deno.writeTextFile(
        preload,
        `for (const way of ["log", "info", "debug", "warn", "error"]) {
          let print = console[way];
          Object.defineProperty(console, way, {
            get: () => print,
            set: (other) => {
              print = other;
              queueMicrotask(() => console[way](way, "of a package"));
            },
          });
        }`,
      );
      const wire = await Wire.start(scenario, "legacy", {
        runtimeFlags: [`--preload=${preload}`],
      });
      const { stdout, stderr } = await wire.finish();
      assert.equal(stderr.match(/^\w+ of a package$/gm)?.length, 5, stderr);
      assert.doesNotMatch(stdout, /of a package/);
    },
  },
  {
    name: "a message of 1 MiB that comes in pieces is one message",
    run: async (scenario, era) => {
      const wire = await Wire.start(scenario, era);
      const bytes = wire.messageFor("tools/call", {
        name: LIST,
        arguments: { cred_file: `/${"\u00e9".repeat(500_000)}` },
      });
      for (let start = 0; start < bytes.length; start += 9_999) {
        await wire.sendBytes(bytes.subarray(start, start + 9_999));
      }
      const { lines } = await wire.finish();
      assert.match(lines.at(-1)?.text ?? "", /\u00e9{1000}/);
    },
  },
  {
    name: "answers that are read late are all there, whole and one by one",
    run: async (scenario, era) => {
      const wire = await Wire.start(scenario, era, { readsLate: true });
      // More than any pipe holds; and then the client wants no more.
      const answers = Array.from(
        { length: 300 },
        () => wire.request("tools/list", {}),
      );
      // Some of them are written when the client has begun to read.
      wire.read();
      const { lines, code } = await wire.finish();
      await Promise.all(answers);
      assert.equal(
        lines.filter(({ text }) => text.includes(`{"tools":[`)).length,
        300,
      );
      assert.equal(code, 0);
    },
  },
  {
    name: "the server ends when nobody reads its answers any more",
    ...LEGACY,
    run: async (scenario) => {
      const wire = await Wire.start(scenario, "legacy", { readsLate: true });
      await wire.child.stdout.cancel();
      // stdin stays open: the broken pipe alone must end it.
      wire.request("tools/list", {}).catch(() => {});
      assert.equal((await wire.child.status).code, 0);
      await wire.finish();
    },
  },
  {
    name: "a message that is too large ends the server",
    ...LEGACY,
    run: async (scenario) => {
      const wire = await Wire.start(scenario, "legacy");
      await wire.send("x".repeat(11_000_000)).catch(() => {});
      assert.equal((await wire.finish()).code, 0);
    },
  },
  {
    // Regression: a full pipe stopped the server at the next note, for good.
    name: "notes that nobody reads do not stop the server, and are counted",
    ...LEGACY,
    run: async (scenario) => {
      const wire = await Wire.start(scenario, "legacy", { readsNotes: false });
      await wire.send("no JSON\n".repeat(8_000));
      await wire.call(LIST, {});
      const { stderr, code } = await wire.finish();
      const told = stderr.match(/^MCP: a line is not JSON$/gm)?.length ?? 0;
      const dropped = stderr.matchAll(/^(\d+) notes were dropped/gm)
        .reduce((sum, [, count]) => sum + Number(count), 0);
      assert(told > 0 && dropped > 0, stderr.slice(-200));
      assert(told + dropped >= 8_000, `${told} and ${dropped}`);
      assert.equal(code, 0);
    },
  },
  ...(["claude-code", "copilot-cli", "some-other-client"] as const).map(
    (client): Case => ({
      name:
        `revision 2026-07-28 is declined to whom it serves worse: ${client}`,
      eras: ["modern"],
      run: async (scenario, era) => {
        const wire = await Wire.start(scenario, era, { client });
        const { error } = await wire.request("server/discover", {});
        const isDeclined = client !== "some-other-client";
        assert.equal(error?.code, isDeclined ? -32601 : undefined);
        await wire.finish();
      },
    }),
  ),
  {
    name: "what clients add to arguments is ignored",
    run: async (scenario, era) => {
      const wire = await Wire.start(scenario, era);
      const { text } = await wire.call(LIST, { wait_for_previous: true });
      assert.match(text, /"profile_name/);
      await wire.finish();
    },
  },
  {
    name: "the server says what it is",
    ...LEGACY,
    run: async (scenario) => {
      const wire = await Wire.start(scenario, "legacy");
      const { text } = await wire.initialized;
      assert.match(text, /"capabilities":\{"tools":\{"listChanged":false\}\}/);
      assert.match(
        text,
        /"name":"updsts","title":"[^"]+","version":"[^"]+","websiteUrl":"https:/,
      );
      assert.match(text, /"src":"data:image\/svg\+xml;base64,/);
      await wire.finish();
    },
  },
  {
    name: "updates leave no connection and no file open",
    ...LEGACY,
    ...linux,
    run: async (scenario) => {
      const wire = await Wire.start(scenario, "legacy");
      const open = async () => {
        const fds = `/proc/${wire.child.pid}/fd`;
        const targets = await Array.fromAsync(
          Deno.readDir(fds),
          ({ name }) => Deno.readLink(`${fds}/${name}`).catch(() => ""),
        );
        return targets.filter((target) => /^(?:socket:|\/)/.test(target))
          .length;
      };
      const update = () =>
        wire.call(UPDATE, { ...DEFAULT, totp_token: scenario.code() });
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
      await wire.finish();
    },
  },
  ...(["SIGTERM", "SIGINT", "SIGHUP", "the end of stdin"] as const).map(
    // Regression: the server waited less than a second, so that STS gave a
    // session for the code, and nobody wrote it down.
    (end): Case => ({
      name:
        `on ${end}, a session that STS takes two seconds to give is written and answered`,
      ...LEGACY,
      ...(end === "the end of stdin" ? {} : signals),
      run: async (scenario) => {
        const wire = await startSlowUpdate(scenario, 2_000);
        if (end !== "the end of stdin") {
          wire.child.kill(end);
          // stdin stays open until it has ended by itself.
          await wire.child.status;
        }
        const { code, stdout } = await wire.finish();
        assert.equal(code, 0);
        assert.match(stdout, /"status":"updated"/);
        assert.match(await scenario.read(), /\[default_sts\]/);
        assert.deepEqual(scenario.files(), ["credentials"]);
      },
    }),
  ),
  {
    name: "a second signal ends at once, without a trace",
    ...LEGACY,
    ...signals,
    run: async (scenario) => {
      const wire = await startSlowUpdate(scenario, 30_000);
      wire.child.kill("SIGTERM");
      // The first must have been heard before the second: they are not counted by the system.
      await new Promise((resolve) => setTimeout(resolve, 300));
      wire.child.kill("SIGTERM");
      assert.equal((await wire.child.status).code, 130);
      await wire.finish();
      assert.equal(await scenario.read(), GIVEN);
      assert.deepEqual(scenario.files(), ["credentials"]);
    },
  },
  ...(["SIGTERM", "the end of stdin"] as const).map((end): Case => ({
    name: `${end} ends the server at once while a page is open`,
    ...(end === "SIGTERM" ? signals : {}),
    run: async (scenario, era) => {
      const wire = await Wire.start(scenario, era);
      const { text } = await wire.call(UPDATE, DEFAULT);
      const [page = ""] = /http:\/\/127[^"\\ ]+/.exec(text) ?? [];
      if (end === "SIGTERM") {
        wire.child.kill(end);
        await wire.child.status;
      }
      assert.equal((await wire.finish()).code, 0);
      await assertClosed(new URL(page));
      assert.equal(await scenario.read(), GIVEN);
    },
  })),
  {
    name: "a call that is cancelled before STS is asked spends no code",
    run: async (scenario, era) => {
      const wire = await Wire.start(scenario, era);
      const id = wire.nextId;
      const args = { ...DEFAULT, totp_token: scenario.code() };
      wire.call(UPDATE, args).catch(() => {});
      await wire.send(JSON.stringify({
        ...{ jsonrpc: "2.0", method: "notifications/cancelled" },
        params: { requestId: id },
      }));
      await wire.call(LIST, {});
      await wire.finish();
      assert.equal(scenario.codesSent, 0);
      assert.equal(await scenario.read(), GIVEN);
    },
  },
  {
    name:
      "a client that goes away in the middle of updates leaves a whole file",
    ...LEGACY,
    run: async (scenario) => {
      for (let round = 0; round < 5; round++) {
        const wire = await Wire.start(scenario, "legacy");
        const updates = Array.from(
          { length: 5 },
          () => wire.call(UPDATE, { ...DEFAULT, totp_token: scenario.code() }),
        );
        for (const update of updates) update.catch(() => {});
        await updates[round - 1];
        await wire.finish();
        const text = await scenario.read();
        assert(text.startsWith(GIVEN));
        assert.match(
          text.slice(GIVEN.length),
          /^(|# \$\{\{\{ key=default [^]*# \$\}\}\} \[auto update by updsts\]\n)$/,
        );
        assert.deepEqual(scenario.files(), ["credentials"]);
      }
    },
  },
  {
    name:
      "a state counts for its own call while the question is open; a made-up one is an error",
    eras: ["modern"],
    run: async (scenario, era) => {
      const wire = await Wire.start(scenario, era, {
        elicitation: { url: {} },
      });
      const first = (await wire.call(UPDATE, DEFAULT)).text;
      const [, requestState = ""] = /"requestState":"([^"]+)"/.exec(first) ??
        [];
      const [, page = ""] = /"url":"(http[^"]+)"/.exec(first) ?? [];
      const back = (args = {}, state = requestState) =>
        wire.call(UPDATE, { ...DEFAULT, ...args }, {
          requestState: state,
          inputResponses: { totp_token: { action: "accept" } },
        });
      const stray = await back({ sts_profile_name: "evil" });
      assert.match(stray.text, /CODE_EXPIRED/);
      // Once by one bit, which the last digit of base64 may have to spare.
      const tampered = requestState.replace(
        /.$/,
        (last) => last === "A" ? "Q" : "A",
      );
      for (const state of ["made-up", tampered]) {
        assert.equal((await back({}, state)).error?.code, -32602);
      }
      const code = scenario.code();
      const outcome = back();
      assert.match((await type(new URL(page), code)).body, /ready/);
      assert.match((await outcome).text, /"status":"updated"/);
      assert.match((await back()).text, /CODE_EXPIRED/);
      assert.equal(scenario.codesSent, 1);
      const { stdout, stderr } = await wire.finish();
      assert(!(stdout + stderr).includes(code));
    },
  },
];

for (const { name, eras = ERAS, skip, run } of CASES) {
  for (const era of eras) {
    Deno.test({
      name: `${era}: ${name}${skip?.note ?? ""}`,
      ignore: skip?.ignore ?? false,
      fn: async () => {
        await using scenario = await Scenario.start();
        await run(scenario, era);
      },
    });
  }
}
