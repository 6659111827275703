// refreshEdits(): values that must never be written.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { refreshEdits } from "../../src/credentials/session_edits.ts";
import { applyEdits } from "../../src/credentials/text.ts";
import { Secret } from "../../src/secret.ts";
import { failsWith } from "../support/errors.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

Deno.test("refreshEdits() refuses values that could be more than a value", async () => {
  for (
    const value of [
      "",
      "a\nb",
      "a\r",
      "a b",
      "[a]",
      "a#b",
      "a;b",
      "a\0",
      "é",
      "a\u2028",
    ]
  ) {
    const sessions = [
      { ...EXAMPLE_SESSION, accessKeyId: value },
      { ...EXAMPLE_SESSION, secretAccessKey: new Secret(value) },
      { ...EXAMPLE_SESSION, sessionToken: new Secret(value) },
      { ...EXAMPLE_SESSION, expiration: value },
    ];
    for (const session of sessions) {
      const { message } = await failsWith(
        "STS_ANSWER_INVALID",
        () => refreshEdits(parseFile("[a]\n"), "a", "b", session),
      );
      assert(value === "" || !message.includes(value));
    }
  }
});

// botocore takes it before aws_session_token: with the former session's, STS
// refused everything, after exit code 0 and a clean doctor.
Deno.test("refreshEdits() keeps aws_security_token current, and refuses one behind the block", async () => {
  const lines = [
    "# ${{{ key=a [auto update by updsts]",
    "[a_sts]",
    "aws_security_token = old",
    "aws_session_token = old",
    "# $}}} [auto update by updsts]",
    "",
  ];
  const given = lines.join("\n");
  const after = applyEdits(
    given,
    refreshEdits(parseFile(given), "a", "a_sts", EXAMPLE_SESSION),
  );
  const token = EXAMPLE_SESSION.sessionToken.reveal();
  assert(after.includes(`aws_security_token = ${token}\n`));
  assert(!after.includes("old"));
  const behind = given.replace("aws_security_token = old\n", "") +
    "aws_security_token = old\n";
  await failsWith(
    "BLOCK_BROKEN",
    () => refreshEdits(parseFile(behind), "a", "a_sts", EXAMPLE_SESSION),
  );
});
