// Which language a browser is answered in.
import assert from "node:assert/strict";
import { chooseLanguage } from "../../src/page/words.ts";

for (
  const [header, language] of [
    [null, "en"],
    ["", "en"],
    ["*", "en"],
    ["fr, de;q=0.9", "en"],
    ["ja", "ja"],
    ["ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", "ja"],
    ["en-US,en;q=0.9,ja;q=0.8", "en"],
    ["fr;q=1, ja;q=0.2", "ja"],
    ["ja;q=0, fr", "en"],
    ["en;q=0.3, ja;q=0.9", "ja"],
    ["ja, en", "ja"],
    ["en, ja", "en"],
    ["fr, ja, en", "ja"],
    ["JA-jp", "ja"],
    ["jam, javanese", "en"],
    ["ja;q=high, en;q=0.1", "en"],
    [",".repeat(100_000) + "ja", "en"],
  ] as const
) {
  Deno.test(`the language for ${JSON.stringify(header)?.slice(0, 50)} is ${language}`, () => {
    assert.equal(chooseLanguage(header), language);
  });
}
