// refreshSession() around a code: who is asked and how often, what happens between code and request, and the hooks.
import assert from "node:assert/strict";
import { UpdstsError } from "../../src/errors.ts";
import type { CodeSource } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import type { RefreshRequest } from "../../src/sessions/refresh_session.ts";
import {
  type RefreshHooks,
  refreshSession,
} from "../../src/sessions/refresh_session.ts";
import { failsWith } from "../support/errors.ts";
import {
  exampleSession,
  MemoryConfig,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
} from "../support/memory_ports.ts";

const GIVEN = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" +
  "aws_secret_access_key = long+term/secret\n" +
  "mfa_device_arn = arn:aws:iam::123456789012:mfa/alice\n";
const REFUSED = new UpdstsError("MFA_REFUSED", "Cannot get a session: no");

/** A refresh in which the first codes are refused, and what became of it. */
class Refresh {
  readonly file = new MemoryFile(GIVEN);
  readonly issuer = new MemoryIssuer();
  readonly log = new MemoryLog();
  readonly told: (UpdstsError | undefined)[] = [];
  readonly happened: string[] = [];
  asksAgain = true;
  /** What happens while the person types. */
  typing = () => {};

  constructor(refusals = 0, error = REFUSED) {
    const { issuer } = this;
    const { issue } = MemoryIssuer.prototype;
    issuer.issue = (request) => {
      const refused = issuer.requests.length < refusals;
      issuer.answer = refused ? error : exampleSession();
      return issue.call(issuer, request);
    };
  }

  get codes(): string[] {
    return this.issuer.requests.map(({ code }) => code.reveal());
  }

  run(
    request: Partial<RefreshRequest> = {},
    hooks: RefreshHooks = {
      asking: () => {
        this.happened.push("asking");
        return { [Symbol.dispose]: () => void this.happened.push("asked") };
      },
      sending: (region) => void this.happened.push(`sending to ${region}`),
      answered: (error) => {
        this.happened.push(error === undefined ? "given" : "refused");
      },
    },
  ) {
    const codes: CodeSource = {
      asksAgain: this.asksAgain,
      code: (_profile, _device, refused) => {
        this.told.push(refused);
        this.typing();
        return Promise.resolve(new Secret(`00000${this.told.length}`));
      },
    };
    const { file, issuer, log } = this;
    const clock = { now: () => new Date("2026-01-02T02:04:05Z") };
    const ports = {
      file,
      issuer,
      log,
      codes,
      clock,
      config: new MemoryConfig(),
    };
    return refreshSession(ports, { profile: "default", ...request }, hooks);
  }
}

Deno.test("a code that STS refused is asked for again, with the reason, and the hooks tell each step", async () => {
  const refresh = new Refresh(2);
  assert.equal((await refresh.run()).status, "updated");
  assert.deepEqual(refresh.codes, ["000001", "000002", "000003"]);
  assert.deepEqual(refresh.told, [undefined, REFUSED, REFUSED]);
  const step = ["asking", "asked", "sending to us-east-1"];
  assert.deepEqual(refresh.happened, [
    ...[...step, "refused", ...step, "refused", ...step, "given"],
  ]);
});

interface Case {
  readonly name: string;
  readonly refusals: number;
  readonly change?: (refresh: Refresh) => void;
  readonly request?: Partial<RefreshRequest>;
  readonly error?: UpdstsError;
  /** How many codes are sent, and asked for. */
  readonly codes: number;
  readonly told: number;
}

const CASES: readonly Case[] = [
  {
    name: "three codes are refused",
    ...{ refusals: 9, codes: 3, told: 3 },
  },
  {
    name: "nobody can be asked again",
    ...{ refusals: 1, codes: 1, told: 1 },
    change: (refresh: Refresh) => void (refresh.asksAgain = false),
  },
  {
    name: "the code came with the request",
    ...{ refusals: 1, codes: 1, told: 0 },
    request: { code: new Secret("123456") },
  },
  {
    name: "it was not the code that was refused",
    ...{ refusals: 1, codes: 1, told: 1 },
    error: new UpdstsError("KEYS_REFUSED", "Cannot get a session: no"),
  },
];

for (const { name, refusals, change, request, error, codes, told } of CASES) {
  Deno.test(`no other code is asked for if ${name}`, async () => {
    const refresh = new Refresh(refusals, error);
    change?.(refresh);
    await failsWith(error?.code ?? "MFA_REFUSED", () => refresh.run(request));
    assert.equal(refresh.codes.length, codes);
    assert.equal(refresh.told.length, told);
    assert.equal(refresh.file.text, GIVEN);
  });
}

// The code was sent all the same, and then «this code is spent»; or the request
// was signed with the key that had been in the file before.
Deno.test("what the files say when the code has come decides, and a refusal sends nothing", async () => {
  for (
    const [text, code] of [
      [`${GIVEN}[default_sts]\nregion = x\n`, "NAME_TAKEN"],
      [`${GIVEN}# \${{{ key=default [auto update by updsts]\n`, "BLOCK_BROKEN"],
      [GIVEN.replace("[default]", "[other]"), "PROFILE_NOT_FOUND"],
      // STS would take the code of one device for a wrong one of the other.
      [GIVEN.replace("mfa/alice", "mfa/bob"), "FILE_BUSY"],
    ] as const
  ) {
    const refresh = new Refresh();
    refresh.typing = () => void (refresh.file.text = text);
    await failsWith(code, () => refresh.run());
    assert.deepEqual(refresh.codes, []);
    assert.deepEqual(refresh.happened, ["asking", "asked"]);
    assert.equal(refresh.file.text, text);
  }
  const refresh = new Refresh();
  refresh.typing = () =>
    void (refresh.file.text = GIVEN.replace("AKIAIOSFODNN7", "AKIANEWNEWNEW"));
  await refresh.run();
  assert.equal(refresh.issuer.requests[0]?.accessKeyId, "AKIANEWNEWNEWEXAMPLE");
});

Deno.test("nothing is sent if the session has become good enough while the code was typed", async () => {
  const other = new Refresh();
  await other.run();
  const refresh = new Refresh();
  refresh.typing = () => void (refresh.file.text = other.file.text);
  const { status } = await refresh.run({ minRemainingSeconds: 60 });
  assert.equal(status, "still_valid");
  assert.deepEqual(refresh.codes, []);
});

Deno.test("a hook that throws before STS is asked ends the refresh, with nothing sent", async () => {
  const stop = new UpdstsError("CANCELLED", "Cannot get a session: stop");
  const throws = () => {
    throw stop;
  };
  for (const hooks of [{ asking: throws }, { sending: throws }]) {
    const refresh = new Refresh();
    await failsWith("CANCELLED", () => refresh.run({}, hooks));
    assert.deepEqual(refresh.codes, []);
    assert.equal(refresh.file.text, GIVEN);
  }
});
