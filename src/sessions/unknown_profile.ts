// What to say when a profile is asked for that is not there.
import { UpdstsError } from "../errors.ts";

/** A file may have thousands of profiles; more than these are only counted. */
const MAX_NAMES = 5;

/**
 * The error that names those that there are, the likeliest first; but none of
 * stdin, which may hold anything. Or it says that the config file gives the
 * profile credentials, by the key `configured`.
 */
export async function unknownProfile(
  name: string,
  existing: readonly string[],
  { fromStdin = false, configured }: {
    readonly fromStdin?: boolean;
    readonly configured?: string | undefined;
  } = {},
): Promise<UpdstsError> {
  if (fromStdin) {
    return new UpdstsError(
      "PROFILE_NOT_FOUND",
      `Cannot find profile ${JSON.stringify(name)}: stdin has no such section`,
      {
        hint:
          "pipe in the text of a credentials file, with the long-term key in it",
      },
    );
  }
  if (configured !== undefined) {
    return new UpdstsError(
      "PROFILE_NOT_FOUND",
      `Cannot find profile ${JSON.stringify(name)} in the credentials file: ` +
        `the config file gives it credentials of its own (${configured})`,
      { hint: "use it as it is: it needs no session of updsts" },
    );
  }
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
  return (await byDistance(typed, names)).map(({ name }) => name);
}

/** Those of `names` that a slip of a finger or two could have made of `typed`. */
export async function nearOnes(
  typed: string,
  names: readonly string[],
): Promise<string[]> {
  const found = (await byDistance(typed, names)).filter(({ name, edits }) =>
    edits <= Math.min(3, Math.max(typed.length, name.length) / 3)
  );
  return found.filter(({ edits }) => edits === found[0]?.edits)
    .map(({ name }) => name);
}

async function byDistance(
  typed: string,
  names: readonly string[],
): Promise<{ readonly name: string; readonly edits: number }[]> {
  // Loading it takes longer than all else that a command does: only if needed.
  const { distance } = await import("fastest-levenshtein");
  const lower = typed.toLowerCase();
  return names
    .map((name) => {
      const other = name.toLowerCase();
      const edits = distance(lower, other);
      // Two letters in the wrong order are one slip, not two.
      const swapped = edits === 2 && sorted(lower) === sorted(other);
      return { name, edits: swapped ? 1 : edits };
    })
    .sort((a, b) => a.edits - b.edits);
}

function sorted(word: string): string {
  return Array.from(word).sort().join("");
}
