// 5,000 people at nine o'clock: all get a session in time, and no code goes twice to STS.
import assert from "node:assert/strict";
import { NINE_O_CLOCK, seededChance, simulateRush } from "./support/rush.ts";

/** Each with the number of people that need another code, at least and at most. */
const RUSHES = [
  { name: "with the usual quota", restarts: [0, 0] },
  { name: "with a sixth of it", perSecond: 100, restarts: [0, 5_000] },
  { name: "if one request in ten fails", mishaps: 0.1, restarts: [101, 5_000] },
] as const;

for (const { name, restarts: [least, most], ...options } of RUSHES) {
  Deno.test(`5,000 people of one account refresh within 90 s, and no code is sent twice, ${name}`, () => {
    for (const seed of [1, 2, 3]) {
      const chance = seededChance(seed);
      const rush = simulateRush({ ...NINE_O_CLOCK, ...options, chance });
      assert.equal(rush.spentTwice, 0);
      assert(rush.startedOver >= least && rush.startedOver <= most);
      assert(rush.last <= 90_000, `the last one after ${rush.last} ms`);
    }
  });
}
