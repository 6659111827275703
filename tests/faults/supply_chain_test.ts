// What the program is made of: few packages, each fixed by version and hash.
import denoJson from "../../deno.json" with { type: "json" };
import assert from "node:assert/strict";
import { z } from "zod";
import { ROOT } from "../support/command.ts";
import { shippedPackages } from "../support/packages.ts";

/** How many packages of other people the program may load. Raise it with a reason only. */
const PACKAGES = 9;

const lockSchema = z.object({
  npm: z.record(z.string(), z.object({ integrity: z.string().optional() })),
});
Deno.test("every package is locked with a hash, and the lock is frozen", async () => {
  const lock = lockSchema.parse(
    JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT))),
  );
  for (const [name, { integrity }] of Object.entries(lock.npm)) {
    assert.match(integrity ?? "", /^sha512-/, name);
  }
  assert.equal(denoJson.lock.frozen, true);
});

Deno.test("every dependency is of npm, and of one exact version", () => {
  for (const specifier of Object.values(denoJson.imports)) {
    assert.match(specifier, /^npm:(?:@[\w.-]+\/)?[\w-]+@\d+\.\d+\.\d+$/);
  }
});

Deno.test("the program is made of no more packages than the README says", async () => {
  const names = await shippedPackages();
  assert(
    names.length <= PACKAGES,
    `${names.length} packages: ${names.join(", ")}`,
  );
  assert(
    !names.some((name) => /inspector|fast-check|mcp.*client|ajv/.test(name)),
    names.join(", "),
  );
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  assert(
    readme.includes(`${names.length} packages`),
    `the README must say ${names.length} packages`,
  );
});
