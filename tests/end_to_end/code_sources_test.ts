// Where the code comes from: a real pseudo-terminal, a pipe; and when none is needed.
import assert from "node:assert/strict";
import { baseEnvironment, commandLine, run } from "../support/command.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { needs } from "../support/skipping.ts";
import { atTerminal } from "../support/terminal.ts";

const terminal = needs("script");
const orphaning = needs("script", "python3");

Deno.test({
  name: `get asks at the terminal, naming profile and device${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const { code, screen } = await atTerminal(scenario, [
      `  ${scenario.code()} \n`,
    ]);
    assert.equal(code, 0, screen);
    assert.match(
      screen,
      /^Profile default, MFA device arn:aws:iam::123456789012:mfa\/alice\r\nTOTP code: /,
    );
    assert.match(screen, /Profile default_sts is valid until/);
  },
});

for (const right of [true, false]) {
  // Regression: Ctrl-C ended it at once, and the session was lost.
  Deno.test({
    name: `Ctrl-C while STS has a ${
      right
        ? "right code: the session is written"
        : "wrong code: no other one is asked for"
    }${terminal.note}`,
    ignore: terminal.ignore,
    fn: async () => {
      await using scenario = await Scenario.start();
      scenario.sts.script({ kind: "delay_headers", ms: 1_000 });
      const code = scenario.code();
      const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
      // The exit code is that of the shell between, which is interrupted, too.
      const { screen } = await atTerminal(
        scenario,
        [`${right ? code : wrong}\n`],
        { interrupted: true },
      );
      assert.match(screen, /Waiting for STS, since the code may be spent/);
      assert.equal(screen.split("TOTP code: ").length, 2);
      assert.equal(
        (await scenario.read()).includes("[default_sts]"),
        right,
      );
    },
  });
}

Deno.test({
  name:
    `a terminal that is closed while STS is asked loses no session${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    scenario.sts.script({ kind: "delay_headers", ms: 1_000 });
    const code = scenario.code();
    await atTerminal(scenario, [`${code}\n`], { closed: true });
    while (!(await scenario.read()).includes("[default_sts]")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
});

// The last opens the terminal for writing only.
for (
  const redirect of ["< /dev/null", "> /dev/null", "< /dev/null 2> /dev/tty"]
) {
  Deno.test({
    name: `get asks at the terminal with ${redirect}${terminal.note}`,
    ignore: terminal.ignore,
    fn: async () => {
      await using scenario = await Scenario.start();
      const { code, screen } = await atTerminal(scenario, [
        `${scenario.code()}\n`,
      ], { redirect });
      assert.equal(code, 0, screen);
      assert.match(screen, /TOTP code: /);
      assert.match(await scenario.read(), /default_sts/);
    },
  });
}

// It asked, then failed: the code that was typed went to the shell, and to its
// history.
Deno.test({
  name: `get asks nobody at a terminal that cannot be read${orphaning.note}`,
  ignore: orphaning.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const [program, ...args] = commandLine(["get", "-n", "default"]);
    // A job in the background whose parent has ended: its reads fail.
    const orphan = `
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
    const child = new Deno.Command("script", {
      args: [
        "--quiet",
        "--return",
        "--command",
        [
          "python3 -c",
          ...[orphan, program, ...args].map((word) =>
            `'${word.replaceAll("'", "'\\''")}'`
          ),
        ].join(" "),
        "/dev/null",
      ],
      env: { ...await baseEnvironment(), ...scenario.env, TERM: "xterm" },
      clearEnv: true,
      stdin: "null",
    });
    const screen = new TextDecoder().decode((await child.output()).stdout);
    assert.match(screen, /no terminal to ask at/);
    assert.match(screen, /exit code 6/);
    assert.doesNotMatch(screen, /TOTP code: /);
    assert.equal(scenario.codesSent, 0);
  },
});

Deno.test({
  name:
    `get asks again for what is not six digits, three times at most${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const good = await atTerminal(scenario, [
      "12345\n",
      "\n",
      `${scenario.code()}\n`,
    ]);
    assert.equal(good.code, 0, good.screen);
    assert.equal(good.screen.split("That is not six digits").length, 3);
    const bad = await atTerminal(scenario, ["1\n", "2\n", "3\n", "4\n"]);
    assert.equal(bad.code, 2, bad.screen);
    assert.match(bad.screen, /3 times, it was not six digits/);
    assert.equal(scenario.codesSent, 1);
  },
});

Deno.test({
  name:
    `get asks again for a code that STS refused, three in all${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const good = await atTerminal(scenario, [
      "000000\n",
      "000001\n",
      `${scenario.code()}\n`,
    ]);
    assert.equal(good.code, 0, good.screen);
    assert.equal(good.screen.split("STS refused the code").length, 3);
    assert.match(good.screen, /the next one begins in \d+ s\r\nTOTP code: /);
    assert.equal(scenario.codesSent, 3);
    const bad = await atTerminal(
      scenario,
      ["000000\n", "000001\n", "000002\n", "000003\n"],
    );
    assert.equal(bad.code, 4, bad.screen);
    assert.equal(scenario.codesSent, 6);
    // One that came with the command is tried once.
    const given = await atTerminal(scenario, [], { args: ["-t", "000000"] });
    assert.equal(given.code, 4, given.screen);
    assert.doesNotMatch(given.screen, /TOTP code: /);
  },
});

Deno.test({
  name:
    `get asks for no other code if STS does not know the device${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    const given = GIVEN.replace("mfa/alice", "mfa/bob");
    await using scenario = await Scenario.start({ given });
    const typed = ["271828\n", "271829\n"];
    const { code, screen } = await atTerminal(scenario, typed);
    assert.equal(code, 4, screen);
    assert.equal(screen.split("TOTP code: ").length, 2, screen);
    assert.match(screen, /STS refused the device .*mfa\/bob/);
    assert.equal(scenario.sts.requests.length, 1);
  },
});

Deno.test({
  name: `get leaves a clean line after arrow keys and Ctrl-D${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const code = scenario.code();
    const arrows = await atTerminal(scenario, [
      `\x1b[A\x1b[D${code.slice(0, 3)}\x1bOC ${code.slice(3)}\x1b[3~\n`,
    ]);
    assert.equal(arrows.code, 0, arrows.screen);
    const shown = `TOTP code: ${code.slice(0, 3)} ${code.slice(3)}\r\n`;
    assert(arrows.screen.includes(`\x1b[A\x1b[2K\r${shown}`), arrows.screen);
    const end = await atTerminal(scenario, ["\x04"]);
    // Some terminals show what was pressed, and take it back.
    assert.match(end.screen, /TOTP code: (?:\^D\p{Cc}+)?\r\nupdsts: Cannot/u);
  },
});

Deno.test({
  name: `get takes the end of input for a no${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const { code, screen } = await atTerminal(scenario, ["\x04"]);
    assert.equal(code, 6, screen);
    assert.match(screen, /no TOTP code was typed/);
    assert.equal(scenario.codesSent, 0);
    assert.equal(await scenario.read(), GIVEN);
  },
});

Deno.test({
  name: `get asks nobody for a code that could not be used${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    await using scenario = await Scenario.start({
      given: `${GIVEN}[default_sts]\n`,
    });
    const { code, screen } = await atTerminal(scenario, []);
    assert.equal(code, 3, screen);
    assert.doesNotMatch(screen, /TOTP code: /);
  },
});

Deno.test({
  name:
    `get asks nobody for a code where STS could not be asked${terminal.note}`,
  ignore: terminal.ignore,
  fn: async () => {
    // Once it asked first.
    for (
      const env of [
        { AWS_ENDPOINT_URL_STS: "nonsense" },
        { AWS_CA_BUNDLE: "/dev/null" },
      ]
    ) {
      await using scenario = await Scenario.start();
      const { code, screen } = await atTerminal(scenario, [], { env });
      assert.equal(code, 5, screen);
      assert.doesNotMatch(screen, /TOTP code: /);
    }
  },
});

async function piped(
  scenario: Scenario,
  input: string,
  args: readonly string[] = [],
) {
  const [command, ...rest] = commandLine([
    "get",
    "-n",
    "default",
    "-t",
    "-",
    ...args,
  ]);
  const finished = await run(command, rest, scenario.env, input);
  scenario.assertNoSecret(finished.stdout + finished.stderr);
  return finished;
}

Deno.test("get -t - reads the first line of stdin", async () => {
  await using scenario = await Scenario.start();
  for (const format of ["%s", "%s\n", " %s \r\nmore\n", "\n \r\n%s\n"]) {
    const { code, stderr } = await piped(
      scenario,
      format.replace("%s", scenario.code()),
    );
    assert.equal(code, 0, stderr);
  }
  assert.equal(scenario.codesSent, 4);
});

Deno.test("get -t - refuses what is no code before STS", async () => {
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
    await using scenario = await Scenario.start();
    const { code, stderr } = await piped(scenario, input);
    assert.equal(code, exit, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /123|canary/);
    assert.equal(scenario.codesSent, 0);
  }
});

// No test noticed when it read on for ever.
Deno.test("get -t - reads no more than a code of a stream that never ends a line", async () => {
  await using scenario = await Scenario.start();
  const [program, ...args] = commandLine(["get", "-n", "default", "-t", "-"]);
  const child = new Deno.Command(program, {
    args,
    env: { ...await baseEnvironment(), ...scenario.env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
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
  const [program, ...args] = commandLine(["get", "-n", "default", "-t", "-"]);
  const child = new Deno.Command(program, {
    args,
    env: { ...await baseEnvironment(), ...scenario.env },
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
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
  assert.equal((await child.status).code, 0, said);
});

Deno.test("get drops white space around a code", async () => {
  await using scenario = await Scenario.start();
  const { code } = await scenario.updsts([
    "get",
    "-n",
    "default",
    "-t",
    ` ${scenario.code()}\n`,
  ]);
  assert.equal(code, 0);
});

Deno.test("get --min-remaining does nothing and asks nobody while the session lasts", async () => {
  await using scenario = await Scenario.start();
  const get = (...args: string[]) =>
    scenario.updsts(["get", "-n", "default", ...args]);
  assert.equal((await get("-t", scenario.code(), "-d", "2h")).code, 0);
  assert.equal(scenario.sts.requests[0]?.duration, "7200");
  const before = await scenario.read();
  const { ino } = await Deno.stat(scenario.path);
  const quiet = await get("--min-remaining", "1h30m", "-d", "2h");
  assert.equal(quiet.code, 0, quiet.stderr);
  assert.match(quiet.stdout, /^Profile default_sts stays valid until/);
  assert.equal(await scenario.read(), before);
  assert.equal((await Deno.stat(scenario.path)).ino, ino);
  const short = await get("--min-remaining", "3h", "-d", "4h");
  assert.equal(short.code, 6);
  assert.match(short.stderr, /no terminal to ask at/);
  assert.equal(
    (await get("--min-remaining", "3h", "-d", "4h", "-t", scenario.code()))
      .code,
    0,
  );
  assert.equal(scenario.codesSent, 2);
});

Deno.test("get takes the name of the session for its source, and says so", async () => {
  await using scenario = await Scenario.start();
  assert.equal(
    (await scenario.get())
      .code,
    0,
  );
  const { code, stdout, stderr } = await scenario.updsts([
    "get",
    "-n",
    "default_sts",
    "-t",
    scenario.code(),
  ]);
  assert.equal(code, 0);
  assert.match(
    stderr,
    /^default_sts is the session of profile default: refreshing that one$/m,
  );
  assert.match(stdout, /^Profile default_sts is valid/);
  assert.equal(scenario.sts.requests[1]?.accessKeyId, ALICE.accessKeyId);
});
