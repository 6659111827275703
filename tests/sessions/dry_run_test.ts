// changedLines(): the lines that edits name, and no others.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { refreshEdits } from "../../src/credentials/session_edits.ts";
import { changedLines } from "../../src/sessions/dry_run.ts";
import { REHEARSED } from "../../src/sessions/plan.ts";

const BEGIN = "# ${{{ key=default [auto update by updsts]";
const END = "# $}}} [auto update by updsts]";

function diff(lines: readonly string[], eol = "\n", name = "default_sts") {
  const text = lines.join(eol);
  const edits = refreshEdits(parseFile(text), "default", name, REHEARSED);
  return changedLines("PATH", text, edits).split("\n").slice(1);
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
  Deno.test(`changedLines() shows the lines that a refresh changes, below their header (${ends})`, () => {
    assert.deepEqual(diff(BLOCK, eol), [
      " [default_sts]",
      "-aws_access_key_id = ASIAEXAMPLESESSION00",
      "+aws_access_key_id = (from STS)",
      "-aws_secret_access_key = ********",
      "+aws_secret_access_key = (from STS)",
      "-aws_session_token = ********",
      "+aws_session_token = (from STS)",
      "-********",
      "-expiration_datetime = 2025-01-01T00:00:00+00:00",
      "+expiration_datetime = (from STS)",
      "-expiration = 2025-01-01 00:00:00",
      "+expiration = (from STS)",
    ]);
  });
}

// To the AWS CLI, all up to the last bracket is the name; it was shown whole.
Deno.test("changedLines() masks what stands in brackets behind those of a header", () => {
  const lines = diff([BEGIN, "[default_sts] [once hunter2]", END, ""]);
  assert.deepEqual(lines.slice(0, 2), [
    "-[default_sts] ********",
    "+[default_sts]",
  ]);
});

Deno.test("changedLines() shows another name, keys that come, and a header that moves", () => {
  assert.deepEqual(
    diff([BEGIN, "[old]", "region = x", "# note", END, ""], "\n", "new"),
    [
      "-[old]",
      "+[new]",
      "+aws_access_key_id = (from STS)",
      "+aws_secret_access_key = (from STS)",
      "+aws_session_token = (from STS)",
      "+expiration_datetime = (from STS)",
    ],
  );
  const moved = diff(["[default_sts]", BEGIN, "region = x", END, ""]);
  assert.deepEqual(moved.slice(0, 2), ["-[default_sts]", "+[default_sts]"]);
});

// The last line was shown as changed, since a line end was added to it.
Deno.test("changedLines() shows no last line that is only ended", () => {
  for (const last of ["# secret", "# secret\r", "x = secret"]) {
    const shown = diff(["[default]", last]);
    assert.equal(shown[0], `+${BEGIN}`);
    assert.equal(shown.length, 7);
    assert.doesNotMatch(shown.join("\n"), /secret(?!_)/);
  }
});
