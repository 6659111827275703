// Names that can stand in a header, and those that cannot.
import assert from "node:assert/strict";
import {
  assertProfileName,
  assertSessionName,
} from "../../src/credentials/refusals.ts";
import { failsWith } from "../support/errors.ts";

const NAMES = [
  "default",
  "a b",
  "a.b/c@d+e:f%g",
  "日本",
  "🔑",
  "x".repeat(500),
];

/** Names that no header can hold, by the reason. */
const WRONG: [RegExp, string[]][] = [
  [/empty/, [""]],
  [/bracket/, ["a]", "[a"]],
  [/line end/, ["a\nb", "a\rb", "a\u2028b"]],
  [/control/, ["a\tb", "a\0b", "a\u0085b", "\x1b[31m", "\x1ca", "a\x1f"]],
  [/space/, [" a", "a ", "\u3000a", "a\u3000", "\xa0a", "a\ufeff"]],
  [/# or ;/, ["a #b", "a ;b"]],
  [/SDKs/, ["__proto__", "profile __proto__"]],
  [/Unicode/, ["\ud800"]],
];

/** Go's parser ends a header at either sign, and reads the keys below it into the profile above. */
const CUT = ["a#b", "a;b", "#a", "a;"];

Deno.test("assertProfileName() and assertSessionName() take what the field uses, and refuse what no header can hold", async () => {
  for (const name of NAMES) assertSessionName(name);
  for (const name of [...NAMES, ...CUT]) assertProfileName(name, "the name");
  for (const [reason, names] of WRONG) {
    for (const name of names) {
      const { message } = await failsWith(
        "NAME_INVALID",
        () => assertProfileName(name, "the name"),
      );
      assert.match(message, reason);
      assert.match(message, /^Cannot use the name: /);
      await failsWith("NAME_INVALID", () => assertSessionName(name));
    }
  }
});

Deno.test("assertSessionName() refuses # and ; as well, and names -sn", async () => {
  for (const name of CUT) {
    const { message, hint } = await failsWith(
      "NAME_INVALID",
      () => assertSessionName(name),
    );
    assert.match(message, /# or ;/);
    assert.match(hint ?? "", /-sn/);
  }
});
