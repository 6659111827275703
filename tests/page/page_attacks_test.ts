// The page attacked: by other web pages, by guesses, by other names for this machine, by slow and huge requests.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ROOT, run } from "../support/command.ts";
import {
  assertClosed,
  formHeaders,
  PageScenario,
  send,
  sendRaw,
  type,
} from "../support/page_driver.ts";
import { unless } from "../support/skipping.ts";

const BODY = "code=123456";

/** Requests that must not be taken for the person's; made for the page at `url`. */
const ATTACKS: readonly {
  readonly name: string;
  readonly status: number;
  readonly request: (url: URL) => Parameters<typeof send>[1];
}[] = [
  {
    name: "another path",
    status: 404,
    request: (url) => ({ path: `${url.pathname}x` }),
  },
  { name: "no path", status: 404, request: () => ({ path: "/" }) },
  {
    name: "another spelling of the path",
    status: 404,
    request: (url) => ({ path: `/${url.pathname}` }),
  },
  {
    name: "a name that was rebound to this machine",
    status: 404,
    request: (url) => ({ headers: { Host: `evil.example:${url.port}` } }),
  },
  {
    name: "localhost, which is not the name that we gave out",
    status: 404,
    request: (url) => ({ headers: { Host: `localhost:${url.port}` } }),
  },
  {
    name: "the host without its port",
    status: 404,
    request: () => ({ headers: { Host: "127.0.0.1" } }),
  },
  {
    name: "a rebound name that posts",
    status: 404,
    request: (url) => ({
      method: "POST",
      headers: {
        ...formHeaders(url),
        Host: `evil.example:${url.port}`,
        Origin: `http://evil.example:${url.port}`,
      },
      body: BODY,
    }),
  },
  {
    name: "a whole address in the request line",
    status: 404,
    request: (url) => ({
      path: `http://evil.example${url.pathname}`,
      headers: { Host: url.host },
    }),
  },
  {
    name: "another page's form",
    status: 403,
    request: (url) => ({
      method: "POST",
      headers: { ...formHeaders(url), Origin: "https://evil.example" },
      body: BODY,
    }),
  },
  {
    name: "a form of another port of this machine",
    status: 403,
    request: (url) => ({
      method: "POST",
      headers: { ...formHeaders(url), Origin: "http://127.0.0.1:1" },
      body: BODY,
    }),
  },
  {
    name: "a form without an origin, from elsewhere",
    status: 403,
    request: (url) => {
      const { Origin: _, ...headers } = formHeaders(url);
      return {
        method: "POST",
        headers: { ...headers, "Sec-Fetch-Site": "cross-site" },
        body: BODY,
      };
    },
  },
  {
    name: "a form of no origin at all",
    status: 403,
    request: (url) => ({
      method: "POST",
      headers: { ...formHeaders(url), Origin: "null" },
      body: BODY,
    }),
  },
  {
    name: "our origin, but sent from elsewhere",
    status: 403,
    request: (url) => ({
      method: "POST",
      headers: { ...formHeaders(url), "Sec-Fetch-Site": "same-site" },
      body: BODY,
    }),
  },
  {
    name: "a frame",
    status: 404,
    request: (url) => ({
      headers: { Host: url.host, "Sec-Fetch-Dest": "iframe" },
    }),
  },
  {
    name: "a script that fetches",
    status: 404,
    request: (url) => ({
      method: "POST",
      headers: { ...formHeaders(url), "Sec-Fetch-Dest": "empty" },
      body: BODY,
    }),
  },
  {
    name: "a code in the address",
    status: 404,
    request: (url) => ({ path: `${url.pathname}?code=123456` }),
  },
  {
    name: "a form of another kind",
    status: 415,
    request: (url) => ({
      method: "POST",
      headers: { ...formHeaders(url), "Content-Type": "text/plain" },
      body: BODY,
    }),
  },
  {
    name: "a body that is too large",
    status: 413,
    request: (url) => ({
      method: "POST",
      headers: formHeaders(url),
      body: `${BODY}&x=${"x".repeat(100_000)}`,
    }),
  },
  ...["PUT", "DELETE", "OPTIONS", "HEAD"].map((method) => ({
    name: `the method ${method}`,
    status: 405,
    request: (url: URL) => ({
      method,
      headers: formHeaders(url),
      body: BODY,
    }),
  })),
];

for (const { name, status, request } of ATTACKS) {
  Deno.test(`${name} gets nothing, and spends no code`, async () => {
    const scenario = new PageScenario();
    const { url, pending } = await scenario.ask();
    const answer = await send(url, request(url));
    assert.equal(answer.status, status);
    assert.equal(answer.body, "");
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
    assert.deepEqual(scenario.codes, []);
    // The person is not disturbed.
    assert.match((await type(url, "654321")).body, /ready/);
    await pending.outcome;
  });
}

Deno.test("10,000 guessed paths are answered alike, and find nothing", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  const answers = new Set<string>();
  for (let round = 0; round < 100; round++) {
    const guesses = Array.from({ length: 100 }, async () => {
      const name = crypto.getRandomValues(new Uint8Array(16)).toBase64({
        alphabet: "base64url",
        omitPadding: true,
      });
      const { status, headers, body } = await send(url, { path: `/${name}` });
      headers.delete("date");
      answers.add(JSON.stringify([status, [...headers], body]));
    });
    await Promise.all(guesses);
  }
  assert.equal(answers.size, 1);
  assert.match([...answers][0] ?? "", /^\[404,/);
  assert.match((await type(url, "123456")).body, /ready/);
  await pending.outcome;
});

Deno.test("the path has 128 random bits", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  assert.match(url.href, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/);
  (await pending.opened).decline();
  await pending.outcome;
});

Deno.test("a second code after the success is not taken", async () => {
  const scenario = new PageScenario();
  // Keeps the listener open.
  const other = await scenario.ask("other");
  const { url, pending } = await scenario.ask();
  await type(url, "123456");
  await pending.outcome;
  assert.equal((await type(url, "654321")).status, 404);
  assert.deepEqual(scenario.codes, ["123456"]);
  (await other.pending.opened).decline();
  await assertClosed(url);
});

Deno.test("a code after a decline is not taken", async () => {
  const scenario = new PageScenario();
  const other = await scenario.ask("other");
  const { url, pending } = await scenario.ask();
  (await pending.opened).decline();
  await pending.outcome;
  assert.equal((await type(url, "654321")).status, 404);
  assert.deepEqual(scenario.codes, []);
  (await other.pending.opened).decline();
  await assertClosed(url);
});

Deno.test("a body that never comes is given up, and disturbs nobody meanwhile", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  const head = Object.entries({ ...formHeaders(url), "Content-Length": "11" })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const other = await scenario.ask("other");
  const slow = sendRaw(
    url,
    `POST ${url.pathname} HTTP/1.1\r\n${head}\r\ncode=`,
  );
  assert.match((await type(url, "123456")).body, /ready/);
  await pending.outcome;
  assert.equal((await slow).status, 408);
  assert.deepEqual(scenario.codes, ["123456"]);
  (await other.pending.opened).decline();
  await assertClosed(url);
});

Deno.test("a body without an end is cut off", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  const head = Object.entries({
    ...formHeaders(url),
    "Transfer-Encoding": "chunked",
  }).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`;
  const answer = await sendRaw(
    url,
    `POST ${url.pathname} HTTP/1.1\r\n${head}\r\n${chunk.repeat(3)}`,
  );
  assert.equal(answer.status, 413);
  (await pending.opened).decline();
  await pending.outcome;
});

Deno.test("every answer forbids caches, frames, scripts and anything from elsewhere", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  const answers = [
    await send(url),
    await send(url, { path: "/" }),
    await type(url, "12"),
    await type(url, "123456"),
  ];
  for (const { status, headers, body } of answers) {
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /script|unsafe|https?:/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("set-cookie"), null);
    if (status === 404) continue;
    const [, nonce = ""] = /style-src 'nonce-([\w-]{22})'/.exec(policy) ?? [];
    assert(body.includes(`<style nonce="${nonce}">`));
    assert.doesNotMatch(
      body,
      /<script|https?:\/\/(?!www\.w3\.org)|@import|url\(/,
    );
  }
  const nonces = answers.map(({ headers }) =>
    headers.get("content-security-policy")
  );
  assert.equal(new Set(nonces).size, answers.length);
  await pending.outcome;
});

Deno.test("no page shows a code that was typed", async () => {
  const scenario = new PageScenario();
  const { url, pending } = await scenario.ask();
  const bodies = [
    await type(url, "98765"),
    await type(url, "987654"),
  ].map(({ body }) => body);
  assert.doesNotMatch(bodies.join(), /98765/);
  await pending.outcome;
});

for (
  const [address, flags, expected] of [
    ["tcp:0.0.0.0:0", ["--allow-net=127.0.0.1"], /^CODE_MISSING\n$/],
    ["tcp:0.0.0.0:0", ["--allow-net"], /^CODE_MISSING\n$/],
    ["tcp:[::]:0", ["--allow-net"], /^CODE_MISSING\n$/],
    ["tcp:127.0.0.1:0", ["--allow-net=127.0.0.1"], /^http:\/\/127\.0\.0\.1:/],
    ["rubbish", ["--allow-net=127.0.0.1"], /^http:\/\/127\.0\.0\.1:/],
  ] as const
) {
  Deno.test(`DENO_SERVE_ADDRESS=${address} cannot make it listen elsewhere, with ${flags.join(" ")}`, async () => {
    const { code, stdout, stderr } = await run(Deno.execPath(), [
      ...["run", "--no-check", "--no-prompt", "--allow-read", ...flags],
      ...["--config", fileURLToPath(new URL("tests/deno.json", ROOT))],
      fileURLToPath(new URL("tests/support/open_page.ts", ROOT)),
    ], { DENO_SERVE_ADDRESS: address });
    assert.match(stdout, expected, stderr);
    // An open page does not keep a process alive.
    assert.equal(code, 0);
  });
}

const sockets = unless(Deno.build.os === "linux", "there is no /proc/net");

Deno.test({
  name: `it listens on 127.0.0.1 alone${sockets.note}`,
  ignore: sockets.ignore,
  fn: async () => {
    const scenario = new PageScenario();
    const { url, pending } = await scenario.ask();
    const port = Number(url.port).toString(16).toUpperCase().padStart(4, "0");
    const tables = await Promise.all(
      ["/proc/net/tcp", "/proc/net/tcp6"].map((path) =>
        readFile(path, "utf8").catch(() => "")
      ),
    );
    const listening = tables.join("\n").split("\n").map((line) =>
      line.trim().split(/\s+/)
    ).filter(([, local, , state]) =>
      local?.endsWith(`:${port}`) && state === "0A"
    );
    assert.deepEqual(listening.map(([, local]) => local), [`0100007F:${port}`]);
    (await pending.opened).decline();
    await pending.outcome;
  },
});
