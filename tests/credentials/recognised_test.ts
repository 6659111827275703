// What is taken for a profile and its name, in a file that may be anything.
import assert from "node:assert/strict";
import { isAwsKey, looksLikeName } from "../../src/credentials/profiles.ts";

for (
  const name of [
    "default",
    "my work",
    "default_sts",
    "a",
    "prod/eu-west-1",
    "user@example.com",
    "会社",
    "123456789012_AdministratorAccess",
    "arn:aws:iam::123456789012:role/Deploy",
    "team.project+test",
    "OrganizationAccountAccessRole",
    "client (old)",
  ]
) {
  Deno.test(`${JSON.stringify(name)} looks like a profile's name`, () => {
    assert(looksLikeName(name));
  });
}

for (
  const text of [
    "",
    '"hunter2", "correct horse"',
    "'a', 'b'",
    'url "https://user:token@github.com/"',
    "https://token@github.com",
    "//host/x",
    "user:secret@host",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "d41d8cd98f00b204e9800998ecf8427e",
    "1, 2, 3",
    "{}",
    "4111111111111111",
    "a\u0000b",
    "a\u202eb",
    "x".repeat(101),
  ]
) {
  Deno.test(`${JSON.stringify(text).slice(0, 60)} looks like no name`, () => {
    assert(!looksLikeName(text));
  });
}

Deno.test("keys of AWS are known, those of other programs are not", () => {
  const known = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "region",
    "sso_session",
    "credential_process",
    "mfa_serial",
    "totp_secret_name",
  ];
  const others = ["url", "password", "helper", "name", "", "token", "regions"];
  assert.deepEqual(known.filter((key) => !isAwsKey(key)), []);
  assert.deepEqual(others.filter(isAwsKey), []);
});
