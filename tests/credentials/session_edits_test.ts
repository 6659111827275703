// refreshEdits(): values that must never be written, keys that are kept current, and what is mended.
import assert from "node:assert/strict";
import { parseFile } from "../../src/credentials/parse.ts";
import {
  refreshEdits,
  removeEdits,
} from "../../src/credentials/session_edits.ts";
import { applyEdits, encodeText } from "../../src/credentials/text.ts";
import { Secret } from "../../src/secret.ts";
import { failsWith } from "../support/errors.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const BEGIN = "# ${{{ key=a [auto update by updsts]";
const END = "# $}}} [auto update by updsts]";

/** The block of profile `a` with `lines`, each with its end. */
function block(lines: string): string {
  return `${BEGIN}\n${lines}${END}\n`;
}

function refreshed(
  given: string,
  session = EXAMPLE_SESSION,
  name = "a_sts",
): string {
  return applyEdits(given, refreshEdits(parseFile(given), "a", name, session));
}

Deno.test("refreshEdits() refuses values that could be more than a value", async () => {
  for (
    const value of [
      ...["", "a\nb", "a\r", "a b", "[a]", "a#b", "a;b", "a\0", "é", "a\u2028"],
    ]
  ) {
    const sessions = [
      { ...EXAMPLE_SESSION, accessKeyId: value },
      { ...EXAMPLE_SESSION, secretAccessKey: new Secret(value) },
      { ...EXAMPLE_SESSION, sessionToken: new Secret(value) },
      { ...EXAMPLE_SESSION, expiration: value },
    ];
    for (const session of sessions) {
      const { message } = await failsWith(
        "STS_ANSWER_INVALID",
        () => refreshed("[a]\n", session),
      );
      assert(value === "" || !message.includes(value));
    }
  }
});

// botocore takes it before aws_session_token: with the former session's, STS
// refused everything, after exit code 0 and a clean doctor.
Deno.test("refreshEdits() keeps aws_security_token current, also one behind the block", () => {
  const old = "aws_security_token = old\n";
  const current =
    `aws_security_token = ${EXAMPLE_SESSION.sessionToken.reveal()}\n`;
  const given = block(`[a_sts]\n${old}aws_session_token = old\n`);
  const after = refreshed(given);
  assert(after.includes(current) && !after.includes("old"));
  const behind = refreshed(given.replace(old, "") + old);
  assert(behind.includes(`${current}${END}\n`) && !behind.includes("old"));
});

// samtools reads `expiry_time`, in the forms of which the first three have a zone.
Deno.test("refreshEdits() writes an expiry in the form that stands there, at every month's end, in both directions of time", () => {
  const keys = ["expiration", "x_security_token_expires", "expiry_time"];
  const two = (value: number) => String(value).padStart(2, "0");
  for (let month = 1; month <= 24; month++) {
    const end = new Date(Date.UTC(2023, month, 0));
    const start = `${end.getUTCFullYear()}-${two(end.getUTCMonth() + 1)}-`;
    for (const offset of ["+14:00", "-11:30", "+00:00"]) {
      for (const day of ["01T01", `${two(end.getUTCDate())}T23`]) {
        const expiration = `${start}${day}:59:07${offset}`;
        const utc = new Date(expiration).toISOString().slice(0, 19);
        const forms = {
          "2020-01-01T00:00:00+00:00": expiration,
          "2020-01-01 00:00:00+00:00": expiration.replace("T", " "),
          "2020-01-01T00:00:00Z": `${utc}Z`,
          "2020-01-01 00:00:00": utc.replace("T", " "),
          "soon": expiration,
        };
        for (const [form, expected] of Object.entries(forms)) {
          const lines = keys.map((key) => `${key} = ${form}\n`).join("");
          const session = { ...EXAMPLE_SESSION, expiration };
          const after = refreshed(block(`[a_sts]\n${lines}`), session);
          for (const key of keys) {
            assert(after.includes(`\n${key} = ${expected}\n`), after);
          }
        }
      }
    }
  }
  const added = /expiration =|expires|expiry_time|security/;
  assert.doesNotMatch(refreshed(""), added);
});

Deno.test("refreshEdits() mends tags: without indentation, each with a line end; and keeps a new one off a line that goes on", () => {
  for (const eol of ["\n", "\r\n"]) {
    const whole = refreshed("").replaceAll("\n", eol);
    const indented = whole.replace(/^#/gm, "\t  #");
    for (const given of [indented, indented.trimEnd(), whole.trimEnd()]) {
      for (const above of ["", `[b]${eol}`, "\xEF\xBB\xBF"]) {
        assert.equal(refreshed(above + given), above + whole);
      }
    }
    const slash = `[b]${eol}x = 1 \\`;
    for (const [given, end] of [[slash, eol], [`${slash} ${eol}`, ""]]) {
      const after = refreshed(given ?? "");
      assert.equal(after, `${given}${end}${eol}${whole}`);
      assert.equal(refreshed(after), after);
    }
  }
});

Deno.test("refreshEdits() takes a name with two blanks in a row, which Go reads with one, and refuses one that it would mix up", async () => {
  const after = refreshed("[b]\nx = 1\n", EXAMPLE_SESSION, "a  b");
  assert.match(after, /^\[a {2}b\]$/m);
  assert.equal(refreshed(after, EXAMPLE_SESSION, "a  b"), after);
  // The last of these is a header for Go alone.
  for (const header of ["[a b]", "[a\tb]", "[a b];]", "\u3000[a b];]"]) {
    const given = encodeText(`[c]\ny = 1\n${header}\nx = 1\n`);
    for (const name of ["a  b", "a b"]) {
      const { message } = await failsWith(
        "NAME_TAKEN",
        () => refreshed(given, EXAMPLE_SESSION, name),
      );
      assert.match(message, /line 3/);
    }
  }
});

// Debian's SDK for Go takes a vertical tab at either end for a part of the value.
Deno.test("refreshEdits() leaves no odd blank beside its values", () => {
  const after = refreshed(block(
    "[a_sts]\naws_access_key_id=\vASIAOLD\f\naws_secret_access_key = x\v\n" +
      "region = x\v\n",
  ));
  assert.doesNotMatch(after.replace("region = x\v", ""), /[\v\f]/);
  assert.match(after, /^aws_access_key_id= ASIAEXAMPLESESSION00$/m);
});

Deno.test("refreshEdits() refuses what only the next refresh would break", async () => {
  const cases: [given: string, name: string, says: RegExp][] = [
    // The SDKs take one of these names for a header, and not the other.
    ["[p]\n" + block("aws_session_token = x\n[p]#\n"), "a b", /line 4 /],
    // Nested below the empty key, until that has a value.
    [
      block(
        "[a_sts]\n\t aws_access_key_id=\n\vaws_access_key_id:\n  aws_session_token=\n",
      ),
      "a_sts",
      /line 5 is indented/,
    ],
    [
      block("[a_sts]\n  aws_session_token=\n\taws_access_key_id=\n"),
      "a_sts",
      /line 4 is indented/,
    ],
  ];
  for (const [given, name, says] of cases) {
    const { message } = await failsWith(
      "BLOCK_BROKEN",
      () => refreshed(given, EXAMPLE_SESSION, name),
    );
    assert.match(message, says);
  }
});

Deno.test("refreshEdits() writes a region where a section is made, and never later", () => {
  const session = { ...EXAMPLE_SESSION, region: "eu-west-1" };
  const line = "region = eu-west-1\n";
  const made = refreshed("[a]\n", session);
  assert(made.endsWith(`${line}${END}\n`));
  assert(refreshed(block(""), session).includes(line));
  const without = made.replace(line, "");
  for (const given of [made, without]) {
    const later = { ...session, region: "us-east-1" };
    assert.equal(refreshed(given, later), given);
  }
});

Deno.test("removeEdits() keeps a key behind the block that updsts does not own, as a comment, so that the next refresh works", () => {
  const own = "aws_access_key_id = ASIAOLD\naws_session_token = old\n";
  for (const next of ["", "[b]\nx = 1\n"]) {
    for (
      const [behind, left] of [
        ["# note\nregion = x\n", "# note\n# region = x\n"],
        ["s3 =\n  max = 1\n\tmore\n", "# s3 =\n#   max = 1\n# \tmore\n"],
        ["aws_session_token = new\nexpiration = x\n", ""],
      ] as const
    ) {
      const above = "[a]\ny = 2\n";
      const given = above + block(`[a_sts]\n${own}`) + behind + next;
      const file = parseFile(given);
      const found = file.blockOf("a");
      assert(found !== undefined);
      const after = applyEdits(given, removeEdits(file, found));
      assert.equal(after, above + left + next);
      assert(refreshed(after).startsWith(after));
    }
  }
});

Deno.test("refreshEdits() never writes over a long-term key: not between tags, and not below an opening one", async () => {
  const id = "aws_access_key_id = AKIAMINE\n";
  const token = "aws_session_token = t\n";
  const expiry = "expiration_datetime = x\n";
  const otherOwner = "expiration_key_id = ASIAOLD\n";
  const below = `${BEGIN}\n[a_sts]\n`;
  for (
    const given of [
      block(`[a_sts]\n${id}`),
      block(`[a_sts]\n${id}${expiry}${token}${otherOwner}`),
      `${below}${id}${expiry}${token}`,
      `${below}role_arn = r\n${token}`,
    ]
  ) {
    assert.equal(parseFile(given).damageOf("a").length, 1);
    await failsWith("BLOCK_BROKEN", () => refreshed(given));
  }
  const { hint } = await failsWith(
    "NAME_TAKEN",
    () => refreshed(`[a_sts]\n${id}${expiry}${token}${otherOwner}`),
  );
  assert.doesNotMatch(hint ?? "", /delete/);
  // As some servers that stand in for STS call theirs.
  for (const owner of ["", "expiration_key_id = AKIAMINE\n"]) {
    const given = block(`[a_sts]\n${id}${token}${expiry}${owner}`);
    assert(refreshed(given).includes(EXAMPLE_SESSION.accessKeyId));
  }
});
