// The sentences that people read, in src and in the documents: without the worst patterns.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ROOT } from "./support/command.ts";

/** Patterns that read as if translated, and an example of each. */
const PATTERNS = [
  { pattern: /\b(?:is|are) none\b/, example: "its aws_access_key_id is none" },
  { pattern: /\bno number of\b/, example: "it is no number of seconds" },
  { pattern: /\bstands? (?:in|for|behind)\b/, example: "it stands in line 7" },
  {
    pattern: /(?<!\bthere )\bis no (?!longer)[a-z]/i,
    example: '"soon" is no duration',
  },
  {
    pattern: /^(?:What|Which|Who|Whoever|Whatever|Where) [a-z]/,
    example: "What was found cannot be written",
  },
];

/** Further ones, which the documents and the first comment of a file do not have. */
const IN_PROSE = [
  { pattern: /\bstands?\b/, example: "The session stands there" },
  { pattern: /\bnobody\b/i, example: "Nobody sees it" },
  { pattern: /\bwhoever\b/i, example: "It helps whoever reads it" },
  { pattern: /\bheard\b/, example: "The answer is heard" },
  { pattern: /\bbehind\b/, example: "The comment behind a value" },
  { pattern: /\banew\b/, example: "It writes them anew" },
];

/** The string literals of `text` that hold words, without their quotes. */
function sentencesOf(text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  return Array.from(
    code.matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g),
    ([literal]) => literal.slice(1, -1),
  ).filter((literal) => /[a-z] [a-z]/i.test(literal));
}

/** The sentences of a document or a comment, without headings and code. */
function sentencesOfProse(text: string): string[] {
  return text.replace(/^```[^]*?^```$|^#.*$/gm, "").replace(/`[^`]*`/g, "x")
    .split(/\n\n|\n *(?:-|\d+\.) |\||[.:;] |\.\n|\n(?=\|)/)
    .map((sentence) => sentence.replace(/\s+/g, " ").trim())
    .filter((sentence) => sentence.includes(" "));
}

function offences(
  sentences: readonly string[],
  patterns: readonly { readonly pattern: RegExp }[],
): string[] {
  return sentences.filter((sentence) =>
    patterns.some(({ pattern }) => pattern.test(sentence))
  );
}

/** The first comment of a file, without the marks of comments. */
function firstComment(text: string): string {
  const [comment = ""] = /^(?:#!.*\n)?(?:(?:\/\/|#).*\n)*/.exec(text) ?? [];
  return comment.replace(/^(?:\/\/|#)!?/gm, "");
}

const EVERYWHERE = [...PATTERNS, ...IN_PROSE];

for (
  const { what, files, sentencesIn, patterns } of [
    {
      what: "the sentences of src",
      files: "src/**/*.*",
      sentencesIn: sentencesOf,
      patterns: PATTERNS,
    },
    {
      what: "the documents",
      files: "{README.md,docs/*.md,tests/fixtures/README.md}",
      sentencesIn: sentencesOfProse,
      patterns: EVERYWHERE,
    },
    {
      what: "the first comments of the files of src and .ci",
      files: "{src/**/*.*,.ci/*}",
      sentencesIn: (text: string) => sentencesOfProse(firstComment(text)),
      patterns: EVERYWHERE,
    },
  ]
) {
  Deno.test(`${what} do not read as if translated`, async () => {
    let count = 0;
    const found: string[] = [];
    for (const path of globSync(files, { cwd: fileURLToPath(ROOT) })) {
      if (path.endsWith(".ja.md")) continue;
      const text = await Deno.readTextFile(new URL(path, ROOT));
      const sentences = sentencesIn(text);
      count += sentences.length;
      for (const sentence of offences(sentences, patterns)) {
        found.push(`${path}: ${sentence}`);
      }
    }
    assert.deepEqual(found, []);
    assert(count > 60, `${count} sentences were found`);
  });
}

Deno.test("each pattern is seen in prose, and not in code", () => {
  for (const { example } of EVERYWHERE) {
    for (const text of [`It is. ${example}.\n`, `- ${example}\n`]) {
      const sentences = sentencesOfProse(`One.\n\n${text}`);
      assert.equal(offences(sentences, EVERYWHERE).length, 1, text);
    }
    const code = `\`\`\`sh\n${example}\n\`\`\`\n`;
    assert.deepEqual(offences(sentencesOfProse(code), EVERYWHERE), []);
  }
});

Deno.test("each pattern is seen in either kind of literal, and not in a comment", () => {
  for (const { example } of PATTERNS) {
    for (const quote of ['"', "`"]) {
      const literal = `${quote}${example.replaceAll('"', "'")}${quote}`;
      const sentences = sentencesOf(`// ${example}\nsay(${literal});`);
      assert.equal(offences(sentences, PATTERNS).length, 1, literal);
    }
  }
  const sentences = sentencesOf('say("There is no terminal");');
  assert.deepEqual(offences(sentences, PATTERNS), []);
});
