// What is released: one version everywhere, archives that unpack, bundles that clients take.
import { unzipSync } from "fflate";
import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../deno.json" with { type: "json" };
import { LICENCES } from "../.ci/build.ts";
import { TARGETS } from "../.ci/compile.ts";
import {
  archiveName,
  bundleManifest,
  checkFiles,
  checkTag,
  publishedCommand,
  releaseNotes,
} from "../.ci/release.ts";
import { isInstalled, ROOT, run } from "./support/command.ts";
import { unlessWindows } from "./support/skipping.ts";
import {
  PackedRelease,
  REPOSITORY,
  standIn,
} from "./support/packed_release.ts";

const { version } = denoJson;
const COMPLETIONS = ["updsts.bash", "_updsts", "updsts.fish", "updsts.ps1"]
  .map((name) => `completions/${name}`);
const changelog = await Deno.readTextFile(new URL("docs/CHANGELOG.md", ROOT));

Deno.test("checkTag() wants the tag, deno.json and the changelog to agree", () => {
  checkTag(`v${version}`, changelog);
  assert.throws(() => checkTag("v9.9.9", changelog), /The tag is v9\.9\.9/);
  assert.throws(
    () => checkTag(`v${version}`, "# Changelog\n"),
    /has no section/,
  );
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
  const [net = ""] = words.filter((word) => word.startsWith("--allow-net="));
  assert.match(net, /[=,]sts\.us-east-1\.amazonaws\.com,/);
  assert(!words.includes("--no-remote") && !words.includes("-A"));
  // Run from a clone, its frozen lock would refuse what it does not name.
  assert(words.includes("--no-lock") && words.includes("--no-config"));
});

Deno.test("checkFiles() takes the plugin's manifests of this version", async () => {
  await checkFiles();
});

const packing = unlessWindows("releases are packed on Linux");

Deno.test(
  `pack() makes archives, MCP bundles, install.sh and their sums${packing.note}`,
  {
    ignore: packing.ignore,
  },
  async () => {
    const release = await PackedRelease.get();
    const { output } = release;
    const notes = await Deno.readTextFile(join(release.directory, "NOTES.md"));
    assert.match(notes, /^### Added$/m);

    const script = await release.read("install.sh");
    assert(script.includes(`https://github.com/${REPOSITORY}/releases`));
    assert.doesNotMatch(script, /@[A-Z]+@/);
    const sums = await release.sums();
    for (const target of TARGETS) {
      const bundle = `updsts-${version}-${target}.mcpb`;
      const files = unzipSync(await Deno.readFile(join(output, bundle)));
      const text = (name: string) => new TextDecoder().decode(files[name]);
      const manifest = JSON.parse(text("manifest.json"));
      assert.deepEqual(manifest, bundleManifest(target));
      assert.equal(manifest.manifest_version, "0.4");
      assert.equal(manifest.server.type, "binary");
      assert.equal(text(manifest.server.entry_point), standIn(target));
      // Each package's licence comes with the program, wherever it goes.
      const licences = text(LICENCES);
      for (const word of ["Apache License", "zod", "@modelcontextprotocol"]) {
        assert(licences.includes(word), word);
      }

      assert(sums.has(archiveName(target)));
      if (!target.includes("windows")) continue;
      const archive = join(output, archiveName(target));
      const unpacked = unzipSync(await Deno.readFile(archive));
      assert.deepEqual(Object.keys(unpacked).sort(), [
        "LICENSE",
        "README.md",
        LICENCES,
        "completions/updsts.ps1",
        "updsts.exe",
      ]);
    }
    const names = Array.from(Deno.readDirSync(output), ({ name }) => name);
    assert.deepEqual(
      [...sums.keys(), "SHA256SUMS"].sort(),
      names.sort(),
    );
    const [first] = TARGETS;
    const { stdout } = await run("tar", [
      "-tvzf",
      join(output, archiveName(first)),
    ]);
    assert.match(stdout, /^-rwxr-xr-x .* updsts$/m);
    const papers = ["LICENSE", "README.md", LICENCES, "updsts.1"];
    for (const name of [...papers, ...COMPLETIONS]) {
      assert(stdout.includes(` ${name}\n`), name);
    }
    if (isInstalled("sha256sum")) {
      const { code } = await run("bash", [
        "-c",
        'cd "$0" && sha256sum --check --quiet SHA256SUMS',
        output,
      ]);
      assert.equal(code, 0);
    }
  },
);
