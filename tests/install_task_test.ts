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

/** Runs what was installed in `home`. */
function installed(
  scenario: Scenario,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const command = join(scenario.home, ".deno", "bin", "updsts");
  return WINDOWS
    ? scenario.run("cmd", ["/c", `${command}.cmd`, ...args], env)
    : scenario.run(command, args, env);
}

/** Version, list and get, through what was installed. */
async function assertWorks(
  scenario: Scenario,
  env: Readonly<Record<string, string>> = {},
) {
  const version = await installed(scenario, ["--version"], env);
  assert.match(version.stdout, /^\d+\.\d+\.\d+$/m, version.stderr);
  const list = await installed(scenario, ["list"], env);
  assert.match(list.stdout, /^default +long-term /m, list.stderr);
  const code = scenario.code();
  const get = await installed(
    scenario,
    ["get", "-n", "default", "-t", code],
    env,
  );
  assert.equal(get.code, 0, get.stderr);
  assert.match(await scenario.read(), /^\[default_sts\]$/m);
}

Deno.test(
  `deno task install puts the program on the PATH, with exactly the shipped flags; uninstall takes it away${directoryLinks.note}`,
  {
    ignore: directoryLinks.ignore,
  },
  async () => {
    await using scenario = await Scenario.start();
    const { home } = scenario;
    const env = {
      HOME: home,
      USERPROFILE: home,
      PATH: [dirname(Deno.execPath()), Deno.env.get("PATH")].join(
        WINDOWS ? ";" : ":",
      ),
    };
    // The second time, it takes the place of what is there.
    for (let time = 0; time < 2; time++) {
      const { code, stdout, stderr } = await task("install", env);
      assert.equal(code, 0, stderr);
      const bin = join(home, ".deno", "bin");
      assert((stdout + stderr).includes(bin), "it must say where");
      assert.match(stdout + stderr, /PATH/);
    }
    const script = await Deno.readTextFile(
      WINDOWS
        ? join(home, ".deno", "lib", "updsts", "launcher.js")
        : join(home, ".deno", "bin", "updsts"),
    );
    const page = join(home, ".deno/share/man/man1/updsts.1");
    if (!WINDOWS) assert.match(await Deno.readTextFile(page), /^\.TH/m);
    for (const flag of shippedFlags()) assert(script.includes(flag), flag);
    // One may be the value of another one.
    const flags = script.match(/(?<![=\w-])--[a-z0-9-]+/g) ?? [];
    // Besides, where they look for a configuration: nowhere.
    assert.equal(flags.length, shippedFlags().length + 1);
    assert(!script.includes(fileURLToPath(ROOT)), "the clone may go");
    // Whatever other Deno programs keep in theirs, it neither reads nor spoils.
    const shared = join(home, "deno-dir");
    await assertWorks(scenario, { ...env, DENO_DIR: shared });
    const kept = [...Deno.readDirSync(join(home, ".deno/lib/updsts/cache"))];
    assert(kept.some(({ name }) => name.startsWith("v8_code_cache")));
    if (!WINDOWS) await assert.rejects(Deno.stat(shared), Deno.errors.NotFound);

    const { code, stderr } = await task("uninstall", env);
    assert.equal(code, 0, stderr);
    const { bin, lib } = {
      bin: [...Deno.readDirSync(join(home, ".deno", "bin"))],
      lib: [...Deno.readDirSync(join(home, ".deno", "lib"))],
    };
    assert.deepEqual([...bin, ...lib], []);
    await assert.rejects(Deno.stat(page), Deno.errors.NotFound);
    const again = await task("uninstall", env);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^updsts is not installed in /m);
  },
);

const posix = unlessWindows("it takes the shell's own PATH");

Deno.test({
  name:
    `what npx installs works where there is no deno on the PATH${posix.note}`,
  ignore: posix.ignore,
  fn: async () => {
    await using scenario = await Scenario.start();
    // npx puts its own on the PATH, in a place that npm may clear.
    const npx = join(scenario.home, "npx", "node_modules", ".bin");
    await Deno.mkdir(npx, { recursive: true });
    await Deno.symlink(Deno.execPath(), join(npx, "deno"));
    const shell = join(scenario.home, "shell");
    await Deno.mkdir(shell);
    const { code, stdout, stderr } = await task("install", {
      HOME: scenario.home,
      PATH: `${npx}:${shell}`,
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /which runs on .*deno-[\d.]+$/m);
    await assertWorks(scenario, { PATH: shell });
  },
});

Deno.test("the launcher for Windows runs the bundle with the shipped flags", async () => {
  const directory = await Deno.makeTempDir({ prefix: "updsts-launcher-" });
  try {
    const main = join(directory, "main.js");
    await Deno.writeTextFile(
      main,
      `console.log(JSON.stringify([Deno.args, Deno.permissions.querySync({ name: "run" }).state, Deno.permissions.querySync({ name: "read" }).state])); Deno.exit(3);`,
    );
    const path = join(directory, "launcher.js");
    await Deno.writeTextFile(path, launcher(Deno.execPath(), main, directory));
    const { code, stdout } = await run(Deno.execPath(), [
      ...["run", "--no-config", "--no-prompt", "--allow-run", path],
      ...["get", "a b", '"%PATH%"'],
    ]);
    assert.equal(code, 3);
    assert.deepEqual(JSON.parse(stdout), [
      ["get", "a b", '"%PATH%"'],
      "prompt",
      "granted",
    ]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

// Regression: Ctrl-Break ended it, and the program went on behind the prompt.
Deno.test("the launcher outlives whatever interrupts the program", async () => {
  const heard: string[] = [];
  const launched = Promise.withResolvers<number>();
  const windows = {
    build: { os: "windows" },
    addSignalListener: (signal: string) => heard.push(signal),
    Command: class {
      constructor(_: string, { env }: { env: { DENO_DIR: string } }) {
        assert.equal(env.DENO_DIR, "C:\\lib\\cache");
      }
      spawn() {
        assert.deepEqual(heard, ["SIGINT", "SIGBREAK"]);
        return { status: Promise.resolve({ code: 130 }) };
      }
    },
    args: [],
    exit: launched.resolve,
  };
  const { constructor: AsyncFunction } = async function () {};
  await AsyncFunction(
    "Deno",
    launcher("deno.exe", "main.js", "C:\\lib\\cache"),
  )(windows);
  assert.equal(await launched.promise, 130);
});

Deno.test("the scripts quote every word for their shell", async () => {
  const words = ["/it's a/deno", "run", "--allow-net=[::1]", "100%"];
  const script = shellScript(words, "/it's/cache");
  assert(script.includes(`export DENO_DIR='/it'\\''s/cache'`));
  assert(script.endsWith(
    `exec '/it'\\''s a/deno' 'run' '--allow-net=[::1]' '100%' "$@"\n`,
  ));
  assert.equal(
    batchScript(["C:\\a b\\100%\\deno.exe", "run"]),
    `@"C:\\a b\\100%%\\deno.exe" "run" %*\r\n`,
  );
  if (WINDOWS) return;
  const echoed = shellScript(["printf", "%s|", "it's", "$HOME"], "/none");
  const { stdout } = await run("sh", ["-s", "a b", "'"], {}, echoed);
  assert.equal(stdout, "it's|$HOME|a b|'|");
});
