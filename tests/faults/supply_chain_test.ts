// What the program is made of: few packages, each fixed by version and hash.
import denoJson from "../../deno.json" with { type: "json" };
import testsJson from "../deno.json" with { type: "json" };
import assert from "node:assert/strict";
import { z } from "zod";
import { ROOT } from "../support/command.ts";
import { PACKAGES, SEE_A_KEY, shippedPackages } from "../support/packages.ts";

const lockSchema = z.object({
  npm: z.record(z.string(), z.object({ integrity: z.string().optional() })),
});
/** The packages of a lock file, and their hashes. */
async function readLock(path: string): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const { npm } = lockSchema.parse(JSON.parse(text));
  return new Map(
    Object.entries(npm).map(([name, { integrity = "" }]) => [name, integrity]),
  );
}

Deno.test("every package is locked with a hash, and the locks are frozen", async () => {
  for (const path of ["deno.lock", "tests/deno.lock"]) {
    for (const [name, integrity] of await readLock(path)) {
      assert.match(integrity, /^sha512-/, name);
    }
  }
  assert.equal(denoJson.lock.frozen, true);
  assert.equal(testsJson.lock.frozen, true);
});

Deno.test("the tests use the very packages of the program", async () => {
  const tests = await readLock("tests/deno.lock");
  for (const [name, integrity] of await readLock("deno.lock")) {
    assert.equal(tests.get(name), integrity, name);
  }
  const imports = new Map(Object.entries(testsJson.imports));
  for (const [name, specifier] of Object.entries(denoJson.imports)) {
    assert.equal(imports.get(name), specifier);
  }
  assert.deepEqual(testsJson.compilerOptions, denoJson.compilerOptions);
});

Deno.test("every dependency is of npm, and of one exact version", () => {
  for (const specifier of Object.values(testsJson.imports)) {
    assert.match(specifier, /^npm:(?:@[\w.-]+\/)?[\w-]+@\d+\.\d+\.\d+$/);
  }
});

Deno.test("the program is made of exactly the packages that the documents count, and that SECURITY names", async () => {
  const names = (await shippedPackages()).map((name) =>
    name.replace(/@[^@]+$/, "")
  );
  assert.deepEqual(names, Object.values(PACKAGES).flat().sort());
  const { sts, mcp } = PACKAGES;
  const says = {
    "README.md": [
      `the ${names.length} packages`,
      `${sts.length} are AWS's own SDK`,
      `${SEE_A_KEY.length} of these see a key`,
    ],
    "docs/README.ja.md": [
      `パッケージは ${names.length} 個`,
      `うち ${sts.length} 個は AWS`,
      `その中の ${SEE_A_KEY.length} 個だけ`,
    ],
    "docs/SECURITY.md": [
      `contains ${names.length} packages`,
      `${sts.length} are AWS's own SDK for STS`,
      `${SEE_A_KEY.length} of these see a key or what STS returns: ${
        named(SEE_A_KEY)
      }`,
      `${mcp.length} are the MCP SDK with its schemas: ${named(mcp)}`,
      ...names.map((name) => `\`${name}\``),
    ],
  };
  for (const [path, words] of Object.entries(says)) {
    const told = (await Deno.readTextFile(new URL(path, ROOT)))
      .replace(/\s+/g, " ");
    for (const word of words) {
      assert(told.includes(word), `${path} must say: ${word}`);
    }
  }
});

/** A list in English. */
function named(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}
