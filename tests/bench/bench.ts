// Prints the table of docs/CONTRIBUTING.md: medians of rounds, and ratios to yardsticks of the same run.
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

// The sources are measured, and the bundle beside them.
Deno.env.delete("UPDSTS_COMMAND");
const ROUNDS = Number(Deno.args[0] ?? 15);

await using scenario = await Scenario.start({ given: TEN });
const processes = new Processes(scenario);
const few = Math.ceil(ROUNDS / 3);

console.log(
  `Deno ${Deno.version.deno}, ${ROUNDS} rounds, ${Deno.build.target}\n`,
);
console.log(
  "| what | median | least | ratio of medians | goal | |\n| --- | --- | --- | --- | --- | --- |",
);
/** Shows each part as soon as it is measured. */
function show(rows: readonly Row[]): void {
  for (const row of rows) console.log(format(row));
}
show(await compare(commandCandidates(processes), ROUNDS));
show(await compare(await largeListCandidates(scenario, processes), few));
show(await compare(fileCandidates(), 5 * ROUNDS));
show(await compare(growthCandidates(), ROUNDS));
show(await compare(memoryCandidates(scenario, processes), few, "MiB"));
show(await callRows(scenario));
show(await crowdRows(processes));

const rush = simulateRush({
  ...NINE_O_CLOCK,
  mishaps: 0.01,
  chance: seededChance(1),
});
console.log(
  `\n5,000 people at once, 600 answers a second, one request in a hundred going wrong (simulated): all refreshed after ${
    (rush.last / 1000).toFixed(1)
  } s with ${rush.requests} requests, ${rush.spentTwice} codes sent twice`,
);
