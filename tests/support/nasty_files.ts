// Generates credentials files that are as nasty as real ones get, and nastier.
import fc from "fast-check";
import { encodeText } from "../../src/credentials/text.ts";

/** Names that sections, keys of blocks and requests are drawn from. */
export const NAMES = [
  ...["default", "default_sts", "a b", "本番", "à", "org/x.y@z+1", "p"],
].map(encodeText);

const KEYS = [
  ...["aws_access_key_id", "aws_secret_access_key", "aws_session_token"],
  ...["expiration_datetime", "AWS_ACCESS_KEY_ID", "region", "s3"],
  "mfa_device_arn",
];

/** The parts, each from its generator, as one text. */
function joined(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => texts.join(""));
}

const blanks = fc.constantFrom("", "", "", " ", "  ", "\t", "\t ", "\v", "\f");
const eol = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r\n", "\r");
const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) =>
    String.fromCharCode(code)
  ),
  maxLength: 12,
});
const value = fc.oneof(
  fc.constantFrom(
    ...["", "x", "a=b", "p#q", "50%", "[x]", "a:b", "${{{ k", "é"],
    ...["v # c", "w ; c", "#c"],
  ),
  latin1.map((text) => text.replace(/[\r\n]/g, "")),
);
const name = fc.constantFrom(...NAMES);
const comment = joined(
  blanks,
  fc.constantFrom("#", ";", "# ", "# ${{{ fold", "# x [auto update by updsts]"),
  value,
);
const property = joined(
  ...[blanks, fc.constantFrom(...KEYS), blanks],
  ...[fc.constantFrom("=", "=", "=", ":"), blanks, value],
);
const continuation = joined(
  fc.constantFrom(" ", "\t", "  "),
  fc.constantFrom("-more", "x:y", "-z # c"),
);
const header = joined(
  ...[blanks, fc.constant("["), name, fc.constant("]")],
  fc.constantFrom("", "", "", " ", " # c", "; d", " x"),
);
const junk = fc.oneof(
  fc.constantFrom(
    ...["", "", " ", "[", "]", "[]", "[x", "= y", "junk", "[__proto__]"],
    "[ p ]",
  ),
  latin1,
);
const bodyLine = fc.oneof(
  { weight: 6, arbitrary: property },
  { weight: 2, arbitrary: comment },
  { weight: 1, arbitrary: continuation },
  { weight: 1, arbitrary: fc.constant("") },
);

const section = fc.tuple(header, fc.array(bodyLine, { maxLength: 5 }))
  .map(([first, rest]) => [first, ...rest]);

/** A block that is mostly well-formed. */
const block = fc.tuple(
  blanks,
  name,
  fc.array(bodyLine, { maxLength: 2 }),
  fc.option(header, { freq: 6 }),
  fc.array(bodyLine, { maxLength: 6 }),
  blanks,
).map(([indent, key, above, first, body, indentEnd]) => [
  `${indent.replace(/[\v\f]/g, "")}# \${{{ key=${key} [auto update by updsts]`,
  ...above,
  ...(first === null ? [] : [first]),
  ...(first === null ? [] : body),
  `${indentEnd.replace(/[\v\f]/g, "")}# $}}} [auto update by updsts]`,
]);

const brokenTag = fc.constantFrom(
  ["# ${{{ key=p [auto update by updsts]"],
  ["# $}}} [auto update by updsts]"],
  ["# ${{{ key= [auto update by updsts]"],
);

/** A whole file, one character a byte. */
export const nastyFile: fc.Arbitrary<string> = fc.tuple(
  fc.constantFrom("", "", "", "\xEF\xBB\xBF"),
  fc.array(
    fc.oneof(
      { weight: 8, arbitrary: section },
      { weight: 4, arbitrary: block },
      { weight: 2, arbitrary: junk.map((line) => [line]) },
      { weight: 1, arbitrary: comment.map((line) => [line]) },
      {
        weight: 1,
        arbitrary: fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, {
          weight: 1,
          arbitrary: brokenTag,
        }),
      },
    ),
    { maxLength: 8 },
  ),
  fc.array(eol, { minLength: 1, maxLength: 4 }),
  fc.boolean(),
).map(([mark, parts, ends, finished]) => {
  const lines = parts.flat();
  const text = lines.map((line, index) =>
    index === lines.length - 1 && !finished
      ? line
      : line + (ends[index % ends.length] ?? "\n")
  );
  return mark + text.join("");
});
