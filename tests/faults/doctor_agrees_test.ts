// doctor and get agree: what get refuses is a problem, and what is a problem get refuses or warns of.
import fc from "fast-check";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parseFile } from "../../src/credentials/parse.ts";
import { decodeText } from "../../src/credentials/text.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { UpdstsError } from "../../src/errors.ts";
import { refreshSession } from "../../src/sessions/refresh_session.ts";
import type { Surroundings } from "../../src/ports.ts";
import { ROOT } from "../support/command.ts";
import { times } from "../support/effort.ts";
import {
  MemoryCodes,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
  TextConfig,
} from "../support/memory_ports.ts";
import { NAMES, nastyFile } from "../support/nasty_files.ts";

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

Deno.test(`doctor and get agree on ${RUNS} generated files`, async () => {
  let agreed = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.option(fc.constantFrom(...GOOD), { nil: "" }),
      nastyFile,
      fc.constantFrom(...NAMES),
      async (good, nasty, name) => {
        agreed++;
        if (await agreeOn(good + nasty, decodeText(name))) refused++;
      },
    ),
    { numRuns: RUNS },
  );
  assert.equal(agreed, RUNS);
  // Neither is all that there is.
  assert(refused > RUNS / 20 && refused < RUNS * 0.99, `${refused}`);
});

const DEVICE = "arn:aws:iam::123456789012:mfa/alice";
const ROLE = "arn:aws:iam::123456789012:role/admin";
const PLACES = ["base", "prod", "mid", "base_sts", "gone"];

/** A section of a config file: a role, a region, or other credentials. */
const configSection = fc.tuple(
  fc.constantFrom(...PLACES),
  fc.array(
    fc.oneof(
      fc.constantFrom(...PLACES).map((name) => `source_profile = ${name}`),
      fc.constant(`role_arn = ${ROLE}`),
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

Deno.test("doctor and get agree on roles and regions of the config file", async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        (GOOD[0] ?? "").replace(/\[.*\]/, "[base]"),
        `[base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = ${
          "x".repeat(40)
        }\n`,
        "[profile base]\nregion = us-east-1\n",
      ),
      fc.array(configSection, { maxLength: 3 }),
      fc.constantFrom("base", "prod", ...PLACES),
      async (text, config, name) => {
        const whole =
          `[profile prod]\nrole_arn = ${ROLE}\nsource_profile = mid\n` +
          `[profile mid]\nrole_arn = ${ROLE}\nsource_profile = base_sts\n`;
        const all = [...config, whole].join("");
        if (await agreeOn(text, name, all)) refused++;
      },
    ),
    { numRuns: RUNS / 5 },
  );
  assert(refused > RUNS / 50 && refused < RUNS / 5 * 0.95, `${refused}`);
});

Deno.test("doctor and get agree on all fixtures, and on every profile in them", async () => {
  const fixtures = new URL("tests/fixtures/refresh/", ROOT);
  let tried = 0;
  for (const { name } of Deno.readDirSync(fixtures)) {
    for (const file of ["given", "expected"]) {
      const path = new URL(`${name}/${file}`, fixtures);
      const bytes = await Deno.readFile(path).catch(() => undefined);
      if (bytes === undefined) continue;
      const given = Buffer.from(bytes).toString("latin1");
      for (const text of [given, GOOD[0] + given]) {
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
});

const MADE: readonly { readonly name: string; readonly text: string }[] = [
  // Once doctor had no problem with these, and get refused.
  { name: "an untagged [default_sts]", text: `${GOOD[0]}[default_sts]\n` },
  {
    name: "a profile with a session token",
    text: `${GOOD[0]}aws_session_token = x\n`,
  },
  {
    name: "a duration that STS does not give",
    text: `${GOOD[0]}duration_seconds = 5\n`,
  },
];

for (const { name, text } of MADE) {
  Deno.test(`doctor reports what get refuses: ${name}`, async () => {
    assert(await agreeOn(text, "default"));
  });
}
