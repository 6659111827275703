// The sentences that people read: plain technical English, and none of the worst patterns.
import assert from "node:assert/strict";
import { ROOT } from "./support/command.ts";

/** Rooms of src whose sentences are checked; "" is the files of src itself. */
const ROOMS = ["", "cli", "credentials", "doctor", "machine", "page", "sts"];

/** Patterns that read as if translated, and an example of each. */
const PATTERNS = [
  { pattern: /\b(?:is|are) none\b/, example: "its aws_access_key_id is none" },
  { pattern: /\bno number of\b/, example: "it is no number of seconds" },
  { pattern: /\bstands? (?:in|for|behind)\b/, example: "it stands in line 7" },
  {
    pattern: /(?<!\bthere )\bis no [a-z]/i,
    example: '"soon" is no duration',
  },
  {
    pattern: /^(?:What|Which|Who|Whoever|Whatever|Where) [a-z]/,
    example: "What was found cannot be written",
  },
] as const;

/** The string literals of `text` that hold words, without their quotes. */
function sentencesOf(text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  return Array.from(
    code.matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g),
    ([literal]) => literal.slice(1, -1),
  ).filter((literal) => /[a-z] [a-z]/i.test(literal));
}

function offences(sentences: readonly string[]): string[] {
  return sentences.filter((sentence) =>
    PATTERNS.some(({ pattern }) => pattern.test(sentence))
  );
}

function* sourcesIn(directory: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const url = new URL(isDirectory ? `${name}/` : name, directory);
    if (isDirectory) yield* sourcesIn(url);
    else yield url;
  }
}

for (const room of ROOMS) {
  Deno.test(`src/${room} says nothing that reads as if translated`, async () => {
    const directory = new URL(room === "" ? "src/" : `src/${room}/`, ROOT);
    const sentences: string[] = [];
    for (const url of sourcesIn(directory)) {
      const isOwn = new URL(".", url).href === directory.href;
      if (room === "" && !isOwn) continue;
      sentences.push(...sentencesOf(await Deno.readTextFile(url)));
    }
    assert(sentences.length > 0);
    assert.deepEqual(offences(sentences), []);
  });
}

Deno.test("each pattern is seen where it occurs, in either kind of literal", () => {
  for (const { example } of PATTERNS) {
    for (const quote of ['"', "`"]) {
      const text = `// ${example}\nsay(${quote}${
        example.replaceAll('"', "'")
      }${quote});`;
      assert.equal(offences(sentencesOf(text)).length, 1, text);
    }
  }
  assert.deepEqual(offences(sentencesOf('say("There is no terminal");')), []);
});
