// whyAwsCliRefuses(), beside the parser that the AWS CLI reads with.
import fc from "fast-check";
import assert from "node:assert/strict";
import { whyAwsCliRefuses } from "../../src/credentials/readers/aws_cli.ts";
import { isInstalled, run } from "../support/command.ts";

Deno.test("whyAwsCliRefuses() names the line and the reason", () => {
  const cases: [string, number, RegExp][] = [
    ["[a]\nx = 1\n[a]\n", 3, /\[a\] begins again; it is on line 1/],
    ["[a]\nx = 1\nX: 2\n", 3, /has that key on line 2/],
    ["[default]\n  region = a\n  region = b\n", 3, /that key on line 2/],
    ["x = 1\n[a]\n", 1, /above all headers/],
    ["[a]\nx\n", 2, /neither a header nor a key/],
    ["[a]\n= 1\n", 2, /neither/],
    ["[DEFAULT]\nx = 1\n[DEFAULT]\nx = 2\n", 4, /that key on line 2/],
    ["[a] # b]\nx\nx = 1\n[a] # b]\n", 2, /neither/],
    ["[a\n", 1, /above all/],
    ["[a]\n[]\n", 2, /neither/],
    ["[a]\ns3 =\n  max 20\n", 3, /nested/],
  ];
  for (const [text, line, reason] of cases) {
    const refusal = whyAwsCliRefuses(text);
    assert.equal(refusal?.line, line, text);
    assert.match(refusal.reason, reason);
  }
  for (
    const text of [
      "",
      "# x\n; y\n",
      "[DEFAULT]\nx = 1\n[DEFAULT]\ny = 2\n",
      "[a]\r\nx: 1\r\n",
      "[a]\nx = 1\n  [a]\n  x = 2\n",
      "[a]\ns3 =\n  x = 1\n  x = 1\n",
    ]
  ) assert.equal(whyAwsCliRefuses(text), undefined, text);
});

const READER = `
import configparser, json, sys

def reads(text):
    parser = configparser.RawConfigParser(default_section=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return False
    for section in parser.sections():
        for value in dict(parser.items(section)).values():
            # As the AWS CLI reads nested values.
            if value.startswith("\\n"):
                if any("=" not in line for line in value.splitlines() if line.strip()):
                    return False
    return True

json.dump([reads(text) for text in json.load(sys.stdin)], sys.stdout)
`;

Deno.test({
  name: "whyAwsCliRefuses() is right about generated files" +
    (isInstalled("python3") ? "" : " (skipped: python3 is not installed)"),
  ignore: !isInstalled("python3"),
  fn: async () => {
    const line = fc.tuple(
      fc.constantFrom("", "", "", " ", "  ", "\t"),
      fc.constantFrom(
        ...["[a]", "[b]", "[]", "[a", "[a] x", "x = 1", "x: 1", "y =", "X=2"],
        ...["y", "= 1", "# c", "; c", "", "s3 =", "k = v # [a]", "日本 = x"],
      ),
    ).map((parts) => parts.join(""));
    const files = fc.array(line, { maxLength: 8 })
      .map((lines) => lines.join("\n"));
    const seed = Date.now();
    const texts = fc.sample(files, { numRuns: 20_000, seed });
    const { code, stdout, stderr } = await run(
      "python3",
      ["-c", READER],
      {},
      JSON.stringify(texts),
    );
    assert.equal(code, 0, stderr);
    const read: boolean[] = JSON.parse(stdout);
    let refused = 0;
    for (const [index, text] of texts.entries()) {
      const refusal = whyAwsCliRefuses(text);
      if (refusal !== undefined) refused++;
      assert.equal(
        refusal === undefined,
        read[index],
        `seed ${seed}: ${JSON.stringify(text)}: ${refusal?.reason}`,
      );
    }
    assert(refused > 1_000 && refused < texts.length - 1_000);
  },
});
