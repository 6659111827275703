// serveMcp() over streams in memory: patience, parallel calls, and how it ends.
import { Client } from "@modelcontextprotocol/client";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { serveMcp } from "../../src/mcp/serve.ts";
import { ERAS } from "../support/mcp_clients.ts";
import {
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

function service(patience: number) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const ports = {
    file: new MemoryFile(GIVEN),
    config: new MemoryConfig(),
    codes: new MemoryCodes(),
    issuer: new MemoryIssuer(),
    clock: { now: () => new Date("2026-01-02T02:04:05Z") },
    log: new MemoryLog(),
  };
  const stop = new AbortController();
  const ended = serveMcp({
    version: "1.2.3",
    connect: () => Promise.resolve(ports),
    log: ports.log,
    stdin,
    stdout,
    stop: stop.signal,
    patience,
  });
  return { stdin, stdout, ports, stop, ended };
}

for (const era of ERAS) {
  Deno.test(`${era}: nobody answers the question in time: refused, nothing called`, async () => {
    const { stdin, stdout, ports, ended } = service(100);
    const client = new Client({ name: "tests", version: "1" }, {
      capabilities: { elicitation: { form: {} } },
      ...(era === "modern"
        ? { versionNegotiation: { mode: { pin: "2026-07-28" } } }
        : {}),
    });
    client.setRequestHandler("elicitation/create", async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { action: "accept", content: { totp_token: "123456" } };
    });
    // The transport is the same at both ends: a reader and a writer of lines.
    await client.connect(new StdioServerTransport(stdout, stdin));
    const result = await client.callTool({
      name: "updsts_update_sts_credential",
      arguments: { profile_name: "default" },
    });
    assert.equal(result.isError, true);
    assert.match(
      JSON.stringify(result.content),
      /CODE_DECLINED.*within 0\.1 s/,
    );
    assert.equal(ports.issuer.requests.length, 0);
    assert.equal(ports.file.text, GIVEN);
    await new Promise((resolve) => setTimeout(resolve, 300));
    stdin.end();
    await ended;
    await client.close();
  });
}

for (
  const [name, reply] of [
    ["an error", () => Promise.reject(new Error("no screen"))],
    [
      "an empty form",
      () => Promise.resolve({ action: "accept" as const, content: {} }),
    ],
    [
      "no text",
      () =>
        Promise.resolve({
          action: "accept" as const,
          content: { totp_token: 123456 },
        }),
    ],
  ] as const
) {
  for (const era of ERAS) {
    // Once reported as a defect of the server, with the advice to give up.
    Deno.test(`${era}: a client that answers the question with ${name} is told what to do`, async () => {
      const { stdin, stdout, ports, ended } = service(5_000);
      const client = new Client({ name: "tests", version: "1" }, {
        capabilities: { elicitation: { form: {} } },
        ...(era === "modern"
          ? { versionNegotiation: { mode: { pin: "2026-07-28" } } }
          : {}),
      });
      client.setRequestHandler("elicitation/create", reply);
      await client.connect(new StdioServerTransport(stdout, stdin));
      const result = await client.callTool({
        name: "updsts_update_sts_credential",
        arguments: { profile_name: "default" },
      }).catch((error) => ({ isError: true, content: String(error) }));
      assert.equal(result.isError, true);
      if (era === "legacy") {
        assert.match(JSON.stringify(result.content), /CODE_(MISSING|INVALID)/);
      }
      assert.doesNotMatch(JSON.stringify(result.content), /INTERNAL/);
      assert.equal(ports.issuer.requests.length, 0);
      stdin.end();
      await ended;
      await client.close();
    });
  }
}

Deno.test("a tool that crashes is an answer; what crashed it stays out of it", async () => {
  const { stdin, stdout, ports, ended } = service(100);
  ports.issuer.issue = () =>
    Promise.reject(new TypeError("canary in a message"));
  const client = new Client({ name: "tests", version: "1" });
  await client.connect(new StdioServerTransport(stdout, stdin));
  const result = await client.callTool({
    name: "updsts_update_sts_credential",
    arguments: { profile_name: "default", totp_token: "123456" },
  });
  assert.equal(result.isError, true);
  assert.match(JSON.stringify(result.content), /INTERNAL.*a defect of updsts/);
  assert.deepEqual(
    ports.log.lines.filter((line) => line.startsWith("warning")),
    ["warning: Internal error: TypeError"],
  );
  assert.doesNotMatch(
    JSON.stringify(result) + ports.log.lines.join(),
    /canary/,
  );
  // It goes on serving.
  assert.equal((await client.listTools()).tools.length, 3);
  stdin.end();
  await ended;
  await client.close();
});

Deno.test("serveMcp() ends when stdin ends", async () => {
  const { stdin, ended } = service(100);
  stdin.end();
  await ended;
});

Deno.test("serveMcp() ends when it is told to", async () => {
  const { stop, ended } = service(100);
  stop.abort();
  await ended;
});
