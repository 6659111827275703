// deno task install: a command on the PATH that needs neither the clone nor, where there is none, a deno.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { batchScript, launcher, shellScript } from "../.ci/install_bundle.ts";
import { ROOT, run, shippedFlags } from "./support/command.ts";
import { Scenario } from "./support/scenario.ts";
import { directoryLinks, unlessWindows } from "./support/skipping.ts";

const WINDOWS = Deno.build.os === "windows";

/** The task `name`, in a home of its own. */
function task(name: string, env: Readonly<Record<string, string>>) {
  const cwd = fileURLToPath(ROOT);
  return run(Deno.execPath(), ["task", "--quiet", "--cwd", cwd, name], env);
}

/** Runs `get` with what was installed in the home of `scenario`. */
async function assertWorks(
  scenario: Scenario,
  env: Readonly<Record<string, string>> = {},
) {
  const command = join(scenario.home, ".deno", "bin", "updsts");
  const args = ["get", "-n", "default", "-t", scenario.code()];
  const get = WINDOWS
    ? await scenario.run("cmd", ["/c", `${command}.cmd`, ...args], env)
    : await scenario.run(command, args, env);
  assert.equal(get.code, 0, get.stderr);
  assert.match(await scenario.read(), /^\[default_sts\]$/m);
}

Deno.test(
  `deno task install puts the program on the PATH, with exactly the shipped flags; uninstall takes it away${directoryLinks.note}`,
  { ignore: directoryLinks.ignore },
  async () => {
    await using scenario = await Scenario.start();
    const { home } = scenario;
    const PATH = [dirname(Deno.execPath()), Deno.env.get("PATH")]
      .join(WINDOWS ? ";" : ":");
    const env = { HOME: home, USERPROFILE: home, PATH };
    const root = join(home, ".deno");
    // The second time, it takes the place of what is there.
    for (let time = 0; time < 2; time++) {
      const { code, stdout, stderr } = await task("install", env);
      assert.equal(code, 0, stderr);
      assert(stdout.includes(join(root, "bin")), "it must say where");
      assert.match(stdout, /PATH/);
    }
    const started = WINDOWS ? "lib/updsts/launcher.js" : "bin/updsts";
    const script = await Deno.readTextFile(join(root, started));
    for (const flag of shippedFlags()) assert(script.includes(flag), flag);
    // One may be the value of another one.
    const flags = script.match(/(?<![=\w-])--[a-z0-9-]+/g) ?? [];
    // Besides, --no-config.
    assert.equal(flags.length, shippedFlags().length + 1);
    assert(!script.includes(fileURLToPath(ROOT)), "the clone may go");
    const page = join(root, "share/man/man1/updsts.1");
    if (!WINDOWS) assert.match(await Deno.readTextFile(page), /^\.TH/m);
    // It neither reads nor spoils the cache of other Deno programs.
    const shared = join(home, "deno-dir");
    await assertWorks(scenario, { ...env, DENO_DIR: shared });
    const kept = [...Deno.readDirSync(join(root, "lib/updsts/cache"))];
    assert(kept.some(({ name }) => name.startsWith("v8_code_cache")));
    if (!WINDOWS) await assert.rejects(Deno.stat(shared), Deno.errors.NotFound);

    const { code, stderr } = await task("uninstall", env);
    assert.equal(code, 0, stderr);
    for (const name of ["bin", "lib"]) {
      assert.deepEqual([...Deno.readDirSync(join(root, name))], []);
    }
    await assert.rejects(Deno.stat(page), Deno.errors.NotFound);
    const again = await task("uninstall", env);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^updsts is not installed in /m);
  },
);

const posix = unlessWindows("it takes the shell's own PATH");

Deno.test(
  `what npx installs works where there is no deno on the PATH${posix.note}`,
  { ignore: posix.ignore },
  async () => {
    await using scenario = await Scenario.start();
    // npx puts its own on the PATH, in a place that npm may clear.
    const npx = join(scenario.home, "npx", "node_modules", ".bin");
    const shell = join(scenario.home, "shell");
    for (const path of [npx, shell]) {
      await Deno.mkdir(path, { recursive: true });
    }
    await Deno.symlink(Deno.execPath(), join(npx, "deno"));
    const { code, stdout, stderr } = await task("install", {
      HOME: scenario.home,
      PATH: `${npx}:${shell}`,
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /which runs on .*deno-[\d.]+$/m);
    await assertWorks(scenario, { PATH: shell });
  },
);

// Regression: Ctrl-Break ended it, and the program went on behind the prompt.
Deno.test("the launcher for Windows runs the bundle with the shipped flags, and outlives what interrupts it", async () => {
  const signals: string[] = [];
  const exited = Promise.withResolvers<number>();
  const windows = {
    build: { os: "windows" },
    addSignalListener: (signal: string) => signals.push(signal),
    Command: class {
      constructor(
        command: string,
        { args, env }: { args: string[]; env: { DENO_DIR: string } },
      ) {
        const flags = ["run", "--no-config", ...shippedFlags()];
        assert.deepEqual(args, [...flags, "main.js", "get", '"%PATH%"']);
        assert.deepEqual([command, env.DENO_DIR], ["deno.exe", "C:\\cache"]);
      }
      spawn() {
        assert.deepEqual(signals, ["SIGINT", "SIGBREAK"]);
        return { status: Promise.resolve({ code: 130 }) };
      }
    },
    args: ["get", '"%PATH%"'],
    exit: exited.resolve,
  };
  const { constructor: AsyncFunction } = async function () {};
  const script = launcher("deno.exe", "main.js", "C:\\cache");
  await AsyncFunction("Deno", script)(windows);
  assert.equal(await exited.promise, 130);
});

Deno.test("the scripts quote every word for their shell", async () => {
  assert.equal(
    batchScript(["C:\\a b\\100%\\deno.exe", "run"]),
    `@"C:\\a b\\100%%\\deno.exe" "run" %*\r\n`,
  );
  if (WINDOWS) return;
  const words = ["printf", "%s|", "it's", "$HOME", "--allow-net=[::1]"];
  const script = shellScript(words, "/it's/cache");
  assert(script.includes(`export DENO_DIR='/it'\\''s/cache'`));
  const { stdout } = await run("sh", ["-s", "a b", "'"], {}, script);
  assert.equal(stdout, "it's|$HOME|--allow-net=[::1]|a b|'|");
});
