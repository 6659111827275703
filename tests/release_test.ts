// What is released: one version everywhere, archives that unpack, bundles that clients take.
import { unzipSync } from "fflate";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { binaryPath, TARGETS } from "../.ci/compile.ts";
import {
  bundleManifest,
  checkTag,
  publishedCommand,
  releaseNotes,
} from "../.ci/release.ts";
import { isInstalled, ROOT, run } from "./support/command.ts";

const { version } = denoJson;
const changelog = await Deno.readTextFile(new URL("docs/CHANGELOG.md", ROOT));

Deno.test("checkTag() wants the tag, deno.json and the changelog to agree", () => {
  checkTag(`v${version}`, changelog);
  assert.throws(() => checkTag("v9.9.9", changelog), /The tag is v9\.9\.9/);
  assert.throws(() => checkTag(`v${version}`, "# Changelog\n"), /says nothing/);
});

Deno.test("releaseNotes() gives the section of one version", () => {
  const text = "# C\n\n## [2.0.0] - x\n\n- two\n\n## [1.0.0] - y\n\n- one\n";
  assert.equal(releaseNotes(text, "2.0.0"), "- two");
  assert.equal(releaseNotes(text, "1.0.0"), "- one");
  assert.equal(releaseNotes(text, "3.0.0"), undefined);
});

Deno.test("publishedCommand() runs in the sandbox, and may fetch the program", () => {
  const words: string[] = JSON.parse(publishedCommand("jsr:@updsts/cli"));
  assert.deepEqual(words.slice(0, 3), ["deno", "run", "--quiet"]);
  assert.equal(words.at(-1), "jsr:@updsts/cli");
  assert(words.some((word) => word.startsWith("--allow-net=*.amazonaws.com,")));
  assert(!words.includes("--no-remote") && !words.includes("-A"));
  // Run from a clone, its frozen lock would refuse what it does not name.
  assert(words.includes("--no-lock") && words.includes("--no-config"));
});

Deno.test("pack() makes archives, bundles, a registry entry and their sums", async () => {
  const directory = await Deno.makeTempDir({ prefix: "updsts-release-" });
  try {
    for (const target of TARGETS) {
      await Deno.mkdir(join(directory, target));
      await Deno.writeTextFile(binaryPath(directory, target), target);
    }
    const output = join(directory, "release");
    // As the workflow does it.
    const packed = await run(Deno.execPath(), [
      ...["task", "--quiet", "--cwd", fileURLToPath(ROOT)],
      ...["release", "pack", "alice/updsts", directory],
    ]);
    assert.equal(packed.code, 0, packed.stderr);
    const notes = await Deno.readTextFile(join(directory, "NOTES.md"));
    assert.match(notes, /^### Added$/m);

    const names = Array.from(Deno.readDirSync(output), ({ name }) => name);
    assert.equal(names.length, TARGETS.length * 2 + 2);
    const entry = JSON.parse(
      await Deno.readTextFile(join(output, "server.json")),
    );
    assert.equal(entry.name, "io.github.alice/updsts");
    assert.equal(entry.version, version);
    // The registry takes no longer ones.
    assert(entry.description.length <= 100);
    const sums = await Deno.readTextFile(join(output, "SHA256SUMS"));
    for (const target of TARGETS) {
      const bundle = `updsts-${version}-${target}.mcpb`;
      const offered = entry.packages.find((
        { identifier }: { identifier: string },
      ) => identifier.endsWith(`/v${version}/${bundle}`));
      assert(sums.includes(`${offered.fileSha256}  ${bundle}\n`));

      const files = unzipSync(await Deno.readFile(join(output, bundle)));
      const text = (name: string) => new TextDecoder().decode(files[name]);
      const manifest = JSON.parse(text("manifest.json"));
      assert.deepEqual(manifest, bundleManifest(target));
      assert.equal(manifest.manifest_version, "0.4");
      assert.equal(manifest.server.type, "binary");
      assert.equal(text(manifest.server.entry_point), target);

      const windows = target.includes("windows");
      const archive = `updsts-${version}-${target}${
        windows ? ".zip" : ".tar.gz"
      }`;
      assert(sums.includes(`  ${archive}\n`));
      if (!windows) continue;
      const unpacked = unzipSync(await Deno.readFile(join(output, archive)));
      assert.deepEqual(Object.keys(unpacked).sort(), [
        "LICENSE",
        "README.md",
        "updsts.exe",
      ]);
    }
    const [first] = TARGETS;
    const archive = join(output, `updsts-${version}-${first}.tar.gz`);
    const { stdout } = await run("tar", ["-tvzf", archive]);
    assert.match(stdout, /^-rwxr-xr-x .* updsts$/m);
    assert.match(stdout, / LICENSE$/m);
    assert.match(stdout, / README\.md$/m);
    if (isInstalled("sha256sum")) {
      const { code } = await run("bash", [
        "-c",
        'cd "$0" && sha256sum --check --quiet SHA256SUMS',
        output,
      ]);
      assert.equal(code, 0);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
