// A program that sees the directory of the sessions alone: it has a session that works, and no key.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Finished, isInstalled, run } from "../support/command.ts";
import { ALICE, Scenario } from "../support/scenario.ts";
import { needs, unless } from "../support/skipping.ts";

const NOBODY = 65534;
const ROOT_USER = Deno.build.os === "linux" && Deno.uid() === 0;

/** Whether a process can be given a view of the file system of its own here. */
async function canUnshare(): Promise<boolean> {
  if (!ROOT_USER || !isInstalled("unshare")) return false;
  const { code } = await run("unshare", [
    ...["--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"],
  ]);
  return code === 0;
}

const hiding = unless(
  await canUnshare() && isInstalled("aws"),
  "no mount namespace can be had here, or aws is not installed",
);
const dropping = unless(
  ROOT_USER && isInstalled("setpriv"),
  "another user cannot be become here",
);
const client = needs("aws");

/** What the AWS CLI is told: where the session is, and whom to ask. */
function toldOf(scenario: Scenario, sessions: string): Record<string, string> {
  return {
    ...scenario.env,
    AWS_SHARED_CREDENTIALS_FILE: sessions,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_DEFAULT_REGION: "us-east-1",
  };
}

const WHO = ["sts", "get-caller-identity", "--endpoint-url"];

/** Fails unless the session alone was used, and is alice's. */
function assertAlice(scenario: Scenario, { code, stdout, stderr }: Finished) {
  assert.equal(code, 0, stderr);
  assert(stdout.includes(ALICE.accountId), stdout);
  const [session] = scenario.sts.sessions;
  assert(session !== undefined);
  const last = scenario.sts.requests.at(-1);
  assert.equal(last?.accessKeyId, session.accessKeyId);
}

for (const name of ["default", "default_sts"]) {
  Deno.test({
    name:
      `with the key's directory hidden, aws works by the session ${name}${hiding.note}`,
    ignore: hiding.ignore,
    fn: async () => {
      await using scenario = await Scenario.start();
      const sessions = join(scenario.home, "sessions", "credentials");
      const { code, stderr } = await scenario.updsts([
        ...["get", "default", "-sn", name, "-o", sessions],
        ...["-t", scenario.code()],
      ]);
      assert.equal(code, 0, stderr);
      const hidden = join(scenario.home, ".aws");
      // Neither the key nor the directory that it is in is there for what follows.
      const script =
        'mount -t tmpfs tmpfs "$1" && shift && ! cat "$1" 2>&1 && shift && exec "$@"';
      const finished = await run("unshare", [
        ...["--mount", "sh", "-c", script, "sh", hidden, scenario.path],
        ...["aws", "--profile", name, ...WHO, scenario.sts.url],
      ], toldOf(scenario, sessions));
      assertAlice(scenario, finished);
      scenario.assertNoSecret(finished.stdout + finished.stderr);
    },
  });
}

Deno.test({
  name:
    `another user who may read the sessions' directory alone has them, and no key${dropping.note}`,
  ignore: dropping.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    const directory = join(scenario.home, "sessions");
    const sessions = join(directory, "credentials");
    await Deno.chmod(join(scenario.home, ".aws"), 0o700);
    await Deno.chmod(scenario.home, 0o711);
    const { code } = await scenario.updsts([
      ...["get", "default", "-o", sessions, "-t", scenario.code()],
    ]);
    assert.equal(code, 0);
    const as = (args: readonly string[]) =>
      run("setpriv", [
        ...[`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
        ...args,
      ], toldOf(scenario, sessions));
    // As it is made, it is for its user alone.
    assert.notEqual((await as(["cat", sessions])).code, 0);
    await Deno.chmod(directory, 0o755);
    await Deno.chown(sessions, NOBODY, NOBODY);
    const read = await as(["cat", sessions]);
    assert.equal(read.code, 0);
    assert(!read.stdout.includes(ALICE.secretAccessKey));
    assert.notEqual((await as(["cat", scenario.path])).code, 0);
    if (client.ignore) return;
    // A refresh by root leaves the file to whom it was given.
    const again = await scenario.updsts([
      ...["get", "default", "-o", sessions, "-t", scenario.code()],
    ]);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(Deno.statSync(sessions).uid, NOBODY);
    assert.equal((await as(["cat", sessions])).code, 0);
    assert.equal((Deno.statSync(sessions).mode ?? 0) & 0o777, 0o600);
  },
});
