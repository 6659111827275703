// Prints the table of docs/PERFORMANCE.md: medians of rounds, and ratios to yardsticks of the same run.
import { Scenario } from "../support/scenario.ts";
import { NINE_O_CLOCK, seededChance, simulateRush } from "../support/rush.ts";
import { fileCandidates, growthCandidates } from "./core.ts";
import { compare, format, type Row } from "./measure.ts";
import {
  callRows,
  commandCandidates,
  crowdRows,
  largeListCandidates,
  memoryCandidates,
  Processes,
  TEN,
} from "./processes.ts";

const ROUNDS = Number(Deno.args[0] ?? 15);

await using scenario = await Scenario.start({ given: TEN });
const processes = new Processes(scenario);
const few = Math.ceil(ROUNDS / 3);
const rows: Row[] = [
  ...await compare(commandCandidates(processes), ROUNDS),
  ...await compare(await largeListCandidates(scenario, processes), few),
  ...await compare(fileCandidates(), 5 * ROUNDS),
  ...await compare(growthCandidates(), ROUNDS),
  ...await compare(memoryCandidates(scenario, processes), few, "MiB"),
  ...await callRows(scenario),
  ...await crowdRows(processes),
];
const rush = simulateRush({
  ...NINE_O_CLOCK,
  mishaps: 0.01,
  chance: seededChance(1),
});

console.log(
  `Deno ${Deno.version.deno}, ${ROUNDS} rounds, ${Deno.build.target}\n`,
);
console.log(
  "| what | median | ratio | goal | |\n| --- | --- | --- | --- | --- |",
);
for (const row of rows) console.log(format(row));
console.log(
  `\n5,000 people at once, 600 answers a second, one request in a hundred going wrong (simulated): all refreshed after ${
    (rush.last / 1000).toFixed(1)
  } s with ${rush.requests} requests, ${rush.spentTwice} codes sent twice`,
);
