// Reading profiles.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import { isAwsKey } from "../../src/credentials/keys.ts";
import { findProfile, listProfiles } from "../../src/credentials/profiles.ts";
import { MASK } from "../../src/secret.ts";

const FILE = [
  ...["[default]", "AWS_Access_Key_Id = AKIA1EXAMPLE00000000 ; comment"],
  ...["aws_secret_access_key = a#b=c # comment", "region =", "s3 ="],
  ...["  addressing_style = path", "[other]"],
  ...["mfa_serial: arn:aws:iam::1:mfa/x", "[default]"],
  ...["aws_access_key_id = AKIA2EXAMPLE00000000", "password = hunter2", ""],
].join("\n");

Deno.test("findProfile() merges sections, later keys winning", () => {
  const profile = findProfile(parseFile(FILE), "default");
  assert.equal(profile?.sections.length, 2);
  assert.equal(profile.value("aws_access_key_id"), "AKIA2EXAMPLE00000000");
  assert.equal(profile.secret("aws_secret_access_key")?.reveal(), "a#b=c");
  assert.equal(profile.value("region"), undefined);
  assert.equal(profile.secret("aws_session_token"), undefined);
  assert.equal(findProfile(parseFile(FILE), "nobody"), undefined);
});

Deno.test("Profile shows what is known to be harmless, and masks the rest", () => {
  const profile = findProfile(parseFile(FILE), "default");
  assert.deepEqual(
    Array.from(profile?.fields() ?? [], ([key, value]) => [key, String(value)]),
    [
      ["aws_access_key_id", "AKIA2EXAMPLE00000000"],
      ["aws_secret_access_key", MASK],
      ["s3.addressing_style", MASK],
      ["password", MASK],
    ],
  );
});

Deno.test("listProfiles() keeps the order of the file; a colon separates, too", () => {
  const profiles = listProfiles(parseFile(FILE));
  assert.deepEqual(profiles.map(({ name }) => name), ["default", "other"]);
  assert.equal(profiles[1]?.value("mfa_serial"), "arn:aws:iam::1:mfa/x");
});

Deno.test("parseFile() goes on with a value on indented lines", () => {
  const profile = findProfile(
    parseFile("[a]\nregion = x\n  -y # z\n\n\t-w\n"),
    "a",
  );
  assert.equal(profile?.value("region"), "x\n-y # z\n-w");
});

Deno.test("parseFile() nests under an empty key until a key that is not indented", () => {
  const nested = ["[a]", "s3 =", "  region = x", "output = y", "  region = z"];
  const [section] = parseFile(nested.join("\n")).sections;
  assert.deepEqual(
    section?.properties.map(({ key }) => key),
    ["s3", "s3.region", "output", "region"],
  );
});

Deno.test("parseFile() takes no name from JavaScript's prototypes", () => {
  const file = parseFile(
    "[constructor]\nregion = x\n[__proto__]\nregion = y\n",
  );
  assert.equal(findProfile(file, "constructor")?.value("region"), "x");
  assert.equal(findProfile(file, "toString"), undefined);
});

// Codes can be computed from a seed, so it is a secret wherever it stands.
Deno.test("Profile masks TOTP seeds under the keys for a name and a device, however they are spelt", () => {
  const seeds = [
    "ABCDEFGHIJKLMNOP",
    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "jbswy3dpehpk3pxpjbswy3dpehpk3pxp",
    "jbsw y3dp ehpk 3pxp",
    "JBSW-Y3DP-EHPK-3PXP",
    "JBSWY3DPEHPK3PXP======",
    "3132333435363738393031323334353637383930",
    "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=",
    // Once these three were shown.
    '"JBSWY3DPEHPK3PXP"',
    "jbsw_y3dp_ehpk_3pxp",
    "seed:jbswy3dpehpk3pxp",
    "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1",
  ];
  const shownOf = (key: string, value: string) =>
    String(
      findProfile(parseFile(`[a]\n${key} = ${value}\n`), "a")?.fields().get(
        key,
      ),
    );
  for (const key of ["totp_secret_name", "mfa_serial", "mfa_device_arn"]) {
    for (const seed of seeds) assert.equal(shownOf(key, seed), MASK, seed);
  }
  const names = [
    "ABCDEFGHIJKLMNO",
    "default",
    "my-production-totp-secret",
    "aws/mfa/alice",
    "op://Private/AWS/one-time password",
    "my-own-internationalisation",
  ];
  for (const name of names) {
    assert.equal(shownOf("totp_secret_name", name), name);
  }
  const devices = [
    "GAHT12345678",
    "123456789",
    "arn:aws:iam::1:mfa/alicealicealicealice",
  ];
  for (const device of devices) {
    assert.equal(shownOf("mfa_serial", device), device);
  }
});

Deno.test("keys of AWS are known, those of other programs are not", () => {
  const known = [
    ...["aws_access_key_id", "aws_secret_access_key", "region", "sso_session"],
    ...["credential_process", "mfa_serial", "totp_secret_name"],
  ];
  const others = ["url", "password", "helper", "name", "", "token", "regions"];
  assert.deepEqual(known.filter((key) => !isAwsKey(key)), []);
  assert.deepEqual(others.filter(isAwsKey), []);
});

// On the lines that go on with a value, anything may have been pasted.
Deno.test("Profile masks a value that goes on over lines, whatever its key", () => {
  for (const key of ["source_profile", "region", "totp_secret_name"]) {
    const text = `[a]\n${key} = base\n  wJalrXUtnFEMI/K7MDENG\n`;
    const profile = findProfile(parseFile(text), "a");
    assert.equal(String(profile?.fields().get(key)), MASK);
    assert.equal(profile?.shown("source_profile") ?? MASK, MASK);
  }
});
