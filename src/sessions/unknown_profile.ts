// What to say when a profile is asked for that is not there.
import { UpdstsError } from "../errors.ts";

/** A file may have thousands of profiles; more than these are only counted. */
const MAX_NAMES = 10;

/** The error that names those that there are, the likeliest first. */
export async function unknownProfile(
  name: string,
  existing: readonly string[],
): Promise<UpdstsError> {
  const shown = (await nearestFirst(name, existing))
    .slice(0, MAX_NAMES)
    .map((name) => JSON.stringify(name));
  if (existing.length > shown.length) {
    shown.push(`and ${existing.length - shown.length} more`);
  }
  return new UpdstsError(
    "PROFILE_NOT_FOUND",
    `Cannot find profile ${JSON.stringify(name)}: the file has no such section`,
    {
      hint: existing.length === 0
        ? "the file has no profiles yet; add one with `aws configure`"
        : `the profiles are: ${shown.join(", ")}`,
    },
  );
}

/** `names`, those that take the fewest edits to become `typed` first. */
export async function nearestFirst(
  typed: string,
  names: readonly string[],
): Promise<string[]> {
  // Loading it takes longer than all else that a command does: only if needed.
  const { distance } = await import("fastest-levenshtein");
  const lower = typed.toLowerCase();
  return names
    .map((name) => ({ name, edits: distance(lower, name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
    .map(({ name }) => name);
}
