// Where the code comes from: a real pseudo-terminal, a pipe; and when none is needed.
import assert from "node:assert/strict";
import { commandLine } from "../support/command.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { needs, testUnless } from "../support/skipping.ts";
import { atTerminal } from "../support/terminal.ts";

const terminal = needs("script");

/** What happens at a terminal. */
interface Scene {
  readonly given?: string;
  /** The answers to the questions; CODE stands for a code that is taken once. */
  readonly typed: readonly string[];
  readonly args?: readonly string[];
  readonly redirect?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly exit: number;
  /** How often the code is asked for. */
  readonly asked: number;
  /** How many requests bring a code to STS. */
  readonly sent: number;
  readonly says?: RegExp;
}

const ONCE = { typed: ["CODE\n"], exit: 0, asked: 1, sent: 1 };
const NEVER = { typed: [], asked: 0, sent: 0 };

const SCENES: Readonly<Record<string, Scene>> = {
  "asks, naming profile and device": {
    ...ONCE,
    typed: ["  CODE \n"],
    says:
      /^Profile default, MFA device arn:aws:iam::123456789012:mfa\/alice\r\nTOTP code: [^]*Profile default_sts is valid until/,
  },
  "asks with < /dev/null": { ...ONCE, redirect: "< /dev/null" },
  "asks with > /dev/null": { ...ONCE, redirect: "> /dev/null" },
  // This opens the terminal for writing only.
  "asks with 2> /dev/tty": { ...ONCE, redirect: "< /dev/null 2> /dev/tty" },
  "asks again for what is not six digits": {
    ...{ typed: ["12345\n", "\n", "CODE\n"], exit: 0, asked: 3, sent: 1 },
    says: /(?:That is not six digits[^]*){2}/,
  },
  "asks three times at most for six digits": {
    ...{ typed: ["1\n", "2\n", "3\n", "4\n"], exit: 2, asked: 3, sent: 0 },
    says: /3 times, it was not six digits/,
  },
  "asks again for a code that STS refused": {
    typed: ["000000\n", "000001\n", "CODE\n"],
    ...{ exit: 0, asked: 3, sent: 3 },
    says:
      /(?:STS refused the code[^]*the next one begins in \d+ s\r\nTOTP code: [^]*){2}/,
  },
  "asks for no other code if STS does not know the device": {
    given: GIVEN.replace("mfa/alice", "mfa/bob"),
    ...{ typed: ["271828\n", "271829\n"], exit: 4, asked: 1, sent: 1 },
    says: /STS refused the device .*mfa\/bob/,
  },
  "leaves a clean line after Ctrl-D, which is a no": {
    ...{ typed: ["\x04"], exit: 6, asked: 1, sent: 0 },
    // Some terminals show what was pressed, and take it back.
    says:
      /TOTP code: (?:\^D\p{Cc}+)?\r\nupdsts: Cannot[^]*no TOTP code was typed/u,
  },
  "asks nobody for a code that could not be used": {
    ...{ ...NEVER, given: `${GIVEN}[default_sts]\n`, exit: 3 },
  },
  // Once it asked first.
  "asks nobody where the endpoint is not one": {
    ...{ ...NEVER, env: { AWS_ENDPOINT_URL_STS: "nonsense" }, exit: 5 },
  },
  "asks nobody where certificates cannot be read": {
    ...{ ...NEVER, env: { AWS_CA_BUNDLE: "/dev/null" }, exit: 5 },
  },
};

for (
  const [name, { given = GIVEN, typed, says, ...scene }] of Object.entries(
    SCENES,
  )
) {
  testUnless(terminal, `at a terminal, get ${name}`, async () => {
    await using scenario = await Scenario.start({ given });
    const { code, screen } = await atTerminal(
      scenario,
      typed.map((text) => text.replace("CODE", scenario.code())),
      scene,
    );
    assert.equal(code, scene.exit, screen);
    const questions = screen.match(/(?<!the )TOTP code: /g) ?? [];
    assert.equal(questions.length, scene.asked, screen);
    assert.equal(scenario.codesSent, scene.sent);
    if (says) assert.match(screen, says);
    const text = await scenario.read();
    if (scene.exit === 0) assert.match(text, /\[default_sts\]/);
    else assert.equal(text, given);
  });
}

testUnless(
  terminal,
  "get drops arrow keys, and shows a code without them",
  async () => {
    await using scenario = await Scenario.start();
    const code = scenario.code();
    const [first, second] = [code.slice(0, 3), code.slice(3)];
    const { code: exit, screen } = await atTerminal(scenario, [
      `\x1b[A\x1b[D${first}\x1bOC ${second}\x1b[3~\n`,
    ]);
    assert.equal(exit, 0, screen);
    const shown = `\x1b[A\x1b[2K\rTOTP code: ${first} ${second}\r\n`;
    assert(screen.includes(shown), screen);
  },
);

// Regression: Ctrl-C ended it at once, and the session was lost.
for (const right of [true, false]) {
  const then = right ? "the session is written" : "no other one is asked for";
  testUnless(
    terminal,
    `Ctrl-C while STS has a ${right ? "right" : "wrong"} code: ${then}`,
    async () => {
      await using scenario = await Scenario.start();
      scenario.sts.script({ kind: "delay_headers", ms: 1_000 });
      const code = scenario.code();
      const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
      // The exit code is that of the shell between, which is interrupted, too.
      const typed = [`${right ? code : wrong}\n`];
      const { screen } = await atTerminal(scenario, typed, {
        interrupted: true,
      });
      assert.match(screen, /Waiting for STS, since the code may be spent/);
      assert.equal(screen.split("TOTP code: ").length, 2);
      assert.equal((await scenario.read()).includes("[default_sts]"), right);
    },
  );
}

testUnless(
  terminal,
  "a terminal that is closed while STS is asked loses no session",
  async () => {
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind: "delay_headers", ms: 1_000 });
    await atTerminal(scenario, [`${scenario.code()}\n`], { closed: true });
    while (!(await scenario.read()).includes("[default_sts]")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
);

/** Starts a job in the background whose parent has ended: its reads fail. */
const ORPHAN = `
import os, sys, time
if os.fork() == 0:
    os.setpgid(0, 0)
    if os.fork() == 0:
        time.sleep(0.3)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        code = os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:])
        print("exit code", code, flush=True)
    os._exit(0)
os.wait()
time.sleep(5)`;

// It asked, then failed: the code that was typed went to the shell, and to its
// history.
testUnless(
  needs("script", "python3"),
  "get asks nobody at a terminal that cannot be read",
  async () => {
    await using scenario = await Scenario.start();
    const words = [ORPHAN, ...commandLine(["get", "default"])]
      .map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const { stdout: screen } = await scenario.run("script", [
      ...["--quiet", "--return", "--command", `python3 -c ${words}`],
      "/dev/null",
    ], { TERM: "xterm" });
    assert.match(screen, /no terminal to ask at/);
    assert.match(screen, /exit code 6/);
    assert.doesNotMatch(screen, /TOTP code: /);
    assert.equal(scenario.codesSent, 0);
  },
);

Deno.test("get -t - reads the first line of stdin", async () => {
  await using scenario = await Scenario.start();
  for (const format of ["%s", "%s\n", " %s \r\nmore\n", "\n \r\n%s\n"]) {
    const input = format.replace("%s", scenario.code());
    const { code, stderr } = await scenario.updsts(
      "get default -t -",
      {},
      input,
    );
    assert.equal(code, 0, stderr);
  }
  assert.equal(scenario.codesSent, 4);
});

Deno.test("get -t - refuses what is no code before STS", async () => {
  await using scenario = await Scenario.start();
  for (
    const [input, says, exit] of [
      ["", /stdin gave no TOTP code/, 6],
      ["\n", /stdin gave no/, 6],
      ["12345\n", /the first line of stdin has 5 digits/, 2],
      ["\n12345678\n123456\n", /the first line of stdin has 8 digits/, 2],
      ["canary: 123456\n", /the first line of stdin has letters/, 2],
      ["(123456)\n", /has other signs beside six digits/, 2],
      ["\xff\xfe1\x002\x003\x00", /is in UTF-16/, 2],
    ] as const
  ) {
    const { code, stderr } = await scenario.updsts(
      "get default -t -",
      {},
      input,
    );
    assert.equal(code, exit, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /123|canary/);
  }
  assert.equal(scenario.codesSent, 0);
});

// No test noticed when it read on for ever.
Deno.test("get -t - reads no more than a code of a stream that never ends a line", async () => {
  await using scenario = await Scenario.start();
  const child = await scenario.spawn("get default -t -", "piped");
  const writer = child.stdin.getWriter();
  const endless = (async () => {
    for (;;) await writer.write(new Uint8Array(4096).fill(0x31));
  })().catch(() => {});
  const { code, stderr } = await child.output();
  await endless;
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /stdin has \d+ digits/);
  assert.equal(scenario.codesSent, 0);
});

Deno.test("get -t - says what it waits for while the program before the pipe is silent", async () => {
  await using scenario = await Scenario.start();
  const child = await scenario.spawn("get default -t -", "piped");
  // The code comes when that was said, and never before.
  let said = "";
  const writer = child.stdin.getWriter();
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    const waited = said.includes("Waiting for the TOTP code");
    said += text;
    if (!waited && said.includes("Waiting for the TOTP code")) {
      await writer.write(new TextEncoder().encode(`${scenario.code()}\n`));
      await writer.close();
    }
  }
  await child.stdout.cancel();
  assert.equal((await child.status).code, 0, said);
});

Deno.test("get --min-remaining does nothing and asks nobody while the session lasts", async () => {
  await using scenario = await Scenario.start();
  const get = (options: string) => scenario.updsts(`get default ${options}`);
  assert.equal((await get("-t CODE -d 2h")).code, 0);
  assert.equal(scenario.sts.requests[0]?.duration, "7200");
  const before = await scenario.read();
  const { ino } = await Deno.stat(scenario.path);
  // Also where a new one would be too short.
  for (const options of ["1h30m -d 2h", "90m -d 15m", "90m -t CODE"]) {
    const quiet = await get(`--min-remaining ${options}`);
    assert.equal(quiet.code, 0, quiet.stderr);
    assert.match(quiet.stdout, /^Profile default_sts stays valid until/);
    assert.equal(await scenario.read(), before);
    assert.equal((await Deno.stat(scenario.path)).ino, ino);
  }
  const short = await get("--min-remaining 3h -d 4h");
  assert.equal(short.code, 6);
  assert.match(short.stderr, /no terminal to ask at/);
  assert.equal((await get("--min-remaining 3h -d 4h -t CODE")).code, 0);
  assert.equal(scenario.codesSent, 2);
});
