// Secret: no conversion shows the value.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { MASK, Secret } from "../src/secret.ts";

const CANARY = "canary-0123456789";

Deno.test("Secret shows a mask, however it is looked at", () => {
  const secret = new Secret(CANARY);
  const shown = [
    `${secret}`,
    "" + secret,
    String(secret),
    [secret].join(),
    JSON.stringify({ secret }),
    Deno.inspect({ secret }, { depth: 9, showHidden: true }),
    inspect({ secret }, { depth: 9, showHidden: true }),
    JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    JSON.stringify({ ...secret }),
    Deno.inspect(structuredClone(secret)),
    Deno.inspect(new Error("failed", { cause: secret })),
    new Error(`failed: ${secret}`).stack ?? "",
    Object.entries(secret).join(),
  ];
  for (const text of shown) assert(!text.includes(CANARY.slice(0, 8)), text);
  assert.equal(`${secret}`, MASK);
  assert.equal(Deno.inspect(secret), MASK);
  assert.equal(inspect(secret), MASK);
  assert.equal(JSON.stringify(secret), JSON.stringify(MASK));
  // The mask does not tell the length.
  assert.equal(String(new Secret("")), MASK);
  assert.equal(secret.reveal(), CANARY);
});
