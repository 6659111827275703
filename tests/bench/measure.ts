// Measures side by side, in rounds, and tells medians and ratios.

/** A thing to measure, and what it is measured by. */
export interface Candidate {
  readonly name: string;
  /** The candidate whose median counts as 1; itself for a yardstick. */
  readonly against: string;
  /** The ratio not to be exceeded. */
  readonly goal?: number;
  /** Milliseconds, or another unit. */
  readonly measure: () => Promise<number> | number;
}

/** A ratio that was measured, and whether it is as it should be. */
export interface Row {
  readonly name: string;
  readonly against: string;
  readonly value: number;
  readonly yardstick: number;
  readonly goal: number | undefined;
  readonly unit: string;
}

/** Milliseconds that `action` takes. */
export async function time(action: () => unknown): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("Nothing was measured");
  return middle;
}

/** Measures all, round by round, so that what else the machine does hits all alike. */
export async function compare(
  candidates: readonly Candidate[],
  rounds: number,
  unit = "ms",
): Promise<Row[]> {
  const measured = new Map(
    candidates.map(({ name }) => [name, [] as number[]]),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const { name, measure } of candidates) {
      const value = await measure();
      // The first round only warms the caches.
      if (round > 0) measured.get(name)?.push(value);
    }
  }
  const of = (name: string) => median(measured.get(name) ?? []);
  return candidates.map(({ name, against, goal }) => ({
    name,
    against,
    value: of(name),
    yardstick: of(against),
    goal,
    unit,
  }));
}

/** A line of a Markdown table. */
export function format({ name, against, value, yardstick, goal, unit }: Row) {
  const amount = `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
  if (against === name) return `| ${name} | ${amount} | | | |`;
  const ratio = value / yardstick;
  const met = goal === undefined ? "" : ratio <= goal ? "met" : "not met";
  return `| ${name} | ${amount} | ${ratio.toFixed(2)} x ${against} | ${
    goal === undefined ? "" : `at most ${goal}`
  } | ${met} |`;
}
