// Files before and after a refresh, byte for byte: tests/fixtures/refresh/NAME/{given,change.json,expected}.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { z } from "zod";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { ROOT } from "../support/command.ts";
import { failsWith } from "../support/errors.ts";
import { EXAMPLE_SESSION } from "../support/sessions.ts";

const FIXTURES = new URL("tests/fixtures/refresh/", ROOT);

const changeSchema = z.strictObject({
  profile: z.string(),
  sessionProfile: z.string(),
  error: z.enum(["BLOCK_BROKEN", "FILE_UNUSABLE", "NAME_TAKEN"]).optional(),
  says: z.string().optional(),
});

function readBytes(name: string, file: string): string {
  return Buffer.from(Deno.readFileSync(new URL(`${name}/${file}`, FIXTURES)))
    .toString("latin1");
}

const names = Array.from(Deno.readDirSync(FIXTURES), ({ name }) => name).sort();

Deno.test("there are fixtures", () => {
  assert(names.length >= 40);
});

for (const name of names) {
  const given = readBytes(name, "given");
  const { profile, sessionProfile, error, says } = changeSchema.parse(
    JSON.parse(
      Buffer.from(readBytes(name, "change.json"), "latin1").toString(),
    ),
  );
  const refresh = (text: string) =>
    checkedRefresh(text, profile, sessionProfile, EXAMPLE_SESSION);

  Deno.test(`refreshEdits() fixture: ${name}`, async () => {
    if (error !== undefined) {
      const { message } = await failsWith(error, () => refresh(given));
      assert(message.includes(says ?? "?"), message);
      return;
    }
    const expected = readBytes(name, "expected");
    assert.equal(refresh(given), expected);
    assert.equal(
      refresh(expected),
      expected,
      "a second refresh changed something",
    );
  });
}
