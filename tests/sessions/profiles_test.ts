// Unknown names: the order in which others are suggested, and how many.
import assert from "node:assert/strict";
import { byCloseness, closestNames } from "../../src/near_names.ts";
import { unknownProfile } from "../../src/sessions/profiles.ts";

Deno.test("byCloseness() puts the likeliest name first, whatever its case", () => {
  assert.deepEqual(byCloseness("PRDO", ["default", "prod", "dev"]), [
    "prod",
    "dev",
    "default",
  ]);
  assert.deepEqual(byCloseness("x", []), []);
});

Deno.test("closestNames() forgives a slip in three letters: one left out, added, wrong or swapped", () => {
  for (const typed of ["lst", "lisst", "lost", "lsit", "LIST"]) {
    assert.deepEqual(closestNames(typed, ["get", "list", "mcp"]), ["list"]);
  }
  assert.deepEqual(closestNames("gt", ["get", "got"]), ["get", "got"]);
  for (const typed of ["", "ls", "tl", "lixyzt"]) {
    assert.deepEqual(closestNames(typed, ["get", "list", "mcp"]), []);
  }
});

Deno.test("unknownProfile() counts the names that would be too many", () => {
  const names = [..."0123456789ab"]
    .map((end) => ({ name: `p${end}`, recognised: true }));
  const { hint } = unknownProfile("p3", names, "path");
  assert.match(hint ?? "", /^the profiles are: "p3", .*, and 7 more$/);
  assert.match(unknownProfile("x", [], "path").hint ?? "", /no profiles yet/);
});
