// What goes to JSR: the program and its library, and nothing else.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { ROOT, run } from "./support/command.ts";

Deno.test("only what belongs to the program is published", async () => {
  const { code, stdout, stderr } = await run(Deno.execPath(), [
    ...["publish", "--dry-run", "--allow-dirty", "--no-check"],
    ...["--config", fileURLToPath(new URL("deno.json", ROOT))],
  ]);
  const listing = stdout + stderr;
  assert.equal(code, 0, listing);
  const files = Array.from(
    listing.matchAll(/^ +file:\/\/(\S+) \(/gm),
    ([, path = ""]) => path.slice(ROOT.pathname.length),
  );
  assert(files.includes("main.ts"), listing);
  assert(files.includes("src/credentials/mod.ts"));
  for (const file of files) {
    assert.match(
      file,
      /^(?:main\.ts|deno\.json|README\.md|LICENSE|src\/.*\.ts)$/,
    );
  }
});

Deno.test("the package is main.ts, and the core beside it", () => {
  assert.deepEqual(denoJson.exports, {
    ".": "./main.ts",
    "./credentials": "./src/credentials/mod.ts",
  });
  assert.equal(denoJson.name, "@updsts/cli");
});
