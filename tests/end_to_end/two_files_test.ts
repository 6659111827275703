// Long-term keys in one file, or in none, and sessions in another.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { z } from "zod";
import { connect } from "../support/mcp_clients.ts";
import { ALICE, GIVEN, Scenario, valueIn } from "../support/scenario.ts";
import {
  directoryLinks,
  links,
  testUnless,
  unless,
  unlessWindows,
} from "../support/skipping.ts";

const POSIX = Deno.build.os !== "windows";

/** The option that leads sessions into a file of their own. */
const APART = "-o ~/sessions/credentials";
const GET = `get default -t CODE ${APART}`;
const BEGIN = "# ${{{ key=default [auto update by updsts]\n";

/** A scenario, and the file that `APART` names. */
async function start(): Promise<
  { scenario: Scenario; path: string; read: () => Promise<string> }
> {
  const scenario = await Scenario.start();
  const path = join(scenario.home, "sessions", "credentials");
  return { scenario, path, read: () => Deno.readTextFile(path) };
}

/** What `updsts` answers with `--json`, an error or a result. */
async function jsonOf(scenario: Scenario, line: string, input?: string) {
  const words = `${line} --json`;
  const { code, stdout } = await scenario.updsts(words, {}, input);
  return { code, ...JSON.parse(stdout) };
}

Deno.test("get -o writes the session into a file of its own, made for the user alone", async () => {
  const { scenario, path, read } = await start();
  await using _ = scenario;
  const { code, stderr } = await scenario.updsts(GET);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.equal(await scenario.read(), GIVEN);
  const text = await read();
  assert.match(text, /^# \$\{\{\{ key=default .*\n\[default_sts\]\n/);
  assert(!text.includes(ALICE.secretAccessKey));
  assert.deepEqual(Array.from(Deno.readDirSync(dirname(path))).length, 1);
  if (POSIX) {
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assert.equal((Deno.statSync(dirname(path)).mode ?? 0) & 0o777, 0o700);
  }
});

Deno.test("get -o may give the session the name of its source, and refreshes it there", async () => {
  const { scenario, read } = await start();
  await using _ = scenario;
  for (const _ of ["appended", "changed in place"]) {
    const { code, stderr } = await scenario.updsts(`${GET} -sn default`);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  }
  const text = await read();
  const [, session] = scenario.sts.sessions;
  const token = valueIn(text, "default", "aws_session_token");
  assert.equal(token, session?.sessionToken);
  assert.equal(text.match(/^\[/gm)?.length, 1);
  assert.equal(await scenario.read(), GIVEN);
});

testUnless(
  unlessWindows("directories have no modes"),
  "get -o only reads the file with the keys, which may be read-only",
  async () => {
    await using scenario = await Scenario.start();
    await Deno.chmod(scenario.path, 0o400);
    await Deno.chmod(dirname(scenario.path), 0o500);
    try {
      const { mtime, ino } = Deno.statSync(scenario.path);
      const { code, stderr } = await scenario.updsts(GET);
      assert.equal(stderr, "");
      assert.equal(code, 0);
      const now = Deno.statSync(scenario.path);
      assert.deepEqual([now.mtime, now.ino], [mtime, ino]);
    } finally {
      await Deno.chmod(dirname(scenario.path), 0o700);
    }
  },
);

Deno.test("get -o leaves a session alone that lasts, and knows the profile by its session", async () => {
  const { scenario, read } = await start();
  await using _ = scenario;
  await scenario.updsts(GET);
  const before = await read();
  const kept = await scenario.updsts(
    `get default ${APART} --min-remaining 15m`,
  );
  assert.match(kept.stdout, /default_sts stays valid/);
  assert.equal(await read(), before);
  const renewed = await scenario.updsts(`get default_sts ${APART} -t CODE`);
  assert.equal(renewed.code, 0);
  assert.match(renewed.stderr, /is the session of profile default/);
  assert.notEqual(await read(), before);
  assert.equal(await scenario.read(), GIVEN);
});

Deno.test("get -o refuses, before a code is spent, what it cannot write", async () => {
  const { scenario, path, read } = await start();
  await using _ = scenario;
  await Deno.mkdir(dirname(path));
  for (
    const [text, code] of [
      ["[default_sts]\nregion = x\n", "NAME_TAKEN"],
      [BEGIN, "BLOCK_BROKEN"],
    ] as const
  ) {
    await Deno.writeTextFile(path, text);
    assert.equal((await jsonOf(scenario, GET)).error.code, code);
    assert.equal(await read(), text);
  }
  await Deno.remove(path);
  await Deno.mkdir(path);
  assert.equal((await jsonOf(scenario, GET)).error.code, "FILE_UNUSABLE");
  assert.equal(scenario.codesSent, 0);
});

Deno.test("get -o makes neither file nor directory in a rehearsal, or if STS refuses", async () => {
  await using scenario = await Scenario.start();
  const place = join("a", "b", "credentials");
  const dry = await scenario.updsts(`get default --dry-run -o ~/${place}`);
  assert.equal(dry.code, 0);
  assert(dry.stdout.includes(join(scenario.home, place)));
  assert.match(dry.stdout, /^\+\[default_sts\]$/m);
  assert.equal(scenario.sts.requests.length, 0);
  const made = join(scenario.home, "a");
  assert.throws(() => Deno.statSync(made), Deno.errors.NotFound);
  const refused = await scenario.updsts(
    `get default -t 000000 -o ~/${place}`,
  );
  assert.equal(refused.code, 4);
  assert.throws(() => Deno.statSync(made), Deno.errors.NotFound);
});

for (const linked of links.ignore ? [false] : [false, true]) {
  Deno.test(`get and list -o FILE are the same as -c FILE where that is ${linked ? "a link to it" : "one file"}`, async () => {
    await using scenario = await Scenario.start();
    const file = linked ? join(scenario.home, "link") : scenario.path;
    if (linked) await Deno.symlink(scenario.path, file);
    // A second may pass between the two.
    const list = async (options: string) => {
      const listed = await scenario.updsts(`list --json${options}`);
      const stdout = listed.stdout
        .replace(/(?<="expires_in_seconds":)\d+/, "N");
      return { ...listed, stdout };
    };
    assert.deepEqual(await list(` -o ${file}`), await list(""));
    const { code } = await scenario.updsts(`get default -t CODE -o ${file}`);
    assert.equal(code, 0);
    const text = await scenario.read();
    assert(text.startsWith(GIVEN));
    assert.match((await list("")).stdout, /"expires_in_seconds":N/);
    assert.deepEqual(await list(` -o ${file}`), await list(""));
    const again = `get default -sn default -o ${file} -t CODE`;
    assert.equal((await jsonOf(scenario, again)).error.code, "NAME_TAKEN");
    assert.equal(await scenario.read(), text);
  });
}

Deno.test("get -c - takes the keys from stdin, so that no file has them", async () => {
  const { scenario, read } = await start();
  await using _ = scenario;
  const { code, stderr } = await scenario.updsts(`${GET} -c -`, {}, GIVEN);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const text = await read();
  assert.match(text, /^\[default_sts\]$/m);
  assert(!text.includes(ALICE.secretAccessKey));
});

Deno.test("get -c - names stdin in its errors, and quotes nothing of it", async () => {
  const key = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n";
  await using scenario = await Scenario.start();
  for (
    const [input, code] of [
      [`[canary-of-stdin]\n${key}`, "PROFILE_NOT_FOUND"],
      ['["canary-of-stdin"]', "PROFILE_NOT_FOUND"],
      ["", "FILE_UNUSABLE"],
      ["#".repeat(1024 * 1024 + 1), "FILE_UNUSABLE"],
    ] as const
  ) {
    const { error } = await jsonOf(scenario, `${GET} -c -`, input);
    assert.equal(error.code, code);
    assert.match(error.message, /stdin/);
    assert(!JSON.stringify(error).includes("canary-of-stdin"));
  }
  const line = `get other -c - ${APART} -t CODE`;
  const { code, stderr } = await scenario.updsts(line, {}, GIVEN);
  assert.equal(code, 3);
  assert.match(stderr, /^hint: stdin gave that profile: correct it in/m);
  assert.equal(scenario.codesSent, 0);
});

Deno.test("stdin is read for one thing, and only where sessions go elsewhere", async () => {
  await using scenario = await Scenario.start();
  for (
    const line of [
      ...["get default -c -", "list -c -", "prune -c -", "get default -o -"],
      `get default -c - ${APART} -t -`,
      `mcp --mcp-server -c - ${APART}`,
    ]
  ) {
    const { code, stderr } = await scenario.updsts(line, {}, GIVEN);
    assert.equal(code, 2, line);
    assert.match(stderr, /^updsts: Cannot .*\nhint: /);
  }
});

Deno.test("list -o shows both files, and which profile is in which", async () => {
  const { scenario, path } = await start();
  await using _ = scenario;
  await scenario.updsts(GET);
  const table = await scenario.updsts(`list ${APART}`);
  const lines = table.stdout.trimEnd().split("\n");
  assert.match(lines[0] ?? "", / FILE$/);
  const shown = (name: string, file: string) =>
    lines.some((line) => line.startsWith(`${name} `) && line.endsWith(file));
  assert(shown("default", scenario.path) && shown("default_sts", path));
  const { result } = await jsonOf(scenario, `list ${APART}`);
  const found: { profile_name: string; cred_file: string }[] = result;
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
  const { scenario, read } = await start();
  await using _ = scenario;
  for (const option of ["-o", "-c"]) {
    await scenario.updsts(GET);
    for (const command of ["remove default", "prune"]) {
      const line = `${command} ${option} ~/sessions/credentials`;
      assert.equal((await scenario.updsts(line)).code, 0);
      assert.equal(await read(), "");
    }
    assert.equal(await scenario.read(), GIVEN);
  }
});

Deno.test("get says how to name the usual file, where AWS_SHARED_CREDENTIALS_FILE names that of the sessions", async () => {
  const { scenario, path } = await start();
  await using _ = scenario;
  await scenario.updsts(GET);
  const env = { AWS_SHARED_CREDENTIALS_FILE: path };
  for (const line of ["get default", "get default_sts", "get"]) {
    const { code, stderr } = await scenario.updsts(line, env);
    assert.equal(code, 3);
    const hint = `hint: AWS_SHARED_CREDENTIALS_FILE names ${path}: `;
    assert(stderr.includes(hint), stderr);
    assert.match(stderr, /add -c ~\/.aws\/credentials/);
  }
  await Deno.remove(path);
  const { code, stderr } = await scenario.updsts(
    `get -t CODE -c ~/.aws/credentials ${APART}`,
    { ...env, AWS_PROFILE: "default" },
  );
  assert.equal(code, 0);
  // It is made: that it was not there needs no warning.
  assert.equal(stderr, "Profile default (AWS_PROFILE)\n");
});

// It ended as a defect: the file was read as empty, and then looked for.
Deno.test("doctor -o says of a file that is not there yet that the first session makes it", async () => {
  const { scenario, path } = await start();
  await using _ = scenario;
  for (const words of [APART, `default ${APART}`]) {
    const { code, findings } = await scenario.doctor(words);
    assert.equal(code, 0);
    const messageOf = (of: string) =>
      findings.find(({ check }) => check === of)?.message;
    assert.equal(messageOf("file"), `${path}, which the first session makes`);
    assert.equal(messageOf("keys"), scenario.path);
    assert(
      findings.some((found) =>
        found.check === "writing" && found.status === "ok"
      ),
    );
  }
  assert.throws(() => Deno.statSync(dirname(path)), Deno.errors.NotFound);
});

Deno.test("doctor -o looks at both files, and at two profiles of one name", async () => {
  const { scenario, path } = await start();
  await using _ = scenario;
  await scenario.updsts(`${GET} -sn default`);
  const { code, findings } = await scenario.doctor(APART);
  assert.equal(code, 0);
  const text = findings.map(({ message }) => message).join("\n");
  assert.match(text, /^key AKIA/m);
  assert.match(text, /^session of default, valid until /m);
  if (POSIX) {
    await Deno.chmod(path, 0o644);
    const { lines } = await scenario.doctor(APART);
    assert.match(lines.join("\n"), /^warning access: /m);
  }
  await Deno.writeTextFile(path, BEGIN);
  assert.equal((await scenario.doctor(APART)).code, 3);
});

// It advised to remove each session, and to add a key.
Deno.test("doctor -c takes the file of sessions alone for what it is", async () => {
  const { scenario, path, read } = await start();
  await using _ = scenario;
  await scenario.updsts(GET);
  const { code, lines } = await scenario.doctor(`-c ${path}`);
  assert.equal(code, 0);
  assert.match(lines.join("\n"), /^warning aws cli: .*$/);
  await Deno.writeTextFile(
    path,
    (await read()).replace(/(?<=^expiration_datetime = )\d{4}/m, "2001"),
  );
  const expired = await scenario.doctor(`-c ${path}`);
  const hint = `; run updsts get default -o ${path}`;
  assert(expired.lines.some((line) => line.endsWith(hint)));
});

testUnless(
  links,
  "get -o follows links, and refuses those to nothing",
  async () => {
    const { scenario, path, read } = await start();
    await using _ = scenario;
    await scenario.updsts(GET);
    const link = join(scenario.home, "link");
    await Deno.symlink(path, link);
    const before = await read();
    const linked = await scenario.updsts("get default -t CODE -o ~/link");
    assert.equal(linked.code, 0);
    assert(Deno.lstatSync(link).isSymlink);
    assert.notEqual(await read(), before);
    const dangling = join(scenario.home, "dangling");
    await Deno.symlink(join(scenario.home, "nowhere"), dangling);
    for (const file of [dangling, join(dangling, "deep", "credentials")]) {
      const { stderr } = await scenario.updsts(
        `get default -t CODE -o ${file}`,
      );
      assert.match(stderr, /dangling is a link to nothing$/m);
    }
    assert.equal(scenario.codesSent, 2);
  },
);

/** What a tool answers, as far as files go. */
const ANSWER = z.object({
  result: z.union([
    z.object({ cred_file: z.string() }),
    z.array(z.object({ profile_name: z.string(), cred_file: z.string() })),
  ]),
});

Deno.test("mcp -o: an agent's session goes there, its reads cover both files, and of two sessions of one name it is told of the one that is kept current", async () => {
  const { scenario, path } = await start();
  await using _ = scenario;
  await using client = await connect("legacy", scenario.env, {
    args: ["-o", path],
  });
  const call = async (name: string, values: Record<string, string>) =>
    ANSWER.parse((await client.call(name, values)).structuredContent).result;
  const updated = await call("updsts_update_sts_credential", {
    profile_name: "default",
    totp_token: scenario.code(),
  });
  assert.deepEqual(updated, { cred_file: path });
  assert.equal(await scenario.read(), GIVEN);
  assert.deepEqual(await call("updsts_get_credential_info_list", {}), [
    { profile_name: "default", cred_file: scenario.path },
    { profile_name: "other", cred_file: scenario.path },
    { profile_name: "default_sts", cred_file: path },
  ]);
  // It told of the one beside the key, which nobody refreshes any more.
  await scenario.get();
  const of = (profile_name: string) =>
    call("updsts_get_credential_info", { profile_name });
  assert.deepEqual(await of("default_sts"), { cred_file: path });
  assert.deepEqual(await of("default"), { cred_file: scenario.path });
});

// The runtime takes «..» away with the name before it: another account's key signed.
testUnless(
  unless(POSIX && !directoryLinks.ignore, "directories cannot be linked here"),
  "list, get and remove follow a link before its «..», as the AWS CLI does",
  async () => {
    await using scenario = await Scenario.start();
    const { home } = scenario;
    await Deno.mkdir(join(home, "real", "deep"), { recursive: true });
    await Deno.symlink(join(home, "real", "deep"), join(home, "link"));
    const [real, decoy] = [join(home, "real", "creds"), join(home, "creds")];
    await Deno.writeTextFile(real, GIVEN, { mode: 0o600 });
    const other = GIVEN.replaceAll(ALICE.accessKeyId, "AKIADECOYDECOYDECOY1");
    await Deno.writeTextFile(decoy, other, { mode: 0o600 });
    const path = `${home}/link/../creds`;
    const listed = await scenario.updsts(`list -c ${path}`);
    assert.match(listed.stdout, new RegExp(ALICE.accessKeyId));
    const done = async (line: string) =>
      assert.equal((await scenario.updsts(line)).code, 0);
    await done(`get default -t CODE -c ${path}`);
    assert.equal(scenario.sts.requests[0]?.accessKeyId, ALICE.accessKeyId);
    assert.match(await Deno.readTextFile(real), /default_sts/);
    await done(`get default -t CODE -o ${home}/link/../sessions`);
    await Deno.stat(join(home, "real", "sessions"));
    await done(`remove default -c ${path}`);
    assert.equal(await Deno.readTextFile(real), GIVEN);
    assert.equal(await Deno.readTextFile(decoy), other);
    const config = join(home, "real", "config");
    await Deno.writeTextFile(config, "[default]\nregion = eu-west-2\n");
    const { stderr } = await scenario.updsts("get default --dry-run -v 1", {
      AWS_CONFIG_FILE: `${home}/link/../config`,
      AWS_REGION: "",
    });
    assert.match(stderr, /Region: eu-west-2/);
  },
);
