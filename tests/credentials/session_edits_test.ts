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
        () => refreshEdits(parseFile("[a]\n"), "a", "b", session),
      );
      assert(value === "" || !message.includes(value));
    }
  }
});

const BEGIN = "# ${{{ key=a [auto update by updsts]";
const END = "# $}}} [auto update by updsts]";

function refreshed(
  given: string,
  session = EXAMPLE_SESSION,
  name = "a_sts",
): string {
  return applyEdits(given, refreshEdits(parseFile(given), "a", name, session));
}

// botocore takes it before aws_session_token: with the former session's, STS
// refused everything, after exit code 0 and a clean doctor.
Deno.test("refreshEdits() keeps aws_security_token current, also one behind the block", () => {
  const old = "aws_security_token = old\n";
  const given = `${BEGIN}\n[a_sts]\n${old}aws_session_token = old\n${END}\n`;
  const after = refreshed(given);
  const token = EXAMPLE_SESSION.sessionToken.reveal();
  assert(after.includes(`aws_security_token = ${token}\n`));
  assert(!after.includes("old"));
  const behind = refreshed(given.replace(old, "") + old);
  assert(behind.includes(`aws_security_token = ${token}\n${END}\n`));
  assert(!behind.includes("old"));
});

// samtools reads `expiry_time`, in the forms of which the first three have a zone.
Deno.test("refreshEdits() writes an expiry in the form that stands there, at every month's end, in both directions of time", () => {
  const two = (value: number) => String(value).padStart(2, "0");
  for (let month = 1; month <= 12; month++) {
    for (const offset of ["+14:00", "-11:30", "+00:00"]) {
      for (const year of [2023, 2024]) {
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
        for (const [day, hour] of [[1, 1], [days, 23]] as const) {
          const expiration = `${year}-${two(month)}-${two(day)}T${
            two(hour)
          }:59:07${offset}`;
          const utc = new Date(expiration).toISOString().slice(0, 19);
          const forms = {
            "2020-01-01T00:00:00+00:00": expiration,
            "2020-01-01 00:00:00+00:00": expiration.replace("T", " "),
            "2020-01-01T00:00:00Z": `${utc}Z`,
            "2020-01-01 00:00:00": utc.replace("T", " "),
            "soon": expiration,
          };
          const keys = [
            "expiration",
            "x_security_token_expires",
            "expiry_time",
          ];
          for (const [form, expected] of Object.entries(forms)) {
            const lines = keys.map((key) => `${key} = ${form}\n`).join("");
            const after = refreshed(
              `${BEGIN}\n[a_sts]\n${lines}${END}\n`,
              { ...EXAMPLE_SESSION, expiration },
            );
            for (const key of keys) {
              assert(after.includes(`\n${key} = ${expected}\n`), after);
            }
          }
        }
      }
    }
  }
  assert.doesNotMatch(
    refreshed(""),
    /expiration =|expires|expiry_time|security/,
  );
});

Deno.test("refreshEdits() mends tags: without indentation, each with a line end; and keeps a new one off a line that goes on", () => {
  const [first, ...more] = refreshed("").replace("key=default", "key=a")
    .split("\n");
  for (const eol of ["\n", "\r\n"]) {
    const block = [first, ...more].join(eol);
    const indented = block.replace(/^#/gm, "\t  #");
    for (const given of [indented, indented.trimEnd(), block.trimEnd()]) {
      assert.equal(refreshed(given), block);
      assert.equal(refreshed(`[b]${eol}${given}`), `[b]${eol}${block}`);
      assert.equal(refreshed(`\xEF\xBB\xBF${given}`), `\xEF\xBB\xBF${block}`);
    }
    const slash = `[b]${eol}x = 1 \\`;
    for (const given of [slash, `${slash} ${eol}`]) {
      const after = refreshed(given);
      assert.equal(
        after,
        `${given.trimEnd()}${
          given.endsWith(eol) ? " " : ""
        }${eol}${eol}${block}`,
      );
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
  const given = "# ${{{ key=a [auto update by updsts]\n[a_sts]\n" +
    "aws_access_key_id=\vASIAOLD\f\naws_secret_access_key = x\v\n" +
    "region = x\v\n# $}}} [auto update by updsts]\n";
  const edits = refreshEdits(parseFile(given), "a", "a_sts", EXAMPLE_SESSION);
  const after = applyEdits(given, edits);
  assert.doesNotMatch(after.replace("region = x\v", ""), /[\v\f]/);
  assert.match(after, /^aws_access_key_id= ASIAEXAMPLESESSION00$/m);
});

Deno.test("refreshEdits() refuses what only the next refresh would break", async () => {
  const cases = [
    // The SDKs take one of these names for a header, and not the other.
    ["[p]\n", "aws_session_token = x\n[p]#\n", "a b"],
    // Nested below the empty key, until that has a value.
    [
      "",
      "[a_sts]\n\t aws_access_key_id=\n\vaws_access_key_id:\n  aws_session_token=\n",
      "a_sts",
    ],
  ];
  for (const [above, section, name] of cases) {
    const given = `${above}${BEGIN}\n${section}${END}\n`;
    await failsWith(
      "BLOCK_BROKEN",
      () => refreshed(given, EXAMPLE_SESSION, name),
    );
  }
});

Deno.test("refreshEdits() writes a region where a section is made, and never later", () => {
  const session = { ...EXAMPLE_SESSION, region: "eu-west-1" };
  const line = "region = eu-west-1\n";
  const made = refreshed("[a]\n", session);
  assert(made.endsWith(`${line}${END}\n`));
  assert(refreshed(`${BEGIN}\n${END}\n`, session).includes(line));
  assert.equal(refreshed(made, { ...session, region: "us-east-1" }), made);
  const without = made.replace(line, "");
  assert.equal(refreshed(without, session), without);
});

const OLD = "aws_access_key_id = ASIAOLD\naws_session_token = old\n";

Deno.test("removeEdits() keeps a key behind the block that updsts does not own, as a comment, so that the next refresh works", () => {
  const block = `${BEGIN}\n[a_sts]\n${OLD}${END}\n`;
  for (const next of ["", "[b]\nx = 1\n"]) {
    for (
      const [behind, left] of [
        ["# note\nregion = x\n", "# note\n# region = x\n"],
        ["s3 =\n  max = 1\n\tmore\n", "# s3 =\n#   max = 1\n# \tmore\n"],
        ["aws_session_token = new\nexpiration = x\n", ""],
      ] as const
    ) {
      const given = `[a]\ny = 2\n${block}${behind}${next}`;
      const file = parseFile(given);
      const found = file.blockOf("a");
      assert(found !== undefined);
      const after = applyEdits(given, removeEdits(file, found));
      assert.equal(after, `[a]\ny = 2\n${left}${next}`);
      assert(refreshed(after).startsWith(after));
    }
  }
});

Deno.test("refreshEdits() never writes over a long-term key: not between tags, and not below an opening one", async () => {
  const id = "aws_access_key_id = AKIAMINE\n";
  const [token, expiry] = [
    "aws_session_token = t\n",
    "expiration_datetime = x\n",
  ];
  const owner = (id: string) => `expiration_key_id = ${id}\n`;
  const below = `${BEGIN}\n[a_sts]\n`;
  for (
    const given of [
      `${below}${id}${END}\n`,
      `${below}${id}${expiry}${token}${owner("ASIAOLD")}${END}\n`,
      `${below}${id}${expiry}${token}`,
      `${below}role_arn = r\n${token}`,
    ]
  ) {
    const file = parseFile(given);
    assert.equal(file.damageOf("a").length, 1);
    await failsWith("BLOCK_BROKEN", () => refreshed(given));
  }
  const { hint } = await failsWith(
    "NAME_TAKEN",
    () => refreshed(`[a_sts]\n${id}${expiry}${token}${owner("ASIAOLD")}`),
  );
  assert.doesNotMatch(hint ?? "", /delete/);
  // As some servers that stand in for STS call theirs.
  for (const own of ["", owner("AKIAMINE")]) {
    const given = `${below}${id}${token}${expiry}${own}${END}\n`;
    assert(refreshed(given).includes(EXAMPLE_SESSION.accessKeyId));
  }
});
