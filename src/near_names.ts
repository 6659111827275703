// Finds names that are similar to a mistyped one.

/** `names`, sorted by the number of edits between them and `typed`. */
export function byCloseness(
  typed: string,
  names: readonly string[],
): string[] {
  return byDistance(typed, names).map(({ name }) => name);
}

/** The nearest of `names`, if they are at most three edits and a third of the letters away. */
export function closestNames(
  typed: string,
  names: readonly string[],
): string[] {
  const sorted = byDistance(typed, names);
  return sorted.filter(({ name, edits }) =>
    edits === sorted[0]?.edits &&
    edits <= Math.min(3, Math.max(typed.length, name.length) / 3)
  ).map(({ name }) => name);
}

function byDistance(typed: string, names: readonly string[]) {
  return names
    .map((name) => ({
      name,
      edits: editsBetween(typed.toLowerCase(), name.toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits);
}

/** The number of letters to insert, remove, replace, or swap with the next one. */
function editsBetween(typed: string, name: string): number {
  let before: number[] = [];
  let above = Array.from({ length: name.length + 1 }, (_, index) => index);
  for (let i = 1; i <= typed.length; i++) {
    const row = [i];
    for (let j = 1; j <= name.length; j++) {
      const [letter, other] = [typed[i - 1], name[j - 1]];
      const ways = [
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (letter === other ? 0 : 1),
      ];
      if (i > 1 && j > 1 && letter === name[j - 2] && other === typed[i - 2]) {
        ways.push((before[j - 2] ?? 0) + 1);
      }
      row.push(Math.min(...ways));
    }
    [before, above] = [above, row];
  }
  return above[name.length] ?? 0;
}
