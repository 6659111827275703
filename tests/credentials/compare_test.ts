// compareOutsideBlocks(): what updsts did to its blocks does not count, what other programs wrote does, and what is gone is waited for.
import fc from "fast-check";
import assert from "node:assert/strict";
import { compareOutsideBlocks } from "../../src/credentials/compare.ts";
import { parseFile } from "../../src/credentials/parse.ts";
import {
  refreshEdits,
  removeEdits,
} from "../../src/credentials/session_edits.ts";
import {
  applyEdits,
  decodeText,
  type Edit,
} from "../../src/credentials/text.ts";
import { UpdstsError } from "../../src/errors.ts";
import { NAMES, nastyFile } from "../support/nasty_files.ts";
import { oddFile } from "../support/odd_files.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const numRuns = Number(Deno.env.get("FAST_CHECK_RUNS") ?? 2_000);
const GIVEN = [
  "# mine",
  "[default]",
  "aws_access_key_id = AKIA",
  "aws_secret_access_key = secret",
  "[other]",
  "region = x",
  "",
].join("\n");
const NOTES =
  "# aws_secret_access_key = kept\nmore\n# twice\n[last]\n# twice\n";

function refreshed(text: string, profile: string): string {
  const name = `${profile}_sts`;
  return applyEdits(
    text,
    refreshEdits(parseFile(text), profile, name, EXAMPLE_SESSION),
  );
}

Deno.test("compareOutsideBlocks() tells what other programs did", () => {
  const [unended, slash] = [GIVEN.trimEnd(), `${GIVEN}x = \\`];
  const own = refreshed(GIVEN, "default");
  const noted = GIVEN + NOTES;
  const edited = noted.replace("region = x", "region = y");
  const cases: Record<ReturnType<typeof compareOutsideBlocks>, string[][]> = {
    same: [
      [GIVEN, own],
      [own, GIVEN],
      [own, refreshed(own, "other")],
      [unended, refreshed(unended, "default")],
      [slash, refreshed(slash, "default")],
      [own, own.trimEnd()],
      [`${GIVEN}\n\n`, GIVEN],
    ],
    added: [
      [GIVEN, `${GIVEN}[new]\nregion = y\n`],
      [unended, `${GIVEN}[new]\nregion = y\n`],
      [own, `# more\n${own}`],
      [GIVEN, refreshed(`${GIVEN}[new]\n`, "new")],
      [GIVEN, GIVEN.replace("[default]\n", "[default]\n\n")],
      [own, `${own}# more\n`],
    ],
    missing: [
      [GIVEN, ""],
      [own, "\n"],
      [refreshed("", "default"), ""],
      [GIVEN, unended],
      [GIVEN, "[default]\n"],
      [GIVEN, GIVEN.replace("[other]\nregion = x\n", "")],
      [GIVEN, GIVEN.replace("aws_secret_access_key = secret\n", "")],
      [GIVEN, `# more\n${unended}`],
      [unended, `# more\n${unended.slice(0, -2)}`],
      [GIVEN.replaceAll("\n", "\r\n"), `${unended.replaceAll("\n", "\r\n")}\r`],
      [own, own.slice(0, -20)],
      [own, `# more\n${own.slice(0, -20)}`],
      // Written to the last key, and not the notes behind it.
      ...Array.from(NOTES.matchAll(/.+\n/g), ({ index }) => [
        noted,
        edited.slice(0, GIVEN.length + index),
      ]),
    ],
    changed: [
      [GIVEN, GIVEN.replace("region = x", "region = y")],
      [noted, edited],
      // A note that another program counts in.
      [noted, noted.replace("kept", "kept 2")],
      [
        own,
        own.replace("[other]\nregion = x\n", "").replace(
          "# mine\n",
          "# mine\n[other]\nregion = x\n",
        ),
      ],
      [GIVEN, GIVEN.replaceAll("\n", "\r\n")],
      [
        GIVEN,
        GIVEN.replace("secret\n", "secret\n  and more\n").replace("= x", "= y"),
      ],
    ],
  };
  for (const [expected, pairs] of Object.entries(cases)) {
    for (const [before = "", now = ""] of pairs) {
      const context = JSON.stringify({ before, now });
      assert.equal(compareOutsideBlocks(before, now), expected, context);
    }
  }
});

const name = fc.constantFrom(...NAMES.map(decodeText));

/** `text` after the edits; skips what is refused, which other tests are about. */
function edited(text: string, edit: () => Edit[]): string {
  try {
    return applyEdits(text, edit());
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    fc.pre(false);
    throw error;
  }
}

Deno.test("compareOutsideBlocks() does not count a refresh, or the removal of a block", () => {
  fc.assert(
    fc.property(nastyFile, name, name, (text, profile, session) => {
      const file = parseFile(text);
      const made = edited(
        text,
        () => refreshEdits(file, profile, session, EXAMPLE_SESSION),
      );
      // The header above an empty block becomes its own with the first session.
      const { section, above } = file.blockOf(profile) ?? {};
      fc.pre(section !== undefined || above === undefined);
      assert.equal(compareOutsideBlocks(text, made), "same");
      const after = parseFile(made);
      const [block] = after.blocks;
      assert(block !== undefined);
      const left = edited(made, () => removeEdits(after, block));
      // A header that comes to stand above the tag of another block belongs to that.
      fc.pre(parseFile(left).blocks.every(({ above }) => above === undefined));
      fc.pre(/[^\r\n]/.test(left));
      // A key that updsts does not own has become a comment.
      const keeps = removeEdits(after, block).some(({ text }) => text !== "");
      assert.equal(compareOutsideBlocks(made, left), keeps ? "added" : "same");
    }),
    { numRuns, maxSkipsPerRun: 1_000 },
  );
});

// One of them made two blocks share a line, and the comparison fail.
Deno.test("compareOutsideBlocks() compares any two texts", () => {
  const text = fc.oneof(nastyFile, oddFile);
  const shared = [
    "[p]\naws_session_token = t\n# ${{{ key=p [auto update by updsts]\n" +
    "expiration_datetime =\n# $}}} [auto update by updsts]\n",
    "# ${{{ key=p [auto update by updsts]\n[p]\n# $}}} [auto update by updsts]\n",
  ] as const;
  fc.assert(
    fc.property(text, text, (before, now) => {
      compareOutsideBlocks(before, now);
    }),
    { numRuns, examples: [[...shared]] },
  );
});

Deno.test("compareOutsideBlocks() misses the rest of any text that was cut, and nothing of one that grew", () => {
  const bare = nastyFile.filter((text) => !text.includes("[auto update by"));
  fc.assert(
    fc.property(
      bare,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (text, at) => {
        const rest = text.slice(Math.floor(at * text.length));
        const change = compareOutsideBlocks(
          text,
          text.slice(0, text.length - rest.length),
        );
        const expected = rest === ""
          ? ["same"]
          : /[^\r\n]/.test(rest)
          ? ["missing"]
          : ["same", "missing"];
        assert(expected.includes(change), change);
        // Not the other half of a line end.
        const grown = `${text}${
          text.endsWith("\r") ? "" : "\n"
        }[grown]\nregion = x\n`;
        assert.equal(compareOutsideBlocks(text, grown), "added");
      },
    ),
    { numRuns },
  );
});
