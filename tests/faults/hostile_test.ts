// Files and names made to do harm: nothing hangs, nothing is injected, nothing is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { times } from "../support/effort.ts";
import { connect } from "../support/mcp_clients.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";
import { unless, unlessWindows } from "../support/skipping.ts";

Deno.test("names made to inject sections, keys, tags or escapes are refused, or shown harmless", async () => {
  const names = [
    "x]\n[evil",
    "x\raws_access_key_id = evil",
    "x [auto update by updsts]",
    "x #",
    "\x1b[2J\x1b]0;title\x07",
    "x\u2028y",
    " x",
    "__proto__",
  ];
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

Deno.test("a name with a NUL, which only an agent can give, is refused", async () => {
  await using scenario = await Scenario.start();
  await using client = await connect("legacy", scenario.env);
  for (
    const names of [{ profile_name: "default\0" }, {
      profile_name: "default",
      sts_profile_name: "x\0[y]",
    }]
  ) {
    const answer = await client.call("updsts_update_sts_credential", {
      ...names,
      totp_token: scenario.code(),
    });
    assert.equal(answer.isError, true);
    assert.match(JSON.stringify(answer), /NAME_INVALID/);
  }
  assert.equal(scenario.codesSent, 0);
  assert.equal(await scenario.read(), GIVEN);
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
    const finished = await scenario.getWith([`--sts-profile-name=${name}`]);
    assert.equal(finished.code, 0, finished.stderr);
    const text = await scenario.read();
    assert(
      text.startsWith(
        `${GIVEN}# \${{{ key=default [auto update by updsts]\n[${name}]\n`,
      ),
    );
    const { stdout } = await scenario.updsts(["list"]);
    assert(!stdout.includes("\u202e"));
    const again = await scenario.getWith([`--sts-profile-name=${name}`]);
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
      "~/.aws/",
      "nul\u0001",
    ]
  ) {
    const { code, stderr } = await scenario.getWith(["-c", path]);
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
      const { code } = await scenario.getWith(["-c", scenario.path], {
        [variable]: path,
      });
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

/** What the sandbox lets nobody open, though it lets all files be read. */
const KEPT = Deno.build.os === "windows"
  ? ["\\\\server\\share\\x", "//server/share/x", "\\\\.\\C:\\x"]
  : ["/proc/self/environ", "/proc/1/mem", "/sys/kernel/notes"];

const kept = unless(Deno.build.os !== "darwin", "macOS has no such files");

Deno.test({
  name:
    `files that the runtime keeps for itself are refused in our own words${kept.note}`,
  // Once people and agents were advised to run with all permissions.
  ignore: kept.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    await using client = await connect("legacy", scenario.env);
    for (const path of KEPT) {
      const code = scenario.code();
      const outputs = [
        await scenario.updsts(["list", "-c", path]),
        await scenario.updsts(["get", "-n", "default", "-t", code, "-c", path]),
        await scenario.updsts(["remove", "-n", "default", "-c", path]),
        await scenario.updsts(["doctor", "-c", path]),
        await scenario.updsts(["list"], { AWS_CONFIG_FILE: path }),
        await scenario.updsts(["get", "-n", "default", "-t", code], {
          AWS_CONFIG_FILE: path,
        }),
        await scenario.updsts(["get", "-n", "default", "-t", code], {
          AWS_CA_BUNDLE: path,
        }),
      ].map(({ stdout, stderr }) => stdout + stderr);
      const answer = await client.call("updsts_get_credential_info_list", {
        cred_file: path,
      });
      outputs.push(JSON.stringify(answer));
      assert.equal(scenario.codesSent, 0);
      for (const output of outputs) {
        assert.doesNotMatch(output, /--?allow|run again|Internal error/);
      }
      assert.match(outputs[0] ?? "", /may not open/);
      assert.match(outputs[1] ?? "", /may not open/);
      assert.match(JSON.stringify(answer), /FILE_UNUSABLE/);
    }
  },
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
