// serveMcp() over streams in memory: patience, parallel calls, and how it ends.
import {
  Client,
  DEFAULT_REQUEST_TIMEOUT_MSEC,
} from "@modelcontextprotocol/client";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { z } from "zod";
import { UpdstsError } from "../../src/errors.ts";
import type { Session } from "../../src/ports.ts";
import { serveMcp } from "../../src/mcp/serve.ts";
import { MAX_CALL_TIME } from "../../src/mcp/ask_by_page.ts";
import { type Elicitation, ERAS, errorOf } from "../support/mcp_clients.ts";
import { type } from "../support/page_driver.ts";
import {
  exampleSession,
  MemoryCodes,
  MemoryConfig,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
} from "../support/memory_ports.ts";

const GIVEN = [
  "[default]",
  "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
  "aws_secret_access_key = secret",
  "mfa_device_arn = arn:aws:iam::123456789012:mfa/alice",
  "",
].join("\n");
const UPDATE = {
  name: "updsts_update_sts_credential",
  arguments: { profile_name: "default" },
};

/** A server whose calls may take that many milliseconds. */
function service({ call = 5_000 } = {}) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const chunks: AsyncIterator<Uint8Array> = stdin[Symbol.asyncIterator]();
  const clock = {
    later: 0,
    now() {
      return new Date(Date.parse("2026-01-02T02:04:05Z") + this.later);
    },
  };
  const ports = {
    file: new MemoryFile(GIVEN),
    config: new MemoryConfig(),
    codes: new MemoryCodes(),
    issuer: new MemoryIssuer(),
    clock,
    log: new MemoryLog(),
  };
  const stop = new AbortController();
  const ended = serveMcp({
    version: "1.2.3",
    connect: () => Promise.resolve(ports),
    credentialFile: undefined,
    getCommand: "/bin/updsts get",
    ...{ log: ports.log, clock },
    stdin: {
      read: async (buffer) => {
        const { value, done } = await chunks.next();
        if (done) return null;
        buffer.set(value);
        return value.length;
      },
    },
    stdout: {
      // As a pipe that is nearly full.
      write: async (bytes) => {
        const part = bytes.slice(0, 1_000);
        if (!stdout.write(part)) await once(stdout, "drain");
        return part.length;
      },
    },
    stop: stop.signal,
    maxCallTime: call,
  });
  return { stdin, stdout, ports, stop, ended, clock };
}

type Service = ReturnType<typeof service>;

/** A client of that era, and what the server told it of its own accord. */
async function clientOf(
  era: (typeof ERAS)[number],
  { stdin, stdout }: Service,
  elicitation?: Elicitation,
) {
  const client = new Client({ name: "tests", version: "1" }, {
    capabilities: elicitation === undefined ? {} : { elicitation },
    ...(era === "modern"
      ? { versionNegotiation: { mode: { pin: "2026-07-28" } } }
      : {}),
  });
  // The transport is the same at both ends: a reader and a writer of lines.
  await client.connect(new StdioServerTransport(stdout, stdin));
  return client;
}

async function collectGarbage() {
  setFlagsFromString("--expose-gc");
  await new Promise((resolve) => setTimeout(resolve, 0));
  runInNewContext("gc")();
}

async function finish({ stdin, ended }: Service, client: Client) {
  stdin.end();
  await ended;
  await client.close();
}

for (const era of ERAS) {
  Deno.test(`${era}: a page that nobody types on is a link after as long as a call may take, and stays open`, async () => {
    const served = service({ call: 200 });
    const client = await clientOf(era, served, { url: {} });
    let asked = 0;
    client.setRequestHandler("elicitation/create", () => {
      asked++;
      return { action: "accept" };
    });
    const error = errorOf(await client.callTool(UPDATE));
    assert.equal(error.code, "CODE_NEEDED");
    // Some clients end the server with the answer, and the page with it.
    assert.match(
      error.next_step,
      /does not open, .*run the command in the hint/,
    );
    assert.match(error.hint, /in a terminal: \/bin\/updsts get -n default$/);
    const page = new URL(error.code_page ?? "");
    // The next call asks nobody anew; after four minutes somebody types.
    const again = client.callTool(UPDATE);
    served.clock.later = 240_000;
    assert.match((await type(page, "123456")).body, /ready/);
    assert.notEqual((await again).isError, true);
    assert.equal(asked, 1);
    assert.equal(served.ports.issuer.requests.length, 1);
    await finish(served, client);
  });

  Deno.test(`${era}: an outcome that nobody came back for is told only while it is what is asked for`, async () => {
    const served = service({ call: 100 });
    const client = await clientOf(era, served);
    const update = () =>
      client.callTool({
        name: UPDATE.name,
        arguments: { ...UPDATE.arguments, min_remaining: 3_000 },
      });
    const { code_page } = errorOf(await update());
    await type(new URL(code_page ?? ""), "123456");
    // The session in the file, and the outcome, are 700 s older now.
    served.clock.later = 700_000;
    assert.equal(errorOf(await update()).code, "CODE_NEEDED");
    await finish(served, client);
  });

  Deno.test(`${era}: after ten minutes the waiting call is answered, and the next call gets another page`, async () => {
    const served = service({ call: 500 });
    const client = await clientOf(era, served);
    const { code_page } = errorOf(await client.callTool(UPDATE));
    const waiting = client.callTool(UPDATE);
    await client.listTools();
    served.clock.later = 600_000;
    const page = new URL(code_page ?? "");
    assert.match((await type(page, "123456")).body, /expired/);
    const error = errorOf(await waiting);
    assert.equal(error.code, "CODE_EXPIRED");
    assert.match(error.next_step, /call again with the same arguments/);
    const again = errorOf(await client.callTool(UPDATE));
    assert.equal(again.code, "CODE_NEEDED");
    assert.notEqual(again.code_page, code_page);
    assert.equal(served.ports.issuer.requests.length, 0);
    await finish(served, client);
  });
}

// Regression: whichever call was told first took the outcome with it, so that
// one that came back with its state was told to have the person asked anew. And
// a client that drops the question was not given the link by any number of calls.
Deno.test("modern: while no client has come back, the same call is the link at once; all are told the outcome", async () => {
  const served = service({ call: 1_000 });
  let heard = "";
  served.stdout.on("data", (chunk: Uint8Array) => heard += chunk);
  const client = await clientOf("modern", served, { url: {} });
  const accept = Promise.withResolvers<void>();
  const shown = Promise.withResolvers<string>();
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    shown.resolve("url" in params ? params.url : "");
    await accept.promise;
    return { action: "accept" };
  });
  const first = client.callTool(UPDATE);
  const page = await shown.promise;
  const { code, code_page } = errorOf(await client.callTool(UPDATE));
  assert.equal(code, "CODE_NEEDED");
  assert.equal(code_page, page);
  // The client was not told to come back for it.
  assert.equal(heard.split('"requestState"').length, 2);
  const third = client.callTool(UPDATE);
  assert.match((await type(new URL(page), "123456")).body, /ready/);
  assert.notEqual((await third).isError, true);
  accept.resolve();
  assert.deepEqual(
    (await first).structuredContent,
    (await third).structuredContent,
  );
  assert.equal(served.ports.issuer.requests.length, 1);
  await finish(served, client);
});

Deno.test("the client's own question is taken back, and its end told, however the call ends", async () => {
  const served = service({ call: 200 });
  let heard = "";
  served.stdout.on("data", (chunk: Uint8Array) => heard += chunk);
  const client = await clientOf("legacy", served, { url: {} });
  client.setRequestHandler("elicitation/create", () => new Promise(() => {}));
  const error = errorOf(await client.callTool(UPDATE));
  assert.equal(error.code, "CODE_NEEDED");
  await client.listTools();
  const lines: { method?: string; params?: Record<string, unknown> }[] = heard
    .trim().split("\n").map((line) => JSON.parse(line));
  const ids = lines.filter(({ method }) => method === "elicitation/create");
  const [asked] = z.array(z.object({
    id: z.number(),
    params: z.object({ mode: z.literal("url"), elicitationId: z.string() }),
  })).parse(ids);
  // Clients that bundle the SDK's first version cannot take back the id 0.
  assert.notEqual(asked?.id, 0);
  const told = (method: string) =>
    lines.filter((line) => line.method === method).map(({ params }) => params);
  assert.deepEqual(
    told("notifications/elicitation/complete"),
    [{ elicitationId: asked?.params.elicitationId }],
  );
  assert.deepEqual(
    told("notifications/cancelled").map((params) => params?.["requestId"]),
    [asked?.id],
  );
  await finish(served, client);
});

Deno.test("a client that cannot show the page after all is given the link", async () => {
  const served = service();
  const client = await clientOf("legacy", served, { url: {} });
  client.setRequestHandler(
    "elicitation/create",
    () => Promise.reject(new Error("http: is not https:")),
  );
  assert.equal(errorOf(await client.callTool(UPDATE)).code, "CODE_NEEDED");
  await finish(served, client);
});

Deno.test("a tool that crashes is an answer; what crashed it stays out of it", async () => {
  const served = service();
  const { ports } = served;
  ports.issuer.issue = () =>
    Promise.reject(new TypeError("canary in a message"));
  const client = await clientOf("legacy", served);
  const crash = async (args: Record<string, unknown>) => {
    const { name, arguments: given } = UPDATE;
    return await client.callTool({ name, arguments: { ...given, ...args } });
  };
  const first = await crash({ totp_token: "123456" });
  assert.match(JSON.stringify(first.content), /INTERNAL.*a defect of updsts/);
  const { code_page } = errorOf(await crash({}));
  const { body } = await type(new URL(code_page ?? ""), "123456");
  const second = await crash({});
  assert.equal(errorOf(second).code, "INTERNAL");
  assert.deepEqual(
    ports.log.lines.filter((line) => line.startsWith("warning")),
    Array(2).fill("warning: Internal error: TypeError"),
  );
  assert.doesNotMatch(
    JSON.stringify([first, second]) + body + ports.log.lines.join(),
    /canary/,
  );
  // It goes on serving.
  assert.equal((await client.listTools()).tools.length, 3);
  await finish(served, client);
});

Deno.test("a call blocks for less time than official clients wait", () => {
  assert(MAX_CALL_TIME <= 50_000);
  assert(MAX_CALL_TIME < DEFAULT_REQUEST_TIMEOUT_MSEC);
});

// Regression: each call that got as far as a page was kept for the 50 s that it might have taken.
Deno.test("nothing of a call is kept when it has been answered", async () => {
  const served = service({ call: 50_000 });
  const client = await clientOf("legacy", served);
  const kept: WeakRef<AbortSignal>[] = [];
  const { any } = AbortSignal;
  AbortSignal.any = (signals) => {
    const signal = any.call(AbortSignal, signals);
    kept.push(new WeakRef(signal));
    return signal;
  };
  try {
    for (let call = 0; call < 20; call++) {
      await client.callTool({
        name: UPDATE.name,
        arguments: { ...UPDATE.arguments, duration: 1 },
      });
    }
  } finally {
    AbortSignal.any = any;
  }
  assert(kept.length >= 20);
  await collectGarbage();
  assert(kept.filter((signal) => signal.deref() !== undefined).length < 5);
  await finish(served, client);
});

/** A client whose person has typed a code, which STS is asked with until `answer` is called. */
async function whileAsked(served: Service, outcome: () => Session) {
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  served.ports.issuer.issue = async () => {
    asked.resolve();
    await answered.promise;
    return outcome();
  };
  const client = await clientOf("legacy", served);
  const { code_page } = errorOf(await client.callTool(UPDATE));
  type(new URL(code_page ?? ""), "123456").catch(() => {});
  await asked.promise;
  return { client, answer: answered.resolve };
}

Deno.test("serveMcp() waits for STS and the file before it ends", async () => {
  const served = service();
  const { file } = served.ports;
  const { update } = file;
  file.update = async (change) => {
    // A write that outlasts everything else.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await update.call(file, change);
  };
  const { client, answer } = await whileAsked(served, exampleSession);
  served.stdin.end();
  let over = false;
  const ended = served.ended.then(() => over = true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(over, false, "it did not wait for STS");
  answer();
  await ended;
  assert.equal(file.writes, 1, "it did not wait for the write");
  await client.close();
});

Deno.test("a code that STS refuses at the end is not asked for again", async () => {
  const served = service();
  const { client, answer } = await whileAsked(served, () => {
    throw new UpdstsError("MFA_REFUSED", "Cannot get a session: no");
  });
  served.stop.abort();
  answer();
  await served.ended;
  assert.equal(served.ports.file.writes, 0);
  await client.close();
});
