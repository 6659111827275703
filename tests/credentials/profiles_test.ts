// Reading profiles.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parsed_file.ts";
import { findProfile, listProfiles } from "../../src/credentials/profiles.ts";
import { MASK } from "../../src/secret.ts";

const FILE = [
  "[default]",
  "AWS_Access_Key_Id = AKIA1EXAMPLE00000000 ; comment",
  "aws_secret_access_key = a#b=c # comment",
  "region =",
  "s3 =",
  "  addressing_style = path",
  "[other]",
  "mfa_serial: arn:aws:iam::1:mfa/x",
  "[default]",
  "aws_access_key_id = AKIA2EXAMPLE00000000",
  "password = hunter2",
  "",
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
