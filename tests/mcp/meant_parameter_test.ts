// Which parameter is proposed for a name that a tool does not have.
import assert from "node:assert/strict";
import { meantParameter } from "../../src/mcp/meant_parameter.ts";

const KNOWN = [
  "profile_name",
  "totp_token",
  "sts_profile_name",
  "cred_file",
  "duration",
  "min_remaining",
];
const MEANT: readonly (readonly [string, string | undefined])[] = [
  ["duration_seconds", "duration"],
  ["durationSeconds", "duration"],
  ["DurationSeconds", "duration"],
  ["duraton", "duration"],
  ["min_remaining_seconds", "min_remaining"],
  ["minRemaining", "min_remaining"],
  ["profile", "profile_name"],
  ["profileName", "profile_name"],
  ["sts_profile", "sts_profile_name"],
  ["session_name", "sts_profile_name"],
  ["credential_file", "cred_file"],
  ["credentials", "cred_file"],
  ["file_path", "cred_file"],
  ["totp", "totp_token"],
  ["TokenCode", "totp_token"],
  ["mfa_code", "totp_token"],
  // Regression: the proposal for these was to give the code as cred_file.
  ["code", "totp_token"],
  ["otp", "totp_token"],
  // Regression: these were said to mean the one whose name is the least unlike.
  ["region", undefined],
  ["verbose", undefined],
  ["x".repeat(5_000), undefined],
  ["", undefined],
];
for (const [name, meant] of MEANT) {
  Deno.test(`${JSON.stringify(name.slice(0, 40))} means ${meant}`, async () => {
    assert.equal(await meantParameter(name, KNOWN), meant);
  });
}
