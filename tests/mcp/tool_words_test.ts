// The words of the command line, as an agent reads them.
import assert from "node:assert/strict";
import { inToolWords } from "../../src/mcp/tool_words.ts";

for (
  const [text, expected] of [
    [
      "choose another name with -sn; nothing was changed",
      "choose another name with sts_profile_name; nothing was changed",
    ],
    [
      "add one with aws configure, or name the file with -c",
      "add one with aws configure, or name the file with cred_file",
    ],
    [
      "create it with `aws configure -x`, or name another one with -c or AWS_PROFILE",
      "create it with `aws configure -x`, or name another one with cred_file or AWS_PROFILE",
    ],
    [
      "the person can run, in a terminal: updsts get -n default -c /x",
      "the person can run, in a terminal: updsts get -n default -c /x",
    ],
    [
      "add a long-term key with: aws configure --profile default",
      "add a long-term key with: aws configure --profile default",
    ],
    [
      "check which endpoint answered (-v 1); wait",
      "check which endpoint answered (the server's option -v 1); wait",
    ],
    [
      "an e-mail of us-east-1 is no option",
      "an e-mail of us-east-1 is no option",
    ],
    ['the profile "-n" is "-sn"', 'the profile "-n" is "-sn"'],
    ["--unknown stays", "--unknown stays"],
  ] as const
) {
  Deno.test(`in a tool's words: ${text}`, () => {
    assert.equal(inToolWords(text), expected);
  });
}
