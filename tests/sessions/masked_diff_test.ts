// maskedDiff(): the lines that edits name, and no others.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { refreshEdits } from "../../src/credentials/session_edits.ts";
import { maskedDiff } from "../../src/sessions/masked_diff.ts";
import { REHEARSED } from "../../src/sessions/session_plan.ts";

const BEGIN = "# ${{{ key=default [auto update by updsts]";
const END = "# $}}} [auto update by updsts]";

function diff(lines: readonly string[], eol = "\n", name = "default_sts") {
  const text = lines.join(eol);
  const edits = refreshEdits(parseFile(text), "default", name, REHEARSED);
  return maskedDiff("PATH", text, edits).split("\n").slice(2);
}

const BLOCK = [
  "# my secret note",
  BEGIN,
  "[default_sts] # another secret",
  "aws_access_key_id = ASIAEXAMPLESESSION00",
  "# AKIAOLD, hunter2",
  "aws_secret_access_key = x # old one was y",
  "aws_session_token: t",
  "  wrapped token",
  "expiration_datetime = 2025-01-01T00:00:00+00:00",
  "region = eu-west-1",
  "expiration = 2025-01-01 00:00:00",
  END,
  "",
];

for (
  const [ends, eol] of Object.entries({ LF: "\n", CRLF: "\r\n", CR: "\r" })
) {
  Deno.test(`maskedDiff() shows the lines that a refresh changes, below their header (${ends})`, () => {
    assert.deepEqual(diff(BLOCK, eol), [
      "@@ -3,2 +3,2 @@",
      " [default_sts]",
      "-aws_access_key_id = ASIAEXAMPLESESSION00",
      "+aws_access_key_id = (from STS)",
      "@@ -6,4 +6,3 @@",
      "-aws_secret_access_key = ********",
      "-aws_session_token = ********",
      "-********",
      "-expiration_datetime = 2025-01-01T00:00:00+00:00",
      "+aws_secret_access_key = (from STS)",
      "+aws_session_token = (from STS)",
      "+expiration_datetime = (from STS)",
      "@@ -11 +10 @@",
      "-expiration = 2025-01-01 00:00:00",
      "+expiration = (from STS)",
    ]);
  });
}

// To the AWS CLI, all up to the last bracket is the name; it was shown whole.
Deno.test("maskedDiff() masks what stands in brackets behind those of a header", () => {
  const lines = diff([BEGIN, "[default_sts] [once hunter2]", END, ""]);
  assert.deepEqual(lines.slice(1, 3), [
    "-[default_sts] ********",
    "+[default_sts]",
  ]);
});

Deno.test("maskedDiff() shows another name, keys that come, and a header that moves", () => {
  assert.deepEqual(
    diff([BEGIN, "[old]", "region = x", "# note", END, ""], "\n", "new"),
    [
      "@@ -2 +2 @@",
      "-[old]",
      "+[new]",
      "@@ -3,0 +4,4 @@",
      "+aws_access_key_id = (from STS)",
      "+aws_secret_access_key = (from STS)",
      "+aws_session_token = (from STS)",
      "+expiration_datetime = (from STS)",
    ],
  );
  const [first, ...rest] = diff([
    "[default_sts]",
    BEGIN,
    "region = x",
    END,
    "",
  ]);
  assert.equal(first, "@@ -1 +0,0 @@");
  assert.deepEqual(rest.slice(0, 3), [
    "-[default_sts]",
    "@@ -2,0 +2 @@",
    "+[default_sts]",
  ]);
});

// The last line was in the diff, since a line end was added to it.
Deno.test("maskedDiff() shows no last line that is only ended", () => {
  for (const last of ["# secret", "# secret\r", "x = secret"]) {
    const shown = diff(["[default]", last]);
    assert.equal(shown[0], "@@ -2,0 +3,7 @@");
    assert.equal(shown[1], `+${BEGIN}`);
    assert.doesNotMatch(shown.join("\n"), /secret(?!_)/);
  }
});
