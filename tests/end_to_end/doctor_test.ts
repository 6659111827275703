// doctor as a process: what is in order, and each thing that is not.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ALICE, GIVEN, Scenario } from "../support/scenario.ts";

const WINDOWS = Deno.build.os === "windows";

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly hint?: string;
}

/** What doctor finds, and how it exits. */
async function examine(
  scenario: Scenario,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; findings: Finding[]; text: string }> {
  const { code, stdout, stderr } = await scenario.updsts(
    ["doctor", "--json", ...args],
    env,
  );
  assert.equal(stderr, "");
  const { result }: { result: Finding[] } = JSON.parse(stdout);
  const bad = result.filter(({ status }) => status !== "ok");
  const text = bad.map(({ status, check, message, hint }) =>
    `${status} ${check}: ${message}; ${hint}`
  ).join("\n");
  return { code, findings: result, text };
}

Deno.test("doctor finds nothing where all is well, a line each", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  const before = await scenario.read();
  const { code, stdout, stderr } = await scenario.updsts(["doctor"], {
    AWS_REGION: "eu-central-1",
  });
  assert.equal(stderr, "");
  assert.equal(code, 0, stdout);
  const expected = [
    /^ok {2}file: \S+[/\\]\.aws[/\\]credentials, \d+ bytes$/,
    WINDOWS ? /^ok {2}place: in your user profile$/ : /^ok {2}mode: 600$/,
    /^ok {2}aws cli: reads the same file$/,
    /^ok {2}writing: the file can be replaced$/,
    /^ok {2}encoding: UTF-8$/,
    /^ok {2}line ends: LF$/,
    /^ok {2}sections: 3 profiles$/,
    /^ok {2}blocks: 1 managed by updsts$/,
    /^ok {2}config: no config file$/,
    /^ok {2}profile default: key AKIAIOSFODNN7EXAMPLE, virtual device arn:aws:iam::123456789012:mfa\/alice$/,
    /^ok {2}profile default: region eu-central-1 \(AWS_REGION or AWS_DEFAULT_REGION\)$/,
    /^ok {2}profile other: no keys of its own$/,
    /^ok {2}profile default_sts: session of default, valid until 20.*\+00:00$/,
    /^ok {2}certificates: the usual authorities$/,
    /^ok {2}sts eu-central-1: endpoint http:\/\/127\.0\.0\.1:\d+ \(AWS_ENDPOINT_URL_STS\)$/,
    /^ok {2}sts eu-central-1: answers in \d+ ms$/,
    /^ok {2}clock: within \d+ s of that of STS$/,
    /^Problems: 0, warnings: 0$/,
    /^$/,
  ];
  const lines = stdout.split("\n");
  assert.equal(lines.length, expected.length, stdout);
  for (const [index, line] of lines.entries()) {
    assert.match(line, expected[index] ?? /nothing/);
  }
  assert.equal(await scenario.read(), before);
  assert.equal(scenario.codesSent, 1);
  // The question to STS carried nothing of ours.
  const { headers } = scenario.sts.requests.at(-1) ?? {};
  assert.equal(headers?.["authorization"], undefined);
});

Deno.test("doctor warns of what is loose, and still exits with 0", async () => {
  await using scenario = await Scenario.start({
    given: GIVEN.replaceAll("\n", "\r\n") + [
      "[nodevice]",
      "aws_access_key_id = AKIAIOSFODNN7EXAMPL2",
      "aws_secret_access_key = x",
      "",
    ].join("\n"),
    clock: () => new Date(Date.now() + 120_000),
  });
  await Deno.chmod(scenario.path, 0o644);
  await Deno.link(scenario.path, join(scenario.home, "other name"));
  const elsewhere = join(scenario.home, "else where");
  await Deno.writeTextFile(elsewhere, GIVEN);
  const { code, text, findings } = await examine(scenario, [], {
    AWS_SHARED_CREDENTIALS_FILE: elsewhere,
  });
  assert.equal(code, 0);
  if (!WINDOWS) {
    assert.match(text, /warning mode: 644: other users .*; run chmod 600 '/);
  }
  const { code: again, text: told } = await examine(
    scenario,
    ["-c", scenario.path],
    { AWS_SHARED_CREDENTIALS_FILE: elsewhere },
  );
  assert.equal(again, 0);
  if (!WINDOWS) {
    assert.match(told, /warning mode: 644: .*; run chmod 600 \S+\.aws\/cred/);
  }
  assert.match(told, /warning links: the file has 2 hard links/);
  assert.match(
    told,
    WINDOWS
      ? /warning aws cli: reads another file: .*else where; run \$env:AWS_SHARED_CREDENTIALS_FILE = '\w:/
      : /warning aws cli: reads another file: .*else where; run export AWS_SHARED_CREDENTIALS_FILE=\//,
  );
  assert.match(told, /warning profile nodevice: .*no MFA device is known/);
  assert.match(told, /warning clock: (119|120|121) s behind that of STS/);
  assert(findings.some(({ check }) => check === "line ends"));
});

Deno.test("doctor tells mixed line ends apart", async () => {
  await using scenario = await Scenario.start({
    given: GIVEN + "[x]\r\nregion = y\r\n",
  });
  const { findings } = await examine(scenario);
  const found = findings.find(({ check }) => check === "line ends");
  assert.match(found?.message ?? "", /mixed: LF \(8\), CRLF \(2\)/);
});

const DEFECTS: readonly {
  readonly name: string;
  readonly given: string;
  readonly says: RegExp;
  readonly args?: readonly string[];
  readonly exit?: number;
}[] = [
  {
    name: "a broken tag",
    given: `${GIVEN}# $\{{{ key=default [auto update by updsts]\n`,
    says:
      /problem blocks: line 9 begins a block that has no end; mend the tags/,
  },
  {
    name: "a block that a refresh would refuse",
    given:
      `${GIVEN}# $\{{{ key=default [auto update by updsts]\n[default_sts]\naws_session_token = x\n# $}}} [auto update by updsts]\n  goes on\n`,
    says:
      /problem blocks: Cannot update the managed block: line 13, behind the end/,
  },
  {
    name: "two sections of one name",
    given: `${GIVEN}[default]\nregion = x\n`,
    says:
      /problem sections: line 9: section \[default\] begins again; it is on line 2, too: the AWS CLI refuses/,
  },
  {
    name: "a secret that was wrapped over two lines, without showing it",
    given:
      `[default]\naws_access_key_id = ${ALICE.accessKeyId}\naws_secret_access_key =\n${ALICE.secretAccessKey}\n`,
    says:
      /problem sections: line 4: it is neither a header nor a key: the AWS CLI/,
  },
  {
    name: "a secret that goes on below",
    given: GIVEN.replace("Secret+", "Secret+\n  "),
    says:
      /problem profile default: .*aws_secret_access_key is not a valid secret access key/,
  },
  {
    // Once it was shown as a hardware device.
    name: "a secret in place of the device, without showing it",
    given: GIVEN.replace(ALICE.device, ALICE.secretAccessKey),
    says: /problem profile default: .*its MFA device is neither an ARN nor/,
  },
  {
    name: "a FIDO key",
    given: GIVEN.replace(":mfa/alice", ":u2f/user/alice/key"),
    says: /problem profile default: .*FIDO/,
  },
  {
    name: "a profile that is not there",
    given: GIVEN,
    args: ["-n", "defualt"],
    says: /problem profile defualt: .*; the profiles are: "default"/,
  },
  {
    name: "a profile without keys that was asked for",
    given: GIVEN,
    args: ["-n", "other"],
    says: /problem profile other: .*no aws_access_key_id/,
  },
  {
    name: "a region that is none",
    given: GIVEN.replace("[other]", "region = Ireland!\n[other]"),
    says: /problem profile default: .*region/,
  },
];

const WARNINGS: typeof DEFECTS = [
  {
    name: "a secret of another length",
    given: GIVEN.replace(ALICE.secretAccessKey, "short"),
    says:
      /warning profile default: its aws_secret_access_key has not the 40 char/,
    exit: 0,
  },
  {
    name: "a session whose profile has gone",
    given:
      `${GIVEN}# $\{{{ key=gone [auto update by updsts]\n[gone_sts]\naws_session_token = x\n# $}}} [auto update by updsts]\n`,
    says:
      /warning profile gone_sts: session of gone, a profile that is not in the file; run updsts remove gone_sts/,
    exit: 0,
  },
  {
    name: "a file in which nothing can be refreshed",
    given: "",
    says: /warning profiles: none of them has a long-term key/,
    exit: 0,
  },
];

for (
  const { name, given, says, args = [], exit = 3 } of [...DEFECTS, ...WARNINGS]
) {
  Deno.test(`doctor finds ${name}`, async () => {
    await using scenario = await Scenario.start({ given });
    const { code, text } = await examine(scenario, args);
    assert.match(text, says);
    assert.equal(code, exit);
    assert.equal(await scenario.read(), given);
  });
}

Deno.test("doctor -n takes the name of a session for its source", async () => {
  await using scenario = await Scenario.start();
  await scenario.get();
  const { code, findings } = await examine(scenario, ["-n", "default_sts"]);
  assert.equal(code, 0);
  const looked = findings.map(({ check }) => check)
    .filter((check) => check.startsWith("profile "));
  assert.deepEqual(looked, ["profile default", "profile default"]);
});

Deno.test("doctor knows hardware devices, and expired sessions", async () => {
  await using scenario = await Scenario.start({
    given: GIVEN.replace(ALICE.device, "GAHT12345678") + [
      "# ${{{ key=default [auto update by updsts]",
      "[default_sts]",
      "aws_session_token = x",
      "expiration_datetime = 2020-01-01T00:00:00+00:00",
      "# $}}} [auto update by updsts]",
      "",
    ].join("\n"),
  });
  const { code, findings, text } = await examine(scenario);
  assert.equal(code, 0);
  assert(findings.some(({ message }) => /hardware device GAHT/.test(message)));
  assert.match(
    text,
    /warning profile default_sts: session of default, expired at 2020-.*; run updsts get default/,
  );
});

Deno.test("doctor says where STS is not reached, by which way, and why", async () => {
  await using scenario = await Scenario.start();
  const proxy = { HTTPS_PROXY: "http://user:hunter2@127.0.0.1:9" };
  const refused = await examine(scenario, [], {
    AWS_ENDPOINT_URL_STS: "http://127.0.0.1:10",
  });
  assert.equal(refused.code, 5);
  assert.match(
    refused.text,
    /problem sts us-east-1: .*Connection refused; check the network/,
  );
  const proxied = await examine(scenario, [], {
    AWS_ENDPOINT_URL_STS: "",
    AWS_REGION: "eu-west-1",
    AWS_USE_FIPS_ENDPOINT: "true",
    ...proxy,
  });
  assert.equal(proxied.code, 5);
  const way = proxied.findings.find(({ message }) => /endpoint/.test(message));
  assert.equal(
    way?.message,
    "endpoint https://sts-fips.eu-west-1.amazonaws.com (the region) by the proxy 127.0.0.1:9",
  );
  assert.doesNotMatch(JSON.stringify(proxied.findings), /hunter2/);
  const forbidden = await examine(scenario, [], {
    AWS_ENDPOINT_URL_STS: "https://evil.example",
  });
  assert.equal(forbidden.code, 5);
  assert.match(forbidden.text, /outside of what this build may talk to/);
  await Deno.writeTextFile(
    join(scenario.home, ".aws", "config"),
    "[default]\nregion = eu-west-1\nuse_dualstack_endpoint = true\n",
  );
  const { findings } = await examine(scenario, [], {
    AWS_ENDPOINT_URL_STS: "",
    ...proxy,
  });
  assert.match(JSON.stringify(findings), /https:\/\/sts\.eu-west-1\.api\.aws/);
});

Deno.test("doctor says so if what answers is not STS", async () => {
  await using scenario = await Scenario.start();
  scenario.sts.script({
    kind: "raw",
    status: 200,
    headers: { "Content-Type": "text/html" },
    body: "<html>Please log in</html>",
  });
  const { code, text } = await examine(scenario);
  assert.equal(code, 5);
  assert.match(
    text,
    /problem sts us-east-1: something answered in \d+ ms \(200\), but not as STS/,
  );
});

Deno.test("doctor refuses an AWS_CA_BUNDLE without a certificate", async () => {
  await using scenario = await Scenario.start();
  const bundle = join(scenario.home, "bundle.pem");
  await Deno.writeTextFile(bundle, "nothing of the kind\n");
  const { code, text } = await examine(scenario, [], { AWS_CA_BUNDLE: bundle });
  assert.equal(code, 5);
  assert.match(text, /problem certificates: .*holds no PEM certificates/);
});

Deno.test("doctor goes on to STS where there is no file", async () => {
  await using scenario = await Scenario.start();
  await Deno.remove(scenario.path);
  const { code, findings, text } = await examine(scenario);
  assert.equal(code, 3);
  assert.match(
    text,
    /problem file: Cannot read the credentials file: .*does not exist/,
  );
  assert(findings.some(({ message }) => /answers in/.test(message)));
});

Deno.test("doctor goes on where the config file is what is wrong", async () => {
  await using scenario = await Scenario.start();
  const config = join(scenario.home, ".aws", "config");
  // Once these ended it before the first line.
  await Deno.writeTextFile(config, "[default]\nregion = !!bad!!\n");
  const region = await examine(scenario);
  assert.equal(region.code, 3);
  assert.match(region.text, /problem profile default: .*region/);
  await Deno.remove(config);
  await Deno.mkdir(config);
  const directory = await examine(scenario);
  assert.equal(directory.code, 3);
  assert.match(directory.text, /problem profile default: .*is a directory/);
  assert(directory.findings.some(({ check }) => check === "encoding"));
});

Deno.test("doctor reads a file of 10,000 blocks", async () => {
  // Once each block was looked for in the whole file.
  const given = Array.from({ length: 10_000 }, (_, index) =>
    [
      `[p${index}]`,
      `aws_access_key_id = ${ALICE.accessKeyId}`,
      `aws_secret_access_key = ${ALICE.secretAccessKey}`,
      `mfa_device_arn = ${ALICE.device}`,
      `# $\{{{ key=p${index} [auto update by updsts]`,
      `[p${index}_sts]`,
      "aws_session_token = x",
      "expiration_datetime = 2099-01-01T00:00:00Z",
      "# $}}} [auto update by updsts]",
      "",
    ].join("\n")).join("");
  await using scenario = await Scenario.start({ given });
  const { code, findings } = await examine(scenario);
  assert.equal(code, 0);
  assert(findings.length > 30_000);
});

Deno.test("doctor looks at the config file, too, as the AWS CLI reads it", async () => {
  await using scenario = await Scenario.start();
  const path = join(scenario.home, ".aws", "config");
  const messages = async (text: string) => {
    await Deno.writeTextFile(path, text);
    const { code, findings } = await examine(scenario);
    const found = findings.filter(({ check }) => check === "config")
      .map(({ status, message, hint }) => [status, message, hint]);
    return { code, found };
  };
  assert.deepEqual(await messages("[profile default]\noutput = json\n"), {
    code: 0,
    found: [["ok", path, undefined]],
  });
  assert.deepEqual(await messages("[other]\nregion = eu-west-1\n"), {
    code: 0,
    found: [[
      "warning",
      `${path}: line 1: the AWS CLI and most SDKs do not take [other] for the profile`,
      "head it [profile other]",
    ]],
  });
  const twice = await messages("[profile other]\na = 1\n[other]\nb = 2\n");
  assert.equal(twice.found[0]?.[2], "move its keys under [profile other]");
  assert.deepEqual(
    await messages("[profile x] ; was hunter2] \na = 1\na = 2\n"),
    {
      code: 3,
      found: [[
        "problem",
        `${path}: line 3: section [profile x] has that key on line 2, too: the AWS CLI refuses such a file`,
        "mend that line",
      ]],
    },
  );
  assert.deepEqual(await messages("[default]\na = 1\n[default]\n"), {
    code: 3,
    found: [[
      "problem",
      `${path}: line 3: section [default] begins again; it is on line 1, too: the AWS CLI refuses such a file`,
      "mend that line",
    ]],
  });
});

Deno.test("doctor says once that the config file cannot be read", async () => {
  await using scenario = await Scenario.start({ given: "" });
  await Deno.mkdir(join(scenario.home, ".aws", "config"));
  const { code, text } = await examine(scenario);
  assert.equal(code, 3);
  assert.equal(text.match(/AWS config file/g)?.length, 1, text);
});

Deno.test("doctor takes no section of a good config file for a slip", async () => {
  const names = ["plugins", "profile foo", "my work", "other"];
  await using scenario = await Scenario.start({
    given: GIVEN + names.map((name) => `[${name}]\nregion = x\n`).join(""),
  });
  const path = join(scenario.home, ".aws", "config");
  const configured = async (text: string) => {
    await Deno.writeTextFile(path, text);
    const { findings } = await examine(scenario);
    return findings.filter(({ check }) => check === "config");
  };
  const [good, ...more] = await configured([
    ...["[plugins]", "[profile foo]", '[profile "my work"]', "[DEFAULT]"],
    ...["[default]", "[sso-session other]", "[services other]", "[DEFAULT]"],
  ].join("\n"));
  assert.deepEqual([good?.status, more], ["ok", []]);
  const [slip] = await configured("[my work]\n");
  assert.equal(slip?.hint, 'head it [profile "my work"]');
  const { findings } = await examine(scenario, [], {
    AWS_CONFIG_FILE: scenario.path,
  });
  assert(findings.some(({ message }) => message === "is the credentials file"));
});

Deno.test("doctor asks a place once, however FIPS is spelled, and says which switch is none", async () => {
  await using scenario = await Scenario.start({
    given: GIVEN + GIVEN.replaceAll("[", "[second-"),
  });
  const path = join(scenario.home, ".aws", "config");
  await Deno.writeTextFile(path, "[default]\nuse_fips_endpoint = FALSE\n");
  await examine(scenario);
  assert.equal(scenario.sts.requests.length, 1);
  await Deno.writeTextFile(path, "[default]\nuse_fips_endpoint = ture\n");
  const { code, text } = await examine(scenario, ["-n", "default"], {
    AWS_ENDPOINT_URL_STS: "",
  });
  assert.equal(code, 5);
  assert.match(
    text,
    /problem sts us-east-1: Cannot reach STS: use_fips_endpoint is neither true nor false; check /,
  );
});

Deno.test("doctor finds a region whose STS is out of reach, as get does before it asks for a code", async () => {
  await using scenario = await Scenario.start();
  const env = { AWS_REGION: "us-nowhere-9", AWS_ENDPOINT_URL_STS: "" };
  const { code, text } = await examine(scenario, ["-n", "default"], env);
  assert.equal(code, 5);
  assert.match(
    text,
    /problem sts us-nowhere-9: Cannot reach STS: sts\.us-nowhere-9\.amazonaws\.com is outside of what this build may talk to; .*such as us-east-1/,
  );
  const dryRun = ["get", "-n", "default", "--dry-run"];
  assert.equal((await scenario.updsts(dryRun, env)).code, 5);
});

// Regression: they were handed over as the arguments of one call, and there is
// no room for so many.
Deno.test("doctor has room for more findings than a call has for arguments", async () => {
  await using scenario = await Scenario.start({
    given: Array.from({ length: 130_000 }, (_, index) => `[p${index}]\n`)
      .join(""),
  });
  const { code, findings } = await examine(scenario);
  assert.equal(code, 0);
  assert(findings.length > 130_000);
});
