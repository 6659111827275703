// Reading profiles.
import assert from "node:assert/strict";
import { isAwsKey } from "../../src/credentials/keys.ts";
import { parseFile } from "../../src/credentials/parse.ts";
import { findProfile, listProfiles } from "../../src/credentials/profiles.ts";
import { MASK } from "../../src/secret.ts";

const FILE = [
  ...["[default]", "AWS_Access_Key_Id = AKIA1EXAMPLE00000000 ; comment"],
  ...["aws_secret_access_key = a#b=c # comment", "region =", "s3 ="],
  ...["  addressing_style = path", "[other]"],
  ...["mfa_serial: arn:aws:iam::1:mfa/x", "[default]"],
  ...["aws_access_key_id = AKIA2EXAMPLE00000000", "password = hunter2", ""],
].join("\n");

/** What is shown of the keys of profile `a`, which has `lines`. */
function shown(...lines: string[]): Record<string, string> {
  const profile = findProfile(parseFile(`[a]\n${lines.join("\n")}\n`), "a");
  return Object.fromEntries(
    Array.from(profile?.fields() ?? [], ([key, value]) => [key, `${value}`]),
  );
}

Deno.test("findProfile() merges sections, later keys winning, and shows what is known to be harmless", () => {
  const profile = findProfile(parseFile(FILE), "default");
  assert.equal(profile?.sections.length, 2);
  assert.equal(profile.value("aws_access_key_id"), "AKIA2EXAMPLE00000000");
  assert.equal(profile.secret("aws_secret_access_key")?.reveal(), "a#b=c");
  assert.equal(profile.value("region"), undefined);
  assert.equal(profile.secret("aws_session_token"), undefined);
  assert.equal(findProfile(parseFile(FILE), "nobody"), undefined);
  assert.deepEqual(
    Array.from(profile.fields(), ([key, value]) => [key, String(value)]),
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

Deno.test("parseFile() continues a value on indented lines, or nests under an empty key until one that is not indented", () => {
  const file = parseFile("[a]\nregion = x\n  -y # z\n\n\t-w\n");
  assert.equal(findProfile(file, "a")?.value("region"), "x\n-y # z\n-w");
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
    ...["ABCDEFGHIJKLMNOP", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
    ...["jbswy3dpehpk3pxpjbswy3dpehpk3pxp", "jbsw y3dp ehpk 3pxp"],
    ...["JBSW-Y3DP-EHPK-3PXP", "JBSWY3DPEHPK3PXP======"],
    "3132333435363738393031323334353637383930",
    "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=",
    // Once these three were shown.
    ...['"JBSWY3DPEHPK3PXP"', "jbsw_y3dp_ehpk_3pxp", "seed:jbswy3dpehpk3pxp"],
    "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1",
  ];
  for (const key of ["totp_secret_name", "mfa_serial", "mfa_device_arn"]) {
    for (const seed of seeds) {
      assert.deepEqual(shown(`${key} = ${seed}`), { [key]: MASK }, seed);
    }
  }
  const harmless = {
    totp_secret_name: [
      ...["ABCDEFGHIJKLMNO", "default", "my-production-totp-secret"],
      ...["aws/mfa/alice", "op://Private/AWS/one-time password"],
      "my-own-internationalisation",
    ],
    mfa_serial: [
      ...["GAHT12345678", "123456789"],
      "arn:aws:iam::1:mfa/alicealicealicealice",
    ],
  };
  for (const [key, values] of Object.entries(harmless)) {
    for (const value of values) {
      assert.deepEqual(shown(`${key} = ${value}`), { [key]: value });
    }
  }
});

Deno.test("keys of AWS are known, those of other programs are not", () => {
  const known = [
    ...["aws_access_key_id", "aws_secret_access_key", "region", "sso_session"],
    ...["credential_process", "mfa_serial", "totp_secret_name"],
  ];
  const others = ["url", "password", "helper", "name", "", "token", "regions"];
  assert.deepEqual([...known, ...others].filter(isAwsKey), known);
});

// On the lines that go on with a value, anything may have been pasted.
Deno.test("Profile masks a value that goes on over lines, whatever its key", () => {
  for (const key of ["source_profile", "region", "totp_secret_name"] as const) {
    const lines = [`${key} = base`, "  wJalrXUtnFEMI/K7MDENG"];
    assert.deepEqual(shown(...lines), { [key]: MASK });
    const file = parseFile(["[a]", ...lines, ""].join("\n"));
    assert.equal(findProfile(file, "a")?.shown(key), MASK);
  }
});
