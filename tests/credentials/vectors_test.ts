// The AWS SDKs' parsing vectors and the AWS CLI's writer cases, where they are found beside the project.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { z } from "zod";
import { UpdstsError } from "../../src/errors.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { ROOT } from "../support/command.ts";
import {
  differencesIn,
  readAsSdk,
  readAsWeDo,
  withoutContinuations,
} from "../support/sdk_parser.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const DATA = new URL("../shared/data/", ROOT);
const vectorFile = z.object({
  vectors: z.array(z.object({
    name: z.string(),
    kind: z.string(),
    input: z.string(),
    valid: z.boolean().optional(),
  })),
});

function readVectors(file: string) {
  try {
    return vectorFile.parse(
      JSON.parse(Deno.readTextFileSync(new URL(file, DATA))),
    ).vectors;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

for (
  const file of ["profile-parser-vectors.json", "aws-cli-writer-cases.json"]
) {
  const vectors = readVectors(file);
  const skipped = vectors === undefined
    ? " (skipped: the third-party data is not here)"
    : "";

  Deno.test({
    name: `${file}: every input survives a refresh byte for byte${skipped}`,
    ignore: vectors === undefined,
    fn: () => {
      assert(vectors !== undefined && vectors.length > 20);
      for (const { name, input } of vectors) {
        const given = Buffer.from(input).toString("latin1");
        const source = "\n[source of the session]\nregion = x\n";
        for (const text of [given, given + source]) {
          try {
            const after = checkedRefresh(
              text,
              "source of the session",
              "session",
              EXAMPLE_SESSION,
            );
            assert(after.startsWith(text), name);
            assert.equal(
              checkedRefresh(
                after,
                "source of the session",
                "session",
                EXAMPLE_SESSION,
              ),
              after,
            );
          } catch (error) {
            assert(!(error instanceof UpdstsError), `refused: ${name}`);
            throw error;
          }
        }
      }
    },
  });

  Deno.test({
    name: `${file}: what is valid reads as for the AWS SDK${skipped}`,
    ignore: vectors === undefined,
    fn: async () => {
      let compared = 0;
      for (const { name, input, valid } of vectors ?? []) {
        // Most are written as config files, where names stand behind `profile`.
        const plain = input.replaceAll(/^([ \t]*\[)profile[ \t]+/gm, "$1");
        const text = Buffer.from(plain).toString("latin1");
        if (valid === false || differencesIn(text).length > 0) continue;
        assert.deepEqual(
          withoutContinuations(readAsWeDo(text)),
          await readAsSdk(text),
          name,
        );
        compared++;
      }
      assert(compared >= 20, `only ${compared} were compared`);
    },
  });
}
