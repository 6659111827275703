// Shows what updsts does, without an AWS account: emulator, file, get, list, doctor, diff.
import { MASK } from "../../src/secret.ts";
import { ALICE, Scenario } from "./scenario.ts";

const SECRET_KEYS = /^(aws_secret_access_key|aws_session_token)( = ).*$/gm;

function masked(text: string): string {
  return text.replace(SECRET_KEYS, `$1$2${MASK}`);
}

/** The lines of `after` that `before` does not have, marked as a diff does. */
function diff(before: string, after: string): string {
  const old = before.split("\n");
  const marked = after.split("\n").map((line) => {
    if (line !== old[0]) return `+ ${line}`;
    old.shift();
    return `  ${line}`;
  });
  return [...marked, ...old.map((line) => `- ${line}`)].join("\n").trimEnd();
}

async function show(scenario: Scenario, args: readonly string[]) {
  console.log(`$ updsts ${args.join(" ")}`);
  const { code, stdout, stderr } = await scenario.updsts(args);
  console.log(stdout + stderr);
  return code;
}

await using scenario = await Scenario.start({
  given: [
    "[default]",
    `aws_access_key_id = ${ALICE.accessKeyId}`,
    `aws_secret_access_key = ${ALICE.secretAccessKey}`,
    `mfa_device_arn = ${ALICE.device}`,
    "",
  ].join("\n"),
});
const { home, sts } = scenario;

console.log(`An STS emulator listens on ${sts.url}; the file is in ${home}.`);
console.log("updsts runs with the permissions that it ships with.\n");
const before = await scenario.read();
console.log(`$ cat ~/.aws/credentials\n${masked(before)}`);
const codes = [
  await show(scenario, ["get", "default", "-t", scenario.code()]),
];
const after = await scenario.read();
console.log(`What changed in the file, secrets masked:\n`);
console.log(`${diff(masked(before), masked(after))}\n`);
codes.push(await show(scenario, ["list"]));
console.log("While the session lasts, nobody is asked:\n");
codes.push(
  await show(scenario, ["get", "default", "--min-remaining", "30m"]),
  await show(scenario, ["doctor"]),
);
console.log("A code works once. With one that STS does not take:\n");
const refused = await show(scenario, ["get", "default", "-t", "000000"]);
const unharmed = await scenario.read() === after;
console.log(`The file is ${unharmed ? "as it was" : "damaged"}.`);
if (codes.some((code) => code !== 0) || refused !== 4 || !unharmed) {
  throw new Error("The demo did not go as it should");
}
