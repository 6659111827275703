// Files before and after a refresh, byte for byte: tests/fixtures/refresh/NAME/{given,change.json,expected}.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { z } from "zod";
import { encodeText } from "../../src/credentials/text.ts";
import { refreshSession } from "../../src/sessions/refresh_session.ts";
import { toLocalIso } from "../../src/timestamps.ts";
import { checkedRefresh } from "../support/checked_refresh.ts";
import { ROOT } from "../support/command.ts";
import { failsWith } from "../support/errors.ts";
import {
  exampleSession,
  MemoryCodes,
  MemoryConfig,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
} from "../support/memory_ports.ts";
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

  Deno.test(`refreshSession() fixture, with the keys in another file: ${name}`, async () => {
    const file = new MemoryFile(given);
    const keys = new MemoryFile(keysOf(profile));
    const session = exampleSession();
    const refresh = () =>
      refreshSession({
        file,
        keys,
        config: new MemoryConfig(),
        codes: new MemoryCodes(),
        issuer: new MemoryIssuer(),
        clock: { now: () => new Date("2026-01-01T00:00:00Z") },
        log: new MemoryLog(),
      }, { profile, sessionProfile });
    if (error === undefined) {
      await refresh();
      // The use case writes the time where it runs, and whose it is.
      const { expiration, accessKeyId } = session;
      const expected = readBytes(name, "expected")
        .replaceAll(EXAMPLE_SESSION.expiration, toLocalIso(expiration));
      const owner = new RegExp(
        `^expiration_key_id = ${accessKeyId}(?:\\r?\\n|\\r)`,
        "m",
      );
      assert.match(file.text, owner);
      assert.equal(file.text.replace(owner, ""), expected);
    } else {
      const { message } = await failsWith(error, refresh);
      assert(message.includes(says ?? "?"), message);
      assert.equal(file.text, given);
    }
    assert.equal(keys.text, keysOf(profile));
  });
}

/** A file with nothing but the long-term key of `profile`, one character a byte. */
function keysOf(profile: string): string {
  return [
    `[${encodeText(profile)}]`,
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = longTermSecretOfTheFixture",
    "mfa_device_arn = arn:aws:iam::123456789012:mfa/alice",
    "",
  ].join("\n");
}
