// doctor and get agree: what get refuses is a problem, and what is a problem get refuses or warns of; and neither takes long.
import fc from "fast-check";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { compareOutsideBlocks } from "../../src/credentials/compare.ts";
import { readCode } from "../../src/codes.ts";
import { parseFile } from "../../src/credentials/parse.ts";
import { isDevice, mayBeShown } from "../../src/credentials/keys.ts";
import { assertSessionName } from "../../src/credentials/refusals.ts";
import { removeEdits } from "../../src/credentials/session_edits.ts";
import { decodeText } from "../../src/credentials/text.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { UpdstsError } from "../../src/errors.ts";
import { viewProfiles } from "../../src/sessions/profiles.ts";
import { refreshSession } from "../../src/sessions/refresh_session.ts";
import type { Surroundings } from "../../src/ports.ts";
import { ROOT } from "../support/command.ts";
import { FULL, times } from "../support/effort.ts";
import {
  MemoryCodes,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
  TextConfig,
} from "../support/memory_ports.ts";
import { NAMES, nastyFile } from "../support/nasty_files.ts";
import { MODELS } from "../support/readers.ts";
import { testUnless, unless } from "../support/skipping.ts";

const RUNS = times({ brief: 10_000, full: 100_000 });

/** A machine on which all else is in order. */
const SURROUNDINGS: Surroundings = {
  shell: {
    missingFiles: () => [],
    profile: undefined,
    defaultProfile: undefined,
    hasAccessKeyId: false,
    credentialsFile: undefined,
  },
  fileFacts: () =>
    Promise.resolve({
      realPath: "/home/alice/.aws/credentials",
      mode: 0o600,
      inProfile: undefined,
      own: true,
      names: 1,
      awsCliPath: "/home/alice/.aws/credentials",
    }),
  caBundle: () => Promise.resolve(undefined),
  reachSts: () =>
    Promise.resolve({
      endpoint: new URL("https://sts.us-east-1.amazonaws.com"),
      proxy: undefined,
      milliseconds: 5,
      status: 403,
      genuine: true,
      clockOffset: undefined,
    }),
};

/** What `get PROFILE --dry-run` and `doctor PROFILE` make of a file; fails where they differ. */
async function agreeOn(
  text: string,
  profile: string,
  configText = "",
): Promise<boolean> {
  const log = new MemoryLog();
  const ports = {
    file: new MemoryFile(text),
    config: new TextConfig(configText),
    codes: new MemoryCodes(),
    issuer: new MemoryIssuer(),
    clock: { now: () => new Date("2026-01-02T02:04:05Z") },
    log,
    surroundings: SURROUNDINGS,
  };
  const refused = await refreshSession(ports, { profile, dryRun: true }).then(
    () => undefined,
    (error) => error,
  );
  const warned = log.lines.filter((line) => line.startsWith("warning: "));
  const said = JSON.stringify({
    ...{ text, configText },
    profile,
    refused: String(refused),
    warned,
  });
  assert(refused === undefined || refused instanceof UpdstsError, said);
  const findings = await diagnose(ports, profile).catch((error) => {
    // A name that is none is no finding.
    assert.equal(error.message, refused?.message, said);
    return undefined;
  });
  if (findings === undefined) return true;
  const problems = findings.filter(({ status }) => status === "problem");
  if (refused !== undefined) {
    assert(
      problems.some(({ code, message }) =>
        code === refused.code && message === refused.message
      ),
      `get refuses, and doctor does not: ${said}`,
    );
  }
  for (const { code, message } of problems) {
    assert(
      code === refused?.code && message === refused?.message ||
        warned.includes(`warning: ${message}`),
      `doctor has a problem that get has not: ${message}; ${said}`,
    );
  }
  return refused !== undefined;
}

const GOOD = NAMES.map((name) =>
  [
    `[${name}]`,
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    `aws_secret_access_key = ${"x".repeat(40)}`,
    "mfa_device_arn = arn:aws:iam::123456789012:mfa/alice",
    "",
  ].join("\n")
);
const [USUAL = ""] = GOOD;

const DEVICE = "arn:aws:iam::123456789012:mfa/alice";
const ROLE = "role_arn = arn:aws:iam::123456789012:role/admin";
const PLACES = ["base", "prod", "mid", "base_sts", "gone"];

/** A section of a config file: a role, a region, or other credentials. */
const configSection = fc.tuple(
  fc.constantFrom(...PLACES),
  fc.array(
    fc.oneof(
      fc.constantFrom(...PLACES).map((name) => `source_profile = ${name}`),
      fc.constant(ROLE),
      fc.constantFrom("us-east-1", '"us-east-1"', "${REGION}", "x y")
        .map((region) => `region = ${region}`),
      fc.constantFrom(DEVICE, `${DEVICE}2`, `"${DEVICE}"`)
        .map((device) => `mfa_serial = ${device}`),
      fc.constantFrom(
        "credential_source = Environment",
        "sso_session = x",
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "duration_seconds = '900'",
      ),
    ),
    { maxLength: 5 },
  ),
).map(([name, lines]) => [`[profile ${name}]`, ...lines, ""].join("\n"));

/** What the credentials file, a profile and the config file may be. */
const SITUATIONS = {
  "generated files": {
    runs: RUNS,
    made: fc.tuple(
      fc.option(fc.constantFrom(...GOOD), { nil: "" }).chain((good) =>
        nastyFile.map((nasty) => good + nasty)
      ),
      fc.constantFrom(...NAMES).map(decodeText),
      fc.constant(""),
    ),
  },
  "roles and regions of the config file": {
    runs: RUNS / 5,
    made: fc.tuple(
      fc.constantFrom(
        USUAL.replace(/\[.*\]/, "[base]"),
        USUAL.replace(/\[.*\]/, "[base]").replace(/^mfa.*\n/m, ""),
        "[profile base]\nregion = us-east-1\n",
      ),
      fc.constantFrom("base", "prod", ...PLACES),
      fc.array(configSection, { maxLength: 3 }).map((sections) =>
        [
          ...sections,
          `[profile prod]\n${ROLE}\nsource_profile = mid\n`,
          `[profile mid]\n${ROLE}\nsource_profile = base_sts\n`,
        ].join("")
      ),
    ),
  },
};

for (const [what, { runs, made }] of Object.entries(SITUATIONS)) {
  Deno.test(`doctor and get agree on ${runs} ${what}`, async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(made, async (situation) => {
        if (await agreeOn(...situation)) refused++;
      }),
      { numRuns: runs },
    );
    // Neither is all that there is.
    assert(refused > runs / 10 && refused < runs * 0.95, `${refused}`);
  });
}

Deno.test("doctor and get agree on all fixtures, and on every profile in them", async () => {
  const fixtures = new URL("tests/fixtures/refresh/", ROOT);
  let tried = 0;
  for (const { name } of Deno.readDirSync(fixtures)) {
    for (const file of ["given", "expected"]) {
      const path = new URL(`${name}/${file}`, fixtures);
      const bytes = await Deno.readFile(path).catch(() => undefined);
      if (bytes === undefined) continue;
      const given = Buffer.from(bytes).toString("latin1");
      for (const text of [given, USUAL + given]) {
        const names = parseFile(text).sections.map(({ name }) =>
          decodeText(name)
        );
        for (const profile of new Set([...names, "default", "nobody"])) {
          await agreeOn(text, profile);
          tried++;
        }
      }
    }
  }
  assert(tried > 300, `${tried}`);
  // Once doctor had no problem with these, and get refused.
  for (
    const more of [
      "[default_sts]\n",
      "aws_session_token = x\n",
      "duration_seconds = 5\n",
    ]
  ) assert(await agreeOn(USUAL + more, "default"), more);
});

const SIZE = 1 << 20;

const UNITS = [
  ...' \t\v\r[]=:#"-a0\x1c',
  " #",
  "[ ",
  "x = ",
  "\n x",
  "\nk = v",
  "\n[a]",
  "\n[default_sts]",
  "\n# ${{{ key=a [auto update by updsts]",
  "\n# $}}} [auto update by updsts]",
  "\xe3\x80\x80",
  "[auto update by updsts]",
];

const BEGIN = "# ${{{ key=default [auto update by updsts]\n[default_sts]\n";
const END = "\n# $}}} [auto update by updsts]\n";

/** Where a long line may stand. */
const LONG_PLACES: readonly ((long: string) => string)[] = [
  (long) => long,
  (long) => `${long}x`,
  (long) => `[a]\n${long}x\n[b]\n`,
  (long) => `[profile${long}x]\nregion = x\n`,
  (long) => `[profile ${long}]\nregion = x\n`,
  (long) => `[profile a${long}b]\nregion = x\n`,
  (long) => `[a]\nregion = ${long}x\n`,
  (long) => `[a]\nregion${long}= x\n`,
  (long) => `${BEGIN}aws_session_token = x${long}x${END}[b]\n`,
  (long) => `${BEGIN}aws_session_token${long}= x${END}[b]\n`,
  (long) => `${BEGIN}x${long}x${END}[b]\n`,
  (long) => `${BEGIN}aws_session_token = x${END}${long}x\n[b]\n`,
  (long) => `[default_sts]\n${BEGIN}x = y${END}${long}`,
];

async function quietly(action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
  }
}

/** Has every reader read a megabyte of what takes it longest. */
async function readLongLines(): Promise<void> {
  for (const unit of UNITS) {
    // Of many short lines, a quarter is enough to tell.
    const size = /^[\r\n]/.test(unit) ? SIZE / 4 : SIZE;
    const long = unit.repeat(size / unit.length);
    for (const place of LONG_PLACES) {
      const text = place(long);
      await agreeOn(text, "default");
      await agreeOn(USUAL + text, "default", text);
      const ports = { file: new MemoryFile(text), log: new MemoryLog() };
      const config = new TextConfig("");
      await quietly(() => viewProfiles({ ...ports, config }));
      for (const read of Object.values(MODELS)) read(text);
      compareOutsideBlocks(text, `${text}x`);
      const file = parseFile(text);
      for (const block of file.blocks.slice(0, 3)) {
        await quietly(() => removeEdits(file, block));
      }
    }
    await quietly(() => assertSessionName(`a${long}b`));
    readCode(`1${long}2`);
    isDevice(`arn:${long}`);
    mayBeShown("totp_secret_name", `a${long}b`);
    mayBeShown("expiration_datetime", `2025-01-01T${long}x`);
    mayBeShown("endpoint_url", `https://${long}`);
  }
}

// A reader that takes a step for each pair of characters never ends: only as a process can it be ended.
if (import.meta.main) await readLongLines();

testUnless(
  unless(FULL, "it takes minutes, in a full run"),
  "every reader is through with a megabyte of its worst line",
  async () => {
    const config = fileURLToPath(new URL("tests/deno.json", ROOT));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--allow-all", "--no-check", "--config", config],
        fileURLToPath(import.meta.url),
      ],
      signal: AbortSignal.timeout(1_800_000),
    }).output();
    assert(success, `not through: ${new TextDecoder().decode(stderr)}`);
  },
);
