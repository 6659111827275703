// What goes into a standalone binary: the bundle, its permissions, and nothing else.
//
// Deno itself stands in for the runtime that `deno compile` fetches, so what is
// built here shows what is embedded, and cannot be run.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { stop } from "esbuild";
import { bundle } from "../.ci/build.ts";
import { compileArguments, TARGETS } from "../.ci/compile.ts";
import { baseEnvironment, shippedFlags } from "./support/command.ts";
import { directoryLinks } from "./support/skipping.ts";

/** Of files, the runtime aside. */
const MAX_MEGABYTES = 3;

/** The text that a terminal would show, without its colours. */
function plain(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
    .replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
}

/** The names in the flat tree of embedded files, in order. */
function embeddedFiles(listing: string): string[] {
  return Array.from(
    listing.matchAll(/^[├└]──? (\S+) \(/gm),
    ([, name = ""]) => name,
  );
}

Deno.test(
  `a binary holds the bundle and its permissions, and nothing else${directoryLinks.note}`,
  {
    ignore: directoryLinks.ignore,
  },
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "updsts-binary-" });
    try {
      const bundled = join(directory, "bundle");
      await bundle(bundled);
      await stop();
      const binary = join(directory, "updsts");
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: compileArguments(binary),
        cwd: bundled,
        env: { ...await baseEnvironment(), DENORT_BIN: Deno.execPath() },
        clearEnv: true,
      }).output();
      const listing = plain(stdout) + plain(stderr);
      assert.equal(code, 0, listing);

      const files = Array.from(Deno.readDirSync(bundled), ({ name }) => name);
      assert(files.includes("main.js") && files.includes("main.js.map"));
      assert.deepEqual(embeddedFiles(listing).sort(), files.sort(), listing);

      const [, megabytes = "Infinity"] = /^Files: ([\d.]+)MB$/m.exec(listing) ??
        [];
      assert(
        Number(megabytes) <= MAX_MEGABYTES,
        `${megabytes} MB are embedded`,
      );

      const bytes = Buffer.from(await Deno.readFile(binary));
      const begin = bytes.lastIndexOf(
        '{"argv":',
        bytes.indexOf('"allow_net":'),
      );
      const end = bytes.indexOf(',"location":', begin);
      const { permissions } = JSON.parse(
        `${bytes.toString("utf8", begin, end)}}`,
      );
      const flags = new Map(
        shippedFlags().map((flag) => {
          const [name = "", values = ""] = flag.split("=");
          return [name, values === "" ? [] : values.split(",")];
        }),
      );
      assert.deepEqual(permissions.allow_net, flags.get("--allow-net"));
      assert.deepEqual(permissions.allow_env, flags.get("--allow-env"));
      assert.deepEqual(permissions.allow_read, []);
      assert.deepEqual(permissions.allow_write, []);
      assert.deepEqual(permissions.ignore_env, []);
      assert.deepEqual(permissions.deny_import, []);
      for (const denied of ["allow_run", "allow_ffi", "allow_sys"]) {
        assert.equal(permissions[denied], null);
      }
      assert.equal(permissions.prompt, false);

      // Behind the runtime itself, there is no trace of tests and of what they need.
      const { size } = await Deno.stat(Deno.execPath());
      const embedded = bytes.subarray(size);
      assert(embedded.includes("/issuer.ts"), "it is in a map");
      for (
        const foreign of [
          "canaryLongTerm",
          "sts_emulator",
          "fast-check/lib",
        ]
      ) assert(!embedded.includes(foreign), foreign);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("there is a binary for two processors of three systems", () => {
  for (const system of ["linux", "darwin", "windows"]) {
    const targets = TARGETS.filter((target) => target.includes(system));
    assert.deepEqual(targets.map((target) => target.split("-", 1)[0]).sort(), [
      "aarch64",
      "x86_64",
    ]);
  }
});
