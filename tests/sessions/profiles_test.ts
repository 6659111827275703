// nearestFirst(): the order in which names are suggested.
import assert from "node:assert/strict";
import { nearestFirst, unknownProfile } from "../../src/sessions/profiles.ts";

Deno.test("nearestFirst() puts the likeliest name first, whatever its case", async () => {
  assert.deepEqual(await nearestFirst("PRDO", ["default", "prod", "dev"]), [
    "prod",
    "dev",
    "default",
  ]);
  assert.deepEqual(await nearestFirst("x", []), []);
});

Deno.test("unknownProfile() counts the names that would be too many", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
  const { hint } = await unknownProfile("p3", names);
  assert.match(hint ?? "", /^the profiles are: "p3", .*, and 7 more$/);
  assert.match((await unknownProfile("x", [])).hint ?? "", /no profiles yet/);
});
