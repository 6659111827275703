// refreshEdits(): values that must never be written.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parsed_file.ts";
import { refreshEdits } from "../../src/credentials/refresh_edits.ts";
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
