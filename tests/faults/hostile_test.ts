// Files and names made to do harm: nothing hangs, nothing is injected, nothing is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { times } from "../support/effort.ts";
import { connect } from "../support/mcp_clients.ts";
import { GIVEN, Scenario } from "../support/scenario.ts";

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
  await using scenario = await Scenario.start();
  await using client = await connect("legacy", scenario.env);
  for (const name of names) {
    for (
      const [expected, args] of [
        [2, ["-n", name]],
        [2, ["-n", "default", "-sn", name]],
        [3, ["-n", "default", "-c", name]],
      ] as const
    ) {
      const { code, stdout, stderr } = await scenario.updsts(
        ["get", ...args, "-t", "CODE"],
      );
      assert.equal(code, expected, stderr);
      assert(
        !/[^\P{Cc}\n]|\u2028/u.test(stdout + stderr),
        JSON.stringify(stderr),
      );
    }
  }
  // A NUL is what only an agent can give.
  for (
    const named of [
      { profile_name: "default\0" },
      { profile_name: "default", sts_profile_name: "x\0[y]" },
    ]
  ) {
    const answer = await client.call("updsts_update_sts_credential", {
      ...named,
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
      ...["../../etc/passwd", "a=b", "a:b", "%(x)s", "${HOME}", "$(touch x)"],
      ...["-", "'\"`", "constructor", "\u202egnp"],
    ]
  ) {
    await using scenario = await Scenario.start();
    for (const _ of ["appended", "changed in place"]) {
      const { code, stderr } = await scenario.updsts(
        ["get", "default", "-t", "CODE", `--sts-profile-name=${name}`],
      );
      assert.equal(code, 0, stderr);
      const begin = "# ${{{ key=default [auto update by updsts]";
      const text = await scenario.read();
      assert(text.startsWith(`${GIVEN}${begin}\n[${name}]\n`), text);
    }
    const { stdout } = await scenario.updsts("list");
    assert(!stdout.includes("\u202e"));
  }
});

/** What is not a file, or is kept by the runtime for itself, though the sandbox lets all files be read. */
const UNUSABLE: readonly (readonly [string, RegExp])[] =
  Deno.build.os === "windows"
    ? ["\\\\server\\share\\x", "//server/share/x", "\\\\.\\C:\\x"].map((path) =>
      [path, /no permission to open/] as const
    )
    : [
      ["/dev/zero", /is not a regular file/],
      ["/dev/tty", /is not a regular file/],
      ["/dev/full", /is not a regular file|no permission to open/],
      ["FIFO", /is not a regular file/],
      ["/", /is a directory/],
      ["~/.aws/", /is a directory/],
      ...Deno.build.os === "linux"
        ? ["/proc/self/environ", "/proc/1/mem", "/sys/kernel/notes"].map((
          path,
        ) => [path, /no permission to open/] as const)
        : [],
    ];

for (const [path, says] of UNUSABLE) {
  Deno.test(`${path} as any of the files is refused at once, in our own words`, async () => {
    await using scenario = await Scenario.start();
    await using client = await connect("legacy", scenario.env);
    const file = path === "FIFO" ? join(scenario.home, "fifo") : path;
    if (path === "FIFO") await scenario.run("mkfifo", [file]);
    const get = ["get", "default", "-t", "CODE"];
    for (
      const [args, variable, expected] of [
        [[...get, "-c", file], "", 3],
        [["list", "-c", file], "", 3],
        [["remove", "default", "-c", file], "", 3],
        [["doctor", "-c", file], "", 3],
        [["list"], "AWS_CONFIG_FILE", 3],
        [get, "AWS_CONFIG_FILE", 3],
        [get, "AWS_CA_BUNDLE", 5],
      ] as const
    ) {
      const finished = await scenario.updsts(
        args,
        variable === "" ? {} : { [variable]: file },
      );
      const said = finished.stdout + finished.stderr;
      assert.equal(finished.code, expected, said);
      assert.match(said.replaceAll(/\s+/g, " "), says);
      // Once people and agents were advised to run with all permissions.
      assert.doesNotMatch(said, /--?allow|run again|Internal error/);
    }
    const answer = JSON.stringify(
      await client.call("updsts_get_credential_info_list", { cred_file: file }),
    );
    assert.match(answer, /FILE_UNUSABLE/);
    assert.doesNotMatch(answer, /--?allow|run again|Internal error/);
    assert.equal(scenario.codesSent, 0);
    // The file that the AWS CLI reads could hang a look at it.
    const { code, stderr } = await scenario.updsts(
      [...get, "-c", scenario.path],
      { AWS_SHARED_CREDENTIALS_FILE: file },
    );
    assert.equal(code, 0, stderr);
  });
}

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
