// Names that can stand in a header, and those that cannot.
import assert from "node:assert/strict";
import {
  assertProfileName,
  assertSessionName,
} from "../../src/credentials/refusals.ts";
import { parseFile } from "../../src/credentials/parse.ts";
import { refreshEdits } from "../../src/credentials/session_edits.ts";
import { decodeText, encodeText } from "../../src/credentials/text.ts";
import { failsWith } from "../support/errors.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

Deno.test("assertProfileName() takes what the field uses", () => {
  for (
    const name of [
      "default",
      "a b",
      "a.b",
      "a/b",
      "a@b",
      "a+b",
      "日本",
      "🔑",
      "a#b",
      "a;b",
      "#a",
      "x".repeat(500),
    ]
  ) {
    assertProfileName(name, "the name");
  }
});

Deno.test("assertProfileName() refuses what no header can hold", async () => {
  const wrong: [RegExp, string[]][] = [
    [/empty/, [""]],
    [/bracket/, ["a]", "[a"]],
    [/line end/, ["a\nb", "a\rb", "a\u2028b"]],
    [/control/, ["a\tb", "a\0b", "a\u0085b", "\x1b[31m", "\x1ca", "a\x1f"]],
    [/space/, [" a", "a ", "\u3000a", "a\u3000", "\xa0a", "a\ufeff"]],
    [/# or ;/, ["a #b", "a ;b"]],
    [/SDKs/, ["__proto__", "profile __proto__"]],
    [/Unicode/, ["\ud800"]],
  ];
  for (const [reason, names] of wrong) {
    for (const name of names) {
      const { message } = await failsWith(
        "NAME_INVALID",
        () => assertProfileName(name, "the name"),
      );
      assert.match(message, reason);
      assert.match(message, /^Cannot use the name: /);
    }
  }
});

Deno.test("encodeText() gives UTF-8, one character a byte, and decodeText() takes it back", () => {
  assert.equal(encodeText("à"), "\xc3\xa0");
  assert.equal(encodeText("abc"), "abc");
  for (const text of ["à", "日本🔑", "\ufeffx"]) {
    assert.equal(decodeText(encodeText(text)), text);
  }
  assert.equal(decodeText("\xff"), "\ufffd");
});

// Go's parser cuts a header at either sign, wherever it stands, and reads the
// keys below it into the profile above.
Deno.test("assertSessionName() refuses # and ; as well, and names -sn", async () => {
  for (const name of ["a#b", "a;b", "#a", "a;"]) {
    const { message, hint } = await failsWith(
      "NAME_INVALID",
      () => assertSessionName(name),
    );
    assert.match(message, /# or ;/);
    assert.match(hint ?? "", /-sn/);
  }
  for (const name of ["", "a]", " a", "a\x85", "__proto__"]) {
    await failsWith("NAME_INVALID", () => assertSessionName(name));
  }
  for (const name of ["default_sts", "a b", "\u672c\u756a", "a.b/c@d+e:f%g"]) {
    assertSessionName(name);
  }
});

// The empty token makes the indented key below it a nested one, until it has a
// value: a second refresh changed the file again.
Deno.test("refreshEdits() refuses a block that reads otherwise once it is filled", async () => {
  const file = parseFile(
    "# ${{{ key=a [auto update by updsts]\n[a_sts]\n" +
      "  aws_session_token=\n\taws_access_key_id=\n" +
      "# $}}} [auto update by updsts]\n",
  );
  const error = await failsWith(
    "BLOCK_BROKEN",
    () => refreshEdits(file, "a", "a_sts", EXAMPLE_SESSION),
  );
  assert.match(error.message, /line 4 is indented/);
});
