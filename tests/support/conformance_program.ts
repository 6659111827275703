// The core behind the questions of tests/fixtures/runner.py: a JSON object a line, and one back for each.
import { Buffer } from "node:buffer";
import { createInterface } from "node:readline";
import { stdin } from "node:process";
import { z } from "zod";
import {
  applyEdits,
  parseFile,
  refreshEdits,
  Secret,
  UpdstsError,
} from "../../src/credentials/mod.ts";

const questionSchema = z.strictObject({
  name: z.string(),
  given: z.base64(),
  profile: z.string(),
  sessionProfile: z.string(),
  session: z.strictObject({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
    expiration: z.string(),
  }),
});

function answer(line: string): { result: string } | { error: string } {
  const { given, profile, sessionProfile, session } = questionSchema.parse(
    JSON.parse(line),
  );
  const text = Buffer.from(given, "base64").toString("latin1");
  try {
    const edits = refreshEdits(parseFile(text), profile, sessionProfile, {
      ...session,
      secretAccessKey: new Secret(session.secretAccessKey),
      sessionToken: new Secret(session.sessionToken),
    });
    const result = Buffer.from(applyEdits(text, edits), "latin1");
    return { result: result.toString("base64") };
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    return { error: error.code };
  }
}

for await (const line of createInterface({ input: stdin })) {
  console.log(JSON.stringify(answer(line)));
}
