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
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  return createTwoFilesPatch(
    path,
    path,
    masked(text),
    masked(applyEdits(text, edits)),
    undefined,
    undefined,
    { context: 0, headerOptions: FILE_HEADERS_ONLY },
  ).trimEnd();
}

function masked(text: string): string {
  return decodeText(applyEdits(text, maskEdits(parseFile(text))));
}
