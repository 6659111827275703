// Lines that took a step too many for each of their characters: 80,000 blanks took two seconds, under the lock.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readCode } from "../../src/codes.ts";
import { compareOutsideBlocks } from "../../src/credentials/compare.ts";
import { parseFile } from "../../src/credentials/parse.ts";
import {
  isDevice,
  listProfiles,
  mayBeShown,
} from "../../src/credentials/profiles.ts";
import { whyAwsCliRefusesFile } from "../../src/credentials/readers/aws_cli.ts";
import { readAsGo } from "../../src/credentials/readers/go.ts";
import { readAsJavaScript } from "../../src/credentials/readers/javascript.ts";
import { assertSessionName } from "../../src/credentials/refusals.ts";
import {
  refreshEdits,
  removeEdits,
} from "../../src/credentials/session_edits.ts";
import { applyEdits, decodeText } from "../../src/credentials/text.ts";
import { lookAtConfig, lookAtFile } from "../../src/doctor/file_findings.ts";
import { Report } from "../../src/doctor/report.ts";
import { UpdstsError } from "../../src/errors.ts";
import { changedLines } from "../../src/sessions/dry_run.ts";
import { FULL } from "../support/effort.ts";
import { TextConfig } from "../support/memory_ports.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

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
const PLACES: readonly ((long: string) => string)[] = [
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

function quietly(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
  }
}

const FACTS = {
  ...{ realPath: "path", mode: 0o600, inProfile: undefined, own: true },
  ...{ names: 1, awsCliPath: "path" },
};

async function read(text: string): Promise<void> {
  const file = parseFile(text);
  for (const profile of listProfiles(file)) void profile.fields().size;
  quietly(() => {
    const edits = refreshEdits(file, "default", "default_sts", EXAMPLE_SESSION);
    changedLines("path", text, edits);
    compareOutsideBlocks(text, applyEdits(text, edits));
  });
  for (const block of file.blocks.slice(0, 3)) {
    quietly(() => removeEdits(file, block));
  }
  compareOutsideBlocks(text, `${text}x`);
  whyAwsCliRefusesFile(text);
  readAsJavaScript(decodeText(text));
  readAsGo(decodeText(text));
  const report = new Report();
  await lookAtFile(report, "path", file, FACTS);
  quietly(() => lookAtConfig(report, { path: "config", text }, "path", file));
}

/** Feeds every reader a megabyte of what takes it longest. */
async function readAll(): Promise<void> {
  for (const unit of UNITS) {
    const long = unit.repeat(SIZE / unit.length);
    for (const place of PLACES) {
      // Of many short lines, a quarter is enough to tell.
      const part = /^[\r\n]/.test(unit) ? long.slice(0, SIZE / 4) : long;
      await read(place(part));
    }
    await new TextConfig(`[profile${long}x]\nregion = x\n`).settingsOf("a");
    await new TextConfig(`[profile a]\nregion = ${long}x\n`).settingsOf("a");
    quietly(() => assertSessionName(`a${long}b`));
    readCode(`1${long}2`);
    isDevice(`arn:${long}`);
    mayBeShown("totp_secret_name", `a${long}b`);
    mayBeShown("expiration_datetime", `2025-01-01T${long}x`);
    mayBeShown("endpoint_url", `https://${long}`);
  }
}

// A reader that takes a step for each pair of characters never ends: only as a process can it be ended.
if (import.meta.main) await readAll();

Deno.test({
  name: "every reader is through with a megabyte of its worst line" +
    (FULL ? "" : " (skipped: it takes minutes, in a full run)"),
  ignore: !FULL,
  fn: async () => {
    const config = fileURLToPath(new URL("../deno.json", import.meta.url));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--allow-all", "--no-check", "--config", config],
        fileURLToPath(import.meta.url),
      ],
      signal: AbortSignal.timeout(1_800_000),
    }).output();
    assert(success, `not through: ${new TextDecoder().decode(stderr)}`);
  },
});
