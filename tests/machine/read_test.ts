// decodeBytes() and encodeBytes(): every byte comes back.
import fc from "fast-check";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decodeBytes, encodeBytes } from "../../src/machine/read.ts";

Deno.test("encodeBytes() gives back what decodeBytes() was given, also UTF-8, marks and NUL", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 2000 }),
        fc.string({ unit: "binary" }).map((text) =>
          new TextEncoder().encode(`\uFEFF${text}`)
        ),
      ),
      (bytes) => {
        const text = decodeBytes(bytes);
        assert.equal(text, Buffer.from(bytes).toString("latin1"));
        assert.deepEqual([...encodeBytes(text)], [...bytes]);
      },
    ),
  );
});
