// `deno task playground`: what it prints can be typed, its codes are taken, and it leaves nothing.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { baseEnvironment, ROOT, updsts } from "../support/command.ts";
import { testUnless, unlessWindows } from "../support/skipping.ts";

testUnless(
  unlessWindows("signals of POSIX end it here"),
  "the playground runs as it says, and leaves nothing behind",
  async () => {
    const [, command = ""] = denoJson.tasks.playground.command.split(" && ");
    const [program, ...args] = command.split(" ");
    assert.equal(program, "deno");
    const child = new Deno.Command(Deno.execPath(), {
      args,
      cwd: fileURLToPath(ROOT),
      env: await baseEnvironment(),
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let said = "";
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      said += text;
      const [, code] = /^The next code is (\d{6})$/m.exec(said) ?? [];
      if (code === undefined || said.includes("Nothing is left")) continue;
      const env = Object.fromEntries(
        Array.from(
          said.matchAll(/^ {2}export (\w+)=(\S+)$/gm),
          ([, name = "", value = ""]) => [name, value],
        ),
      );
      const { AWS_SHARED_CREDENTIALS_FILE: path = "" } = env;
      const before = await Deno.readTextFile(path);
      const list = await updsts(["list"], env);
      assert.match(list.stdout, /^default +long-term/m, list.stderr);
      const get = await updsts(["get", "-t", code], env);
      assert.equal(get.code, 0, get.stderr);
      assert.notEqual(await Deno.readTextFile(path), before);
      child.kill("SIGINT");
      const { code: exit } = await child.status;
      assert.equal(exit, 0);
      await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
      break;
    }
    assert.match(
      said,
      /^ {2}(?:deno|npx --yes deno@[\d.]+) task --quiet updsts get$/m,
    );
  },
);
