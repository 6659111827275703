// nearestFirst(): the order in which names are suggested.
import assert from "node:assert/strict";
import { nearestFirst } from "../src/nearest_names.ts";

Deno.test("nearestFirst() puts the likeliest name first, whatever its case", () => {
  assert.deepEqual(nearestFirst("PRDO", ["default", "prod", "dev"]), [
    "prod",
    "dev",
    "default",
  ]);
  assert.deepEqual(nearestFirst("x", []), []);
});
