// foreignChange(): what is nobody's business but ours, what is another program's, and what is gone.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { refreshEdits } from "../../src/credentials/session_edits.ts";
import { applyEdits } from "../../src/credentials/text.ts";
import { Secret } from "../../src/secret.ts";
import { foreignChange } from "../../src/sessions/foreign_change.ts";

const GIVEN = [
  "# mine",
  "[default]",
  "aws_access_key_id = AKIA",
  "aws_secret_access_key = secret",
  "[other]",
  "region = x",
  "",
].join("\n");

function refreshed(text: string, profile: string, token: string): string {
  return applyEdits(
    text,
    refreshEdits(parseFile(text), profile, `${profile}_sts`, {
      accessKeyId: "ASIA",
      secretAccessKey: new Secret("s"),
      sessionToken: new Secret(token),
      expiration: "2026-01-02T03:04:05+00:00",
    }),
  );
}

Deno.test("foreignChange() does not mind what another updsts did", () => {
  const first = refreshed(GIVEN, "default", "one");
  assert.equal(foreignChange(GIVEN, GIVEN), "none");
  assert.equal(foreignChange(GIVEN, first), "none");
  assert.equal(
    foreignChange(first, refreshed(first, "default", "two")),
    "none",
  );
  assert.equal(foreignChange(first, refreshed(first, "other", "two")), "none");
  const unfinished = GIVEN.trimEnd();
  assert.equal(
    foreignChange(unfinished, refreshed(unfinished, "default", "one")),
    "none",
  );
});

Deno.test("foreignChange() sees what another program wrote", () => {
  const first = refreshed(GIVEN, "default", "one");
  for (
    const now of [
      `${GIVEN}[new]\nregion = y\n`,
      GIVEN.replace("region = x", "region = y"),
      GIVEN.replace("[default]\n", "[default]\n\n"),
      `# more\n${first}`,
      first.replace("$}}}", "$}}"),
    ]
  ) {
    const before = now.includes("$") ? first : GIVEN;
    assert.equal(foreignChange(before, now), "changed", now);
  }
});

Deno.test("foreignChange() misses a profile, a key, and the last line end", () => {
  const first = refreshed(GIVEN, "default", "one");
  for (
    const now of [
      "",
      "[default]\n",
      GIVEN.replace("[other]\nregion = x\n", ""),
      GIVEN.replace("aws_secret_access_key = secret\n", ""),
      `# more\n${GIVEN.trimEnd()}`,
      // Taken out by another updsts, or not written yet: who knows.
      GIVEN,
    ]
  ) assert.equal(foreignChange(first, now), "lost", now);
});

// A program that had changed a value, and written all keys but not the notes
// behind them, was taken to be done: the notes were lost, with exit code 0.
Deno.test("foreignChange() misses a note, a line of another kind, and one of two that are alike", () => {
  const end =
    "# aws_secret_access_key = kept\nmore\n# twice\n[other]\n# twice\n";
  const text = GIVEN + end;
  const changed = text.replace("region = x", "region = y");
  assert.equal(foreignChange(text, changed), "changed");
  for (const line of end.matchAll(/.+\n/g)) {
    const half = changed.slice(0, GIVEN.length + line.index);
    assert.equal(foreignChange(text, half), "lost", half);
  }
});

// A script that kept a counter in a note, and put whole files in place of each
// other, was waited for until the session was lost.
Deno.test("foreignChange() does not miss a note that became another one", () => {
  const text = `# counter 1\n${GIVEN}`;
  assert.equal(
    foreignChange(text, text.replace("counter 1", "counter 2")),
    "changed",
  );
});

Deno.test("foreignChange() takes no beginning of a file for the whole", () => {
  const text = `${refreshed(GIVEN, "default", "one")}\n# the end\n\n`;
  for (let length = 0; length < text.length; length++) {
    assert.equal(foreignChange(text, text.slice(0, length)), "lost");
  }
});
