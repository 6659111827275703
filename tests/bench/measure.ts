// Measures side by side, in rounds, and tells medians and ratios.

/** What a median is divided by, and the ratio not to be exceeded, if there is one. */
export interface Comparison {
  readonly against: string;
  readonly goal?: number;
}

/** A thing to measure, and what it is measured by. */
export interface Candidate {
  readonly name: string;
  /** None for a yardstick. */
  readonly comparisons: readonly Comparison[];
  /** Milliseconds, or another unit. */
  readonly measure: () => Promise<number> | number;
}

/** A median that was measured, and how it compares. */
export interface Row {
  readonly name: string;
  readonly value: number;
  /** The smallest value: what else the machine did disturbed it least. */
  readonly least: number;
  readonly unit: string;
  readonly ratios: readonly (Comparison & { readonly yardstick: number })[];
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

function shuffled<T>(values: readonly T[]): T[] {
  return values.map((value) => ({ value, at: Math.random() }))
    .sort((one, other) => one.at - other.at).map(({ value }) => value);
}

/**
 * Measures all, round by round and in any order, so that what else the machine
 * does hits all alike, and so does what was measured before.
 */
export async function compare(
  candidates: readonly Candidate[],
  rounds: number,
  unit = "ms",
): Promise<Row[]> {
  const measured = new Map(
    candidates.map(({ name }) => [name, [] as number[]]),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const { name, measure } of shuffled(candidates)) {
      const value = await measure();
      // The first round only warms the caches.
      if (round > 0) measured.get(name)?.push(value);
    }
  }
  const of = (name: string) => median(measured.get(name) ?? []);
  return candidates.map(({ name, comparisons }) => ({
    name,
    value: of(name),
    least: Math.min(...measured.get(name) ?? []),
    unit,
    ratios: comparisons.map((comparison) => ({
      ...comparison,
      yardstick: of(comparison.against),
    })),
  }));
}

/** Lines of a Markdown table, one a comparison. */
export function format({ name, value, least, unit, ratios }: Row): string {
  const [median, smallest] = [value, least].map((number) =>
    number.toFixed(number < 100 ? 1 : 0)
  );
  const amount = `${median} ${unit} | ${smallest}`;
  if (ratios.length === 0) return `| ${name} | ${amount} | | | |`;
  return ratios.map(({ against, goal, yardstick }, index) => {
    const ratio = value / yardstick;
    const met = goal === undefined ? "" : ratio <= goal ? "met" : "not met";
    return `| ${index === 0 ? name : ""} | ${index === 0 ? amount : "|"} | ${
      ratio.toFixed(2)
    } x ${against} | ${goal === undefined ? "" : `at most ${goal}`} | ${met} |`;
  }).join("\n");
}
