// Long-term keys in one file, or in none, and sessions in another.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { commandLine, type Finished, run } from "../support/command.ts";
import { connect } from "../support/mcp_clients.ts";
import { z } from "zod";
import { ALICE, GIVEN, Scenario, valueIn } from "../support/scenario.ts";
import { directoryLinks, links, unlessWindows } from "../support/skipping.ts";

const POSIX = Deno.build.os !== "windows";

/** Where the sessions of a scenario go. */
function sessionsOf(scenario: Scenario): string {
  return join(scenario.home, "sessions", "credentials");
}

function get(
  scenario: Scenario,
  args: readonly string[] = [],
): Promise<Finished> {
  return scenario.updsts([
    ...["get", "default", "-t", scenario.code()],
    ...["-o", sessionsOf(scenario), ...args],
  ]);
}

/** Runs `updsts` with `input` on stdin; it must not show a secret. */
async function piped(
  scenario: Scenario,
  args: readonly string[],
  input: string,
): Promise<Finished> {
  const [command, ...rest] = commandLine(args);
  const finished = await run(command, rest, scenario.env, input);
  scenario.assertNoSecret(finished.stdout + finished.stderr);
  return finished;
}

Deno.test("get -o writes the session into a file of its own, made for the user alone", async () => {
  await using scenario = await Scenario.start();
  const { code, stderr } = await get(scenario);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.equal(await scenario.read(), GIVEN);
  const path = sessionsOf(scenario);
  const text = await Deno.readTextFile(path);
  assert.match(text, /^# \$\{\{\{ key=default .*\n\[default_sts\]\n/);
  assert(!text.includes(ALICE.secretAccessKey));
  assert.deepEqual(Array.from(Deno.readDirSync(dirname(path))).length, 1);
  if (POSIX) {
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assert.equal((Deno.statSync(dirname(path)).mode ?? 0) & 0o777, 0o700);
  }
});

Deno.test("get -o may give the session the name of its source, and refreshes it there", async () => {
  await using scenario = await Scenario.start();
  for (const _ of ["appended", "changed in place"]) {
    const { code, stderr } = await get(scenario, ["-sn", "default"]);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  }
  const text = await Deno.readTextFile(sessionsOf(scenario));
  const [, session] = scenario.sts.sessions;
  assert.equal(
    valueIn(text, "default", "aws_session_token"),
    session?.sessionToken,
  );
  assert.equal(text.match(/^\[/gm)?.length, 1);
  assert.equal(await scenario.read(), GIVEN);
});

const modes = unlessWindows("directories have no modes");

Deno.test({
  name:
    `get -o only reads the file with the keys, which may be read-only${modes.note}`,
  ignore: modes.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    await Deno.chmod(scenario.path, 0o400);
    await Deno.chmod(dirname(scenario.path), 0o500);
    try {
      const { mtime, ino } = Deno.statSync(scenario.path);
      const { code, stderr } = await get(scenario);
      assert.equal(stderr, "");
      assert.equal(code, 0);
      const now = Deno.statSync(scenario.path);
      assert.deepEqual([now.mtime, now.ino], [mtime, ino]);
    } finally {
      await Deno.chmod(dirname(scenario.path), 0o700);
    }
  },
});

Deno.test("get -o leaves a session alone that lasts, and knows the profile by its session", async () => {
  await using scenario = await Scenario.start();
  await get(scenario);
  const path = sessionsOf(scenario);
  const before = await Deno.readTextFile(path);
  const kept = await scenario.updsts([
    ...["get", "default", "-o", path, "--min-remaining", "15m"],
  ]);
  assert.match(kept.stdout, /default_sts stays valid/);
  assert.equal(await Deno.readTextFile(path), before);
  const renewed = await scenario.updsts([
    ...["get", "default_sts", "-o", path, "-t", scenario.code()],
  ]);
  assert.equal(renewed.code, 0);
  assert.match(renewed.stderr, /is the session of profile default/);
  assert.notEqual(await Deno.readTextFile(path), before);
  assert.equal(await scenario.read(), GIVEN);
});

Deno.test("get -o refuses, before a code is spent, what it cannot write", async () => {
  await using scenario = await Scenario.start();
  const path = sessionsOf(scenario);
  await Deno.mkdir(dirname(path));
  const cases = [
    { text: "[default_sts]\nregion = x\n", code: "NAME_TAKEN" },
    {
      text: "# ${{{ key=default [auto update by updsts]\n",
      code: "BLOCK_BROKEN",
    },
  ];
  for (const { text, code } of cases) {
    await Deno.writeTextFile(path, text);
    const { stdout } = await get(scenario, ["--json"]);
    assert.equal(JSON.parse(stdout).error.code, code);
    assert.equal(await Deno.readTextFile(path), text);
  }
  await Deno.remove(path);
  await Deno.mkdir(path);
  const { stdout } = await get(scenario, ["--json"]);
  assert.equal(JSON.parse(stdout).error.code, "FILE_UNUSABLE");
  assert.equal(scenario.codesSent, 0);
});

Deno.test("get -o --dry-run shows the block, and makes neither file nor directory", async () => {
  await using scenario = await Scenario.start();
  const path = sessionsOf(scenario);
  const { code, stdout } = await scenario.updsts([
    ...["get", "default", "-o", path, "--dry-run"],
  ]);
  assert.equal(code, 0);
  assert(stdout.includes(path));
  assert.match(stdout, /^\+\[default_sts\]$/m);
  assert.throws(() => Deno.statSync(dirname(path)), Deno.errors.NotFound);
  assert.equal(scenario.sts.requests.length, 0);
});

Deno.test("get -o FILE is the same as -c FILE where that is one file", async () => {
  for (const linked of links.ignore ? [false] : [false, true]) {
    await using scenario = await Scenario.start();
    const file = linked ? join(scenario.home, "link") : scenario.path;
    if (linked) await Deno.symlink(scenario.path, file);
    const { code } = await scenario.updsts([
      ...["get", "default", "-t", scenario.code(), "-o", file],
    ]);
    assert.equal(code, 0);
    const text = await scenario.read();
    assert(text.startsWith(GIVEN));
    // A second may pass between the two.
    const list = async (...args: readonly string[]) => {
      const listed = await scenario.updsts(["list", "--json", ...args]);
      const seconds = /(?<="expires_in_seconds":)\d+/;
      assert.match(listed.stdout, seconds);
      return { ...listed, stdout: listed.stdout.replace(seconds, "N") };
    };
    assert.deepEqual(await list("-o", file), await list());
    const again = await scenario.updsts([
      ...["get", "default", "-sn", "default", "-o", file, "--json"],
      ...["-t", scenario.code()],
    ]);
    assert.equal(JSON.parse(again.stdout).error.code, "NAME_TAKEN");
    assert.equal(await scenario.read(), text);
  }
});

Deno.test({
  name:
    `-o LINK is that one file, too, and its profiles are listed once${links.note}`,
  ignore: links.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const link = join(scenario.home, "link");
    await Deno.symlink(scenario.path, link);
    const [listed, usual] = [
      await scenario.updsts(["list", "--json", "-o", link]),
      await scenario.updsts(["list", "--json"]),
    ];
    assert.equal(usual.code, 0);
    assert.equal(listed.stdout, usual.stdout);
  },
});

Deno.test("get -c - takes the keys from stdin, so that no file has them", async () => {
  await using scenario = await Scenario.start();
  const path = sessionsOf(scenario);
  const { code, stderr } = await piped(scenario, [
    ...["get", "default", "-c", "-", "-o", path, "-t", scenario.code()],
  ], GIVEN);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const text = await Deno.readTextFile(path);
  assert.match(text, /^\[default_sts\]$/m);
  assert(!text.includes(ALICE.secretAccessKey));
});

Deno.test("get -c - names stdin in its errors, and quotes nothing of it", async () => {
  const secret =
    "[canary-of-stdin]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n";
  const cases = [
    { input: secret, code: "PROFILE_NOT_FOUND" },
    { input: '["canary-of-stdin"]', code: "PROFILE_NOT_FOUND" },
    { input: "", code: "FILE_UNUSABLE" },
    { input: "#".repeat(1024 * 1024 + 1), code: "FILE_UNUSABLE" },
  ];
  await using scenario = await Scenario.start();
  for (const { input, code } of cases) {
    const { stdout, stderr } = await piped(scenario, [
      ...["get", "default", "-c", "-", "-o", sessionsOf(scenario)],
      ...["-t", scenario.code(), "--json"],
    ], input);
    const { error } = JSON.parse(stdout);
    assert.equal(error.code, code);
    assert.match(error.message, /stdin/);
    assert(!(stdout + stderr).includes("canary-of-stdin"));
  }
  assert.equal(scenario.codesSent, 0);
});

Deno.test("get -c - says of a profile that cannot be used that stdin gave it", async () => {
  await using scenario = await Scenario.start();
  const { code, stderr } = await piped(scenario, [
    ...["get", "other", "-c", "-", "-o", sessionsOf(scenario)],
    ...["-t", scenario.code()],
  ], GIVEN);
  assert.equal(code, 3);
  assert.match(stderr, /^hint: stdin gave that profile: mend it where/m);
  assert.equal(scenario.codesSent, 0);
});

Deno.test("stdin is read for one thing, and only where sessions go elsewhere", async () => {
  await using scenario = await Scenario.start();
  const path = sessionsOf(scenario);
  const wrong = [
    ["get", "default", "-c", "-"],
    ["list", "-c", "-"],
    ["prune", "-c", "-"],
    ["get", "default", "-c", "-", "-o", path, "-t", "-"],
    ["get", "default", "-o", "-"],
    ["mcp", "--mcp-server", "-c", "-", "-o", path],
  ];
  for (const args of wrong) {
    const { code, stderr } = await piped(scenario, args, GIVEN);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /^updsts: Cannot .*\nhint: /);
  }
});

Deno.test("list -o shows both files, and which profile is in which", async () => {
  await using scenario = await Scenario.start();
  await get(scenario);
  const path = sessionsOf(scenario);
  const table = await scenario.updsts(["list", "-o", path]);
  const lines = table.stdout.trimEnd().split("\n");
  assert.match(lines[0] ?? "", / FILE$/);
  assert(
    lines.some((line) =>
      line.startsWith("default ") && line.endsWith(scenario.path)
    ),
  );
  assert(
    lines.some((line) =>
      line.startsWith("default_sts ") && line.endsWith(path)
    ),
  );
  const { stdout } = await scenario.updsts(["list", "-o", path, "--json"]);
  const found: { profile_name: string; cred_file: string }[] =
    JSON.parse(stdout)
      .result;
  assert.deepEqual(
    found.map(({ profile_name, cred_file }) => [profile_name, cred_file]),
    [
      ["default", scenario.path],
      ["other", scenario.path],
      ["default_sts", path],
    ],
  );
});

Deno.test("remove and prune work on the file for sessions, by -o or -c", async () => {
  await using scenario = await Scenario.start();
  const path = sessionsOf(scenario);
  for (const option of ["-o", "-c"]) {
    await get(scenario);
    const removed = await scenario.updsts(["remove", "default", option, path]);
    assert.equal(removed.code, 0);
    assert.equal(await Deno.readTextFile(path), "");
    const pruned = await scenario.updsts(["prune", option, path]);
    assert.equal(pruned.code, 0);
    assert.equal(await scenario.read(), GIVEN);
  }
});

Deno.test("get says how to name the usual file, where AWS_SHARED_CREDENTIALS_FILE names that of the sessions", async () => {
  await using scenario = await Scenario.start();
  await get(scenario);
  const path = sessionsOf(scenario);
  const env = { AWS_SHARED_CREDENTIALS_FILE: path };
  for (const args of [["default"], ["default_sts"], []]) {
    const { code, stderr } = await scenario.updsts(["get", ...args], env);
    assert.equal(code, 3);
    assert(
      stderr.includes(`hint: AWS_SHARED_CREDENTIALS_FILE names ${path}: `),
      stderr,
    );
    assert.match(stderr, /add -c ~\/.aws\/credentials/);
  }
  await Deno.remove(path);
  const { code, stderr } = await scenario.updsts([
    ...["get", "-t", scenario.code(), "-c", "~/.aws/credentials", "-o", path],
  ], { ...env, AWS_PROFILE: "default" });
  assert.equal(code, 0);
  // It is made: that it was not there needs no warning.
  assert.equal(stderr, "Profile default (AWS_PROFILE)\n");
});

const FINDINGS = z.object({
  result: z.array(z.object({
    check: z.string(),
    status: z.enum(["ok", "warning", "problem"]),
    message: z.string(),
    hint: z.string().optional(),
  })),
});

async function findingsOf(scenario: Scenario, args: readonly string[]) {
  const { code, stdout } = await scenario.updsts(["doctor", ...args, "--json"]);
  return { code, findings: FINDINGS.parse(JSON.parse(stdout)).result };
}

// It ended as a defect: the file was read as empty, and then looked for.
Deno.test("doctor -o says of a file that is not there yet that the first session makes it", async () => {
  await using scenario = await Scenario.start();
  const path = sessionsOf(scenario);
  for (const profile of [[], ["default"]]) {
    const { code, findings } = await findingsOf(scenario, [
      ...profile,
      ...["-o", path],
    ]);
    assert.equal(code, 0);
    assert(
      findings.some(({ check, message }) =>
        check === "file" && message === `${path}, which the first session makes`
      ),
    );
    assert(
      findings.some(({ check, message }) =>
        check === "keys" && message === scenario.path
      ),
    );
    assert(
      findings.some(({ check, status }) =>
        check === "writing" && status === "ok"
      ),
    );
  }
  assert.throws(() => Deno.statSync(dirname(path)), Deno.errors.NotFound);
});

Deno.test("doctor -o looks at both files, and at two profiles of one name", async () => {
  await using scenario = await Scenario.start();
  await get(scenario, ["-sn", "default"]);
  const path = sessionsOf(scenario);
  const { code, findings } = await findingsOf(scenario, ["-o", path]);
  assert.equal(code, 0);
  const said = findings.filter(({ check }) => check === "profile default")
    .map(({ message }) => message).join("\n");
  assert.match(said, /^key AKIA/m);
  assert.match(said, /^session of default, valid until /m);
  if (POSIX) {
    await Deno.chmod(path, 0o644);
    const { findings } = await findingsOf(scenario, ["-o", path]);
    assert(
      findings.some(({ check, status }) =>
        check === "access" && status === "warning"
      ),
    );
  }
  await Deno.writeTextFile(path, "# ${{{ key=a [auto update by updsts]\n");
  assert.equal((await findingsOf(scenario, ["-o", path])).code, 3);
});

// It advised to remove each session, and to add a key.
Deno.test("doctor -c takes the file of sessions alone for what it is", async () => {
  await using scenario = await Scenario.start();
  await get(scenario);
  const path = sessionsOf(scenario);
  const { code, findings } = await findingsOf(scenario, ["-c", path]);
  assert.equal(code, 0);
  assert.deepEqual(
    findings.filter(({ status }) => status !== "ok").map(({ check }) => check),
    ["aws cli"],
  );
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(
    path,
    text.replace(/(?<=^expiration_datetime = )\d{4}/m, "2001"),
  );
  const expired = await findingsOf(scenario, ["-c", path]);
  assert(
    expired.findings.some(({ status, hint }) =>
      status === "warning" && hint === `run updsts get default -o ${path}`
    ),
  );
});

Deno.test({
  name: `get -o follows links, and refuses those to nothing${links.note}`,
  ignore: links.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const path = sessionsOf(scenario);
    await get(scenario);
    const link = join(scenario.home, "link");
    await Deno.symlink(path, link);
    const before = await Deno.readTextFile(path);
    const linked = await scenario.updsts([
      ...["get", "default", "-t", scenario.code(), "-o", link],
    ]);
    assert.equal(linked.code, 0);
    assert(Deno.lstatSync(link).isSymlink);
    assert.notEqual(await Deno.readTextFile(path), before);
    const spent = scenario.codesSent;
    const dangling = join(scenario.home, "dangling");
    await Deno.symlink(join(scenario.home, "nowhere"), dangling);
    for (const file of [dangling, join(dangling, "deep", "credentials")]) {
      const { stderr } = await scenario.updsts([
        ...["get", "default", "-t", scenario.code(), "-o", file],
      ]);
      assert.match(stderr, /dangling is a link to nothing$/m);
    }
    assert.equal(scenario.codesSent, spent);
  },
});

// One removed the directory that it had made for practice under the others' feet.
Deno.test("many get -o at once make one directory, several levels deep, and lose no session", async () => {
  await using scenario = await Scenario.start();
  const path = join(scenario.home, "a", "b", "credentials");
  for (let round = 0; round < 3; round++) {
    const runs = Array.from({ length: 8 }, (_, index) =>
      scenario.updsts([
        ...["get", "default", "-sn", "session", "-o", path],
        ...index % 2 === 0 ? ["--dry-run"] : ["-t", scenario.code()],
      ]));
    for (const { code, stderr } of await Promise.all(runs)) {
      assert.equal(code, 0, stderr);
    }
    const text = await Deno.readTextFile(path);
    assert.equal(text.match(/^\[/gm)?.length, 1);
    const id = valueIn(text, "session", "aws_access_key_id");
    assert(scenario.sts.sessions.some(({ accessKeyId }) => accessKeyId === id));
    assert.deepEqual(
      Array.from(Deno.readDirSync(dirname(path)), ({ name }) => name),
      ["credentials"],
    );
    await Deno.remove(join(scenario.home, "a"), { recursive: true });
  }
});

Deno.test("get -o that STS refuses leaves neither file nor directory", async () => {
  await using scenario = await Scenario.start();
  const path = join(scenario.home, "a", "b", "credentials");
  const { code } = await scenario.updsts([
    ...["get", "default", "-t", "000000", "-o", path],
  ]);
  assert.equal(code, 4);
  assert.throws(
    () => Deno.statSync(join(scenario.home, "a")),
    Deno.errors.NotFound,
  );
});

/** What a tool answers, as far as files go. */
const ANSWER = z.object({
  result: z.union([
    z.object({ cred_file: z.string() }),
    z.array(z.object({ profile_name: z.string(), cred_file: z.string() })),
  ]),
});

Deno.test("mcp -o: an agent's session goes there, and its reads cover both files", async () => {
  await using scenario = await Scenario.start();
  const path = sessionsOf(scenario);
  await using client = await connect("legacy", scenario.env, {
    args: ["-o", path],
  });
  const updated = await client.call("updsts_update_sts_credential", {
    profile_name: "default",
    totp_token: scenario.code(),
  });
  assert.deepEqual(ANSWER.parse(updated.structuredContent).result, {
    cred_file: path,
  });
  assert.equal(await scenario.read(), GIVEN);
  const list = await client.call("updsts_get_credential_info_list", {});
  assert.deepEqual(ANSWER.parse(list.structuredContent).result, [
    { profile_name: "default", cred_file: scenario.path },
    { profile_name: "other", cred_file: scenario.path },
    { profile_name: "default_sts", cred_file: path },
  ]);
});

// It told of the one beside the key, which nobody refreshes any more.
Deno.test("mcp -o: of two sessions of one name, an agent is told of the one that is kept current", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  await get(scenario);
  const path = sessionsOf(scenario);
  await using client = await connect("legacy", scenario.env, {
    args: ["-o", path],
  });
  const of = async (profile_name: string) =>
    ANSWER.parse(
      (await client.call("updsts_get_credential_info", { profile_name }))
        .structuredContent,
    ).result;
  assert.deepEqual(await of("default_sts"), { cred_file: path });
  assert.deepEqual(await of("default"), { cred_file: scenario.path });
});

// The runtime takes «..» away with the name before it: another account's key signed.
Deno.test({
  name:
    `list, get and remove follow a link before its «..», as the AWS CLI does${directoryLinks.note}`,
  ignore: directoryLinks.ignore || Deno.build.os === "windows",
  fn: async () => {
    await using scenario = await Scenario.start();
    const { home } = scenario;
    await Deno.mkdir(join(home, "real", "deep"), { recursive: true });
    await Deno.symlink(join(home, "real", "deep"), join(home, "link"));
    const real = join(home, "real", "creds");
    await Deno.writeTextFile(real, GIVEN, { mode: 0o600 });
    const decoy = GIVEN.replaceAll(ALICE.accessKeyId, "AKIADECOYDECOYDECOY1");
    await Deno.writeTextFile(join(home, "creds"), decoy, { mode: 0o600 });
    const path = `${home}/link/../creds`;
    const listed = await scenario.updsts(["list", "-c", path]);
    assert.match(listed.stdout, new RegExp(ALICE.accessKeyId));
    const get = (...args: string[]) => scenario.getWith([...args]);
    assert.equal((await get("-c", path)).code, 0);
    assert.equal(scenario.sts.requests[0]?.accessKeyId, ALICE.accessKeyId);
    assert.match(await Deno.readTextFile(real), /default_sts/);
    const sessions = `${home}/link/../sessions`;
    assert.equal((await get("-o", sessions)).code, 0);
    await Deno.stat(join(home, "real", "sessions"));
    assert.equal(
      (await scenario.updsts(["remove", "default", "-c", path])).code,
      0,
    );
    assert.equal(await Deno.readTextFile(real), GIVEN);
    assert.equal(await Deno.readTextFile(join(home, "creds")), decoy);
    const config = join(home, "real", "config");
    await Deno.writeTextFile(config, "[default]\nregion = eu-west-2\n");
    const { stderr } = await scenario.updsts(
      ["get", "-n", "default", "--dry-run", "-v", "1"],
      { AWS_CONFIG_FILE: `${home}/link/../config`, AWS_REGION: "" },
    );
    assert.match(stderr, /Region: eu-west-2/);
  },
});
