// The sentences that people read, in src and in the documents: without the worst patterns.
import assert from "node:assert/strict";
import { ROOT } from "./support/command.ts";

/** Rooms of src whose sentences are checked; "" is the files of src itself. */
const ROOMS = [
  "",
  "cli",
  "credentials",
  "doctor",
  "machine",
  "mcp",
  "page",
  "sessions",
  "sts",
];

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
  patterns: readonly { readonly pattern: RegExp }[] = PATTERNS,
): string[] {
  return sentences.filter((sentence) =>
    patterns.some(({ pattern }) => pattern.test(sentence))
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

const DOCUMENTS = [
  "README.md",
  "tests/fixtures/README.md",
  ...Array.from(Deno.readDirSync(new URL("docs/", ROOT)), ({ name }) => name)
    .filter((name) => /(?<!\.ja)\.md$/.test(name)).map((name) =>
      `docs/${name}`
    ),
];

for (const path of DOCUMENTS) {
  Deno.test(`${path} says nothing that reads as if translated`, async () => {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const sentences = sentencesOfProse(text);
    assert(sentences.length > 20);
    assert.deepEqual(offences(sentences, [...PATTERNS, ...IN_PROSE]), []);
  });
}

Deno.test("the first comment of each file in src and .ci is plain", async () => {
  const comments: string[] = [];
  for (const room of ["src/", ".ci/"]) {
    for (const url of sourcesIn(new URL(room, ROOT))) {
      const text = await Deno.readTextFile(url);
      const [comment = ""] = /^(?:#!.*\n)?(?:(?:\/\/|#).*\n)*/.exec(text) ?? [];
      comments.push(comment.replace(/^(?:\/\/|#)!?/gm, ""));
    }
  }
  assert(comments.length > 60);
  const sentences = comments.flatMap(sentencesOfProse);
  assert.deepEqual(offences(sentences, [...PATTERNS, ...IN_PROSE]), []);
});

Deno.test("each pattern is seen in prose, and not in code", () => {
  const patterns = [...PATTERNS, ...IN_PROSE];
  for (const { example } of patterns) {
    for (const text of [`It is. ${example}.\n`, `- ${example}\n`]) {
      const sentences = sentencesOfProse(`One.\n\n${text}`);
      assert.equal(offences(sentences, patterns).length, 1, text);
    }
    const code = `\`\`\`sh\n${example}\n\`\`\`\n`;
    assert.deepEqual(offences(sentencesOfProse(code), patterns), []);
  }
});

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
