// The page: what a person can do on it, who else cannot, and what becomes of whoever asks.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { UpdstsError } from "../../src/errors.ts";
import {
  assertClosed,
  PageScenario,
  type RawAnswer,
  type RawRequest,
  send,
  sendRaw,
  submit,
  type,
} from "../support/page_driver.ts";
import { needs } from "../support/skipping.ts";

const STARVED = fileURLToPath(
  new URL("../support/starved_page.ts", import.meta.url),
);
const bash = needs("bash");

const REFUSED = new UpdstsError("MFA_REFUSED", "Cannot get a session: no");
const BODY = "code=123456";

function codeOf(outcome: unknown): string | undefined {
  return outcome instanceof UpdstsError ? outcome.code : undefined;
}

/** What a person sends, and then reads; and how much later the next thing happens, in seconds. */
type Step = readonly [
  sends: string | { readonly decline: string; readonly code?: string },
  reads: RegExp,
  later?: number,
];

const DIALOGS: readonly {
  readonly name: string;
  /** What STS answers; then it gives a session. */
  readonly answers?: readonly UpdstsError[];
  /** How long nobody does anything, in seconds. */
  readonly idle?: number;
  readonly steps: readonly Step[];
  /** What STS is asked with. */
  readonly codes: readonly string[];
  /** The error; undefined for a session. */
  readonly outcome?: string;
}[] = [
  {
    name: "a code that is typed is sent, and the page says until when",
    steps: [[
      " 123-456 ",
      /session is ready[^]*January 2, 2026[^]*default_sts/,
    ]],
    codes: ["123456"],
  },
  {
    name:
      "a code that AWS refuses is asked for again, with the reason and when the next one appears",
    answers: [REFUSED, REFUSED],
    steps: [
      ["000001", /You can try 2 more[^]*in 25 s[^]*aria-invalid/],
      ["000002", /You can try 1 more/],
      ["000003", /ready/],
    ],
    codes: ["000001", "000002", "000003"],
  },
  {
    name: "three refused codes end the question",
    answers: [REFUSED, REFUSED, REFUSED],
    steps: [
      ["000001", /2 more/],
      ["000002", /1 more/],
      ["000003", /refused all three codes/],
      ["000004", /refused all three codes/],
    ],
    codes: ["000001", "000002", "000003"],
    outcome: "MFA_REFUSED",
  },
  {
    name: "a code that AWS has refused is not sent again",
    answers: [REFUSED],
    steps: [
      ["000001", /2 more/],
      ["000001", /2 more/],
      ["12", /not a six-digit code/],
      ["00 00 01", /refused this code[^]*2 more/],
      ["000002", /ready/],
    ],
    codes: ["000001", "000002"],
  },
  {
    name: "what is not a code is told so, and spends nothing",
    steps: [
      ...["12345", "", "abcdef", "1234567", "１２３", "%", "\0"].map((text) =>
        [text, /This is not a six-digit code/] as const
      ),
      ["１２３ ４５６", /ready/],
    ],
    codes: ["123456"],
  },
  {
    name: "a failure that no other code would mend is shown, and escaped",
    answers: [
      new UpdstsError("KEYS_REFUSED", "Cannot <b>\u202e\x1b\nx", {
        hint: "look & see",
      }),
    ],
    steps: [[
      "123456",
      /Cannot &#60;b&#62;\ufffd{3}x[^]*look &#38; see/,
    ]],
    codes: ["123456"],
    outcome: "KEYS_REFUSED",
  },
  {
    name: "a person who declines is asked no more",
    steps: [
      [{ decline: "", code: "123456" }, /You declined/],
      ["123456", /You declined/],
    ],
    codes: [],
    outcome: "CODE_DECLINED",
  },
  {
    name: "a second code after the success is not taken",
    steps: [["123456", /ready/], ["654321", /ready/], [
      { decline: "" },
      /ready/,
    ]],
    codes: ["123456"],
  },
  {
    name: "a code that is typed after nearly ten minutes is taken",
    idle: 599,
    steps: [["123456", /ready/]],
    codes: ["123456"],
  },
  {
    name: "a code that is typed after ten minutes is not taken",
    idle: 600,
    steps: [["123456", /has expired/], ["123456", /has expired/]],
    codes: [],
    outcome: "CODE_EXPIRED",
  },
  {
    name: "the ten minutes begin with the question, not with a refused code",
    answers: [REFUSED],
    steps: [["000001", /2 more/, 600], ["123456", /has expired/]],
    codes: ["000001"],
    outcome: "CODE_EXPIRED",
  },
];

for (
  const { name, answers = [], idle = 0, steps, codes, outcome } of DIALOGS
) {
  Deno.test(`the page: ${name}`, async () => {
    await using scenario = new PageScenario();
    scenario.answers.push(...answers);
    const { url, pending } = await scenario.ask();
    assert.match((await send(url)).body, /<form method="post">/);
    scenario.wait(idle * 1000);
    for (const [sends, reads, later = 0] of steps) {
      const fields = typeof sends === "string" ? { code: sends } : sends;
      assert.match((await submit(url, fields)).body, reads);
      // Whoever reloads the page, or has it open elsewhere, reads the same.
      assert.match((await send(url)).body, reads);
      scenario.wait(later * 1000);
    }
    assert.equal(codeOf(await pending.outcome), outcome);
    assert.deepEqual(scenario.codes, codes);
    assert.equal(scenario.file.writes, outcome === undefined ? 1 : 0);
    await assertClosed(url);
  });
}

const FORM = { method: "POST", body: BODY } as const;

/** Our form with other headers. */
function form(headers: RawRequest["headers"] = {}): RawRequest {
  return { ...FORM, headers };
}

/** Requests that are not the person's, and the status that they get; made for the page at `url`. */
const ATTACKS: readonly (readonly [
  status: number,
  name: string,
  request: (url: URL) => RawRequest | string,
])[] = [
  [404, "another path", ({ pathname }) => ({ path: `${pathname}x` })],
  [404, "no path", () => ({ path: "/" })],
  [404, "two slashes", ({ pathname }) => ({ path: `/${pathname}` })],
  [404, "a way around", ({ pathname }) => ({ path: `/x/..${pathname}` })],
  [404, "the path in escapes", ({ pathname }) => ({
    path: `/%${pathname.charCodeAt(1).toString(16)}${pathname.slice(2)}`,
  })],
  [404, "a broken escape", ({ pathname }) => ({ path: `${pathname}%` })],
  [404, "a code in the address", ({ pathname }) => ({
    path: `${pathname}?code=123456`,
  })],
  [404, "a whole address", ({ pathname }) => ({
    path: `http://evil.example${pathname}`,
  })],
  [404, "a name that was rebound to this machine", ({ port }) => ({
    headers: { Host: `evil.example:${port}` },
  })],
  [404, "localhost, which is not the name that we gave out", ({ port }) => ({
    headers: { Host: `localhost:${port}` },
  })],
  [404, "the host without its port", () => ({
    headers: { Host: "127.0.0.1" },
  })],
  [404, "no host", () => ({ headers: { Host: undefined } })],
  [404, "two hosts", () => ({ headers: { host: "evil.example" } })],
  [404, "a frame", () => ({ headers: { "Sec-Fetch-Dest": "iframe" } })],
  [404, "a rebound name that posts", ({ port }) =>
    form({
      Host: `evil.example:${port}`,
      Origin: `http://evil.example:${port}`,
    })],
  [404, "a script that fetches", () => form({ "Sec-Fetch-Dest": "empty" })],
  [403, "another page's form", () => form({ Origin: "https://evil.example" })],
  [
    403,
    "the form of another port",
    () => form({ Origin: "http://127.0.0.1:1" }),
  ],
  [
    403,
    "the form of another name of this machine",
    ({ port }) => form({ Origin: `http://localhost:${port}` }),
  ],
  [403, "a form without an origin", () => form({ Origin: undefined })],
  [403, "a form of a page without an origin", () => form({ Origin: "null" })],
  [
    403,
    "our origin, but sent from elsewhere",
    () => form({ "Sec-Fetch-Site": "same-site" }),
  ],
  [415, "a form as text", () => form({ "Content-Type": "text/plain" })],
  [415, "a form in parts", () => ({
    method: "POST",
    headers: { "Content-Type": "multipart/form-data; boundary=x" },
    body:
      '--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n123456\r\n--x--',
  })],
  [413, "a body that is too large", () => ({
    method: "POST",
    body: `${BODY}&x=${"x".repeat(10_000_000)}`,
  })],
  [
    413,
    "a promise of a huge body",
    () => form({ "Content-Length": "9".repeat(20) }),
  ],
  [411, "a body in chunks", () => ({
    method: "POST",
    headers: { "Content-Length": undefined, "Transfer-Encoding": "chunked" },
    body: `b\r\n${BODY}\r\n0\r\n\r\n`,
  })],
  [
    411,
    "two ways to say how long the body is",
    () => form({ "Transfer-Encoding": "chunked" }),
  ],
  [400, "two lengths", () => form({ "content-length": "5" })],
  [400, "a length in another base", () => form({ "Content-Length": "0x0b" })],
  [400, "a negative length", () => form({ "Content-Length": "-1" })],
  [400, "a header without a name", () => form({ "": "x" })],
  [400, "a continued header", () => form({ " x": "x" })],
  [400, "a null in a header", () => form({ X: "\0" })],
  [400, "a line end in a header", () => form({ X: "a\nHost: b" })],
  [400, "a line that is not HTTP", () => "\x16\x03\x01\r\n\r\n"],
  [
    400,
    "HTTP of another version",
    ({ pathname }) => `GET ${pathname} HTTP/1.0\r\n\r\n`,
  ],
  [431, "huge headers", () => form({ X: "x".repeat(40_000) })],
  ...["PUT", "DELETE", "OPTIONS", "HEAD"].map((method) =>
    [405, `the method ${method}`, () => ({ ...FORM, method })] as const
  ),
];

for (const [status, name, request] of ATTACKS) {
  Deno.test(`the page: ${name} gets nothing, and spends no code`, async () => {
    await using scenario = new PageScenario();
    const { url } = await scenario.ask();
    const attack = request(url);
    const answer = typeof attack === "string"
      ? await sendRaw(url, attack)
      : await send(url, attack);
    assert.equal(answer.status, status);
    assert.equal(answer.body, "");
    // A guess of the 128 random bits learns nothing from how it was wrong.
    assert.match(url.href, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}$/);
    const nowhere = await send(url, { path: "/nowhere" });
    if (status === 404) assert.deepEqual(answer, nowhere);
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
    assertGuarded(answer);
    assert.deepEqual(scenario.codes, []);
    // The person is not disturbed.
    assert.match((await type(url, "654321")).body, /ready/);
  });
}

/** The answer forbids caches, frames, scripts and anything from elsewhere. */
function assertGuarded({ headers, body }: RawAnswer): string {
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /script|unsafe|https?:/);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("referrer-policy"), "same-origin");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("x-frame-options"), "DENY");
  assert.equal(headers.get("set-cookie"), null);
  if (body !== "") {
    // `default-src` says nothing of these two.
    assert.match(policy, /; form-action 'self';/);
    assert.match(policy, /; base-uri 'none';/);
    const [, nonce = ""] = /style-src 'nonce-([\w-]{22})'/.exec(policy) ?? [];
    assert(body.includes(`<style nonce="${nonce}">`));
    assert.doesNotMatch(
      body,
      /<script|https?:\/\/(?!www\.w3\.org)|@import|url\(/,
    );
  }
  return policy;
}

Deno.test("the page: every view is guarded, by another nonce each, and shows no code that was typed", async () => {
  await using scenario = new PageScenario();
  const { url } = await scenario.ask();
  const answers = [
    // As other programs on this machine may have set them.
    await send(url, { headers: { Cookie: `a=日本€ぁ${"x".repeat(20_000)}` } }),
    await type(url, "98765"),
    await type(url, "987654"),
    await send(url),
  ];
  assert.equal(new Set(answers.map(assertGuarded)).size, answers.length);
  for (const { status, body } of answers) {
    assert.equal(status, 200);
    assert.doesNotMatch(body, /98765/);
  }
});

Deno.test("the page: names from the file and the client cannot break it", async () => {
  await using scenario = new PageScenario();
  const { url } = await scenario.ask("key", {
    file: `/tmp/<script>alert(1)</script>"'\u202e\x1b[2A\r\n\u2028\u2066x`,
    client: `<img src=x onerror=alert(1)> "'&\n\x07`,
  });
  const { body } = await send(url);
  assert.match(body, /mfa\/alice/);
  assert.match(body, /not your usual credentials file/);
  assert.match(body, /&#34;&#39;\ufffd\ufffd\[2A\ufffd{4}x</);
  assert.match(
    body,
    /&#60;img src=x onerror=alert\(1\)&#62; &#34;&#39;&#38;\ufffd\ufffd asks/,
  );
  assert.doesNotMatch(body, /<script|<img|[^\P{Cc}\n]|\p{Cf}/u);
});

Deno.test("the page: the same form sent twice at once is one code, and all are told the outcome", async () => {
  await using scenario = new PageScenario();
  const answered = Promise.withResolvers<void>();
  scenario.before.push(answered.promise);
  const { url } = await scenario.ask();
  const all = [type(url, "123456"), type(url, "123456"), send(url)];
  answered.resolve();
  for (const { body } of await Promise.all(all)) assert.match(body, /ready/);
  assert.deepEqual(scenario.codes, ["123456"]);
});

Deno.test("the page: a code from another tab waits while one is refused, and is not lost", async () => {
  await using scenario = new PageScenario();
  const answered = Promise.withResolvers<void>();
  scenario.before.push(answered.promise);
  scenario.answers.push(REFUSED);
  const { url } = await scenario.ask();
  const first = type(url, "000001");
  while (scenario.codes.length === 0) await send(url, { path: "/" });
  const second = type(url, "123456");
  await send(url, { path: "/" });
  assert.deepEqual(scenario.codes, ["000001"]);
  answered.resolve();
  // By the time that the first is led back to the form, the second has been taken.
  await first;
  assert.match((await second).body, /ready/);
  assert.deepEqual(scenario.codes, ["000001", "123456"]);
});

Deno.test("the page: a person who declines while a code is being checked is not asked again", async () => {
  await using scenario = new PageScenario();
  const answered = Promise.withResolvers<void>();
  scenario.before.push(answered.promise);
  scenario.answers.push(REFUSED);
  const { url, pending } = await scenario.ask();
  const first = type(url, "000001");
  while (scenario.codes.length === 0) await send(url, { path: "/" });
  const declining = submit(url, { decline: "" });
  await send(url, { path: "/" });
  answered.resolve();
  assert.match((await declining).body, /You declined/);
  await first;
  assert.equal(codeOf(await pending.outcome), "CODE_DECLINED");
});

Deno.test("the page: several questions at once do not disturb each other", async () => {
  await using scenario = new PageScenario();
  const [one, two] = [await scenario.ask("one"), await scenario.ask("two")];
  assert.notEqual(one.url.pathname, two.url.pathname);
  assert.match((await type(one.url, "111111")).body, /ready/);
  await submit(one.url, { decline: "" });
  await submit(two.url, { decline: "" });
  assert.equal(codeOf(await one.pending.outcome), undefined);
  assert.equal(codeOf(await two.pending.outcome), "CODE_DECLINED");
  assert.deepEqual(scenario.codes, ["111111"]);
  await assertClosed(two.url);
});

Deno.test("PendingCodes keeps an outcome until it has been told, or for ten minutes", async () => {
  await using scenario = new PageScenario();
  const { pendingCodes } = scenario;
  for (const told of [true, false]) {
    const { url, pending } = await scenario.ask();
    const ticket = pending.issueTicket();
    await type(url, "123456");
    await pending.outcome;
    scenario.wait(599_000);
    assert.equal(pendingCodes.find("key"), pending);
    if (told) {
      pending.acknowledge();
      assert.equal(pendingCodes.find("key"), undefined);
      assert.equal(pendingCodes.claim(ticket), pending);
      pending.acknowledge(ticket);
    } else {
      assert.equal(pendingCodes.claim(ticket), pending);
      scenario.wait(1_000);
    }
    assert.equal(pendingCodes.find("key"), undefined);
    assert.equal(pendingCodes.claim(ticket), undefined);
  }
});

Deno.test("PendingCodes forgets what nobody was asked for, or nobody answered", async () => {
  await using scenario = new PageScenario();
  const failed = scenario.pendingCodes.begin(
    "key",
    { file: undefined, client: undefined },
    () => Promise.reject(new TypeError("canary")),
  );
  assert.equal(codeOf(await failed.outcome), "INTERNAL");
  assert.equal(scenario.pendingCodes.find("key"), undefined);
  const { url, pending } = await scenario.ask();
  scenario.wait(600_000);
  await assertClosed(url);
  assert.equal(codeOf(await pending.outcome), "CODE_EXPIRED");
  assert.equal(scenario.pendingCodes.find("key"), undefined);
});

// Another program that bound the port was sent the code from a form that still stood in a browser.
Deno.test("PendingCodes keeps its port until it is closed and no code is being checked", async () => {
  await using scenario = new PageScenario();
  const taken = ({ port }: URL) => {
    try {
      Deno.listen({ hostname: "127.0.0.1", port: Number(port) }).close();
      return false;
    } catch (error) {
      assert(error instanceof Deno.errors.AddrInUse);
      return true;
    }
  };
  const declined = await scenario.ask();
  await submit(declined.url, { decline: "" });
  await declined.pending.outcome;
  assert(taken(declined.url));
  const answered = Promise.withResolvers<void>();
  scenario.before.push(answered.promise);
  const [checked, open] = [await scenario.ask("a"), await scenario.ask("b")];
  const { origin } = declined.url;
  assert.deepEqual([checked.url.origin, open.url.origin], [origin, origin]);
  const typed = type(checked.url, "123456");
  while (scenario.codes.length === 0) await send(open.url);
  scenario.pendingCodes.close();
  // The agent is not told that the person declined.
  assert.equal(codeOf(await open.pending.outcome), "CANCELLED");
  assert.match((await send(open.url)).body, /updsts is ending/);
  assert(taken(open.url));
  answered.resolve();
  assert.match((await typed).body, /ready/);
  await checked.pending.outcome;
  assert(!taken(open.url));
});

Deno.test("the page: connections that are left open are closed, and a person is served meanwhile", async () => {
  await using scenario = new PageScenario();
  const { url } = await scenario.ask();
  const head =
    `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 11\r\n`;
  const beginnings = ["", "G", head, `${head}\r\ncode=`];
  /** Begins a request and goes on by a byte at a time; returns when it is closed. */
  const leave = async (index: number) => {
    const address = { hostname: url.hostname, port: Number(url.port) };
    using connection = await Deno.connect(address);
    const write = (text = "x") =>
      connection.write(new TextEncoder().encode(text)).catch(() => {});
    await write(beginnings[index % beginnings.length]);
    const timer = setInterval(write, 100);
    const buffer = new Uint8Array(100);
    while (await connection.read(buffer).catch(() => null) !== null);
    clearInterval(timer);
  };
  const left = Array.from({ length: 300 }, (_, index) => leave(index));
  assert.match((await type(url, "123456")).body, /ready/);
  // One more than are waited for closes the oldest, long before its time is over.
  const looks = async () => {
    for (let look = 0; look < 20; look++) await send(url);
    return "still open";
  };
  assert.equal(await Promise.race([left[0], looks()]), undefined);
  await Promise.all(left);
  assert.deepEqual(scenario.codes, ["123456"]);
});

for (const [milliseconds, moves] of [[500, false], [4_000, true]] as const) {
  Deno.test({
    name: `the page: it is served ${
      moves ? "at another address " : ""
    }after the process had no descriptor left for ${milliseconds} ms${bash.note}`,
    ignore: bash.ignore,
    fn: async () => {
      const limited =
        `ulimit -n 100; exec "$0" run -A --no-check "$1" ${milliseconds}`;
      const child = new Deno.Command("bash", {
        args: ["-c", limited, Deno.execPath(), STARVED],
        ...{ stdin: "piped", stdout: "piped", stderr: "inherit" },
      }).spawn();
      const lines = child.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      const next = async () => new URL((await lines.read()).value ?? "");
      const before = await next();
      const waiting = send(before);
      const after = await next();
      assert.equal(after.host !== before.host, moves);
      assert.match((await send(after)).body, /one-time-code/);
      // Who had come meanwhile waited; the port was not left to others.
      assert.equal((await waiting).status, 200);
      await child.stdin.close();
      await lines.cancel();
      await child.status;
    },
  });
}

Deno.test({
  name:
    "the page: where this machine does not let us listen, the error says so",
  permissions: { net: false, read: true, env: true },
  fn: async () => {
    await using scenario = new PageScenario();
    const pending = scenario.begin();
    assert.equal(codeOf(await pending.outcome), "CODE_MISSING");
    assert.equal(scenario.pendingCodes.find("key"), undefined);
  },
});

Deno.test("the page: it is served on 127.0.0.1 alone", async () => {
  await using scenario = new PageScenario();
  const { url } = await scenario.ask();
  const others = Deno.networkInterfaces().map(({ address }) => address)
    .filter((address) => address !== url.hostname);
  // On Linux, all of the first network is this machine.
  for (const hostname of ["127.0.0.2", ...others]) {
    await assert.rejects(Deno.connect({ hostname, port: Number(url.port) }));
  }
});
