// shownWords(): sentences of STS come through, and no hash in any spelling.
import fc from "fast-check";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Secret } from "../../src/secret.ts";
import { shownWords } from "../../src/sts/failures.ts";
import { ALICE } from "../support/scenario.ts";

const CODE = "271828";

function shown(message: string, code = CODE): string {
  const { device, accessKeyId } = ALICE;
  return shownWords(message, { device, accessKeyId, code: new Secret(code) });
}

Deno.test("shownWords() shows what STS is known to say", () => {
  for (
    const sentence of [
      "MultiFactorAuthentication failed with invalid MFA one time pass code.",
      "MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA serial number is valid and associated with this user.",
      "The security token included in the request is invalid.",
      "Rate exceeded",
      "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:GetSessionToken with an explicit deny in an identity-based policy",
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      "Signature expired: 20261124T215532Z is now earlier than 20261124T224032Z (20261124T225532Z - 15 min.)",
      "STS is not activated in eu-west-1.",
      "La clé n'est pas valide",
      `The device ${ALICE.device} of ${ALICE.accessKeyId} is unknown`,
    ]
  ) assert.equal(shown(sentence), sentence);
  assert.equal(shown(" two \n\t lines "), "two lines");
  assert.equal(shown(""), "no message");
  assert.equal(shown("word ".repeat(1000)).length, 500);
});

/** The hash of a form, in the spellings that it may be quoted in. */
function spellings(code: string): string[] {
  const hash = createHash("sha256").update(`TokenCode=${code}`).digest();
  const hex = hash.toString("hex");
  const bytes = [...hash];
  const each = (write: (byte: number) => string, between = "") =>
    bytes.map(write).join(between);
  const two = (byte: number) => byte.toString(16).padStart(2, "0");
  return [
    hex,
    hex.toUpperCase(),
    `"${hex}"`,
    hex.match(/.{8}/g)?.join(" ") ?? "",
    hex.match(/.{16}/g)?.join(" and ") ?? "",
    hex.match(/.{4}/g)?.join("-") ?? "",
    each(two, " "),
    each(two, ":"),
    each(two, ", "),
    each((byte) => `0x${two(byte)}`, " "),
    each((byte) => `\\x${two(byte)}`),
    each((byte) => `%${two(byte)}`),
    each(String, " "),
    each(String, ","),
    [...hex].join(" "),
    [...hex].map((digit) => `&#${digit.charCodeAt(0)};`).join(""),
    [...hex].map((digit) => `%${two(digit.charCodeAt(0))}`).join(""),
    // Full-width digits.
    [...hex].map((digit) => String.fromCodePoint(digit.charCodeAt(0) + 0xfee0))
      .join(""),
    hash.toString("base64"),
    hash.toString("base64url"),
    encodeURIComponent(hash.toString("base64")),
    hash.toString("base64").match(/.{4}/g)?.join(" ") ?? "",
    each((byte) => byte.toString(8), " "),
    each((byte) => byte.toString(2), " "),
    BigInt(`0x${hex}`).toString(),
    // Cut short: a fifth of it still tells one code of a million.
    hex.slice(0, 12),
  ];
}

Deno.test("shownWords() shows no hash, however it is spelled and whatever stands around it", () => {
  for (let round = 0; round < 20; round++) {
    const code = String(100_000 + round * 7919);
    for (const spelling of spellings(code)) {
      for (
        const message of [
          spelling,
          `The canonical request should have been ${spelling}`,
          `${"word ".repeat(90)}${spelling}`,
          `POST / host:sts.amazonaws.com\n\nhost;x-amz-date\n${spelling}`,
        ]
      ) {
        // Four of its characters in a row are chance, and a few short numbers tell little.
        const text = shown(message, code).toLowerCase();
        for (let start = 0; start + 7 <= spelling.length; start++) {
          const part = spelling.slice(start, start + 7).toLowerCase();
          assert(!text.includes(part), `${part} of ${spelling}: ${text}`);
        }
      }
    }
  }
});

Deno.test("shownWords() shows no code, in one piece or in several", () => {
  for (
    const message of [
      "Value '271828' at 'tokenCode'",
      "Value '271828' at line 12",
      "12 271828 34",
      "attempt 2: 271828, of 3",
      "arn:aws:iam::123456789012:mfa/271828",
      "TokenCode=271828&x",
      "code 271 828",
      "code 2 7 1 8 2 8",
      "code ２７１８２８",
      "code 27-18-28",
      btoa("271828"),
      "323731383238",
    ]
  ) assert.doesNotMatch(shown(message).replace(/\D/g, ""), /271828/, message);
});

Deno.test("shownWords() is short, and of one line, for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const words = shown(text);
      assert(words.length <= 500);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(words, /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
      assert.doesNotMatch(words, /[0-9a-f]{12}/i);
    }),
    { numRuns: 300 },
  );
});
