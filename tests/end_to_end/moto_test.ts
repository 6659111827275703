// get and list against moto, an STS emulator by other people, where it is installed.
import assert from "node:assert/strict";
import { closedPort, Scenario } from "../support/scenario.ts";
import { needs, testUnless } from "../support/skipping.ts";

/** Starts moto_server on a free port of loopback; waits until it answers. */
async function startMoto(): Promise<{ url: string } & AsyncDisposable> {
  const port = closedPort();
  const child = new Deno.Command("moto_server", {
    args: ["-H", "127.0.0.1", "-p", String(port)],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await (await fetch(`${url}/moto-api/`)).body?.cancel();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

testUnless(
  needs("moto_server"),
  "get twice, list, and get-caller-identity against moto",
  async () => {
    await using moto = await startMoto();
    await using scenario = await Scenario.start();
    const env = { AWS_ENDPOINT_URL_STS: moto.url };
    for (const code of ["123456", "234567"]) {
      const finished = await scenario.updsts(`get default -t ${code}`, env);
      assert.equal(finished.stderr, "");
      assert.equal(finished.code, 0);
    }
    const list = await scenario.updsts("list", env);
    assert.match(
      list.stdout,
      /^default_sts +session +\w+ +- +default +in \d+ min$/m,
    );
    const text = await scenario.read();
    assert.equal(text.match(/^aws_session_token = .+$/gm)?.length, 1);
    if (needs("aws").ignore) return;
    const identity = await scenario.run("aws", [
      ...["--profile", "default_sts", "--region", "us-east-1"],
      ...["--endpoint-url", moto.url, "sts", "get-caller-identity"],
    ]);
    assert.equal(identity.code, 0, identity.stderr);
    assert.match(identity.stdout, /"Account"/);
  },
);
