// Files and names made to do harm: nothing hangs, nothing is injected, nothing is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { times } from "../support/effort.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { unlessWindows } from "../support/skipping.ts";

Deno.test("names made to inject sections, keys, tags or escapes are refused, or shown harmless", async () => {
  const names = [
    "x]\n[evil",
    "x\raws_access_key_id = evil",
    "x [auto update by updsts]",
    "x #",
    "\x1b[2J\x1b]0;title\x07",
    "x\u2028y",
    " x",
    "x\u0000",
    "__proto__",
  ].filter((name) => !name.includes("\0"));
  for (const name of names) {
    await using scenario = await Scenario.start();
    for (const args of [["-n", name], ["-n", "default", "-sn", name]]) {
      const { code, stdout, stderr } = await scenario.updsts([
        "get",
        ...args,
        "-t",
        scenario.code(),
      ]);
      assert.equal(code, 2, stderr);
      assert(
        !/[^\P{Cc}\n]|\u2028/u.test(stdout + stderr),
        JSON.stringify(stderr),
      );
    }
    assert.equal(scenario.codesSent, 0);
    assert.equal(await scenario.read(), GIVEN);
  }
});

Deno.test("names that look dangerous but are only names come back as they went in", async () => {
  for (
    const name of [
      "../../etc/passwd",
      "a=b",
      "a:b",
      "%(x)s",
      "${HOME}",
      "$(touch x)",
      "-",
      "'\"`",
      "constructor",
      "\u202egnp",
    ]
  ) {
    await using scenario = await Scenario.start();
    const finished = await scenario.updsts([
      "get",
      "-n",
      "default",
      `--sts-profile-name=${name}`,
      "-t",
      scenario.code(),
    ]);
    assert.equal(finished.code, 0, finished.stderr);
    const text = await scenario.read();
    assert(
      text.startsWith(
        `${GIVEN}# \${{{ key=default [auto update by updsts]\n[${name}]\n`,
      ),
    );
    const { stdout } = await scenario.updsts(["list"]);
    assert(!stdout.includes("\u202e"));
    const again = await scenario.updsts([
      "get",
      "-n",
      "default",
      `--sts-profile-name=${name}`,
      "-t",
      scenario.code(),
    ]);
    assert.equal(again.code, 0, again.stderr);
  }
});

const devices = unlessWindows("devices and FIFOs are no paths");

Deno.test(`paths that are no files are refused at once${devices.note}`, {
  ignore: devices.ignore,
}, async () => {
  await using scenario = await Scenario.start();
  const fifo = join(scenario.home, "fifo");
  await scenario.run("mkfifo", [fifo]);
  for (
    const path of [
      "/dev/zero",
      "/dev/tty",
      "/dev/full",
      "/",
      fifo,
      "",
      "~/.aws/",
      "nul\u0001",
    ]
  ) {
    if (path === "") continue;
    const { code, stderr } = await scenario.updsts([
      "get",
      "-n",
      "default",
      "-t",
      scenario.code(),
      "-c",
      path,
    ]);
    assert.equal(code, 3, `${path}: ${stderr}`);
    assert.match(stderr, /^updsts: Cannot (use|read) the credentials file: /);
    const list = await scenario.updsts(["list", "-c", path]);
    assert.equal(list.code, 3, `${path}: ${list.stderr}`);
  }
  // The config file and the other credentials file could hang the SDK as well.
  for (
    const variable of [
      "AWS_CONFIG_FILE",
      "AWS_SHARED_CREDENTIALS_FILE",
      "AWS_CA_BUNDLE",
    ]
  ) {
    for (const path of ["/dev/zero", fifo]) {
      const { code } = await scenario.updsts(
        ["get", "-n", "default", "-t", scenario.code(), "-c", scenario.path],
        { [variable]: path },
      );
      assert.equal(
        code,
        variable === "AWS_SHARED_CREDENTIALS_FILE"
          ? 0
          : variable === "AWS_CA_BUNDLE"
          ? 5
          : 3,
      );
    }
  }
});

Deno.test("a line of 10 MB, a file of 100 MB, and one that is too large", async () => {
  await using scenario = await Scenario.start({
    given: `# ${"x".repeat(10_000_000)}\n${GIVEN}`,
  });
  const long = await scenario.get();
  assert.equal(long.code, 0, long.stderr);
  const size = times({ brief: 20, full: 100 }) * 1_000_000;
  const line = `# ${"y".repeat(997)}\n`;
  const given = GIVEN + line.repeat(size / line.length);
  await scenario.write(given);
  const large = await scenario.get();
  assert.equal(large.code, 0, large.stderr);
  assert((await scenario.read()).startsWith(given));
  await Deno.truncate(scenario.path, 200_000_000);
  const tooLarge = await scenario.get();
  assert.equal(tooLarge.code, 3);
  assert.match(tooLarge.stderr, /200000000 bytes, more than/);
  assert.equal((await Deno.stat(scenario.path)).size, 200_000_000);
});
