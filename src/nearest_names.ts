// Orders names by how likely each is what somebody meant to type.
import { distance } from "fastest-levenshtein";

/** `names`, those that take the fewest edits to become `typed` first. */
export function nearestFirst(
  typed: string,
  names: readonly string[],
): string[] {
  const lower = typed.toLowerCase();
  return names
    .map((name) => ({ name, edits: distance(lower, name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
    .map(({ name }) => name);
}
