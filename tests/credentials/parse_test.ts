// Finding the managed blocks: what is a tag, what is one no longer, and what is wrong.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";

const MARKER = "[auto update by updsts]";
const begin = (key: string) => `# \${{{ key=${key} ${MARKER}`;
const END = `# $}}} ${MARKER}`;

function find(...lines: string[]) {
  const { blocks, damage } = parseFile(lines.join("\n"));
  return { blocks, problems: damage.map(({ message }) => message) };
}

Deno.test("parseFile() gives key, tags and section of each block, in file order", () => {
  const { blocks, problems } = find(
    ...["[a]", begin("a"), "[a_sts]", "region = x", END, begin("b"), END],
    "[c]",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    blocks.map(({ key, begin, end, section }) => [
      ...[key, begin, end, section?.name],
    ]),
    [["a", 1, 4, "a_sts"], ["b", 5, 6, undefined]],
  );
});

Deno.test("parseFile() takes a key byte for byte, and tags of other spacing, indented, behind a BOM", () => {
  const keys = ["a b", "a/b@c+d.e", "\xc3\xa0", "k=v", "key=x", "$}}}"];
  for (
    const [key, first, last] of [
      ...keys.map((key) => [key, begin(key), END] as const),
      ...[
        `#\${{{key=a${MARKER}`,
        `\t  ${begin("a")} \t`,
        `\xef\xbb\xbf${begin("a")}`,
        `#  \${{{   key=  a   ${MARKER}`,
      ].map((first) => ["a", first, `  #$}}}${MARKER}`] as const),
    ]
  ) {
    const { blocks, problems } = find(first, last);
    assert.deepEqual(problems, [], first);
    assert.deepEqual(blocks.map(({ key }) => key), [key], first);
  }
});

Deno.test("parseFile() takes for no tag what only resembles one", () => {
  for (
    const line of [
      `; \${{{ key=a ${MARKER}`,
      `x = \${{{ key=a ${MARKER}`,
      `\${{{ key=a ${MARKER}`,
      `# \${{{ key=a ${MARKER} x`,
      "# ${{{ key=a",
      "# $}}}",
      `# ${MARKER}`,
      `# written ${MARKER}`,
    ]
  ) {
    assert.deepEqual(find(line), { blocks: [], problems: [] }, line);
  }
});

Deno.test("parseFile() says on which line which tag is wrong", () => {
  const notWhole = "line 1 looks like a tag of a block, but is incomplete";
  const cases: [problem: string, ...lines: string[]][] = [
    ["line 1 begins a block that has no end", begin("a")],
    ["line 2 ends a block that has no begin", "", END],
    ["line 1 begins a block that has no end", begin("a"), begin("b"), END],
    [
      "line 2 begins a block inside of the one that begins on line 1",
      ...[begin("a"), begin("b"), END, END],
    ],
    [
      "line 3 begins a second block for one key; the first is on line 1",
      ...[begin("a"), END, begin("a"), END],
    ],
    [
      "line 3 begins a second section in the block that begins on line 1",
      ...[begin("a"), "[x]", "[y]", END],
    ],
    [notWhole, begin("")],
    [notWhole, `# \${{{ ${MARKER}`],
    [notWhole, `# \${{{ name=a ${MARKER}`],
  ];
  for (const [problem, ...lines] of cases) {
    assert.deepEqual(find(...lines).problems, [problem]);
  }
});

const SESSION = {
  aws_access_key_id: "ASIAEXAMPLE",
  aws_secret_access_key: "x",
  aws_session_token: "x",
  expiration_datetime: "2026-01-02T03:04:05Z",
};

/** A section with the keys of a session, but for `other` ones. */
function section(name: string, other: Record<string, string> = {}): string[] {
  const keys = Object.entries({ ...SESSION, ...other });
  const lines = keys.filter(([, value]) => value !== "")
    .map(([key, value]) => `${key} = ${value}`);
  return [`[${name}]`, ...lines];
}

Deno.test("parseFile() takes a section without its tags for a session of updsts by its keys", () => {
  const noExpiry = { expiration_datetime: "" };
  const tokenOnly = { aws_access_key_id: "", aws_secret_access_key: "" };
  const cases: [lines: string[], key?: string, closed?: boolean][] = [
    [section("a_sts"), "a", false],
    [[...section("a_sts"), END, "[b]"], "a", true],
    [[...section("a_sts"), "[b]", END], "a", false],
    [section("today"), "today", false],
    [["[a]", "sts_profile_name = today", ...section("today")], "a", false],
    [["[a]", "session_profile = b_sts", ...section("b_sts")], "a", false],
    [section("a_sts", { ...noExpiry, ...tokenOnly }), "a", false],
    [section("a_sts", { region: "x", output: "json" }), "a", false],
    [section("a_sts", noExpiry)],
    [section("a_sts", { ...noExpiry, aws_access_key_id: "" })],
    [section("a_sts", { aws_session_token: "" })],
    [section("a_sts", { aws_access_key_id: "AKIAEXAMPLE" })],
    [section("a_sts", { role_arn: "arn:aws:iam::1:role/x" })],
    [section("a_sts", { unknown: "x" })],
    [[...section("a_sts"), ...section("a_sts")]],
  ];
  for (const [lines, key, closed] of cases) {
    const { blocks } = find(...lines);
    assert.deepEqual(
      blocks.map(({ key, opened, closed }) => [key, opened, closed]),
      key === undefined ? [] : [[key, false, closed]],
      lines.join("\n"),
    );
  }
});

Deno.test("parseFile() ends a block without its end at the last key of its session", () => {
  const noExpiry = { expiration_datetime: "" };
  const cases: [lines: string[], end?: number][] = [
    [[...section("a_sts"), "", "# mine", "[b]"], 6],
    [section("today"), 6],
    [section("today", { unknown: "x" }), 6],
    [section("a_sts", noExpiry), 5],
    [section("today", noExpiry)],
    [section("a_sts", { ...noExpiry, unknown: "x" })],
    [section("a_sts", { aws_access_key_id: "AKIAEXAMPLE" })],
  ];
  for (const [lines, end] of cases) {
    const { blocks, problems } = find(begin("a"), ...lines);
    assert.deepEqual(
      blocks.map(({ key, closed, end }) => [key, closed, end]),
      end === undefined ? [] : [["a", false, end]],
      lines.join("\n"),
    );
    assert.equal(problems.length, end === undefined ? 1 : 0);
  }
});
