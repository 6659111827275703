// The use case refreshSession: what it refuses before STS, what it asks and writes, and the hooks around a code.
import assert from "node:assert/strict";
import type { ErrorCode } from "../../src/errors.ts";
import { UpdstsError } from "../../src/errors.ts";
import type { CodeSource, ProfileSettings } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import {
  awsCliRefusal,
  type RefreshHooks,
  type RefreshRequest,
  refreshSession,
} from "../../src/sessions/refresh_session.ts";
import { toLocalIso } from "../../src/timestamps.ts";
import { failsWith } from "../support/errors.ts";
import {
  exampleSession,
  MemoryConfig,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
  TextConfig,
} from "../support/memory_ports.ts";

const ACCOUNT = "arn:aws:iam::123456789012";
const DEVICE = `${ACCOUNT}:mfa/alice`;
const KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" +
  "aws_secret_access_key = long+term/secret\n";
const DEFAULT = `[default]\n${KEYS}mfa_device_arn = ${DEVICE}\n`;
const OPEN = "# ${{{ key=default [auto update by updsts]\n";
const CLOSE = "# $}}} [auto update by updsts]\n";
const REFUSED = new UpdstsError("MFA_REFUSED", "Cannot get a session: no");

/** An hour before the example session ends. */
const NOW = new Date("2026-01-02T02:04:05Z");

/** A refresh for which a person types 000001, 000002, …, and what it does. */
class World {
  readonly file: MemoryFile;
  config: MemoryConfig | TextConfig;
  readonly issuer = new MemoryIssuer();
  readonly log = new MemoryLog();
  readonly clock = { now: () => NOW };
  /** For each code that was asked for: what STS said of the last one. */
  readonly told: (UpdstsError | undefined)[] = [];
  readonly happened: string[] = [];
  asksAgain = true;
  /** Happens while the person types. */
  typing = () => {};

  constructor(text = DEFAULT, settings: Partial<ProfileSettings> = {}) {
    this.file = new MemoryFile(text);
    this.config = new MemoryConfig(settings);
  }

  /** Has STS refuse that many codes. */
  refuse(count: number, error = REFUSED): this {
    const { issuer } = this;
    const { issue } = MemoryIssuer.prototype;
    issuer.issue = (request) => {
      issuer.answer = issuer.requests.length < count ? error : exampleSession();
      return issue.call(issuer, request);
    };
    return this;
  }

  get sent() {
    return this.issuer.requests.map(({ code }) => code.reveal());
  }

  run(
    request: Partial<RefreshRequest> = {},
    hooks: RefreshHooks = this.#hooks,
  ) {
    const codes: CodeSource = {
      asksAgain: this.asksAgain,
      code: (profile, device, refused) => {
        assert.deepEqual([profile, device], ["default", DEVICE]);
        this.told.push(refused);
        this.typing();
        return Promise.resolve(new Secret(`00000${this.told.length}`));
      },
    };
    const { file, config, issuer, log, clock } = this;
    const ports = { file, config, issuer, log, clock, codes };
    return refreshSession(ports, { profile: "default", ...request }, hooks);
  }

  readonly #hooks: RefreshHooks = {
    asking: () => {
      this.happened.push("asking");
      return { [Symbol.dispose]: () => void this.happened.push("asked") };
    },
    sending: (region) => void this.happened.push(`sending to ${region}`),
    answered: (error) => {
      this.happened.push(error === undefined ? "given" : "refused");
    },
  };
}

const CODE = { code: new Secret("123456") };

Deno.test("refreshSession() asks with the profile's own key, writes what STS gave and returns no secret", async () => {
  const world = new World();
  const result = await world.run();
  const { expiration } = exampleSession();
  assert.deepEqual(result, {
    status: "updated",
    ...{ profile: "default", sessionProfile: "default_sts" },
    ...{ role: undefined, notes: [] },
    accessKeyId: "ASIAEXAMPLESESSION00",
    expiration,
  });
  assert.equal(
    world.file.text,
    DEFAULT + OPEN + [
      "[default_sts]",
      "aws_access_key_id = ASIAEXAMPLESESSION00",
      "aws_secret_access_key = session+secret/EXAMPLE",
      "aws_session_token = session//token+EXAMPLE==",
      `expiration_datetime = ${toLocalIso(expiration)}`,
      "expiration_key_id = ASIAEXAMPLESESSION00",
      CLOSE,
    ].join("\n"),
  );
  const [request, ...others] = world.issuer.requests;
  assert(request !== undefined && others.length === 0);
  const { accessKeyId, secretAccessKey, durationSeconds, region } = request;
  assert.deepEqual(
    [accessKeyId, secretAccessKey.reveal(), durationSeconds, region],
    ["AKIAIOSFODNN7EXAMPLE", "long+term/secret", 3600, "us-east-1"],
  );
  await world.run({ code: new Secret("１２３ 4-56") });
  assert.deepEqual(world.sent, ["000001", "123456"]);
});

const SERIAL = `[default]\n${KEYS}mfa_serial = GAHT12345678\n`;
const CONFIG_DEVICE = { mfaSerial: `${ACCOUNT}:mfa/config` };
const REGIONS = { environmentRegion: "ap-northeast-1", region: "sa-east-1" };
const OWN_REGION = `${DEFAULT}region = eu-west-1\n`;
const HALF_AN_HOUR = { durationSeconds: "1800" };
const OWN_DURATION = `${DEFAULT}duration_seconds = 7200\n`;
const inPartition = (id: string) => DEFAULT.replace("arn:aws:", `arn:${id}:`);
const device = (device: string, settings: Partial<ProfileSettings> = {}) =>
  ["device", device, DEFAULT, settings, { device }] as const;

/** What STS is asked with, by the text of the credentials file, the settings and the request. */
const CHOICES: readonly (readonly [
  what: "durationSeconds" | "region" | "device",
  expected: string | number,
  text: string,
  settings?: Partial<ProfileSettings>,
  request?: Partial<RefreshRequest>,
])[] = [
  ["durationSeconds", 7200, OWN_DURATION, HALF_AN_HOUR],
  ["durationSeconds", 1800, DEFAULT, HALF_AN_HOUR],
  ["durationSeconds", 900, OWN_DURATION, HALF_AN_HOUR, {
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
  device(`${ACCOUNT}:mfa/root-account-mfa-device`),
  device(`${ACCOUNT}:mfa/team/al.ice+1=@x,_-`),
  device(`${ACCOUNT}:sms-mfa/alice`),
  device(`${ACCOUNT}:root-account-mfa-device`),
  device("GAHT12345678"),
  device("GAHT12345678", { environmentRegion: "cn-north-1" }),
  device("arn:aws-cn:iam::123456789012:mfa/alice"),
  device(DEVICE, { environmentRegion: "xy-new-1" }),
  device(DEVICE, {
    ...{ environmentRegion: "cn-north-1", endpoint: "https://sts.example" },
  }),
];

Deno.test("refreshSession() takes duration, region and device from the first source that has one", async () => {
  for (const [what, expected, text, settings, request] of CHOICES) {
    const world = new World(text, settings);
    await world.run({ ...CODE, ...request });
    assert.equal(world.issuer.requests[0]?.[what], expected);
  }
});

type Refusal = readonly [
  code: ErrorCode,
  says: RegExp,
  text?: string,
  request?: Partial<RefreshRequest>,
  environmentRegion?: string | undefined,
];

/** A request that is refused with the usual file. */
const asked = (
  code: ErrorCode,
  says: RegExp,
  request: Partial<RefreshRequest>,
  region?: string,
): Refusal => [code, says, DEFAULT, request, region];

const NO_DEVICE = /is not the ARN of an MFA device.*like arn:aws:iam::1234567/s;

const REFUSALS: readonly Refusal[] = [
  asked("CODE_INVALID", /six digits/, { code: new Secret("12345") }),
  asked("CODE_INVALID", /six digits/, { code: new Secret("1234567\n") }),
  asked(
    "DURATION_INVALID",
    /session of 14m59s \(899 s\): STS gives 15m \(900 s\) to 36h \(129600 s\)/,
    { durationSeconds: 899 },
  ),
  asked("DURATION_INVALID", /to 36h/, { durationSeconds: 129_601 }),
  asked("DURATION_INVALID", /900/, { durationSeconds: 900.5 }),
  // Once the code was asked for each time.
  asked(
    "DURATION_INVALID",
    /have 1h \(3600 s\) remain of a session: it lasts 1h \(3600 s\) from/,
    { minRemainingSeconds: 3600 },
  ),
  [
    "DURATION_INVALID",
    /33m20s \(2000 s\) remain .* lasts 30m \(1800 s\)/,
    `${DEFAULT}duration_seconds = 1800\n`,
    { minRemainingSeconds: 2000 },
  ],
  [
    "SETTING_INVALID",
    /^(?!.*hunter2).*duration_seconds/s,
    `${DEFAULT}duration_seconds = hunter2\n`,
  ],
  ["SETTING_INVALID", /900 to 129600/, `${DEFAULT}duration_seconds = 600\n`],
  asked("NAME_INVALID", /bracket/, { sessionProfile: "a]b" }),
  asked("NAME_INVALID", /line end/, { profile: "a\nb" }),
  asked("NAME_INVALID", /-sn/, { sessionProfile: "x;y" }),
  // The session would be called a#b_sts.
  ["NAME_INVALID", /-sn/, DEFAULT.replace("default", "a#b"), {
    profile: "a#b",
  }],
  asked("PROFILE_NOT_FOUND", /"default"/, { profile: "defalt" }),
  ["KEYS_MISSING", /aws_access_key_id/, "[default]\nregion = x\n"],
  ["KEYS_MISSING", /aws_secret_access_key/, DEFAULT.replace(/aws_sec.*/, "")],
  ["KEYS_MISSING", /aws_access_key_id/, DEFAULT.replace("AKIA", "AKIA ")],
  ["KEYS_MISSING", /one word/, DEFAULT.replace("term/", "term ")],
  ["KEYS_TEMPORARY", /begins AKIA/, DEFAULT.replace("AKIA", "ASIA")],
  ["KEYS_TEMPORARY", /long-term/, `${DEFAULT}aws_session_token = x\n`],
  // As boto wrote it: STS was asked, and refused the key with the code.
  ["KEYS_TEMPORARY", /long-term/, `${DEFAULT}aws_security_token = x\n`],
  ["DEVICE_MISSING", /mfa_device_arn/, `[default]\n${KEYS}`],
  [
    // Once it was shown, as a part of the FIDO key's name.
    "DEVICE_UNSUPPORTED",
    /^(?!.*hunter2).*serial number/s,
    DEFAULT.replace("mfa/alice", "u2f/alice\n  hunter2"),
  ],
  ["DEVICE_UNSUPPORTED", /serial number/, DEFAULT.replace("alice", "al ice")],
  ...[
    ...["user/alice", "role/Dev", "root", "mfa", "mfa/", "mfa/team/"]
      .map((resource) => `${ACCOUNT}:${resource}`),
    ...["12345678901", "1234-5678-9012", "ACCOUNT"]
      .map((account) => `arn:aws:iam::${account}:mfa/alice`),
    ...["arn:aws:sns:us-east-1:123456789012:mfa/alice", "arn:aws:mfa/alice"],
  ].map((device) => asked("DEVICE_UNSUPPORTED", NO_DEVICE, { device })),
  ...["aws", "aws-cn", "aws-us-gov"].map((partition) =>
    asked("DEVICE_UNSUPPORTED", /FIDO/, {
      device: `arn:${partition}:iam::123456789012:u2f/user/alice/key`,
    })
  ),
  asked("DEVICE_UNSUPPORTED", /no partition aws-xy/, {
    device: "arn:aws-xy:iam::123456789012:mfa/alice",
  }),
  asked(
    "DEVICE_UNSUPPORTED",
    /aws-cn.*us-east-1/,
    { device: "arn:aws-cn:iam::123456789012:mfa/a" },
    "us-east-1",
  ),
  asked(
    "DEVICE_UNSUPPORTED",
    /partition aws, and the region cn-north-1/,
    {},
    "cn-north-1",
  ),
  // It could be another host.
  asked("REGION_INVALID", /not the name of a region/, {}, "evil.example/"),
  ["NAME_TAKEN", /line 5/, `${DEFAULT}[default_sts]\n`],
  asked("NAME_TAKEN", /line 1/, { sessionProfile: "default" }),
  ["BLOCK_BROKEN", /line 5/, DEFAULT + CLOSE],
];

for (const [code, says, text, request, environmentRegion] of REFUSALS) {
  const what = JSON.stringify([text?.slice(-40), request, environmentRegion]);
  Deno.test(`refreshSession() refuses before a code is asked for: ${code} ${says} ${what}`, async () => {
    const world = new World(text, { environmentRegion });
    const before = world.file.text;
    const error = await failsWith(code, () => world.run(request));
    assert.match(`${error.message}\n${error.hint}`, says);
    assert.deepEqual(world.happened, []);
    assert.equal(world.file.text, before);
  });
}

// `-sn prod` would silently change what `--profile prod` means for everybody
// who reads both files.
Deno.test("refreshSession() takes no name of a config profile that has credentials, before a code is asked for", async () => {
  for (const dryRun of [false, true]) {
    const world = new World();
    world.config = new TextConfig("[profile prod]\ncredential_process = x\n");
    const request = { sessionProfile: "prod", dryRun };
    const { message } = await failsWith("NAME_TAKEN", () => world.run(request));
    assert.match(message, /credential_process/);
    assert.deepEqual(world.happened, []);
    assert.equal(world.file.text, DEFAULT);
  }
});

Deno.test("refreshSession() does nothing if the session stays valid long enough, and is whole and of that name", async () => {
  const cases: readonly (readonly [
    status: "still_valid" | "updated",
    lost: RegExp,
    request: Partial<RefreshRequest>,
  ])[] = [
    // Less than what is there: only a new session has to last longer.
    ["still_valid", /(?!)/, { durationSeconds: 1800 }],
    ["updated", /(?!)/, { minRemainingSeconds: 3601 }],
    ["updated", /(?!)/, { sessionProfile: "today" }],
    ["updated", /^expiration.*$/m, {}],
    ["updated", /^aws_session_token.*$/m, {}],
  ];
  for (const [status, lost, request] of cases) {
    const world = new World();
    await world.run();
    const before = world.file.text = world.file.text.replace(lost, "");
    const long = { durationSeconds: 7200, minRemainingSeconds: 3600 };
    const result = await world.run({ ...long, ...request });
    assert.equal(result.status, status);
    assert.equal(world.told.length, status === "updated" ? 2 : 1);
    if (status === "updated") continue;
    assert.equal(world.file.text, before);
    assert.equal(result.accessKeyId, "ASIAEXAMPLESESSION00");
    assert.deepEqual(result.expiration, exampleSession().expiration);
  }
});

Deno.test("refreshSession() writes a session that lasts on without quotes, but not in a dry run", async () => {
  const world = new World();
  await world.run();
  const plain = world.file.text;
  const quoted = plain.replace(/(?<=session_token = )(.*)/, '"$1"');
  for (const dryRun of [true, false]) {
    world.file.text = quoted;
    const request = { dryRun, minRemainingSeconds: 60 };
    assert.equal((await world.run(request)).status, "still_valid");
    assert.equal(world.file.text, dryRun ? quoted : plain);
  }
  assert.equal(world.told.length, 1);
});

Deno.test("refreshSession() takes the name of a session for its source, and says so", async () => {
  for (const sessionProfile of [undefined, "today"]) {
    const world = new World();
    await world.run({ sessionProfile });
    const before = world.file.text;
    const name = sessionProfile ?? "default_sts";
    const result = await world.run({ profile: name });
    assert.deepEqual(
      [result.profile, result.sessionProfile],
      ["default", name],
    );
    assert.equal(world.file.text, before);
    assert.match(
      world.log.lines.join(),
      /note: \w+ is the session of profile d/,
    );
    assert.equal(world.issuer.requests[1]?.accessKeyId, "AKIAIOSFODNN7EXAMPLE");
  }
});

Deno.test("refreshSession() edits what the file says after STS, or says that the code is spent", async () => {
  const world = new World();
  const other = "[other]\nregion = x\n";
  world.file.beforeUpdate = () => void (world.file.text = other + DEFAULT);
  await world.run();
  assert(world.file.text.startsWith(other + DEFAULT + OPEN));
  const broken = new World();
  broken.file.beforeUpdate = () => void (broken.file.text += CLOSE);
  const { hint } = await failsWith("BLOCK_BROKEN", () => broken.run());
  assert.match(hint ?? "", /this code is spent/);
  assert.equal(broken.file.writes, 0);
});

// Exit 0, and the AWS CLI could not use the session.
Deno.test("refreshSession() warns, before a code is asked for, of a file that the AWS CLI refuses", async () => {
  const warned = async (text: string) => {
    const world = new World(text);
    await world.run({ dryRun: true });
    assert.equal(world.file.text, text);
    return world.log.lines.filter((line) => line.startsWith("warning:"));
  };
  const cases = {
    "byte order mark": `\xef\xbb\xbf${DEFAULT}`,
    "not in UTF-8": `${DEFAULT}# \xff\n`,
    "section \\[x\\] has that key on line 6, too":
      `${DEFAULT}[x]\na = 1\nA = 2\n`,
    "section \\[default\\] begins again": `${DEFAULT}[default]\n`,
  };
  for (const [reason, text] of Object.entries(cases)) {
    const [warning = ""] = await warned(text);
    assert.match(
      warning,
      new RegExp(`^warning: the AWS CLI refuses .*${reason}`),
    );
  }
  assert.deepEqual(await warned(DEFAULT), []);
});

Deno.test("awsCliRefusal() tells a file that was refused before from one that edits made so", async () => {
  const text = "[a]\nx = 1\n";
  const edit = { offset: text.length, length: 0, text: "[a]\n" };
  assert.equal(awsCliRefusal(text, []), undefined);
  assert.match(awsCliRefusal(`${text}[a]\n`, []) ?? "", /^line 3: /);
  await failsWith("BLOCK_BROKEN", () => awsCliRefusal(text, [edit]));
});

const STEP = ["asking", "asked", "sending to us-east-1"];

Deno.test("a code that STS refused is asked for again, with the reason, and the hooks tell each step", async () => {
  const world = new World().refuse(2);
  assert.equal((await world.run()).status, "updated");
  assert.deepEqual(world.sent, ["000001", "000002", "000003"]);
  assert.deepEqual(world.told, [undefined, REFUSED, REFUSED]);
  assert.deepEqual(world.happened, [
    ...[...STEP, "refused", ...STEP, "refused", ...STEP, "given"],
  ]);
});

Deno.test("no other code is asked for after three, if nobody can be asked again, if it came with the request, or was not refused", async () => {
  const key = new UpdstsError("KEYS_REFUSED", "Cannot get a session: no");
  for (
    const { asksAgain = true, request, error = REFUSED, sent, told } of [
      { sent: 3, told: 3 },
      { asksAgain: false, sent: 1, told: 1 },
      { request: CODE, sent: 1, told: 0 },
      { error: key, sent: 1, told: 1 },
    ]
  ) {
    const world = new World().refuse(9, error);
    world.asksAgain = asksAgain;
    await failsWith(error.code, () => world.run(request));
    assert.deepEqual([world.sent.length, world.told.length], [sent, told]);
    assert.equal(world.file.text, DEFAULT);
  }
});

// The code was sent all the same, and then «this code is spent»; or the request
// was signed with the key that had been in the file before.
Deno.test("what the files say when the code has come decides, and a refusal sends nothing", async () => {
  for (
    const [text, code] of [
      [`${DEFAULT}[default_sts]\nregion = x\n`, "NAME_TAKEN"],
      [DEFAULT + OPEN, "BLOCK_BROKEN"],
      [DEFAULT.replace("[default]", "[other]"), "PROFILE_NOT_FOUND"],
      // STS would take the code of one device for a wrong one of the other.
      [DEFAULT.replace("mfa/alice", "mfa/bob"), "FILE_BUSY"],
    ] as const
  ) {
    const world = new World();
    world.typing = () => void (world.file.text = text);
    await failsWith(code, () => world.run());
    assert.deepEqual(world.happened, ["asking", "asked"]);
    assert.equal(world.file.text, text);
  }
  const world = new World();
  const [old, replaced] = ["AKIAIOSFODNN7", "AKIANEWNEWNEW"];
  world.typing = () => void (world.file.text = DEFAULT.replace(old, replaced));
  await world.run();
  assert.equal(world.issuer.requests[0]?.accessKeyId, `${replaced}EXAMPLE`);
  const { text } = world.file;
  const waiting = new World();
  const { rehearse } = MemoryFile.prototype;
  waiting.file.rehearse = (change) => {
    waiting.file.text = DEFAULT.replace(old, replaced);
    return rehearse.call(waiting.file, change);
  };
  await waiting.run(CODE);
  assert.equal(waiting.issuer.requests[0]?.accessKeyId, `${replaced}EXAMPLE`);
  const another = new World();
  another.typing = () => void (another.file.text = text);
  const { status } = await another.run({ minRemainingSeconds: 60 });
  assert.equal(status, "still_valid");
  assert.deepEqual(another.sent, []);
});

Deno.test("a hook that throws before STS is asked ends the refresh, with nothing sent", async () => {
  const throws = () => {
    throw new UpdstsError("CANCELLED", "Cannot get a session: stop");
  };
  for (const hooks of [{ asking: throws }, { sending: throws }]) {
    const world = new World();
    await failsWith("CANCELLED", () => world.run({}, hooks));
    assert.deepEqual(world.sent, []);
    assert.equal(world.file.text, DEFAULT);
  }
});
