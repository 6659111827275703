// nearestFirst(): the order in which names are suggested.
import assert from "node:assert/strict";
import { nearestFirst, unknownProfile } from "../src/unknown_profile.ts";

Deno.test("nearestFirst() puts the likeliest name first, whatever its case", () => {
  assert.deepEqual(nearestFirst("PRDO", ["default", "prod", "dev"]), [
    "prod",
    "dev",
    "default",
  ]);
  assert.deepEqual(nearestFirst("x", []), []);
});

Deno.test("unknownProfile() counts the names that would be too many", () => {
  const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
  const { hint } = unknownProfile("p3", names);
  assert.match(hint ?? "", /^the profiles are: "p3", .*, and 2 more$/);
  assert.match(unknownProfile("x", []).hint ?? "", /no profiles yet/);
});
