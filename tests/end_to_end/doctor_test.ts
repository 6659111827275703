// doctor as a process: what is in order, and each thing that is not, once.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ALICE, block, GIVEN, Scenario } from "../support/scenario.ts";
import { testUnless, unlessWindows } from "../support/skipping.ts";

const WINDOWS = Deno.build.os === "windows";

/** Fails unless there is one line for each expression, in that order. */
function assertLines(lines: readonly string[], expected: readonly RegExp[]) {
  assert.equal(lines.length, expected.length, lines.join("\n"));
  for (const [index, line] of lines.entries()) {
    assert.match(line, expected[index] ?? /nothing/);
  }
}

const IN_ORDER = [
  /^file: \S+[/\\]\.aws[/\\]credentials, \d+ bytes,.* LF, profiles: 3, managed blocks: 1$/,
  /^access: other users have none$/,
  /^aws cli: reads the same file$/,
  /^writing: the file can be replaced$/,
  /^config: not found, and not needed$/,
  /^profile default: key AKIAIOSFODNN7EXAMPLE, virtual device arn:aws:iam::123456789012:mfa\/alice, region eu-central-1 \(AWS_REGION or AWS_DEFAULT_REGION\)$/,
  /^profile other: no keys of its own$/,
  /^profile default_sts: session of default, valid until 20.*\+00:00$/,
  /^certificates: the usual authorities$/,
  /^sts eu-central-1: http:\/\/127\.0\.0\.1:\d+ \(AWS_ENDPOINT_URL_STS\) answers in \d+ ms$/,
  /^clock: within \d+ s of that of STS$/,
];

Deno.test("doctor says in a line that all is well, and with -v 1 what", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  const before = await scenario.read();
  const env = { AWS_REGION: "eu-central-1" };
  assert.deepEqual(await scenario.updsts("doctor", env), {
    code: 0,
    stdout: "Problems: 0, warnings: 0, in order: 11 (-v 1 shows them)\n",
    stderr: "",
  });
  const { code, stdout, stderr } = await scenario.updsts("doctor -v 1", env);
  assert.equal(code + stderr, "0");
  const lines = stdout.split("\n");
  assert.deepEqual(lines.splice(-2), [
    "Problems: 0, warnings: 0, in order: 11",
    "",
  ]);
  assert(lines.every((line) => line.startsWith("ok  ")), stdout);
  assertLines(lines.map((line) => line.replace(/^ok +/, "")), IN_ORDER);
  const { findings } = await scenario.doctor("", env);
  assertLines(
    findings.map(({ check, message }) => `${check}: ${message}`),
    IN_ORDER,
  );
  assert.equal(await scenario.read(), before);
  assert.equal(scenario.codesSent, 1);
  // The question to STS carried nothing of ours.
  const { headers } = scenario.sts.requests.at(-1) ?? {};
  assert.equal(headers?.["authorization"], undefined);
});

Deno.test("doctor shows problems first, then warnings", async () => {
  const given = `${GIVEN}[bad]\naws_access_key_id = x\n`
    .replace(ALICE.secretAccessKey, "short");
  await using scenario = await Scenario.start({ given });
  for (const [line, third] of [["", "Problems:"], [" -v 1", "ok"]]) {
    const { stdout } = await scenario.updsts(`doctor${line}`);
    const shown = stdout.split("\n").map((line) => line.split(" ")[0]);
    assert.deepEqual(shown.slice(0, 3), ["problem", "warning", third]);
    assert.match(stdout, /^Problems: 1, warnings: 1, in order: \d+/m);
  }
});

const FUTURE = "2999-01-01T00:00:00+00:00";
const [EXPIRED, BLOCK] = [block("default"), block("default", FUTURE)];
const [BEGIN = ""] = BLOCK.split("\n");
const END = "# $}}} [auto update by updsts]\n";
/** The session in that block. */
const SESSION = BLOCK.replace(/^#.*\n/gm, "");
const SECOND = GIVEN.replaceAll("[", "[second-");

interface Case {
  readonly given?: string;
  /** The config file. */
  readonly config?: string;
  /** Those that are named, one after the other; an empty one is not. */
  readonly profiles?: readonly string[];
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether something else answers in place of STS. */
  readonly isPage?: boolean;
  /** All that is not in order. */
  readonly says: RegExp | readonly RegExp[];
}

/** Without a proxy on the way, nothing would keep these from the network. */
const UNREACHABLE = {
  AWS_ENDPOINT_URL_STS: "",
  HTTPS_PROXY: "http://user:hunter2@127.0.0.1:9",
};

/** Config file and variables, and what of them sets the endpoint. */
const ENDPOINTS: (readonly [string, Record<string, string>, string])[] = [
  ["", {}, "AWS_ENDPOINT_URL_STS"],
  [
    "",
    { AWS_ENDPOINT_URL_STS: "", AWS_ENDPOINT_URL: "STS" },
    "AWS_ENDPOINT_URL",
  ],
  [
    "[default]\nendpoint_url = STS\n",
    { AWS_ENDPOINT_URL_STS: "" },
    "endpoint_url in the config file",
  ],
  [
    "[default]\nservices = s\n[services s]\nsts =\n  endpoint_url = STS\n",
    { AWS_ENDPOINT_URL_STS: "" },
    "sts endpoint_url in the config file",
  ],
];

const CASES: Readonly<Record<string, Case>> = {
  "a block without its end, and which line to add where": {
    given: `${GIVEN}${BEGIN}\n[default_sts]\nmine = 1\n\n${SECOND}`,
    profiles: ["", "default"],
    says:
      /^problem contents: .*line 9 begins a block that has no end; add the line "# \$\}\}\} \[auto update by updsts\]" after line 10, if/,
  },
  "a session without its tags, whose profile nobody knows": {
    given: GIVEN + SESSION.replace("default_sts", "today"),
    says:
      /^warning contents: line 9 begins a session whose tags .*; name it in a refresh: updsts get PROFILE -sn today$/,
  },
  "a closing tag below a sound block, which stops nobody": {
    given: GIVEN + BLOCK + END,
    says: /^warning contents: line 16 ends a block that has no begin; remove/,
  },
  "a session without an expiry": {
    given: GIVEN + block("default", "never"),
    says: /^warning profile default_sts: session of default, with no expiry;/,
  },
  "keys that the AWS CLI gives to every profile": {
    given: `${GIVEN}[DEFAULT]\nregion = eu-west-1\n`,
    says:
      /^warning contents: line 9: the AWS CLI gives the keys of \[DEFAULT\] to every profile; move them/,
  },
  "a block without its end before another one": {
    given: `${GIVEN}${BEGIN}\n${BEGIN.replace("default", "b")}\n${END}`,
    says:
      /^problem contents: .*line 9 begins a block that has no end; repair the tags/,
  },
  "a secret that was wrapped over two lines, without showing it": {
    given:
      `[default]\naws_access_key_id = ${ALICE.accessKeyId}\naws_secret_access_key =\n${ALICE.secretAccessKey}\n`,
    says: [
      /^problem contents: .*line 4: it is neither a header nor a key/,
      /^problem profile default: .*has no aws_secret_access_key/,
    ],
  },
  "a secret in place of the device, without showing it": {
    // Once it was shown as a hardware device.
    given: GIVEN.replace(ALICE.device, ALICE.secretAccessKey),
    says: /^problem profile default: .*MFA device is neither an ARN nor/,
  },
  "a secret of another length, in each of two profiles": {
    given: GIVEN.replace(ALICE.secretAccessKey, "short") +
      SECOND.replace(ALICE.secretAccessKey, "short"),
    says: [
      /^warning profile default: aws_secret_access_key is not 40 char/,
      /^warning profile second-default: aws_secret_access_key is not 40 char/,
    ],
  },
  "a profile without a device, which nobody asked for": {
    given:
      `${GIVEN}[x]\naws_access_key_id = ${ALICE.accessKeyId}\naws_secret_access_key = ${ALICE.secretAccessKey}\n`,
    says: /^warning profile x: .*no MFA device/,
  },
  "a session whose profile has gone": {
    given: GIVEN + block("gone"),
    says:
      /^warning profile gone_sts: session of gone, a profile that is not in the file; run updsts remove gone_sts$/,
  },
  "a session that has expired": {
    given: GIVEN + EXPIRED,
    says:
      /^warning profile default_sts: session of default, expired at 2020-\S+; run updsts get default$/,
  },
  "a file in which nothing can be refreshed": {
    given: "",
    says: /^warning profiles: none of them has a long-term key/,
  },
  "NUL bytes and a lone CR": {
    given: `${GIVEN}# \0\r#\n`,
    says: [
      /^warning contents: the file holds NUL bytes.*a backup$/,
      /^warning line ends: some lines end with a lone CR/,
    ],
  },
  "another file that the AWS CLI reads": {
    options: ["-c", "COPY"],
    env: { AWS_SHARED_CREDENTIALS_FILE: "ORIGINAL" },
    says: [
      WINDOWS
        ? /^warning aws cli: reads another file: .*; run \$env:AWS_SHARED_CREDENTIALS_FILE = '\w:.*else where'/
        : /^warning aws cli: reads another file: .*; run export AWS_SHARED_CREDENTIALS_FILE='\/.*else where'$/,
    ],
  },
  "a header of the config file that is not a profile": {
    config: "[other]\nregion = eu-west-1\n",
    says:
      /^warning config: \S+config: line 1: the AWS CLI and most SDKs do not take \[other\] for the profile; put its keys under \[profile other\]$/,
  },
  "the same with a blank in it, and none of those that are right": {
    given: GIVEN +
      ["plugins", "profile foo", "my work"].map((name) =>
        `[${name}]\nregion = x\n`
      ).join(""),
    config: [
      ...["[plugins]", "[profile foo]", '[profile "my work"]', "[DEFAULT]"],
      ...["[default]", "[sso-session other]", "[services other]", "[DEFAULT]"],
      "[my work]",
    ].join("\n"),
    says: /^warning config: .*; put its keys under \[profile "my work"\]$/,
  },
  "a config file that the AWS CLI cannot read": {
    config: "[profile x] ; was hunter2] \na = 1\na = 2\n",
    profiles: ["", "default"],
    says:
      /^problem config: the AWS CLI refuses \S+config: line 3: section \[profile x\] has that key on line 2, too; it will not find the session until that is fixed$/,
  },
  "an AWS_CA_BUNDLE without a certificate": {
    profiles: ["default"],
    env: { AWS_CA_BUNDLE: "COPY" },
    says: /^problem certificates: .*holds no PEM certificates/,
  },
  "nobody who answers": {
    env: { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:10" },
    says:
      /^problem sts us-east-1: .*Connection refused; check the network, .* and AWS_ENDPOINT_URL_STS$/,
  },
  "a proxy that does not answer, without its password": {
    env: {
      ...UNREACHABLE,
      AWS_REGION: "eu-west-1",
      AWS_USE_FIPS_ENDPOINT: "true",
    },
    says:
      /^problem sts eu-west-1: .*sts-fips\.eu-west-1\.amazonaws\.com by the proxy 127\.0\.0\.1:9: .* and the region$/,
  },
  "the endpoint that the config file asks for": {
    config: "[default]\nregion = eu-west-1\nuse_dualstack_endpoint = true\n",
    env: UNREACHABLE,
    says: /^problem sts eu-west-1: .* sts\.eu-west-1\.api\.aws by the proxy/,
  },
  ...Object.fromEntries(ENDPOINTS.map(([config, env, setting]) => [
    `a page of ${setting} in place of STS`,
    {
      ...{ config, env, isPage: true },
      says: [
        new RegExp(
          `^problem sts us-east-1: http:\\S+ answered in \\d+ ms \\(200\\), but not as STS does; check ${setting}: it sets this endpoint$`,
        ),
      ],
    },
  ])),
  "one endpoint for two regions": {
    given: GIVEN +
      GIVEN.replace("[default]", "[second]").replace(/\[other\][^]*/, ""),
    config:
      "[default]\nregion = eu-west-1\n[profile second]\nregion = us-west-2\n",
    isPage: true,
    says: /^problem sts [\w-]+: .* not as STS does/,
  },
  "what programs of the shell use in place of the session": {
    profiles: ["", "default"],
    options: ["-c", "COPY"],
    env: {
      AWS_DEFAULT_PROFILE: "other",
      AWS_ACCESS_KEY_ID: "hunter2",
      AWS_CONFIG_FILE: "${HOME}/config",
      AWS_SHARED_CREDENTIALS_FILE: "nowhere",
    },
    says: [
      /^warning aws cli: reads another file: one that is not there/,
      /^warning shell: AWS_SHARED_CREDENTIALS_FILE names ".*nowhere", which does not exist/,
      /^warning shell: AWS_CONFIG_FILE names ".*\$\{HOME\}.config", .* did not expand/,
      /^warning shell: AWS_ACCESS_KEY_ID is set/,
      /^warning shell: AWS_DEFAULT_PROFILE names "other"/,
    ],
  },
  "AWS_DEFAULT_PROFILE, unless it names the session": {
    profiles: ["default"],
    env: { AWS_DEFAULT_PROFILE: "default_sts" },
    says: [],
  },
  "a switch that is neither on nor off": {
    config: "[default]\nuse_fips_endpoint = ture\n",
    profiles: ["default"],
    env: { AWS_ENDPOINT_URL_STS: "" },
    says:
      /^problem sts us-east-1: Cannot reach STS: use_fips_endpoint must be true or false; check .* of these names$/,
  },
};

/** How doctor ends with what it says. */
function exitOf(says: readonly RegExp[]): number {
  const problem = says.map(({ source }) => /^\^problem (\w+)/.exec(source)?.[1])
    .find((check) => check !== undefined);
  if (problem === undefined) return 0;
  return /^(?:sts|certificates)$/.test(problem) ? 5 : 3;
}

for (
  const [name, { given = GIVEN, config, env = {}, ...rest }] of Object.entries(
    CASES,
  )
) {
  const says = [rest.says].flat();
  const { profiles = [""], options = [], isPage = false } = rest;
  Deno.test(`doctor finds ${name}`, async () => {
    await using scenario = await Scenario.start({ given });
    const copy = join(scenario.home, "else where");
    await Deno.writeTextFile(copy, given, { mode: 0o600 });
    const meant = (text: string) =>
      text.replace("COPY", copy).replace("ORIGINAL", scenario.path)
        .replace(/\bSTS$/m, scenario.sts.url);
    if (config !== undefined) await scenario.configure(meant(config));
    if (isPage) {
      const headers = { "Content-Type": "text/html" };
      const body = "<html>Please log in</html>";
      const page = { kind: "raw", status: 200, headers, body } as const;
      scenario.sts.script(page, page);
    }
    const variables = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, meant(value)]),
    );
    for (const profile of profiles) {
      const args = [...profile ? [profile] : [], ...options.map(meant)];
      const { code, findings, lines } = await scenario.doctor(args, variables);
      assertLines(lines, says);
      assert.equal(code, exitOf(says));
      assert.doesNotMatch(JSON.stringify(findings), /hunter2/);
      assert.equal(await scenario.read(), given);
      if (profile === "") continue;
      // What is a problem of one profile, get refuses or warns of.
      const { code: got, stderr } = await scenario.updsts(
        ["get", ...args, "--dry-run"],
        variables,
      );
      assert.doesNotMatch(stderr, /hunter2/);
      if (got !== 0) {
        assert.equal(got, code);
        continue;
      }
      const warned = stderr.match(/(?<=^warning: ).*/gm) ?? [];
      const about = /^\w+ (?:shell|config|contents): (.*)/;
      assert.deepEqual(
        warned.toSorted(),
        lines.flatMap((line) => about.exec(line)?.[1] ?? []).toSorted(),
      );
    }
  });
}

const MODES: readonly (readonly [mode: number, says: string])[] = [
  [0o640, "mode 640: users in its group can read"],
  [0o620, "mode 620: users in its group can write"],
  [0o660, "mode 660: users in its group can read and write"],
  [0o644, "mode 644: other users can read"],
  [0o602, "mode 602: other users can write"],
  [0o611, "mode 611: other users can run"],
];

testUnless(
  unlessWindows("files have no modes"),
  "doctor warns of a file that its group or others can read or write",
  async () => {
    await using scenario = await Scenario.start();
    for (const [mode, says] of MODES) {
      await Deno.chmod(scenario.path, mode);
      const { code, lines } = await scenario.doctor();
      assert.equal(code, 0);
      assert.deepEqual(lines, [
        `warning access: ${says} the file; run chmod 600 ${scenario.path}`,
      ]);
    }
  },
);

Deno.test("doctor warns of hard links and of a clock that is off", async () => {
  const clock = () => new Date(Date.now() + 120_000);
  await using scenario = await Scenario.start({ clock });
  await Deno.link(scenario.path, join(scenario.home, "other name"));
  const { code, lines } = await scenario.doctor();
  assert.equal(code, 0);
  assertLines(lines, [
    /^warning links: the file has 2 hard links/,
    /^warning clock: (119|120|121) s behind that of STS; set it/,
  ]);
});

Deno.test("doctor -n takes the name of a session for its source, and knows hardware devices", async () => {
  await using scenario = await Scenario.start({
    given: GIVEN.replace(ALICE.device, "GAHT12345678") +
      EXPIRED,
  });
  const { code, findings } = await scenario.doctor("-n default_sts");
  assert.equal(code, 0);
  const looked = findings.filter(({ check }) => check.startsWith("profile "));
  assert.deepEqual(looked.map(({ check }) => check), ["profile default"]);
  assert.match(looked[0]?.message ?? "", /, hardware device GAHT12345678, /);
});

Deno.test("doctor goes on to STS where there is no file, and where the config file cannot be read", async () => {
  await using scenario = await Scenario.start();
  await Deno.mkdir(join(scenario.home, ".aws", "config"));
  for (const says of [/^problem config: .*is a directory/, /does not exist/]) {
    const { code, lines } = await scenario.doctor();
    assert.equal(code, 3);
    // Once it was said of each profile, too.
    assert.match(lines[0] ?? "", says);
    assert.equal(lines.join().match(/is a directory/g)?.length, 1);
    await Deno.remove(scenario.path).catch(() => {});
  }
  await Deno.remove(join(scenario.home, ".aws", "config"));
  const { findings, lines } = await scenario.doctor();
  assertLines(lines, [/^problem file: Cannot read .*does not exist/]);
  assert(findings.some(({ message }) => /answers in/.test(message)));
});

Deno.test("doctor asks a place once, however FIPS is spelled, and knows a config file that is the credentials file", async () => {
  await using scenario = await Scenario.start({ given: GIVEN + SECOND });
  await scenario.configure("[default]\nuse_fips_endpoint = FALSE\n");
  await scenario.doctor();
  assert.equal(scenario.sts.requests.length, 1);
  const { lines } = await scenario.doctor("", {
    AWS_CONFIG_FILE: scenario.path,
  });
  assert.deepEqual(lines, []);
});

Deno.test("doctor reads a file of 10,000 blocks, and one of 130,000 profiles", async () => {
  // Once each block was looked for in the whole file.
  const whole = GIVEN.replace(/\[other\][^]*/, BLOCK);
  const blocks = Array.from(
    { length: 10_000 },
    (_, index) => whole.replaceAll(/(?<=key=|\[)default/g, `p${index}`),
  ).join("");
  await using scenario = await Scenario.start({ given: blocks });
  const { code, findings, lines } = await scenario.doctor();
  assert.equal(code, 0);
  assert(findings.length > 10_000);
  assertLines(lines, [
    /^warning profiles: with 10000 long-term keys, no refresh was rehearsed; run/,
  ]);
  // Once they were handed over as the arguments of one call.
  const many = Array.from({ length: 130_000 }, (_, index) => `[p${index}]\n`);
  await scenario.write(many.join(""));
  const { stdout } = await scenario.updsts("doctor -v 1");
  assert(stdout.split("\n").length > 130_000);
});
