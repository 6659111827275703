// Ordinary mornings: what two files and the variables say, and the answer to it.
import assert from "node:assert/strict";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { needs, testUnless } from "../support/skipping.ts";

const KEY = [
  `aws_access_key_id = ${ALICE.accessKeyId}`,
  `aws_secret_access_key = ${ALICE.secretAccessKey}`,
  "",
].join("\n");
const DEVICE = `mfa_serial = ${ALICE.device}\n`;
const BASE = `[base]\n${KEY}${DEVICE}`;
const ROLE = "role_arn = arn:aws:iam::123456789012:role/admin\n";
const SESSION =
  "# ${{{ key=base [auto update by updsts]\n[base_sts]\n# $}}} [auto update by updsts]\n";
const role = (name: string, source: string) =>
  `[profile ${name}]\n${ROLE}source_profile = ${source}\n`;

interface Situation {
  readonly given?: string;
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What follows get: "default", if not said. */
  readonly line?: string | readonly string[];
  /** How get, its rehearsal and doctor end: with 3, if not said. */
  readonly exit?: number;
  readonly says: RegExp | readonly RegExp[];
  readonly saysNot?: RegExp;
  readonly doctorSays?: RegExp;
  /** What the file has afterwards. */
  readonly writes?: RegExp;
}

const SITUATIONS: readonly (readonly [string, Situation])[] = [
  ...Object.entries<Situation>({
    // The region.
    "a region that the config file has for the session, too": {
      config:
        "[default]\nregion = eu-west-1\n[profile default_sts]\nregion = us-east-1\n",
      exit: 0,
      says: /valid until/,
      writes: /^expiration_key_id = \w+\n# \$\}\}\}/m,
    },
    "a region that is not one, behind another of the environment": {
      config: '[default]\nregion = "eu-west-1"\n',
      env: { AWS_REGION: "eu-west-1" },
      exit: 0,
      says: /valid until/,
      writes: /^expiration_key_id = \w+\n# \$\}\}\}/m,
    },
    "the ARN of a user in place of the device's": {
      given: GIVEN.replace(":mfa/", ":user/"),
      says: /:user\/alice is not the ARN of an MFA device.*\nhint: the dev/,
    },
    // Roles.
    "a role on the session": {
      given: BASE + SESSION,
      config: role("prod", "base_sts"),
      line: "prod",
      exit: 0,
      says: [
        /^prod takes a role with base_sts: refreshing base_sts, the session of profile base$/m,
        /^Profile base_sts is valid until/m,
        /AWS_PROFILE=prod$/m,
      ],
      saysNot: /aws configure set|Delete/,
      writes: /\[base_sts\]\naws_access_key_id = ASIA/,
    },
    "a role on a session that is still to be made": {
      given: BASE,
      config: role("prod", "base_sts"),
      line: "prod",
      exit: 0,
      says: /^Profile base_sts is valid until/m,
      saysNot: /aws configure set|Delete/,
      writes: /key=base /,
    },
    "a role on the long-term key, with a device of its own": {
      given: BASE,
      config: role("prod", "base") + DEVICE,
      line: "prod",
      exit: 0,
      says:
        /^So that prod uses base_sts, run: aws configure set source_profile base_sts --profile prod\nDelete line 4 of the config file \(mfa_serial of prod\)/m,
      writes: /key=base /,
      doctorSays:
        /warning profile prod: So that prod uses base_sts, run: aws configure .*warning profile prod: Delete line 4 .*ok +profile prod: takes a role; get refreshes base_sts, the session of base/,
    },
    "a role of the credentials file": {
      given: `${BASE}[prod]\n${ROLE}source_profile = base\n${DEVICE}`,
      line: "prod",
      exit: 0,
      says:
        /^So that prod uses base_sts, write source_profile = base_sts on line 7 of the credentials file\nDelete line 8 of the credentials file/m,
      writes: /key=base /,
    },
    "a role over three hops, where only the role names a device": {
      given: `[base]\n${KEY}`,
      config: role("prod", "mid") +
        role("mid", "hub") +
        role("hub", "base") + DEVICE,
      line: "prod --json",
      exit: 0,
      says: [
        /"profile_name": ?"base"/,
        /"updated_profile_name": ?"base_sts"/,
        /"role_profile_name": ?"prod"/,
        /"note": ?"So that hub uses base_sts, run: aws configure set source_profile base_sts --profile hub; Delete line 10 of the config file \(mfa_serial of hub\)/,
      ],
    },
    "roles that name two devices": {
      given: `[base]\n${KEY}`,
      config: role("prod", "base") + DEVICE +
        role("dev", "base") +
        DEVICE.replace("alice", "alice2"),
      line: "base",
      says: /no MFA device is known for it/,
    },
    "roles in a circle": {
      config: role("prod", "mid") +
        role("mid", "prod"),
      line: "prod",
      says: [
        /its source_profile leads in a circle \("prod", "mid", "prod"\)/,
        /^hint: let one of them name a profile with a long-term key$/m,
      ],
    },
    "a role whose source is missing": {
      config: role("prod", "gone"),
      line: "prod",
      says: [
        /Cannot find profile "gone", which "prod" names as its source_profile/,
        /aws configure --profile gone/,
      ],
    },
    "a role without a source": {
      config: `[profile prod]\n${ROLE}`,
      line: "prod",
      says: [/names no source_profile/, /^hint: add source_profile = NAME/m],
    },
    "a role on a profile that signs in with SSO": {
      config: role("prod", "hub") +
        "[profile hub]\nsso_session = x\n",
      line: "prod",
      says:
        /it takes its role with "hub", which signs in with aws sso login \(sso_session\)/,
    },
    "a role whose source has quotes": {
      config: `[profile prod]\n${ROLE}source_profile = "base"\n`,
      line: "prod",
      says: [
        /the source_profile of "prod" has quotes around it/,
        /^hint: remove the quotes$/m,
      ],
    },
    // Keys in the wrong place.
    "a key in the config file": {
      config: `[profile work]\n${KEY}${DEVICE}`,
      line: "work",
      says: [
        /its key is in the config file, and updsts takes keys from the credentials file/,
        /move lines 2 and 3 of the config file to \[work\] in the credentials file/,
      ],
      saysNot: /needs no session/,
    },
    "[profile work] in the credentials file": {
      given: GIVEN.replace("[default]", "[profile work]"),
      line: "work",
      says: [
        /the credentials file has \[profile work\]/,
        /^hint: write \[work\] in its place$/m,
      ],
    },
    "[profile work] in the credentials file, by its header": {
      given: GIVEN.replace("[default]", "[profile work]"),
      line: ["profile work"],
      says: [
        /its header has the form of the config file/,
        /^hint: write \[work\] in its place$/m,
      ],
    },
    // Another name.
    "-sn, while a role stands on the former name": {
      given: BASE + SESSION,
      config: role("prod", "base_sts"),
      line: "base -sn today",
      exit: 0,
      says:
        /^The session is renamed from base_sts to today: programs no longer find base_sts\nSo that prod uses today, run: aws configure set source_profile today --profile prod$/m,
      writes: /\[today\]/,
    },
    "AWS_SHARED_CREDENTIALS_FILE that was not expanded": {
      env: { AWS_SHARED_CREDENTIALS_FILE: "${HOME}/credentials" },
      says: [
        /does not exist/,
        /^hint: the program that set that path did not expand \$\{…\}/m,
      ],
    },
    // Files that nobody can read.
    "a file without a header": {
      given: KEY,
      says: [
        /Cannot read a profile in .*credentials: line 1/s,
        /as in \[default\]/,
      ],
    },
    "ca_bundle of the config file": {
      config: "[default]\nca_bundle = ~/missing.pem\n",
      exit: 5,
      says: [/Cannot use ca_bundle of the config file/, /or delete that line/],
    },
  }),
  ...[
    ["the config file", GIVEN, "[default]\nregion = eu-west-1\n"],
    [
      "the credentials file",
      GIVEN.replace("[other]", "region = eu-west-1\n[other]"),
      "",
    ],
  ].map((
    [file, given, config],
  ): [string, Situation] => [`a region in ${file}`, {
    ...{ given: given ?? "", config: config ?? "" },
    exit: 0,
    says: /valid until/,
    writes: /^expiration_key_id = \w+\nregion = eu-west-1\n# \$\}\}\}/m,
  }]),
  ...[
    ["credential_source = Ec2InstanceMetadata", /with the credentials of Ec2I/],
    ["web_identity_token_file = /x", /takes a role with a web identity/],
  ].map(([line, says]): [string, Situation] => [`a role with ${line}`, {
    config: `[profile prod]\n${ROLE}${line}\n`,
    line: "prod",
    says: [new RegExp(says ?? ""), /^hint: use it as it is: it needs no/m],
    env: { AWS_SHARED_CREDENTIALS_FILE: "~/.aws/credentials" },
    saysNot: /usual file/,
  }]),
  ...[
    ["aws_access_key_id", `"${ALICE.accessKeyId}"`, "has quotes around it"],
    ["aws_secret_access_key", "'canaryLong'", "has quotes around it"],
    ["aws_access_key_id", `\u00a0${ALICE.accessKeyId}`, "U\\+00A0"],
    ["aws_secret_access_key", "${SECRET}", "has a placeholder in it"],
    ["mfa_device_arn", `"${ALICE.device}"`, "has quotes around it"],
    ["aws_access_key_id", "ASIAIOSFODNN7EXAMPLE", "a session's, whose token"],
  ].map((
    [key = "", value = "", says = ""],
  ): [string, Situation] => [`${key} = ${JSON.stringify(value)}`, {
    given: GIVEN.replace(new RegExp(`${key} = .*`), () => `${key} = ${value}`),
    says: [new RegExp(says)],
  }]),
  ...[
    ['"us-east-1"', String.raw`"\\"us-east-1\\"" of AWS_REGION .*has quotes`],
    [
      "us-east-1\r",
      String.raw`"us-east-1\\r" of .*ends with a carriage return`,
    ],
    ["us-east-1 ", '"us-east-1 " of .*is not the name of a region'],
    ["${REGION}", "the region of .*has a placeholder in it"],
  ].map((
    [value = "", says = ""],
  ): [string, Situation] => [`AWS_REGION=${JSON.stringify(value)}`, {
    env: { AWS_REGION: value },
    says: [new RegExp(says, "s")],
  }]),
];

for (const [name, { line = "default", exit = 3, ...rest }] of SITUATIONS) {
  const { given = GIVEN, config, env, writes } = rest;
  const args = typeof line === "string" ? line.split(" ") : line;
  Deno.test(`get ${args.join(" ")}: ${name}`, async () => {
    await using scenario = await Scenario.start({ given, config });
    // doctor says so before, and a dry run does.
    const rehearsed = await scenario.updsts(["get", ...args, "--dry-run"], env);
    const [profile = ""] = args;
    const doctor = await scenario.updsts(["doctor", profile, "-v", "1"], env);
    assert.equal(rehearsed.code, exit, rehearsed.stderr);
    assert.equal(doctor.code, exit, doctor.stdout);
    if (rest.doctorSays) {
      assert.match(doctor.stdout.replace(/\s+/g, " "), rest.doctorSays);
    }
    const code = exit === 0 ? ["-t", "CODE"] : [];
    const got = await scenario.updsts(["get", ...args, ...code], env);
    assert.equal(got.code, exit, got.stderr);
    const said = (got.stdout + got.stderr).replace(/\n {6}(?=\S)/g, " ");
    for (const pattern of [rest.says].flat()) assert.match(said, pattern);
    if (rest.saysNot) assert.doesNotMatch(said, rest.saysNot);
    assert.equal(scenario.codesSent, exit === 0 ? 1 : 0);
    const text = await scenario.read();
    if (writes) assert.match(text, writes);
    if (exit !== 0) assert.equal(text, given);
  });
}

Deno.test("get, list and doctor say that a file is in UTF-16", async () => {
  await using scenario = await Scenario.start();
  const wide = Uint8Array.from(
    `\u00ff\u00fe${GIVEN}`.split(""),
    (letter) => letter.charCodeAt(0),
  );
  await Deno.writeFile(scenario.path, wide);
  for (const line of ["get default", "list", "doctor"]) {
    const { code, stdout, stderr } = await scenario.updsts(line);
    assert.equal(code, 3, stdout);
    const said = (stdout + stderr).replace(/\s+/g, " ");
    assert.match(said, /Cannot read a profile in .*: it is in UTF-16/);
    assert.match(said, /save it as UTF-8, without a byte order mark/);
  }
});

Deno.test("list shows a role of the config file with its session", async () => {
  const config = role("prod", "mid") + role("mid", "base_sts") +
    role("other", "base");
  await using scenario = await Scenario.start({ given: BASE, config });
  await scenario.updsts("get prod -t CODE");
  const { stdout } = await scenario.updsts("list");
  assert.match(stdout, /^prod +role +- +- +on base_sts +in (?:59|60) min$/m);
  assert.match(stdout, /^mid +role /m);
  assert.doesNotMatch(stdout, /^other/m);
  const all = await scenario.updsts("list -v 1");
  assert.doesNotMatch(all.stdout, /^\[prod\]/m, "it has no keys in the file");
  const json = await scenario.updsts("list --json");
  assert.match(json.stdout, /"profile_name":"prod","role_of":"base_sts"/);
});

testUnless(
  needs("aws"),
  "the AWS CLI finds the region of the session",
  async () => {
    const config = "[default]\nregion = eu-west-1\n";
    await using scenario = await Scenario.start({ config });
    assert.equal((await scenario.get()).code, 0);
    const args = ["configure", "get", "region", "--profile", "default_sts"];
    assert.equal((await scenario.run("aws", args)).stdout.trim(), "eu-west-1");
  },
);
