// The scripts that install a release, against a server on loopback: what is there afterwards, and after every failure nothing.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { archiveName } from "../.ci/release.ts";
import { TARGETS } from "../.ci/compile.ts";
import { type Finished, isInstalled, ROOT, run } from "./support/command.ts";
import { PackedRelease } from "./support/packed_release.ts";

const { version } = denoJson;
const LINUX = Deno.build.os === "linux";
const HERE = `${Deno.build.arch}-unknown-linux-gnu`;

/** The shells that may be somebody's `sh`. */
const SHELLS = {
  dash: ["dash"],
  bash: ["bash", "--posix"],
  busybox: ["busybox", "sh"],
} as const;

/** A home, a server with the release, and what is changed on the way. */
class Setting implements AsyncDisposable {
  readonly asked: string[] = [];
  /** What the server says instead of a file. */
  readonly served = new Map<string, string>();

  private readonly server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(
    readonly release: PackedRelease,
    readonly home: string,
    readonly bin: string,
  ) {
    this.server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      ({ url }) => this.answer(new URL(url).pathname.slice(1)),
    );
  }

  static async start(release: PackedRelease): Promise<Setting> {
    const home = await Deno.makeTempDir({ prefix: "updsts-home-" });
    const bin = await Deno.makeTempDir({ prefix: "updsts-bin-" });
    return new Setting(release, home, bin);
  }

  private async answer(name: string): Promise<Response> {
    this.asked.push(name);
    const instead = this.served.get(name);
    if (instead !== undefined) return new Response(instead);
    try {
      return new Response(await Deno.readFile(join(this.release.output, name)));
    } catch {
      return new Response("Not found", { status: 404 });
    }
  }

  /** A program of this setting, before all others on the PATH. */
  async program(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(join(this.bin, name), `#!/bin/sh\n${text}\n`, {
      mode: 0o755,
    });
  }

  /** Runs the script, as `curl … | sh` does, or a text in its place. */
  async sh(
    args: readonly string[] = [],
    { shell = ["sh"], env = {}, text }: {
      shell?: readonly string[];
      env?: Readonly<Record<string, string>>;
      text?: string;
    } = {},
  ): Promise<Finished> {
    const [command = "sh", ...rest] = shell;
    return await run(command, [...rest, "-s", "--", ...args], {
      HOME: this.home,
      TMPDIR: this.bin,
      PATH: `${this.bin}:${Deno.env.get("PATH")}`,
      UPDSTS_MIRROR: `http://127.0.0.1:${this.server.addr.port}`,
      ...env,
    }, text ?? await this.release.read("install.sh"));
  }

  /** Everything in the home. */
  files(): string[] {
    return filesBelow(this.home).map((path) => path.slice(this.home.length + 1))
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    await Deno.remove(this.home, { recursive: true });
    await Deno.remove(this.bin, { recursive: true });
  }
}

function filesBelow(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory ? filesBelow(path) : [path];
  });
}

const INSTALLED = [
  ".local/bin/updsts",
  ".local/share/bash-completion/completions/updsts",
  ".local/share/fish/vendor_completions.d/updsts.fish",
  ".local/share/man/man1/updsts.1",
  ".local/share/zsh/site-functions/_updsts",
];

for (const [name, shell] of Object.entries(SHELLS)) {
  const able = LINUX && isInstalled(shell[0]);
  Deno.test({
    name: `install.sh installs, upgrades and removes, under ${name}` +
      (able ? "" : ` (skipped: ${LINUX ? `no ${name}` : "not Linux"})`),
    ignore: !able,
    fn: async () => {
      const release = await PackedRelease.get();
      await using setting = await Setting.start(release);
      const first = await setting.sh([], { shell });
      assert.equal(first.code, 0, first.stderr);
      assert.deepEqual(setting.asked, [archiveName(HERE)]);
      assert.deepEqual(setting.files(), INSTALLED);
      const program = join(setting.home, ".local/bin/updsts");
      assert.equal((await Deno.stat(program)).mode, 0o100755);
      assert.equal((await run(program, ["--version"])).stdout, `${version}\n`);
      const bin = join(setting.home, ".local/bin");
      assert(first.stdout.includes(`export PATH="${bin}:$PATH"`));
      assert.equal(first.stderr, "");

      // An older one makes way, and what it had beside it stays.
      await Deno.writeTextFile(program, "#!/bin/sh\necho 0.0.1\n");
      await Deno.writeTextFile(join(bin, "other"), "");
      const PATH = `${bin}:${Deno.env.get("PATH")}`;
      const again = await setting.sh([], { shell, env: { PATH } });
      assert.equal(again.code, 0, again.stderr);
      assert(!again.stdout.includes("PATH"), again.stdout);
      assert.equal((await run(program, ["--version"])).stdout, `${version}\n`);

      const removed = await setting.sh(["--uninstall"], { shell });
      assert.equal(removed.code, 0, removed.stderr);
      assert.deepEqual(setting.files(), [".local/bin/other"]);
      const nothing = await setting.sh(["--uninstall"], { shell });
      assert.match(nothing.stdout, /^There is nothing of updsts in /);
      // Nothing is left where it worked, either.
      assert.deepEqual(filesBelow(setting.bin), []);
    },
  });
}

/** Names a test, and skips it where the script is not for. */
function test(name: string, fn: (setting: Setting) => Promise<void>): void {
  Deno.test({
    name: `install.sh ${name}` + (LINUX ? "" : " (skipped: not Linux)"),
    ignore: !LINUX,
    fn: async () => {
      const release = await PackedRelease.get();
      await using setting = await Setting.start(release);
      await fn(setting);
      assert.deepEqual(
        filesBelow(setting.bin).filter((path) => /tmp\./.test(path)),
        [],
      );
    },
  });
}

test("installs nothing of an archive that was exchanged", async (setting) => {
  setting.served.set(archiveName(HERE), "another archive");
  const { code, stderr } = await setting.sh();
  assert.equal(code, 1);
  assert.match(stderr, /not the one that was released: its SHA-256 is/);
  assert.match(stderr, /^hint: Nothing was installed/m);
  assert.deepEqual(setting.files(), []);
});

test("says what it could not download", async (setting) => {
  const { code, stderr } = await setting.sh([], {
    env: { UPDSTS_MIRROR: "http://127.0.0.1:1" },
  });
  assert.equal(code, 1);
  assert.match(stderr, /Cannot download http:\/\/127\.0\.0\.1:1\/updsts-/);
  assert.deepEqual(setting.files(), []);
});

test("keeps the old program where the new one does not run", async (setting) => {
  const path = join(setting.home, ".local/bin/updsts");
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, "old");
  // As if the system had no such loader: unpacking leaves a program that fails.
  await setting.program(
    "tar",
    '/bin/tar "$@" && printf "#!/bin/sh\\nexit 127\\n" > "$4/updsts"',
  );
  const { code, stderr } = await setting.sh();
  assert.equal(code, 1);
  assert.match(stderr, /does not run on this system/);
  assert.match(stderr, /^hint: It needs glibc/m);
  assert.equal(await Deno.readTextFile(path), "old");
});

test("says where it may not write", async (setting) => {
  await Deno.writeTextFile(join(setting.home, "file"), "");
  const { code, stderr } = await setting.sh([], {
    env: { UPDSTS_PREFIX: join(setting.home, "file") },
  });
  assert.equal(code, 1);
  assert.match(stderr, /Cannot create .*\/file\/bin/);
  assert.match(stderr, /^hint: Set UPDSTS_PREFIX/m);
  assert.deepEqual(setting.files(), ["file"]);
});

test("says when another updsts comes first on the PATH", async (setting) => {
  await setting.program("updsts", "echo old");
  const bin = join(setting.home, ".local/bin");
  const { stdout } = await setting.sh([], {
    env: { PATH: `${setting.bin}:${bin}:${Deno.env.get("PATH")}` },
  });
  assert(
    stdout.includes(`Another updsts comes first on your PATH: ${setting.bin}`),
    stdout,
  );
});

test("does nothing with half of itself", async (setting) => {
  const lines = (await setting.release.read("install.sh")).split("\n");
  assert.equal(lines.at(-2), 'main "$@"');
  for (let kept = 1; kept < lines.length - 1; kept += 3) {
    await setting.sh([], { text: lines.slice(0, kept).join("\n") });
    assert.deepEqual(setting.files(), [], `${kept} lines`);
  }
  assert.deepEqual(setting.asked, []);
});

test("needs no more than wget, or another program that hashes", async (setting) => {
  const needed = ["cat", "chmod", "cp", "cut", "dirname", "grep", "gzip"];
  needed.push("mkdir", "mktemp", "mv", "rm", "sed", "sh", "tar", "uname");
  for (const name of needed) {
    const { stdout } = await run("sh", ["-c", `command -v ${name}`]);
    await Deno.symlink(stdout.trim(), join(setting.bin, name));
  }
  const env = { PATH: setting.bin, TMPDIR: "/tmp" };
  const neither = await setting.sh([], { env });
  assert.match(neither.stderr, /Neither curl nor wget/);
  const { stdout: curl } = await run("sh", ["-c", "command -v curl"]);
  await setting.program(
    "wget",
    `[ "$1 $2" = "-q -O" ] || exit 9; exec ${curl.trim()} -fsS -o "$3" "$4"`,
  );
  assert.match((await setting.sh([], { env })).stderr, /computes a SHA-256/);
  assert.deepEqual(setting.files(), []);
  for (const hasher of ["openssl", "shasum"]) {
    if (!isInstalled(hasher)) continue;
    const { stdout: real } = await run("sh", ["-c", `command -v ${hasher}`]);
    await setting.program(hasher, `exec ${real.trim()} "$@"`);
    const { code, stderr } = await setting.sh([], {
      // Perl's own modules: it is what shasum is written in.
      env: hasher === "shasum"
        ? { ...env, PATH: `${setting.bin}:/usr/bin/core_perl` }
        : env,
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(setting.files(), INSTALLED);
    await setting.sh(["--uninstall"], { env });
    await Deno.remove(join(setting.bin, hasher));
  }
});

/** What `uname` says, and the archive that is for it. */
const SYSTEMS: readonly [string, string, string, string?][] = [
  ["Linux", "x86_64", "x86_64-unknown-linux-gnu"],
  ["Linux", "amd64", "x86_64-unknown-linux-gnu"],
  ["Linux", "aarch64", "aarch64-unknown-linux-gnu"],
  ["Darwin", "arm64", "aarch64-apple-darwin"],
  ["Darwin", "x86_64", "x86_64-apple-darwin", "0"],
  // A shell under Rosetta.
  ["Darwin", "x86_64", "aarch64-apple-darwin", "1"],
];

test("takes the archive of the system", async (setting) => {
  for (const [system, processor, target, translated] of SYSTEMS) {
    await setting.program(
      "uname",
      `[ "$1" = -s ] && echo ${system} || echo ${processor}`,
    );
    await setting.program("sysctl", `echo ${translated ?? ""}`);
    const { code, stderr } = await setting.sh();
    assert.equal(code, 0, stderr);
    assert.equal(setting.asked.at(-1), archiveName(target));
  }
  const posix = TARGETS.filter((target) => !target.includes("windows"));
  assert.deepEqual(
    new Set(SYSTEMS.map(([, , target]) => target)),
    new Set(posix),
  );
});

test("says for which systems there is none", async (setting) => {
  const none: readonly [string, string, RegExp][] = [
    ["FreeBSD", "amd64", /no updsts for this system: FreeBSD/],
    ["Linux", "riscv64", /no updsts for this processor: riscv64/],
    ["MINGW64_NT-10.0", "x86_64", /hint: Unpack the \.zip/],
  ];
  for (const [system, processor, expected] of none) {
    await setting.program(
      "uname",
      `[ "$1" = -s ] && echo ${system} || echo ${processor}`,
    );
    const { code, stderr } = await setting.sh();
    assert.equal(code, 1);
    assert.match(stderr, expected);
  }
  assert.deepEqual(setting.asked, []);
  assert.match((await setting.sh(["--help"])).stderr, /no option --help/);
});

Deno.test({
  name: "shellcheck finds nothing in install.sh" +
    (isInstalled("shellcheck") ? "" : " (skipped: it is not installed)"),
  ignore: !isInstalled("shellcheck"),
  fn: async () => {
    const { code, stdout } = await run("shellcheck", [
      fileURLToPath(new URL(".ci/install.sh", ROOT)),
    ]);
    assert.equal(code, 0, stdout);
  },
});
