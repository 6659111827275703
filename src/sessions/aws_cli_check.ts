// Whether the AWS CLI can read the file at all, before and after a change.
import { whyAwsCliRefusesFile } from "../credentials/readers/aws_cli.ts";
import { brokenBlock } from "../credentials/refusals.ts";
import { applyEdits, type Edit } from "../credentials/text.ts";

/**
 * Why the AWS CLI does not read the file, now and after `edits`; undefined if
 * it reads it then.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN` if the edits made it so
 */
export function awsCliRefusal(
  text: string,
  edits: readonly Edit[],
): string | undefined {
  const after = whyAwsCliRefusesFile(applyEdits(text, edits));
  if (after === undefined) return undefined;
  const before = whyAwsCliRefusesFile(text);
  if (before !== undefined) return before;
  throw brokenBlock(`the AWS CLI would refuse the whole file then: ${after}`);
}
