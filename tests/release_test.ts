// What is released, packed from stand-ins for the binaries, and what install.sh makes of it, from a server on loopback.
import { unzipSync } from "fflate";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { LICENCES } from "../.ci/build.ts";
import { binaryPath, TARGETS } from "../.ci/compile.ts";
import {
  archiveName,
  bundleManifest,
  checkTag,
  publishedCommand,
} from "../.ci/release.ts";
import { type Finished, isInstalled, ROOT, run } from "./support/command.ts";
import { namesIn } from "./support/in_directory.ts";
import { needs, testUnless, unless } from "./support/skipping.ts";

const { version } = denoJson;
const REPOSITORY = "alice/updsts";
const HERE = archiveName(`${Deno.build.arch}-unknown-linux-gnu`);
const linux = unless(Deno.build.os === "linux", "releases are packed on Linux");

const directory = await Deno.makeTempDir({ prefix: "updsts-release-" });
const output = join(directory, "release");
Deno.test.beforeAll(async () => {
  if (linux.ignore) return;
  for (const target of TARGETS) {
    await Deno.mkdir(join(directory, target));
    await Deno.writeTextFile(binaryPath(directory, target), standIn(target));
  }
  const { code, stderr } = await run(Deno.execPath(), [
    ...["task", "--quiet", "--cwd", fileURLToPath(ROOT)],
    ...["release", "pack", REPOSITORY, directory],
  ]);
  assert.equal(code, 0, stderr);
});
Deno.test.afterAll(() => Deno.remove(directory, { recursive: true }));

/** Takes the place of the binary of `target`. */
function standIn(target: string): string {
  return `#!/bin/sh\n# ${target}\necho ${version}\n`;
}

function read(name: string): Promise<string> {
  return Deno.readTextFile(join(output, name));
}

Deno.test("checkTag() wants the tag, deno.json and the changelog to agree", () => {
  const section = `# Changelog\n\n## [${version}] - x\n\n- one\n`;
  checkTag(`v${version}`, section);
  assert.throws(() => checkTag("v9.9.9", section), /The tag is v9\.9\.9/);
  for (const text of ["# Changelog\n", section.replace("- one", "")]) {
    assert.throws(() => checkTag(`v${version}`, text), /has no section/);
  }
});

Deno.test("publishedCommand() runs in the sandbox, and may fetch the program", () => {
  const words: string[] = JSON.parse(publishedCommand("jsr:@updsts/cli"));
  assert.deepEqual(words.slice(0, 3), ["deno", "run", "--quiet"]);
  assert.equal(words.at(-1), "jsr:@updsts/cli");
  const [net = ""] = words.filter((word) => word.startsWith("--allow-net="));
  assert.match(net, /[=,]sts\.us-east-1\.amazonaws\.com,/);
  assert(!words.includes("--no-remote") && !words.includes("-A"));
  // Run from a clone, its frozen lock would refuse what it does not name.
  assert(words.includes("--no-lock") && words.includes("--no-config"));
});

testUnless(
  linux,
  "a release has an archive and an MCP bundle for each target, install.sh and their sums",
  async () => {
    const notes = await Deno.readTextFile(join(directory, "NOTES.md"));
    assert.match(notes, /^### Added$/m);
    assert.doesNotMatch(notes, /^## /m);
    const script = await read("install.sh");
    assert(script.includes(`https://github.com/${REPOSITORY}/releases`));
    assert.doesNotMatch(script, /@[A-Z]+@/);
    const papers = ["LICENSE", "README.md", LICENCES];
    for (const target of TARGETS) {
      const bundle = `updsts-${version}-${target}.mcpb`;
      const files = unzipSync(await Deno.readFile(join(output, bundle)));
      const text = (name: string) => new TextDecoder().decode(files[name]);
      const manifest = JSON.parse(text("manifest.json"));
      assert.deepEqual(manifest, bundleManifest(target));
      assert.equal(text(manifest.server.entry_point), standIn(target));
      // Each package's licence comes with the program, wherever it goes.
      for (const word of ["Apache License", "zod", "@modelcontextprotocol"]) {
        assert(text(LICENCES).includes(word), word);
      }
      const archive = join(output, archiveName(target));
      if (target.includes("windows")) {
        const unpacked = unzipSync(await Deno.readFile(archive));
        const names = [...papers, "completions/updsts.ps1", "updsts.exe"];
        assert.deepEqual(Object.keys(unpacked).sort(), names);
        continue;
      }
      const { stdout } = await run("tar", ["-tvzf", archive]);
      assert.match(stdout, /^-rwxr-xr-x root\/root .* updsts$/m);
      const completions = ["updsts.bash", "_updsts", "updsts.fish"];
      const others = completions.map((name) => `completions/${name}`);
      for (const name of [...papers, "updsts.1", ...others]) {
        assert(stdout.includes(` ${name}\n`), name);
      }
    }
    const command = 'cd "$0" && sha256sum --check --quiet SHA256SUMS && ls';
    const { code, stdout } = await run("bash", ["-c", command, output]);
    assert.equal(code, 0);
    const sums = await read("SHA256SUMS");
    for (const name of stdout.trimEnd().split("\n")) {
      assert(name === "SHA256SUMS" || sums.includes(`  ${name}\n`), name);
    }
  },
);

/** A home to install in, a server of the release, and what is changed on the way. */
class Setting implements AsyncDisposable {
  readonly home = Deno.makeTempDirSync({ prefix: "updsts-home-" });
  readonly bin = Deno.makeTempDirSync({ prefix: "updsts-bin-" });
  readonly program = join(this.home, ".local/bin/updsts");
  readonly asked: string[] = [];
  readonly env: Record<string, string> = {};
  /** What the server says instead of the archive. */
  served: string | undefined;
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ url }) => {
      const name = new URL(url).pathname.slice(1);
      this.asked.push(name);
      const file = this.served ?? await Deno.readFile(join(output, name));
      return new Response(file);
    },
  );

  /** Writes a program of this setting, before all others on the PATH. */
  async write(name: string, text: string): Promise<void> {
    const script = `#!/bin/sh\n${text}\n`;
    await Deno.writeTextFile(join(this.bin, name), script, { mode: 0o755 });
  }

  async uname(system: string, processor: string): Promise<void> {
    const text = `[ "$1" = -s ] && echo ${system} || echo ${processor}`;
    await this.write("uname", text);
  }

  /** Runs the script, as `curl … | sh` does, or `text` in its place. */
  async sh(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    [command, ...options]: readonly [string, ...string[]] = ["sh"],
    text?: string,
  ): Promise<Finished> {
    return await run(command, [...options, "-s", "--", ...args], {
      HOME: this.home,
      TMPDIR: this.bin,
      PATH: `${this.bin}:${Deno.env.get("PATH")}`,
      UPDSTS_MIRROR: `http://127.0.0.1:${this.#server.addr.port}`,
      ...this.env,
      ...env,
    }, text ?? await read("install.sh"));
  }

  /** Every file in the home. */
  files(): string[] {
    return readdirSync(this.home, { recursive: true, encoding: "utf8" })
      .filter((path) => Deno.lstatSync(join(this.home, path)).isFile).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    const left = namesIn(this.bin).filter((name) => name.startsWith("tmp."));
    await Deno.remove(this.home, { recursive: true });
    await Deno.remove(this.bin, { recursive: true });
    assert.deepEqual(left, [], "something is left where it worked");
  }
}

const INSTALLED = [
  ".local/bin/updsts",
  ".local/share/bash-completion/completions/updsts",
  ".local/share/fish/vendor_completions.d/updsts.fish",
  ".local/share/man/man1/updsts.1",
  ".local/share/zsh/site-functions/_updsts",
];

/** The shells that may be somebody's `sh`. */
for (
  const shell of [["dash"], ["bash", "--posix"], ["busybox", "sh"]] as const
) {
  const able = linux.ignore ? linux : needs(shell[0]);
  testUnless(
    able,
    `install.sh installs, upgrades and removes, under ${shell[0]}`,
    async () => {
      await using setting = new Setting();
      const { program } = setting;
      const first = await setting.sh([], {}, shell);
      assert.equal(first.code, 0, first.stderr);
      assert.deepEqual(setting.asked, [HERE]);
      assert.deepEqual(setting.files(), INSTALLED);
      assert.equal((await Deno.stat(program)).mode, 0o100755);
      assert.equal((await run(program, ["--version"])).stdout, `${version}\n`);
      const bin = join(program, "..");
      assert(first.stdout.includes(`export PATH="${bin}:$PATH"`));
      assert.equal(first.stderr, "");

      // An older one makes way, and what it had beside it stays.
      await Deno.writeTextFile(program, "#!/bin/sh\necho 0.0.1\n");
      await Deno.writeTextFile(join(bin, "other"), "");
      const PATH = `${bin}:${Deno.env.get("PATH")}`;
      const again = await setting.sh([], { PATH }, shell);
      assert.equal(again.code, 0, again.stderr);
      assert(!again.stdout.includes("PATH"), again.stdout);
      assert.equal((await run(program, ["--version"])).stdout, `${version}\n`);
      // One of another kind comes first.
      await setting.write("updsts", "echo old");
      const shadowed = await setting.sh(
        [],
        { PATH: `${setting.bin}:${PATH}` },
        shell,
      );
      const warning = `Another updsts comes first on your PATH: ${setting.bin}`;
      assert(shadowed.stdout.includes(warning), shadowed.stdout);

      const removed = await setting.sh(["--uninstall"], {}, shell);
      assert.equal(removed.code, 0, removed.stderr);
      assert.deepEqual(setting.files(), [".local/bin/other"]);
      const nothing = await setting.sh(["--uninstall"], {}, shell);
      assert.match(nothing.stdout, /^There is nothing of updsts in /);
    },
  );
}

/** What prevents an installation, what install.sh says of it, and how it comes about. */
const FAILURES: readonly (readonly [
  what: string,
  says: RegExp,
  change: (setting: Setting) => Promise<void> | void,
  ...options: readonly string[],
])[] = [
  [
    "an archive that was exchanged",
    /not the one that was released: its SHA-256 is.*\nhint: Nothing was installed/,
    (setting) => void (setting.served = "another archive"),
  ],
  [
    "a server that is not reached",
    /Cannot download http:\/\/127\.0\.0\.1:1\/updsts-/,
    ({ env }) => void (env["UPDSTS_MIRROR"] = "http://127.0.0.1:1"),
  ],
  [
    "a program that does not run here",
    /does not run on this system\nhint: It needs glibc/,
    (setting) =>
      setting.write(
        "tar",
        '/bin/tar "$@" && printf "#!/bin/sh\\nexit 127\\n" > "$4/updsts"',
      ),
  ],
  [
    "a prefix that is a file",
    /Cannot create .*\/updsts\/bin\nhint: Set UPDSTS_PREFIX/,
    ({ env, program }) => void (env["UPDSTS_PREFIX"] = program),
  ],
  [
    "another system",
    /no updsts for this system: FreeBSD/,
    (setting) => setting.uname("FreeBSD", "amd64"),
  ],
  [
    "another processor",
    /no updsts for this processor: riscv64/,
    (setting) => setting.uname("Linux", "riscv64"),
  ],
  [
    "Windows",
    /hint: Unpack the \.zip/,
    (setting) => setting.uname("MINGW64_NT-10.0", "x86_64"),
  ],
  ["--help", /no option --help/, () => {}, "--help"],
];

for (const [what, says, change, ...options] of FAILURES) {
  testUnless(
    linux,
    `install.sh keeps the old program with ${what}`,
    async () => {
      await using setting = new Setting();
      await Deno.mkdir(join(setting.program, ".."), { recursive: true });
      await Deno.writeTextFile(setting.program, "old");
      await change(setting);
      const { code, stderr } = await setting.sh(options);
      assert.equal(code, 1);
      assert.match(stderr, says);
      assert.deepEqual(setting.files(), [".local/bin/updsts"]);
      assert.equal(await Deno.readTextFile(setting.program), "old");
    },
  );
}

testUnless(linux, "install.sh does nothing with half of itself", async () => {
  await using setting = new Setting();
  const lines = (await read("install.sh")).split("\n");
  assert.equal(lines.at(-2), 'main "$@"');
  for (let kept = 1; kept < lines.length - 1; kept += 3) {
    await setting.sh([], {}, ["sh"], lines.slice(0, kept).join("\n"));
    assert.deepEqual(setting.files(), [], `${kept} lines`);
  }
  assert.deepEqual(setting.asked, []);
});

testUnless(
  linux,
  "install.sh needs no more than wget, or another program that hashes",
  async () => {
    await using setting = new Setting();
    const find = async (name: string) =>
      (await run("sh", ["-c", `command -v ${name}`])).stdout.trim();
    const needed = ["cat", "chmod", "cp", "cut", "dirname", "grep", "gzip"];
    needed.push("mkdir", "mktemp", "mv", "rm", "sed", "sh", "tar", "uname");
    for (const name of needed) {
      await Deno.symlink(await find(name), join(setting.bin, name));
    }
    // Perl's own modules are there: it is what shasum is written in.
    const env = { PATH: `${setting.bin}:/usr/bin/core_perl`, TMPDIR: "/tmp" };
    const neither = await setting.sh([], env);
    assert.match(neither.stderr, /Neither curl nor wget/);
    await setting.write(
      "wget",
      `[ "$1 $2" = "-q -O" ] || exit 9; exec ${await find(
        "curl",
      )} -fsS -o "$3" "$4"`,
    );
    assert.match((await setting.sh([], env)).stderr, /computes a SHA-256/);
    assert.deepEqual(setting.files(), []);
    for (const hasher of ["openssl", "shasum"].filter(isInstalled)) {
      await setting.write(hasher, `exec ${await find(hasher)} "$@"`);
      const { code, stderr } = await setting.sh([], env);
      assert.equal(code, 0, stderr);
      assert.deepEqual(setting.files(), INSTALLED);
      await setting.sh(["--uninstall"], env);
      await Deno.remove(join(setting.bin, hasher));
    }
  },
);

/** What `uname` says, the archive that is for it, and whether the shell runs under Rosetta. */
const SYSTEMS: readonly [string, string, string, string?][] = [
  ["Linux", "x86_64", "x86_64-unknown-linux-gnu"],
  ["Linux", "amd64", "x86_64-unknown-linux-gnu"],
  ["Linux", "aarch64", "aarch64-unknown-linux-gnu"],
  ["Darwin", "arm64", "aarch64-apple-darwin"],
  ["Darwin", "x86_64", "x86_64-apple-darwin", "0"],
  ["Darwin", "x86_64", "aarch64-apple-darwin", "1"],
];

testUnless(linux, "install.sh takes the archive of the system", async () => {
  await using setting = new Setting();
  for (const [system, processor, target, translated = ""] of SYSTEMS) {
    await setting.uname(system, processor);
    await setting.write("sysctl", `echo ${translated}`);
    const { code, stderr } = await setting.sh();
    assert.equal(code, 0, stderr);
    assert.equal(setting.asked.at(-1), archiveName(target));
  }
});

testUnless(
  needs("shellcheck"),
  "shellcheck finds nothing in install.sh",
  async () => {
    const script = fileURLToPath(new URL(".ci/install.sh", ROOT));
    const { code, stdout } = await run("shellcheck", [script]);
    assert.equal(code, 0, stdout);
  },
);
