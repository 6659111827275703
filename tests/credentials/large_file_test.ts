// A file of thousands of profiles is handled as correctly as a small one.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { listProfiles } from "../../src/credentials/profiles.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { readAsSdk, readAsWeDo } from "../support/sdk_parser.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const PROFILES = 5_000;
const MARKER = "[auto update by updsts]";

function profile(index: number): string[] {
  return [
    `[team${index}/dev]`,
    `aws_access_key_id = AKIAEXAMPLE${index}`,
    `aws_secret_access_key = secret/of+${index}=${"x".repeat(100)}`,
    `mfa_device_arn = arn:aws:iam::123456789012:mfa/person${index}`,
    `# note ${index}`,
  ];
}

/** A block for every tenth profile: its tags, and the lines between them. */
function block(index: number, values: readonly string[]): string[] {
  return [
    `# \${{{ key=team${index}/dev ${MARKER}`,
    `[team${index}/dev_sts]`,
    ...values,
    `# $}}} ${MARKER}`,
  ];
}

const OLD = [
  "aws_access_key_id = ASIAOLD",
  "aws_secret_access_key = old",
  "aws_session_token = old",
  "expiration_datetime = 2025-01-01T00:00:00+00:00",
];
const NEW = [
  "aws_access_key_id = ASIAEXAMPLESESSION00",
  "aws_secret_access_key = session+secret/EXAMPLE",
  "aws_session_token = session//token+EXAMPLE==",
  "expiration_datetime = 2026-01-02T12:04:05+09:00",
];

/** The whole file; the block of profile `refreshed` holds the new values. */
function file(refreshed?: number): string {
  const lines = Array.from({ length: PROFILES }, (_, index) => [
    ...profile(index),
    ...(index % 10 === 0 ? block(index, index === refreshed ? NEW : OLD) : []),
  ]);
  return lines.flat().map((line) => `${line}\r\n`).join("");
}

function refresh(text: string, index: number): string {
  const key = `team${index}/dev`;
  return checkedRefresh(text, key, `${key}_sts`, EXAMPLE_SESSION);
}

Deno.test("a file of 5,000 profiles is read whole, and as the AWS SDK reads it", async () => {
  const text = file();
  assert(text.length > 1_000_000);
  const parsed = parseFile(text);
  assert.equal(listProfiles(parsed).length, PROFILES + PROFILES / 10);
  const { blocks, damage } = parsed;
  assert.deepEqual(damage, []);
  assert.equal(blocks.length, PROFILES / 10);
  assert.deepEqual(readAsWeDo(text), await readAsSdk(text));
});

Deno.test("refreshEdits() changes one block among hundreds: first, middle, last", () => {
  for (const index of [0, 2_500, 4_990]) {
    const after = refresh(file(), index);
    assert(after === file(index), `another file came out for ${index}`);
    assert(refresh(after, index) === after, "a second refresh changed it");
  }
});

Deno.test("refreshEdits() appends one block to a file of 5,000 profiles", () => {
  const given = file();
  const expected = block(4_999, NEW).map((line) => `${line}\r\n`).join("");
  assert(refresh(given, 4_999) === given + expected);
});
