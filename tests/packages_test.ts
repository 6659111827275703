// What package managers read: the right hashes, in a form that each one's own tools take.
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import denoJson from "../deno.json" with { type: "json" };
import { archiveName } from "../.ci/archive_names.ts";
import { TARGETS } from "../.ci/compile.ts";
import { packageFiles } from "../.ci/packages.ts";
import { isInstalled, run } from "./support/command.ts";
import {
  PackedRelease,
  REPOSITORY,
  standIn,
} from "./support/packed_release.ts";
import { unlessWindows } from "./support/skipping.ts";

const { version } = denoJson;
const MAKEPKG = isInstalled("makepkg") &&
  (Deno.uid() !== 0 || isInstalled("setpriv"));
const RELEASE = {
  repository: REPOSITORY,
  sums: new Map(
    TARGETS.map((target, index) => [target, `${index}a`.repeat(32)]),
  ),
};
const FILES = packageFiles(RELEASE);
const LINUX = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
const MAC = ["aarch64-apple-darwin", "x86_64-apple-darwin"];
const WINDOWS = ["x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc"];

function file(name: string): string {
  const text = FILES[name];
  assert(text !== undefined, name);
  return text;
}

function url(target: string): string {
  return `https://github.com/${REPOSITORY}/releases/download/v${version}/${
    archiveName(target)
  }`;
}

/** What is offered for `target`, as each format has it. */
function offer(target: string): { url: string; hash: string } {
  const hash = RELEASE.sums.get(target as typeof TARGETS[number]);
  assert(hash !== undefined);
  return { url: url(target), hash };
}

Deno.test("an archive that was not packed is offered by no manifest", () => {
  const sums = new Map([...RELEASE.sums].slice(1));
  assert.throws(
    () => packageFiles({ repository: REPOSITORY, sums }),
    /There is no archive of x86_64-unknown-linux-gnu/,
  );
});

Deno.test("Scoop's manifest offers both Windows archives", () => {
  const manifest = JSON.parse(file("updsts.json"));
  assert.equal(manifest.version, version);
  assert.equal(manifest.bin, "updsts.exe");
  const [x64 = "", arm64 = ""] = WINDOWS;
  assert.deepEqual(manifest.architecture, {
    "64bit": offer(x64),
    arm64: offer(arm64),
  });
  const update = JSON.stringify(manifest.autoupdate);
  assert.equal(update.match(/v\$version\/updsts-\$version-/g)?.length, 2);
});

Deno.test("winget's three manifests belong together, and offer both Windows archives", () => {
  const identifier = REPOSITORY.replace("/", ".");
  const kinds = {
    [`${identifier}.yaml`]: "version",
    [`${identifier}.installer.yaml`]: "installer",
    [`${identifier}.locale.en-US.yaml`]: "defaultLocale",
  };
  for (const [name, kind] of Object.entries(kinds)) {
    const text = file(name);
    const manifest = parse(text);
    assert.equal(manifest.PackageIdentifier, identifier);
    assert.equal(manifest.PackageVersion, version);
    assert.equal(manifest.ManifestType, kind);
    const [, ofSchema] = /winget-manifest\.(\S+)\.schema\.json/.exec(text) ??
      [];
    assert.equal(ofSchema, `${kind}.${manifest.ManifestVersion}`);
  }
  const installer = parse(file(`${identifier}.installer.yaml`));
  const installers: {
    InstallerUrl: string;
    InstallerSha256: string;
  }[] = installer.Installers;
  assert.deepEqual(
    installers.map(({ InstallerUrl, InstallerSha256 }) => ({
      url: InstallerUrl,
      // In upper case, as winget writes them.
      hash: InstallerSha256.toLowerCase(),
    })),
    WINDOWS.map(offer),
  );
  assert.equal(
    installer.NestedInstallerFiles[0].RelativeFilePath,
    "updsts.exe",
  );
});

/** A model of what a formula may say, which prints what it said. */
const FORMULA_READER = `
class Formula
  def self.test
  end
  def self.method_missing(name, *args, &block)
    puts ([$inside, name.to_s] + args.map(&:to_s)).flatten.join(" ")
    return if block.nil?
    $inside.push(name.to_s); block.call; $inside.pop
  end
  def method_missing(name, *args)
    Place.new(name)
  end
end
class Place
  def initialize(name)
    @name = name
  end
  def install(what)
    puts("install #{@name} #{what.is_a?(Hash) ? what.to_a.join(" as ") : what}")
  end
end
$inside = []
load ARGV[0]
Updsts.new.install
`;

Deno.test({
  name:
    "Homebrew's formula offers the archives of macOS and Linux, and installs all of them" +
    (isInstalled("ruby") ? "" : " (skipped: ruby is not installed)"),
  ignore: !isInstalled("ruby"),
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "updsts-formula-" });
    try {
      const formula = join(directory, "updsts.rb");
      await Deno.writeTextFile(formula, file("updsts.rb"));
      const { code, stdout, stderr } = await run("ruby", [
        "-e",
        FORMULA_READER,
        formula,
      ]);
      assert.equal(code, 0, stderr);
      const said = new Set(stdout.split(/\r?\n/));
      const systems = { macos: MAC, linux: LINUX };
      for (const [system, targets] of Object.entries(systems)) {
        for (const target of targets) {
          const cpu = target.startsWith("aarch64") ? "on_arm" : "on_intel";
          const { url, hash } = offer(target);
          assert(said.has(`on_${system} ${cpu} url ${url}`), stdout);
          assert(said.has(`on_${system} ${cpu} sha256 ${hash}`), stdout);
        }
      }
      assert(said.has(`version ${version}`));
      for (
        const line of [
          "bin updsts",
          "man1 updsts.1",
          "bash_completion completions/updsts.bash as updsts",
          "zsh_completion completions/_updsts",
          "fish_completion completions/updsts.fish",
        ]
      ) assert(said.has(`install ${line}`), stdout);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test({
  name: "makepkg reads the PKGBUILD as SRCINFO says it" +
    (MAKEPKG ? "" : " (skipped: makepkg is not installed)"),
  ignore: !MAKEPKG,
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "updsts-arch-" });
    try {
      await Deno.writeTextFile(join(directory, "PKGBUILD"), file("PKGBUILD"));
      await Deno.chmod(directory, 0o777);
      // It refuses to be root, and wants a pacman, which this does not use.
      const other = Deno.uid() === 0
        ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        : [];
      const { code, stdout, stderr } = await run("bash", [
        "-c",
        'cd "$0" && exec "$@"',
        directory,
        ...other,
        ...["makepkg", "--printsrcinfo"],
      ], { PACMAN: "true" });
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trimEnd(), file("SRCINFO").trimEnd());
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test({
  name: "the PKGBUILD's package() installs what the archive holds" +
    (Deno.build.os === "linux" ? "" : " (skipped: it is for Linux)"),
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const release = await PackedRelease.get();
    const target = `${Deno.build.arch}-unknown-linux-gnu`;
    const { code, stderr } = await run("bash", [
      "-euc",
      `cd "$0"; mkdir src pkg; tar -xzf "$1" -C src; . "$2/PKGBUILD"; pkgdir=$PWD/pkg
       [ "\${sha256sums_${Deno.build.arch}[0]}" = "$(sha256sum "$1" | cut -d ' ' -f 1)" ]
       [ -f src/updsts.1 ] || touch src/updsts.1
       cd src; package`,
      release.directory,
      join(release.output, archiveName(target)),
      release.output,
    ]);
    assert.equal(code, 0, stderr);
    const { stdout } = await run("find", [
      join(release.directory, "pkg"),
      ...["-type", "f", "-printf", "%m %P\n"],
    ]);
    assert.deepEqual(stdout.trimEnd().split("\n").sort(), [
      "644 usr/share/bash-completion/completions/updsts",
      "644 usr/share/doc/updsts-bin/README.md",
      "644 usr/share/fish/vendor_completions.d/updsts.fish",
      "644 usr/share/licenses/updsts-bin/LICENSE",
      "644 usr/share/man/man1/updsts.1",
      "644 usr/share/zsh/site-functions/_updsts",
      "755 usr/bin/updsts",
    ]);
    const program = join(release.directory, "pkg/usr/bin/updsts");
    assert.equal(await Deno.readTextFile(program), standIn(target));
  },
});

const packing = unlessWindows("releases are packed on Linux");

Deno.test(
  `all hashes in the manifests are those of the archives${packing.note}`,
  {
    ignore: packing.ignore,
  },
  async () => {
    const release = await PackedRelease.get();
    const sums = await release.sums();
    const known = new Set(sums.values());
    for (const name of Object.keys(FILES)) {
      const found = (await release.read(name)).match(/\b[0-9a-fA-F]{64}\b/g) ??
        [];
      const holdsSome = !/^alice\.updsts(?:\.locale\.en-US)?\.yaml$/.test(name);
      assert.equal(found.length > 0, holdsSome, name);
      for (const sum of found) assert(known.has(sum.toLowerCase()), name);
    }
  },
);
