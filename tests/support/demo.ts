// Shows what updsts does, without an AWS account: emulator, file, get, list, doctor, diff.
import assert from "node:assert/strict";
import { MASK } from "../../src/secret.ts";
import { Scenario } from "./scenario.ts";

await using scenario = await Scenario.start();

/** The credentials file, without its secrets. */
async function masked(): Promise<string> {
  const secrets = /^(aws_secret_access_key|aws_session_token)( = ).*$/gm;
  return (await scenario.read()).replace(secrets, `$1$2${MASK}`);
}

async function show(args: readonly string[], expected = 0): Promise<void> {
  console.log(`$ updsts ${args.join(" ")}`);
  const { code, stdout, stderr } = await scenario.updsts(args);
  console.log(stdout + stderr);
  assert.equal(code, expected, "the demo did not go as it should");
}

console.log(
  `An STS emulator listens on ${scenario.sts.url}; the file is in ${scenario.home}.`,
);
console.log("updsts runs with the permissions that it ships with.\n");
const before = await masked();
console.log(`$ cat ~/.aws/credentials\n${before}`);
await show(["get", "default", "-t", scenario.code()]);
const after = await masked();
assert(after.startsWith(before), "the demo did not go as it should");
console.log("These lines are new in the file; secrets are masked:\n");
console.log(after.slice(before.length).replace(/^(?=.)/gm, "+ "));
await show(["list"]);
console.log("While the session lasts, no code is needed:\n");
await show(["get", "default", "--min-remaining", "30m"]);
await show(["doctor"]);
console.log("STS refuses a code that is not valid:\n");
const whole = await scenario.read();
await show(["get", "default", "-t", "000000"], 4);
assert.equal(await scenario.read(), whole);
console.log("The file is as it was.");
