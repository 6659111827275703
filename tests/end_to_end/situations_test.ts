// Ordinary mornings: what two files and the variables say, and the answer to it.
import {
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
} from "@smithy/core/config";
import assert from "node:assert/strict";
import { join } from "node:path";
import { goSdk, SOURCES } from "../support/readers.ts";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";
import { needs, type Skipping } from "../support/skipping.ts";

const KEY = [
  `aws_access_key_id = ${ALICE.accessKeyId}`,
  `aws_secret_access_key = ${ALICE.secretAccessKey}`,
  "",
].join("\n");
const DEVICE = `mfa_serial = ${ALICE.device}\n`;
const BASE = `[base]\n${KEY}${DEVICE}`;
const ROLE = "role_arn = arn:aws:iam::123456789012:role/admin\n";
const SESSION = [
  "# ${{{ key=base [auto update by updsts]",
  "[base_sts]",
  "# $}}} [auto update by updsts]",
  "",
].join("\n");

interface Situation {
  readonly name: string;
  readonly given?: string;
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is named; CODE is added where `sent` is 1. */
  readonly args: readonly string[];
  readonly exit: number;
  readonly says: readonly RegExp[];
  readonly saysNot?: RegExp;
  /** How many requests bring a code to STS. */
  readonly sent: 0 | 1;
  readonly doctorSays?: RegExp;
  /** What the file has afterwards. */
  readonly writes?: readonly RegExp[];
}

const SITUATIONS: readonly Situation[] = [
  // The region.
  ...[
    ["the config file", GIVEN, "[default]\nregion = eu-west-1\n"],
    [
      "the credentials file",
      GIVEN.replace("[other]", "region = eu-west-1\n[other]"),
      "",
    ],
  ].map(([file, given, config]) => ({
    name: `a region in ${file}`,
    ...{ given: given ?? "", config: config ?? "" },
    args: ["default"],
    exit: 0,
    says: [/valid until/],
    sent: 1 as const,
    writes: [/^expiration_key_id = \w+\nregion = eu-west-1\n# \$\}\}\}/m],
  })),
  {
    name: "a region that the config file has for the session, too",
    config:
      "[default]\nregion = eu-west-1\n[profile default_sts]\nregion = us-east-1\n",
    args: ["default"],
    exit: 0,
    says: [/valid until/],
    sent: 1,
    writes: [/^expiration_key_id = \w+\n# \$\}\}\}/m],
  },
  {
    name: "a region that is not one, behind another of the environment",
    config: '[default]\nregion = "eu-west-1"\n',
    env: { AWS_REGION: "eu-west-1" },
    args: ["default"],
    exit: 0,
    says: [/valid until/],
    sent: 1,
    writes: [/^expiration_key_id = \w+\n# \$\}\}\}/m],
  },
  // Roles.
  {
    name: "a role on the session",
    given: BASE + SESSION,
    config: `[profile prod]\n${ROLE}source_profile = base_sts\n`,
    args: ["prod"],
    exit: 0,
    says: [
      /^prod takes a role with base_sts: refreshing base_sts, the session of profile base$/m,
      /^Profile base_sts is valid until/m,
      /AWS_PROFILE=prod$/m,
    ],
    saysNot: /aws configure set|Delete/,
    sent: 1,
    writes: [/\[base_sts\]\naws_access_key_id = ASIA/],
  },
  {
    name: "a role on a session that is still to be made",
    given: BASE,
    config: `[profile prod]\n${ROLE}source_profile = base_sts\n`,
    args: ["prod"],
    exit: 0,
    says: [/^Profile base_sts is valid until/m],
    saysNot: /aws configure set|Delete/,
    sent: 1,
    writes: [/key=base /],
  },
  {
    name: "a role on the long-term key, with a device of its own",
    given: BASE,
    config: `[profile prod]\n${ROLE}source_profile = base\n${DEVICE}`,
    args: ["prod"],
    exit: 0,
    says: [
      /^So that prod uses base_sts, run: aws configure set source_profile base_sts --profile prod\nDelete line 4 of the config file \(mfa_serial of prod\)/m,
    ],
    sent: 1,
    writes: [/key=base /],
    doctorSays:
      /warning profile prod: So that prod uses base_sts, run: aws configure .*warning profile prod: Delete line 4 .*ok +profile prod: takes a role; get refreshes base_sts, the session of base/,
  },
  {
    name: "a role of the credentials file",
    given: `${BASE}[prod]\n${ROLE}source_profile = base\n${DEVICE}`,
    args: ["prod"],
    exit: 0,
    says: [
      /^So that prod uses base_sts, write source_profile = base_sts on line 7 of the credentials file\nDelete line 8 of the credentials file/m,
    ],
    sent: 1,
    writes: [/key=base /],
  },
  {
    name: "a role over three hops, where only the role names a device",
    given: `[base]\n${KEY}`,
    config: `[profile prod]\n${ROLE}source_profile = mid\n` +
      `[profile mid]\n${ROLE}source_profile = hub\n` +
      `[profile hub]\n${ROLE}source_profile = base\n${DEVICE}`,
    args: ["prod", "--json"],
    exit: 0,
    says: [
      /"profile_name": ?"base"/,
      /"updated_profile_name": ?"base_sts"/,
      /"role_profile_name": ?"prod"/,
      /"note": ?"So that hub uses base_sts, run: aws configure set source_profile base_sts --profile hub; Delete line 10 of the config file \(mfa_serial of hub\)/,
    ],
    sent: 1,
  },
  {
    name: "roles that name two devices",
    given: `[base]\n${KEY}`,
    config: `[profile prod]\n${ROLE}source_profile = base\n${DEVICE}` +
      `[profile dev]\n${ROLE}source_profile = base\n` +
      DEVICE.replace("alice", "alice2"),
    args: ["base"],
    exit: 3,
    says: [/no MFA device is known for it/],
    sent: 0,
  },
  {
    name: "roles in a circle",
    config: `[profile prod]\n${ROLE}source_profile = mid\n` +
      `[profile mid]\n${ROLE}source_profile = prod\n`,
    args: ["prod"],
    exit: 3,
    says: [
      /its source_profile leads in a circle \("prod", "mid", "prod"\)/,
      /^hint: let one of them name a profile with a long-term key$/m,
    ],
    sent: 0,
  },
  {
    name: "a role whose source is missing",
    config: `[profile prod]\n${ROLE}source_profile = gone\n`,
    args: ["prod"],
    exit: 3,
    says: [
      /Cannot find profile "gone", which "prod" names as its source_profile/,
      /aws configure --profile gone/,
    ],
    sent: 0,
  },
  ...[
    ["credential_source = Ec2InstanceMetadata", /with the credentials of Ec2I/],
    ["web_identity_token_file = /x", /takes a role with a web identity/],
  ].map(([line, says]) => ({
    name: `a role with ${line}`,
    config: `[profile prod]\n${ROLE}${line}\n`,
    args: ["prod"],
    exit: 3,
    says: [new RegExp(says ?? ""), /^hint: use it as it is: it needs no/m],
    env: { AWS_SHARED_CREDENTIALS_FILE: "~/.aws/credentials" },
    saysNot: /usual file/,
    sent: 0 as const,
  })),
  {
    name: "a role without a source",
    config: `[profile prod]\n${ROLE}`,
    args: ["prod"],
    exit: 3,
    says: [/names no source_profile/, /^hint: add source_profile = NAME/m],
    sent: 0,
  },
  {
    name: "a role on a profile that signs in with SSO",
    config: `[profile prod]\n${ROLE}source_profile = hub\n` +
      "[profile hub]\nsso_session = x\n",
    args: ["prod"],
    exit: 3,
    says: [
      /it takes its role with "hub", which signs in with aws sso login \(sso_session\)/,
    ],
    sent: 0,
  },
  {
    name: "a role whose source has quotes",
    config: `[profile prod]\n${ROLE}source_profile = "base"\n`,
    args: ["prod"],
    exit: 3,
    says: [
      /the source_profile of "prod" has quotes around it/,
      /^hint: remove the quotes$/m,
    ],
    sent: 0,
  },
  // Keys in the wrong place.
  {
    name: "a key in the config file",
    config: `[profile work]\n${KEY}${DEVICE}`,
    args: ["work"],
    exit: 3,
    says: [
      /its key is in the config file, and updsts takes keys from the credentials file/,
      /move lines 2 and 3 of the config file to \[work\] in the credentials file/,
    ],
    saysNot: /needs no session/,
    sent: 0,
  },
  {
    name: "[profile work] in the credentials file",
    given: GIVEN.replace("[default]", "[profile work]"),
    args: ["work"],
    exit: 3,
    says: [
      /the credentials file has \[profile work\]/,
      /^hint: write \[work\] in its place$/m,
    ],
    sent: 0,
  },
  {
    name: "[profile work] in the credentials file, by its header",
    given: GIVEN.replace("[default]", "[profile work]"),
    args: ["profile work"],
    exit: 3,
    says: [
      /its header has the form of the config file/,
      /^hint: write \[work\] in its place$/m,
    ],
    sent: 0,
  },
  // Another name.
  {
    name: "-sn, while a role stands on the former name",
    given: BASE + SESSION,
    config: `[profile prod]\n${ROLE}source_profile = base_sts\n`,
    args: ["base", "-sn", "today"],
    exit: 0,
    says: [
      /^The session is renamed from base_sts to today: programs no longer find base_sts\nSo that prod uses today, run: aws configure set source_profile today --profile prod$/m,
    ],
    sent: 1,
    writes: [/\[today\]/],
  },
  {
    name: "AWS_SHARED_CREDENTIALS_FILE that was not expanded",
    env: { AWS_SHARED_CREDENTIALS_FILE: "${HOME}/credentials" },
    args: ["default"],
    exit: 3,
    says: [
      /does not exist/,
      /^hint: the program that set that path did not expand \$\{…\}/m,
    ],
    sent: 0,
  },
  // What cannot be seen.
  ...[
    ["aws_access_key_id", `"${ALICE.accessKeyId}"`, "has quotes around it"],
    ["aws_secret_access_key", "'canaryLong'", "has quotes around it"],
    ["aws_access_key_id", `\u00a0${ALICE.accessKeyId}`, "U\\+00A0"],
    ["aws_secret_access_key", "${SECRET}", "has a placeholder in it"],
    ["mfa_device_arn", `"${ALICE.device}"`, "has quotes around it"],
    ["aws_access_key_id", "ASIAIOSFODNN7EXAMPLE", "a session's, whose token"],
  ].map(([key = "", value = "", says = ""]) => ({
    name: `${key} = ${JSON.stringify(value)}`,
    given: GIVEN.replace(new RegExp(`${key} = .*`), () => `${key} = ${value}`),
    args: ["default"],
    exit: 3,
    says: [new RegExp(says)],
    sent: 0 as const,
  })),
  ...[
    ['"us-east-1"', String.raw`"\\"us-east-1\\"" of AWS_REGION .*has quotes`],
    [
      "us-east-1\r",
      String.raw`"us-east-1\\r" of .*ends with a carriage return`,
    ],
    ["us-east-1 ", '"us-east-1 " of .*is not the name of a region'],
    ["${REGION}", "the region of .*has a placeholder in it"],
  ].map(([value = "", says = ""]) => ({
    name: `AWS_REGION=${JSON.stringify(value)}`,
    env: { AWS_REGION: value },
    args: ["default"],
    exit: 3,
    says: [new RegExp(says, "s")],
    sent: 0 as const,
  })),
  // Files that nobody can read.
  {
    name: "a file without a header",
    given: KEY,
    args: ["default"],
    exit: 3,
    says: [
      /Cannot read a profile in .*credentials: line 1/s,
      /as in \[default\]/,
    ],
    sent: 0,
  },
  {
    name: "ca_bundle of the config file",
    config: "[default]\nca_bundle = ~/missing.pem\n",
    args: ["default"],
    exit: 5,
    says: [/Cannot use ca_bundle of the config file/, /or delete that line/],
    sent: 0,
  },
];

for (const situation of SITUATIONS) {
  const { name, given, config, env, args, exit, says, sent } = situation;
  Deno.test(`get ${args.join(" ")}: ${name}`, async () => {
    await using scenario = await Scenario.start({ given: given ?? GIVEN });
    const path = join(scenario.home, ".aws", "config");
    if (config !== undefined) await Deno.writeTextFile(path, config);
    const [profile = "", ...options] = args;
    // doctor says so before, and a dry run does.
    const rehearsed = await scenario.updsts(["get", ...args, "--dry-run"], env);
    const doctor = await scenario.updsts(["doctor", profile, "-v", "1"], env);
    assert.equal(rehearsed.code, exit, rehearsed.stderr);
    assert.equal(doctor.code, exit, doctor.stdout);
    if (situation.doctorSays) {
      assert.match(doctor.stdout.replace(/\s+/g, " "), situation.doctorSays);
    }
    const code = sent === 0 ? [] : ["-t", scenario.code()];
    const got = await scenario.updsts(
      ["get", profile, ...options, ...code],
      env,
    );
    assert.equal(got.code, exit, got.stderr);
    const said = (got.stdout + got.stderr).replace(/\n {6}(?=\S)/g, " ");
    for (const pattern of says) assert.match(said, pattern);
    if (situation.saysNot) assert.doesNotMatch(said, situation.saysNot);
    assert.equal(scenario.codesSent, sent);
    const text = await scenario.read();
    for (const pattern of situation.writes ?? []) assert.match(text, pattern);
    if (sent === 0) assert.equal(text, given ?? GIVEN);
  });
}

for (const args of [["get", "default"], ["list"], ["doctor"]]) {
  Deno.test(`${args[0]} says that a file is in UTF-16`, async () => {
    await using scenario = await Scenario.start();
    const wide = Uint8Array.from(
      `\u00ff\u00fe${GIVEN}`.split(""),
      (letter) => letter.charCodeAt(0),
    );
    await Deno.writeFile(scenario.path, wide);
    const { code, stdout, stderr } = await scenario.updsts(args);
    assert.equal(code, 3, stdout);
    const said = (stdout + stderr).replace(/\s+/g, " ");
    assert.match(said, /Cannot read a profile in .*: it is in UTF-16/);
    assert.match(said, /save it as UTF-8, without a byte order mark/);
  });
}

Deno.test("list shows a role of the config file with its session", async () => {
  await using scenario = await Scenario.start({ given: BASE });
  await Deno.writeTextFile(
    join(scenario.home, ".aws", "config"),
    `[profile prod]\n${ROLE}source_profile = mid\n` +
      `[profile mid]\n${ROLE}source_profile = base_sts\n` +
      `[profile other]\n${ROLE}source_profile = base\n`,
  );
  await scenario.updsts(["get", "prod", "-t", scenario.code()]);
  const { stdout } = await scenario.updsts(["list"]);
  assert.match(stdout, /^prod +role +- +- +on base_sts +in (?:59|60) min$/m);
  assert.match(stdout, /^mid +role /m);
  assert.doesNotMatch(stdout, /^other/m);
  const all = await scenario.updsts(["list", "-v", "1"]);
  assert.doesNotMatch(all.stdout, /^\[prod\]/m, "it has no keys in the file");
  const json = await scenario.updsts(["list", "--json"]);
  assert.match(json.stdout, /"profile_name":"prod","role_of":"base_sts"/);
});

const GO_PROGRAM = `
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
)

func main() {
	loaded, err := config.LoadSharedConfigProfile(context.Background(), "default_sts")
	if err != nil {
		panic(err)
	}
	fmt.Print(loaded.Region)
}
`;

/** Which region other programs use with the session of a scenario. */
const REGION_READERS: readonly (Skipping & {
  readonly program: string;
  readonly read: (scenario: Scenario) => Promise<string>;
})[] = [
  {
    program: "the AWS CLI",
    ...needs("aws"),
    read: async (scenario) => {
      const args = ["configure", "get", "region", "--profile", "default_sts"];
      return (await scenario.run("aws", args)).stdout.trim();
    },
  },
  {
    program: "the AWS SDK for JavaScript",
    ignore: false,
    note: "",
    read: async ({ path, home }) =>
      await loadConfig({
        ...NODE_REGION_CONFIG_OPTIONS,
        environmentVariableSelector: () => undefined,
      }, {
        ...NODE_REGION_CONFIG_FILE_OPTIONS,
        profile: "default_sts",
        filepath: path,
        configFilepath: join(home, ".aws", "config"),
        ignoreCache: true,
      })(),
  },
  {
    program: "the AWS SDK for Go",
    ...goSdk,
    read: async (scenario) => {
      const source = join(scenario.home, "go", "src", "region");
      await Deno.mkdir(source, { recursive: true });
      await Deno.writeTextFile(join(source, "main.go"), GO_PROGRAM);
      const { code, stdout, stderr } = await scenario.run(
        "go",
        ["run", "region"],
        {
          GO111MODULE: "off",
          GOFLAGS: "",
          GOPATH: `${join(scenario.home, "go")}:${SOURCES}`,
          GOCACHE: join(scenario.home, "go", "cache"),
        },
      );
      assert.equal(code, 0, stderr);
      return stdout;
    },
  },
];

for (const { program, ignore, note, read } of REGION_READERS) {
  Deno.test({
    name: `${program} finds the region of the session${note}`,
    ignore,
    fn: async () => {
      await using scenario = await Scenario.start();
      await Deno.writeTextFile(
        join(scenario.home, ".aws", "config"),
        "[default]\nregion = eu-west-1\n",
      );
      assert.equal((await scenario.get()).code, 0);
      assert.equal(await read(scenario), "eu-west-1");
    },
  });
}
