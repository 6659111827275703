// The use case refreshSession: what it refuses before STS, and what it writes.
import assert from "node:assert/strict";
import type { ErrorCode } from "../../src/errors.ts";
import { UpdstsError } from "../../src/errors.ts";
import {
  awsCliRefusal,
  type RefreshRequest,
  refreshSession,
} from "../../src/sessions/refresh_session.ts";
import type { ProfileSettings } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { toLocalIso } from "../../src/timestamps.ts";
import { failsWith } from "../support/errors.ts";
import {
  exampleSession,
  MemoryCodes,
  MemoryConfig,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
  TextConfig,
} from "../support/memory_ports.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/alice";
const KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" +
  "aws_secret_access_key = long+term/secret\n";
const DEFAULT = `[default]\n${KEYS}mfa_device_arn = ${DEVICE}\n`;

function world(text = DEFAULT, settings: Partial<ProfileSettings> = {}) {
  return {
    file: new MemoryFile(text),
    config: new MemoryConfig(settings),
    codes: new MemoryCodes(),
    issuer: new MemoryIssuer(),
    clock: { now: () => NOW },
    log: new MemoryLog(),
  };
}

/** An hour before the example session ends. */
const NOW = new Date("2026-01-02T02:04:05Z");

const REQUEST: RefreshRequest = {
  profile: "default",
  code: new Secret("123456"),
};

Deno.test("refreshSession() writes what STS gave and returns no secret", async () => {
  const ports = world();
  const result = await refreshSession(ports, REQUEST);
  const { expiration } = exampleSession();
  assert.deepEqual(result, {
    status: "updated",
    profile: "default",
    sessionProfile: "default_sts",
    accessKeyId: "ASIAEXAMPLESESSION00",
    expiration,
  });
  assert.equal(
    ports.file.text,
    DEFAULT + [
      "# ${{{ key=default [auto update by updsts]",
      "[default_sts]",
      "aws_access_key_id = ASIAEXAMPLESESSION00",
      "aws_secret_access_key = session+secret/EXAMPLE",
      "aws_session_token = session//token+EXAMPLE==",
      `expiration_datetime = ${toLocalIso(expiration)}`,
      "expiration_key_id = ASIAEXAMPLESESSION00",
      "# $}}} [auto update by updsts]",
      "",
    ].join("\n"),
  );
});

Deno.test("refreshSession() asks with the profile's own key, device and the defaults", async () => {
  const ports = world();
  await refreshSession(ports, REQUEST);
  const [request, ...others] = ports.issuer.requests;
  assert(request !== undefined);
  assert.equal(others.length, 0);
  assert.equal(request.accessKeyId, "AKIAIOSFODNN7EXAMPLE");
  assert.equal(request.secretAccessKey.reveal(), "long+term/secret");
  assert.equal(request.device, DEVICE);
  assert.equal(request.code.reveal(), "123456");
  assert.equal(request.durationSeconds, 3600);
  assert.equal(request.region, "us-east-1");
});

Deno.test("refreshSession() sends a code in any spelling as six digits", async () => {
  const ports = world();
  await refreshSession(ports, { ...REQUEST, code: new Secret("１２３ 4-56") });
  ports.codes.answer = "65\u00a04321";
  await refreshSession(ports, { profile: "default" });
  assert.deepEqual(
    ports.issuer.requests.map(({ code }) => code.reveal()),
    ["123456", "654321"],
  );
});

const SERIAL = `[default]\n${KEYS}mfa_serial = GAHT12345678\n`;
const CONFIG_DEVICE = { mfaSerial: "arn:aws:iam::123456789012:mfa/config" };
const REGIONS = { environmentRegion: "ap-northeast-1", region: "sa-east-1" };
const OWN_REGION = `${DEFAULT}region = eu-west-1\n`;
const OWN_DURATION = `${DEFAULT}duration_seconds = 7200\n`;
const inPartition = (id: string) => DEFAULT.replace("arn:aws:", `arn:${id}:`);

/** What is asked for, by the text of the credentials file, the settings and the request. */
const CHOICES: readonly (readonly [
  what: "durationSeconds" | "region" | "device",
  expected: string | number,
  text: string,
  settings?: Partial<ProfileSettings>,
  request?: Partial<RefreshRequest>,
])[] = [
  ["durationSeconds", 7200, OWN_DURATION, { durationSeconds: "1800" }],
  ["durationSeconds", 1800, DEFAULT, { durationSeconds: "1800" }],
  ["durationSeconds", 900, OWN_DURATION, { durationSeconds: "1800" }, {
    durationSeconds: 900,
  }],
  ["region", "ap-northeast-1", OWN_REGION, REGIONS],
  ["region", "eu-west-1", OWN_REGION, { region: "sa-east-1" }],
  ["region", "sa-east-1", DEFAULT, { region: "sa-east-1" }],
  ["region", "cn-north-1", inPartition("aws-cn")],
  ["region", "us-gov-west-1", inPartition("aws-us-gov")],
  ["device", DEVICE, `${SERIAL}mfa_device_arn = ${DEVICE}`, CONFIG_DEVICE],
  ["device", "GAHT12345678", SERIAL, CONFIG_DEVICE],
  ["device", CONFIG_DEVICE.mfaSerial, `[default]\n${KEYS}`, CONFIG_DEVICE],
];

Deno.test("refreshSession() takes duration, region and device from the first source that has one", async () => {
  for (const [what, expected, text, settings, request] of CHOICES) {
    const ports = world(text, settings);
    await refreshSession(ports, { ...REQUEST, ...request });
    assert.equal(ports.issuer.requests[0]?.[what], expected);
  }
});

const REFUSALS: readonly {
  readonly name: string;
  readonly code: ErrorCode;
  readonly text?: string;
  readonly request?: Partial<RefreshRequest>;
  readonly settings?: Partial<ProfileSettings>;
  readonly says: RegExp;
}[] = [
  {
    name: "a code of five digits",
    code: "CODE_INVALID",
    request: { code: new Secret("12345") },
    says: /six digits/,
  },
  {
    name: "a code of seven digits",
    code: "CODE_INVALID",
    request: { code: new Secret("1234567\n") },
    says: /six digits/,
  },
  {
    name: "899 s",
    code: "DURATION_INVALID",
    request: { durationSeconds: 899 },
    says:
      /session of 14m59s \(899 s\): STS gives 15m \(900 s\) to 36h \(129600 s\)/,
  },
  {
    name: "a duration of the profile that is none",
    code: "SETTING_INVALID",
    text: `${DEFAULT}duration_seconds = hunter2\n`,
    says: /^(?!.*hunter2).*duration_seconds/s,
  },
  {
    name: "a duration of the profile that STS does not give",
    code: "SETTING_INVALID",
    text: `${DEFAULT}duration_seconds = 600\n`,
    says: /900 to 129600/,
  },
  {
    // Once the code was asked for each time.
    name: "as much to remain as the session lasts",
    code: "DURATION_INVALID",
    request: { minRemainingSeconds: 3600 },
    says: /have 1h \(3600 s\) remain of a session: it lasts 1h \(3600 s\) from/,
  },
  {
    name: "more to remain than the profile's sessions last",
    code: "DURATION_INVALID",
    text: `${DEFAULT}duration_seconds = 1800\n`,
    request: { minRemainingSeconds: 2000 },
    says: /33m20s \(2000 s\) remain .* lasts 30m \(1800 s\)/,
  },
  {
    name: "129,601 s",
    code: "DURATION_INVALID",
    request: { durationSeconds: 129_601 },
    says: /to 36h \(129600 s\)/,
  },
  {
    name: "half a second",
    code: "DURATION_INVALID",
    request: { durationSeconds: 900.5 },
    says: /900/,
  },
  {
    name: "a session name with a bracket",
    code: "NAME_INVALID",
    request: { sessionProfile: "a]b" },
    says: /bracket/,
  },
  {
    name: "a profile name with a line end",
    code: "NAME_INVALID",
    request: { profile: "a\nb" },
    says: /line end/,
  },
  {
    name: "an unknown profile",
    code: "PROFILE_NOT_FOUND",
    request: { profile: "defalt" },
    says: /"default"/,
  },
  {
    name: "a profile without a key",
    code: "KEYS_MISSING",
    text: "[default]\nregion = x\n",
    says: /aws_access_key_id/,
  },
  {
    name: "a profile without a secret",
    code: "KEYS_MISSING",
    text: "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
    says: /aws_secret_access_key/,
  },
  {
    name: "a key id that is none",
    code: "KEYS_MISSING",
    text: DEFAULT.replace("AKIAIOSFODNN7EXAMPLE", "AKIA IOSFODNN7EXAMPLE"),
    says: /aws_access_key_id/,
  },
  {
    name: "a profile with a session token",
    code: "KEYS_TEMPORARY",
    text: `${DEFAULT}aws_session_token = x\n`,
    says: /long-term/,
  },
  {
    // As boto wrote it: STS was asked, and refused the key with the code.
    name: "a profile with a session token under its old name",
    code: "KEYS_TEMPORARY",
    text: `${DEFAULT}aws_security_token = x\n`,
    says: /long-term/,
  },
  {
    name: "no device",
    code: "DEVICE_MISSING",
    text: `[default]\n${KEYS}`,
    says: /mfa_device_arn/,
  },
  {
    // Once it was shown, as a part of the FIDO key's name.
    name: "a secret below a FIDO key",
    code: "DEVICE_UNSUPPORTED",
    text: DEFAULT.replace("mfa/alice", "u2f/alice\n  hunter2"),
    says: /^(?!.*hunter2).*serial number/s,
  },
  {
    name: "a device with a space",
    code: "DEVICE_UNSUPPORTED",
    text: DEFAULT.replace("mfa/alice", "mfa/al ice"),
    says: /serial number/,
  },
  {
    name: "a region that could be another host",
    code: "REGION_INVALID",
    settings: { environmentRegion: "evil.example/" },
    says: /is not the name of a region/,
  },
  // An agent may have written the file: sts.s3.amazonaws.com is a bucket.
  ...["s3", "s3-us-west-2", "sts", "us-east-1a", "dualstack.us-east-1"].map(
    (region) => ({
      name: `the region ${region} of the profile`,
      code: "REGION_INVALID" as const,
      text: `${DEFAULT}region = ${region}\n`,
      says: /is not the name of a region/,
    }),
  ),
  {
    name: "a name that is taken",
    code: "NAME_TAKEN",
    text: `${DEFAULT}[default_sts]\n`,
    says: /line 5/,
  },
  {
    name: "its own name",
    code: "NAME_TAKEN",
    request: { sessionProfile: "default" },
    says: /line 1/,
  },
  {
    name: "a broken block",
    code: "BLOCK_BROKEN",
    text: `${DEFAULT}# $}}} [auto update by updsts]\n`,
    says: /line 5/,
  },
];

const ACCOUNT = "arn:aws:iam::123456789012";

Deno.test("refreshSession() takes what has the form of a device, in its own partition", async () => {
  for (
    const [device, settings] of [
      [`${ACCOUNT}:mfa/root-account-mfa-device`],
      [`${ACCOUNT}:mfa/team/al.ice+1=@x,_-`],
      [`${ACCOUNT}:sms-mfa/alice`],
      [`${ACCOUNT}:root-account-mfa-device`],
      ["GAHT12345678"],
      ["GAHT12345678", { environmentRegion: "cn-north-1" }],
      ["arn:aws-cn:iam::123456789012:mfa/alice"],
      [DEVICE, { environmentRegion: "xy-new-1" }],
      [DEVICE, {
        environmentRegion: "cn-north-1",
        endpoint: "https://sts.example",
      }],
    ] as const
  ) {
    const ports = world(undefined, settings);
    await refreshSession(ports, { ...REQUEST, device });
    assert.equal(ports.issuer.requests[0]?.device, device);
  }
});

Deno.test("refreshSession() refuses another device before STS is asked, and says what it is", async () => {
  for (
    const [device, says, environmentRegion] of [
      [`${ACCOUNT}:user/alice`, /user\/alice is the ARN of a user.*mfa\/alice/],
      [`${ACCOUNT}:role/Dev`, /the ARN of a role/],
      [`${ACCOUNT}:root`, /is not mfa\/ and a name/],
      ["arn:aws:iam::12345678901:mfa/alice", /account is not 12 digits/],
      ["arn:aws:iam::1234-5678-9012:mfa/alice", /account is not 12 digits/],
      ["arn:aws:iam::ACCOUNT:mfa/NAME", /account is not 12 digits/],
      [`${ACCOUNT}:mfa`, /is not mfa\/ and a name/],
      [`${ACCOUNT}:mfa/`, /is not mfa\/ and a name/],
      [`${ACCOUNT}:mfa/team/`, /is not mfa\/ and a name/],
      ["arn:aws:sns:us-east-1:123456789012:mfa/alice", /not of IAM/],
      ["arn:aws-xy:iam::123456789012:mfa/alice", /no partition "aws-xy"/],
      ["arn:aws:mfa/alice", /not of IAM/],
      ["arn:aws-cn:iam::123456789012:mfa/a", /aws-cn.*us-east-1/, "us-east-1"],
      [DEVICE, /partition aws, and the region cn-north-1/, "cn-north-1"],
      [`${ACCOUNT}:u2f/user/alice/key`, /FIDO/],
      ["arn:aws-cn:iam::123456789012:u2f/user/alice/key", /FIDO/],
      ["arn:aws-us-gov:iam::123456789012:u2f/user/alice/key", /FIDO/],
    ] as const
  ) {
    const ports = world(undefined, { environmentRegion });
    const error = await failsWith(
      "DEVICE_UNSUPPORTED",
      () => refreshSession(ports, { ...REQUEST, device }),
    );
    assert.match(`${error.message} ${error.hint}`, says, device);
    assert.equal(ports.issuer.requests.length, 0);
  }
});

for (const { name, code, text, request, settings, says } of REFUSALS) {
  Deno.test(`refreshSession() refuses ${name} before STS is asked`, async () => {
    const ports = world(text, settings);
    const before = ports.file.text;
    const error = await failsWith(
      code,
      () => refreshSession(ports, { ...REQUEST, ...request }),
    );
    assert.match(`${error.message}\n${error.hint}`, says);
    assert.equal(ports.issuer.requests.length, 0);
    assert.equal(ports.file.text, before);
  });
}

Deno.test("refreshSession() asks for the code when all else is in order", async () => {
  const ports = world();
  await refreshSession(ports, { profile: "default" });
  assert.deepEqual(ports.codes.asked, [{ profile: "default", device: DEVICE }]);
  assert.equal(ports.issuer.requests[0]?.code.reveal(), "654321");
  const broken = world(`${DEFAULT}[default_sts]\n`);
  await failsWith(
    "NAME_TAKEN",
    () => refreshSession(broken, { profile: "default" }),
  );
  assert.equal(broken.codes.asked.length, 0);
});

Deno.test("refreshSession() does nothing if the session stays valid long enough", async () => {
  const ports = world();
  await refreshSession(ports, REQUEST);
  const before = ports.file.text;
  const result = await refreshSession(ports, {
    profile: "default",
    // Less than what is there: only a new session has to last longer.
    durationSeconds: 1800,
    minRemainingSeconds: 3600,
  });
  assert.deepEqual(result, {
    status: "still_valid",
    profile: "default",
    sessionProfile: "default_sts",
    accessKeyId: "ASIAEXAMPLESESSION00",
    expiration: exampleSession().expiration,
  });
  assert.equal(ports.issuer.requests.length, 1);
  assert.equal(ports.codes.asked.length, 0);
  assert.equal(ports.file.text, before);
});

Deno.test("refreshSession() refreshes what is short of time, incomplete or of another name", async () => {
  const renewed = async (
    change: (text: string) => string,
    request: Partial<RefreshRequest>,
  ) => {
    const ports = world();
    await refreshSession(ports, REQUEST);
    ports.file.text = change(ports.file.text);
    const { status } = await refreshSession(ports, {
      profile: "default",
      durationSeconds: 7200,
      minRemainingSeconds: 3600,
      ...request,
    });
    return status === "updated" && ports.issuer.requests.length === 2;
  };
  assert(await renewed((text) => text, { minRemainingSeconds: 3601 }));
  assert(await renewed((text) => text, { sessionProfile: "today" }));
  assert(await renewed((text) => text.replace(/^expiration.*$/m, ""), {}));
  assert(
    await renewed((text) => text.replace(/^aws_session_token.*$/m, ""), {}),
  );
});

Deno.test("refreshSession() takes the name of a session for its source, and says so", async () => {
  for (const sessionProfile of [undefined, "today"]) {
    const ports = world();
    await refreshSession(ports, { ...REQUEST, sessionProfile });
    const before = ports.file.text;
    const name = sessionProfile ?? "default_sts";
    const result = await refreshSession(ports, { ...REQUEST, profile: name });
    assert.equal(result.profile, "default");
    assert.equal(result.sessionProfile, name);
    assert.equal(ports.file.text, before);
    assert.match(
      ports.log.lines.join(),
      /note: \w+ is the session of profile default/,
    );
    assert.equal(ports.issuer.requests[1]?.accessKeyId, "AKIAIOSFODNN7EXAMPLE");
  }
});

Deno.test("refreshSession() leaves the file when STS refuses", async () => {
  const ports = world();
  ports.issuer.answer = new UpdstsError("MFA_REFUSED", "Refused");
  await failsWith("MFA_REFUSED", () => refreshSession(ports, REQUEST));
  assert.equal(ports.file.text, DEFAULT);
  assert.equal(ports.file.writes, 0);
});

Deno.test("refreshSession() edits what stands there after STS, not before", async () => {
  const ports = world();
  ports.file.beforeUpdate = () => {
    ports.file.text = `[other]\nregion = x\n${ports.file.text}`;
  };
  await refreshSession(ports, REQUEST);
  assert(ports.file.text.startsWith(`[other]\nregion = x\n${DEFAULT}# \${{{`));
});

Deno.test("refreshSession() says that the code is spent if the file broke meanwhile", async () => {
  const ports = world();
  ports.file.beforeUpdate = () => {
    ports.file.text += "# $}}} [auto update by updsts]\n";
  };
  const error = await failsWith(
    "BLOCK_BROKEN",
    () => refreshSession(ports, REQUEST),
  );
  assert.match(error.hint ?? "", /this code is spent/);
  assert.equal(ports.file.writes, 0);
});

// `-sn prod` would silently change what `--profile prod` means for everybody
// who reads both files.
Deno.test("refreshSession() takes no name of a config profile that has credentials, before a code is asked for", async () => {
  for (const status of [{}, { dryRun: true }]) {
    const ports = world();
    const config = new TextConfig("[profile prod]\ncredential_process = x\n");
    const { message } = await failsWith(
      "NAME_TAKEN",
      () =>
        refreshSession({ ...ports, config }, {
          profile: "default",
          sessionProfile: "prod",
          ...status,
        }),
    );
    assert.match(message, /credential_process/);
    assert.deepEqual(ports.codes.asked, []);
    assert.equal(ports.file.text, DEFAULT);
  }
});

Deno.test("refreshSession() refuses a session's name with # or ;, be it made of the profile's", async () => {
  const text = DEFAULT.replace("[default]", "[a#b]");
  const ports = world(text);
  for (const sessionProfile of [undefined, "x;y"]) {
    const { hint } = await failsWith(
      "NAME_INVALID",
      () => refreshSession(ports, { profile: "a#b", sessionProfile }),
    );
    assert.match(hint ?? "", /-sn/);
  }
  assert.deepEqual(ports.codes.asked, []);
  await refreshSession(ports, { profile: "a#b", sessionProfile: "x" });
  assert(ports.file.text.includes("[x]"));
});

// Exit 0, and the AWS CLI could not use the session.
Deno.test("refreshSession() warns, before a code is asked for, of a file that the AWS CLI refuses", async () => {
  const cases = {
    "byte order mark": `\xef\xbb\xbf${DEFAULT}`,
    "not in UTF-8": `${DEFAULT}# \xff\n`,
    "section \\[x\\] has that key on line 6, too":
      `${DEFAULT}[x]\na = 1\nA = 2\n`,
    "section \\[default\\] begins again": `${DEFAULT}[default]\n`,
  };
  for (const [reason, text] of Object.entries(cases)) {
    const ports = world(text);
    await refreshSession(ports, { ...REQUEST, dryRun: true });
    const warning = ports.log.lines.find((line) => line.startsWith("warning:"));
    assert.match(
      warning ?? "",
      new RegExp(`^warning: the AWS CLI refuses .*${reason}`),
    );
    assert.equal(ports.file.text, text);
  }
  const ports = world();
  await refreshSession(ports, REQUEST);
  assert(!ports.log.lines.some((line) => line.startsWith("warning:")));
});

Deno.test("awsCliRefusal() tells a file that was refused before from one that edits made so", async () => {
  const text = "[a]\nx = 1\n";
  const edit = { offset: text.length, length: 0, text: "[a]\n" };
  assert.equal(awsCliRefusal(text, []), undefined);
  assert.match(awsCliRefusal(`${text}[a]\n`, []) ?? "", /^line 3: /);
  await failsWith("BLOCK_BROKEN", () => awsCliRefusal(text, [edit]));
});
