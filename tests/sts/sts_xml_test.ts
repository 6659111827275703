// readElement(): what STS says, and nothing that it does not.
import fc from "fast-check";
import assert from "node:assert/strict";
import { readElement } from "../../src/sts/sts_xml.ts";

Deno.test("readElement() reads text, with its entities, inside of the right root", () => {
  const xml = `<?xml version="1.0"?>\n<Root xmlns="https://x/">` +
    `<A>1 &lt; 2 &amp;amp; &#10;&#x1F600;&quot;&apos;&unknown;</A><A>2</A></Root>`;
  assert.equal(readElement(xml, "Root", "A"), `1 < 2 &amp; \n😀"'&unknown;`);
  assert.equal(readElement(xml, "Root", "B"), undefined);
  assert.equal(readElement(xml, "Other", "A"), undefined);
  assert.equal(readElement("<Roots><A>x</A></Roots>", "Root", "A"), undefined);
  assert.equal(readElement("\uFEFF<Root><A/></Root>", "Root", "A"), undefined);
  assert.equal(
    readElement("<Root><A><B>x</B></A></Root>", "Root", "A"),
    undefined,
  );
  assert.equal(readElement("<Root><A>x", "Root", "A"), undefined);
  assert.equal(readElement("<html>log in</html>", "Root", "A"), undefined);
  assert.equal(
    readElement("<Root><A>&#x110000;</A></Root>", "Root", "A"),
    "&#x110000;",
  );
});

Deno.test("readElement() gives back any text that was escaped", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      const xml = `<Root><A>${escaped}</A></Root>`;
      assert.equal(readElement(xml, "Root", "A"), text);
    }),
  );
});

Deno.test("readElement() fails on nothing", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readElement(text, "Root", "A");
    }),
  );
});
