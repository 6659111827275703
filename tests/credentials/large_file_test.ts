// A file of thousands of profiles is handled as correctly as a small one.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { listProfiles } from "../../src/credentials/profiles.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { readAsSdk, readAsWeDo } from "../support/sdk_parser.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const PROFILES = 5_000;
const MARKER = "[auto update by updsts]";

/** The block of a profile, with the values of {@linkcode EXAMPLE_SESSION} or older ones. */
function block(index: number, isNew: boolean): string[] {
  return [
    `# \${{{ key=team${index}/dev ${MARKER}`,
    `[team${index}/dev_sts]`,
    `aws_access_key_id = ${isNew ? EXAMPLE_SESSION.accessKeyId : "ASIAOLD"}`,
    `aws_secret_access_key = ${isNew ? "session+secret/EXAMPLE" : "old"}`,
    `aws_session_token = ${isNew ? "session//token+EXAMPLE==" : "old"}`,
    `expiration_datetime = ${isNew ? EXAMPLE_SESSION.expiration : "old"}`,
    `# $}}} ${MARKER}`,
  ];
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

/** The whole file, a block for every tenth profile; that of profile `refreshed` holds the new values. */
function file(refreshed?: number): string {
  return joined(
    Array.from({ length: PROFILES }, (_, index) => [
      `[team${index}/dev]`,
      `aws_access_key_id = AKIAEXAMPLE${index}`,
      `aws_secret_access_key = secret/of+${index}=${"x".repeat(100)}`,
      `mfa_device_arn = arn:aws:iam::123456789012:mfa/person${index}`,
      `# note ${index}`,
      ...(index % 10 === 0 ? block(index, index === refreshed) : []),
    ]).flat(),
  );
}

Deno.test("a file of 5,000 profiles is read whole, and as the AWS SDK reads it", async () => {
  const text = file();
  assert(text.length > 1_000_000);
  const parsed = parseFile(text);
  assert.equal(listProfiles(parsed).length, PROFILES + PROFILES / 10);
  assert.deepEqual(parsed.damage, []);
  assert.equal(parsed.blocks.length, PROFILES / 10);
  assert.deepEqual(readAsWeDo(text), await readAsSdk(text));
});

Deno.test("refreshEdits() changes one block among hundreds (first, middle, last), or appends one", () => {
  const given = file();
  for (
    const [index, expected] of [
      ...[0, 2_500, 4_990].map((index) => [index, file(index)] as const),
      [4_999, given + joined(block(4_999, true))] as const,
    ]
  ) {
    const key = `team${index}/dev`;
    const refresh = (text: string) =>
      checkedRefresh(text, key, `${key}_sts`, EXAMPLE_SESSION);
    assert(refresh(given) === expected, `another file came out for ${index}`);
    assert(refresh(expected) === expected, "a second refresh changed it");
  }
});
