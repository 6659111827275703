// Generates credentials files as people, editors and other tools leave them: a whole one, changed at a few places.
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { encodeText } from "../../src/credentials/text.ts";
import { ROOT } from "./command.ts";
import { nastyFile } from "./nasty_files.ts";

/** What some programs take for white space, or for the end of a line. */
const ODD = [
  ..." \t\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2028\u2029\u202f\u205f",
  ..."\u3000\ufeff\u200b",
  "\r\n",
  "\n",
];

/** Names that a request may have. */
export const ODD_NAMES = ["default", "default_sts", "a b", "本番", "p", "x:y"];

const BEGIN = (key: string) => `# \${{{ key=${key} [auto update by updsts]`;
const END = "# $}}} [auto update by updsts]";
const KEYS = [
  "aws_access_key_id = ASIAOLD",
  "aws_secret_access_key = old/secret",
  "aws_session_token = old//token==",
  "expiration_datetime = 2025-01-01T00:00:00+00:00",
];

const extra = fc.constantFrom(
  ...["region = x", "expiration = 2025-01-01 00:00:00", "[x]", "", "junk"],
  ...["x_security_token_expires: 2025-01-01T00:00:00Z", "# note", "; note"],
  ...["aws_session_token : y # c", "AWS_SECRET_ACCESS_KEY = z ; d", "s3 ="],
  ...["  max = 20", "  more", "\tAws_session_token = q", "[default_sts]"],
  ...[" [default_sts]", "[default_sts] # [1]", "[default_sts]]", ": y"],
  ...["[default_sts", "[ default_sts ]", "[profile p]", "[p]#", "= y"],
  "[DEFAULT]",
);

const name = fc.constantFrom(...ODD_NAMES);

/** The lines of one block, in the forms in which any edition left it. */
const block = fc.tuple(name, name, fc.nat(4), fc.array(extra, { maxLength: 2 }))
  .map(([key, session, form, more]) => {
    const header = `[${session}]`;
    const body = [...KEYS, ...more];
    const whole = [BEGIN(key), header, ...body, END];
    return [
      [header, BEGIN(key), ...body, END],
      [header, ...whole],
      [BEGIN(key), END],
    ][form] ?? whole;
  });

const section = fc.tuple(
  fc.constantFrom("default", "p", "q", "r", "a b", "本番", "z"),
  fc.array(extra, { maxLength: 3 }),
).map(([name, more]) => [`[${name}]`, "aws_access_key_id = AKIA", ...more]);

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom("insert", "insert", "indent", "drop", "repeat", "line"),
  odd: fc.constantFrom(...ODD),
  line: extra,
});

type OneChange = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(text: string, { at, kind, odd, line }: OneChange): string {
  if (kind === "insert") {
    const offset = Math.floor(at * text.length);
    return text.slice(0, offset) + odd + text.slice(offset);
  }
  const lines = text.split("\n");
  const index = Math.floor(at * (lines.length - 1));
  const old = lines[index] ?? "";
  const come = {
    indent: [odd + old],
    drop: [],
    repeat: [old, old],
    line: [old, line],
  }[kind];
  return lines.toSpliced(index, 1, ...come).join("\n");
}

const edited = fc.tuple(
  fc.array(fc.oneof({ weight: 2, arbitrary: section }, block), {
    minLength: 1,
    maxLength: 5,
  }),
  fc.array(change, { maxLength: 4 }),
  fc.constantFrom("\n", "\n", "\n", "\r\n", "\r"),
  fc.constantFrom("", "", "", "\n", "\r", "\r\n"),
).map(([parts, changes, eol, last]) =>
  encodeText(
    changes.reduce(changed, parts.flat().join("\n")).replaceAll("\n", eol) +
      last,
  )
);

/** A whole file, one character a byte. */
export const oddFile: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: edited },
  { weight: 1, arbitrary: nastyFile },
);

/** The files of all fixtures, before and after, one character a byte. */
export function fixtureTexts(): string[] {
  const directory = new URL("tests/fixtures/refresh/", ROOT);
  return Array.from(Deno.readDirSync(directory)).flatMap(({ name }) =>
    [...Deno.readDirSync(new URL(name, directory))]
      .filter(({ name }) => name !== "change.json")
      .map((file) => new URL(`${name}/${file.name}`, directory))
      .map((path) => Buffer.from(Deno.readFileSync(path)).toString("latin1"))
  );
}
