// What a change would do to the credentials file, without its secrets.
import { applyEdits, type Edit } from "../credentials/edit.ts";
import { decodeText } from "../credentials/profile_name.ts";
import { parseFile } from "../credentials/parsed_file.ts";
import { maskEdits } from "../credentials/shown_values.ts";

/**
 * A unified diff of the lines that `edits` would change in `text`, all values
 * masked that may be secrets. It has no lines of context: those are the user's.
 */
export async function maskedDiff(
  path: string,
  text: string,
  edits: readonly Edit[],
): Promise<string> {
  const { createTwoFilesPatch, OMIT_HEADERS } = await import("diff");
  const patch = createTwoFilesPatch(
    "",
    "",
    masked(text),
    masked(applyEdits(text, edits)),
    undefined,
    undefined,
    { context: 0, headerOptions: OMIT_HEADERS },
  );
  // The package would put a path with a backslash in quotes, doubling it.
  const name = /["\p{Cc}]/u.test(path) ? JSON.stringify(path) : path;
  return [`--- ${name}`, `+++ ${name}`, patch].join("\n").trimEnd();
}

function masked(text: string): string {
  return decodeText(applyEdits(text, maskEdits(parseFile(text))));
}
